package office

import (
	"net/url"
	"slices"
	"strings"

	"lancar"
	"lancar/casework"
	"lancar/catalog"
	"lancar/document"
	"lancar/web"
)

// letterView is a letter as its reader will see it.
type letterView struct {
	Lang, Owner, Agency, Address, Title string
	Blocks                              []blockView
	Place, Office, Name                 string
}

type blockView struct {
	Heading string
	Texts   []string
	Rows    []web.Row
}

func (v *visit) letter(number string, p casework.Proposal) (*letterView, error) {
	paper, err := v.Cases.Preview(v.r.Context(), v.actor, number, p)
	if err != nil {
		return nil, err
	}
	return paperView(paper), nil
}

func paperView(p document.Paper) *letterView {
	words := web.Words{Lang: p.Lang, Zone: p.Date.Location()}
	out := &letterView{Lang: p.Lang, Owner: p.Head.Owner, Agency: p.Head.Agency, Address: p.Head.Address, Title: p.Title,
		Place: p.Place + ", " + words.Date(p.Date), Office: p.Signatory.Office, Name: p.Signatory.Name}
	for _, b := range p.Blocks {
		block := blockView{Heading: b.Heading}
		for line := range strings.Lines(b.Text) {
			if line = strings.TrimSpace(line); line != "" {
				block.Texts = append(block.Texts, line)
			}
		}
		for _, r := range b.Rows {
			block.Rows = append(block.Rows, web.Row{Term: r.Label, Lines: []string{r.Value}})
		}
		out.Blocks = append(out.Blocks, block)
	}
	return out
}

type previewView struct {
	Title, Number, Path, Button string
	Letter                      *letterView
	Ask                         *askView
	Opinion                     string
	Hidden                      bool
	Kept                        []keptValue
}

// askView is a request for a correction as the applicant reads it.
type askView struct{ Requirement, Reason, Until string }

type keptValue struct{ Name, Value string }

// preview shows what the applicant will read before anything is decided.
func preview(v *visit) error {
	in, sent, done, err := v.judged()
	if err != nil || done {
		return err
	}
	view := previewView{Title: v.In(in.c.Title), Number: in.c.Number, Path: casePath(in.c.Number), Hidden: hidden(in), Kept: keep(sent)}
	reason := strings.TrimSpace(sent.Get("reason"))
	switch sent.Get("decision") {
	case doGrant:
		view.Button = v.T("Kabulkan", "Grant")
		view.Letter, err = v.letter(in.c.Number, casework.Proposal{How: "granted", Reason: reason})
	case doRefuse:
		view.Button = v.T("Tolak", "Refuse")
		view.Letter, err = v.letter(in.c.Number, casework.Proposal{How: "refused", Ground: sent.Get("ground"), Reason: reason})
	case doAsk:
		view.Button = v.T("Kirim permintaan perbaikan", "Send the request for a correction")
		view.Ask, err = v.asking(in, sent.Get("requirement"), reason)
	case doOpine:
		view.Button, view.Opinion = v.T("Kirim pertimbangan", "Send the opinion"), reason
	}
	if err != nil {
		return err
	}
	return v.show("preview", v.T("Sebelum diputuskan", "Before you decide"), view)
}

func (v *visit) asking(in read, requirement, reason string) (*askView, error) {
	a := &askView{Reason: reason}
	if i := slices.IndexFunc(in.def.Requirements, func(r catalog.Requirement) bool { return r.ID == requirement }); i >= 0 {
		a.Requirement = v.In(in.def.Requirements[i].Text)
	}
	r := v.Regions.ByCode(in.c.Region)
	if r == nil {
		return a, nil
	}
	end, err := r.Deadline(v.now, in.def.CorrectionDays(), nil)
	if err != nil {
		return nil, lancar.Fail(lancar.Unavailable, "", "Batas waktu perbaikan belum bisa dihitung.", "The term of the correction cannot be counted yet.").Because(err)
	}
	a.Until = in.w.Until(end.At, v.now)
	return a, nil
}

// keep carries what was sent on to the next form.
func keep(sent url.Values) (out []keptValue) {
	var names []string
	for name := range sent {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range sent[name] {
			out = append(out, keptValue{name, value})
		}
	}
	return out
}
