package office

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lancar"
	"lancar/casework"
	"lancar/catalog"
	"lancar/web"
)

// The choices of the form.
const (
	doGrant  = "grant"
	doRefuse = "refuse"
	doAsk    = "ask"
	doOpine  = "opine"
)

// decideView is the form of a decision or an opinion. Nothing is chosen beforehand.
type decideView struct {
	Action, Preview string
	Decision        web.Field
	Reason          web.Field
	Button          string
	Opinion         bool
}

// decides says whether the step that is on is the last one, which decides.
func decides(in read) bool {
	last := ""
	for _, s := range in.def.Steps {
		if s.Kind == "review" || s.Kind == "opinion" || s.Kind == "decide" {
			last = s.ID
		}
	}
	return in.c.Step == last
}

// choices are the acts that are open in this step.
func choices(in read) []string {
	var out []string
	if decides(in) {
		out = []string{doGrant}
		if len(in.def.Refusal) > 0 {
			out = append(out, doRefuse)
		}
	} else {
		out = []string{doOpine}
	}
	if in.c.Correction == nil && len(in.def.Requirements) > 0 {
		out = append(out, doAsk)
	}
	return out
}

func (v *visit) decideForm(in read, checklist []catalog.Requirement, sent url.Values, problems []web.Problem) *decideView {
	d := &decideView{Action: casePath(in.c.Number) + "/decide", Preview: casePath(in.c.Number) + "/preview",
		Button: v.T("Putuskan", "Decide"), Opinion: !decides(in)}
	if d.Opinion {
		d.Button = v.T("Kirim pertimbangan", "Send the opinion")
	}
	d.Decision = web.Field{Name: "decision", Kind: web.ChoiceField, Label: v.T("Keputusan", "Decision")}
	for _, c := range choices(in) {
		o := v.choice(in, c, sent, problems)
		o.Checked = sent.Get("decision") == c
		d.Decision.Options = append(d.Decision.Options, o)
	}
	if in.c.Correction != nil {
		d.Decision.Hint = v.T("Perbaikan sudah diminta satu kali, jadi tidak bisa diminta lagi.", "A correction was asked for once, so it cannot be asked for again.")
	}
	d.Reason = web.Field{Name: "reason", Kind: web.LongField, Label: v.T("Pesan untuk pemohon", "Message to the applicant"), Max: 2000, Value: sent.Get("reason"), Optional: decides(in),
		Hint: v.T("Terbaca persis seperti ini. Harus diisi kalau menolak atau meminta perbaikan.", "Read exactly as written. Needed when you refuse or ask for a correction.")}
	if d.Opinion {
		d.Reason.Label = v.T("Pertimbangan atau pesan", "Opinion or message")
		d.Reason.Hint = v.T("Pertimbangan dibaca pemutus. Permintaan perbaikan dibaca pemohon persis seperti ini.",
			"The decider reads the opinion. The applicant reads a request for correction exactly as written.")
	}
	mark(problems, &d.Decision, &d.Reason)
	return d
}

// choice is one act with what it asks for besides.
func (v *visit) choice(in read, act string, sent url.Values, problems []web.Problem) web.Option {
	o := web.Option{Value: act}
	switch act {
	case doGrant:
		o.Label, o.Note = v.T("Kabulkan", "Grant"), v.T("Dokumen terbit setelah ini.", "The document is issued next.")
		if in.def.Signer() != nil {
			o.Note = v.T("Lalu ditandatangani orang lain.", "Somebody else signs it next.")
		}
	case doRefuse:
		o.Label, o.Note = v.T("Tolak", "Refuse"), v.T("Perlu dasar hukum dan alasan.", "Needs a legal ground and a reason.")
		f := web.Field{Name: "ground", Kind: web.SelectField, Label: v.T("Dasar penolakan", "Ground of refusal")}
		for _, g := range in.def.Refusal {
			label := v.In(g.Text)
			if law := in.def.LawOf(g.Law); law != nil {
				label += " (" + law.Text + ")"
			}
			f.Options = append(f.Options, web.Option{Value: g.ID, Label: label, Checked: sent.Get("ground") == g.ID})
		}
		mark(problems, &f)
		o.Opens = []web.Field{f}
	case doAsk:
		o.Label, o.Note = v.T("Minta perbaikan", "Ask for a correction"), v.T("Hanya satu kali. Jam berhenti sampai dijawab.", "Once only. The clock stops until it is answered.")
		f := web.Field{Name: "requirement", Kind: web.SelectField, Label: v.T("Persyaratan yang belum terpenuhi", "Requirement that is not met")}
		for _, r := range in.def.Requirements {
			f.Options = append(f.Options, web.Option{Value: r.ID, Label: v.In(r.Text), Checked: sent.Get("requirement") == r.ID})
		}
		mark(problems, &f)
		o.Opens = []web.Field{f}
	case doOpine:
		o.Label, o.Note = v.T("Beri pertimbangan", "Give your opinion"), v.T("Berkas lanjut ke langkah berikutnya.", "The file goes on to the next step.")
		f := web.Field{Name: "favourable", Kind: web.ChoiceField, Label: v.T("Anda mendukung?", "Are you in favour?"), Options: []web.Option{
			{Value: "yes", Label: v.T("Ya, mendukung", "Yes, in favour"), Checked: sent.Get("favourable") == "yes"},
			{Value: "no", Label: v.T("Tidak mendukung", "Not in favour"), Checked: sent.Get("favourable") == "no"}}}
		mark(problems, &f)
		o.Opens = []web.Field{f}
	}
	return o
}

// judge checks a sent decision as far as the form can: the rooms check the rest.
func (v *visit) judge(in read, sent url.Values) (problems []web.Problem) {
	add := func(field, id, en string) { problems = append(problems, web.Problem{Field: field, Text: v.T(id, en)}) }
	act := sent.Get("decision")
	if !slices.Contains(choices(in), act) {
		add("decision", "Pilih keputusannya dulu.", "Choose the decision first.")
	}
	if step := stepOf(in); step != nil && act != doAsk {
		for i, item := range step.Checklist {
			name := "check." + item.ID
			switch n := strconv.Itoa(i + 1); {
			case !slices.Contains([]string{"yes", "no", "ask"}, sent.Get(name)):
				add(name, "Nilai butir "+n+": "+v.In(item.Text)+".", "Judge item "+n+": "+v.In(item.Text)+".")
			case act == doGrant && sent.Get(name) != "yes":
				add(name, "Butir "+n+" Anda nilai belum sesuai, jadi permohonan belum bisa dikabulkan.", "You judged item "+n+" as not met, so it cannot be granted yet.")
			}
		}
	}
	switch act {
	case doRefuse:
		if in.def.GroundOf(sent.Get("ground")) == nil {
			add("ground", "Pilih dasar penolakan dari daftar.", "Choose the ground of refusal from the list.")
		}
	case doAsk:
		if !slices.ContainsFunc(in.def.Requirements, func(r catalog.Requirement) bool { return r.ID == sent.Get("requirement") }) {
			add("requirement", "Pilih persyaratan yang belum terpenuhi.", "Choose the requirement that is not met.")
		}
	case doOpine:
		if f := sent.Get("favourable"); f != "yes" && f != "no" {
			add("favourable", "Pilih mendukung atau tidak.", "Choose whether you are in favour.")
		}
	}
	if strings.TrimSpace(sent.Get("reason")) == "" && (act == doRefuse || act == doAsk || act == doOpine) {
		add("reason", "Tulis alasannya, dengan kata yang dipahami pembacanya.", "Write the reason in words that the reader understands.")
	}
	return problems
}

// judged reads the form and the case together. done: the page with what is wrong was answered.
func (v *visit) judged() (in read, sent url.Values, done bool, err error) {
	if sent, err = v.form(); err != nil {
		return in, sent, false, err
	}
	if in, err = v.readCase(); err != nil {
		return in, sent, false, err
	}
	if !in.held {
		return in, sent, false, lancar.Fail(lancar.Conflict, "", "Berkas ini sekarang bukan tugas Anda. Mungkin baru saja diputuskan, atau diundi lagi.",
			"This file is not your task now. It may have just been decided or drawn again.")
	}
	problems := v.judge(in, sent)
	if len(problems) == 0 {
		return in, sent, false, nil
	}
	return in, sent, true, v.casePage(sent, problems)
}

// decide takes the decision that was chosen.
func decide(v *visit) error {
	in, sent, done, err := v.judged()
	if err != nil || done {
		return err
	}
	checks := checksOf(in, sent)
	ctx, number, reason := v.r.Context(), in.c.Number, strings.TrimSpace(sent.Get("reason"))
	version := versionOf(sent)
	switch sent.Get("decision") {
	case doGrant:
		err = v.Cases.Grant(ctx, v.actor, number, version, reason, checks...)
	case doRefuse:
		err = v.Cases.Refuse(ctx, v.actor, number, version, casework.Refusal{Ground: sent.Get("ground"), Reason: reason, Checks: checks})
	case doAsk:
		err = v.Cases.Ask(ctx, v.actor, number, version, casework.Ask{Requirement: sent.Get("requirement"), Reason: reason})
	case doOpine:
		err = v.Cases.Opine(ctx, v.actor, number, version, sent.Get("favourable") == "yes", reason, checks...)
	}
	if p, ok := v.wrong(err); ok {
		return v.casePage(sent, []web.Problem{p})
	}
	if err != nil {
		return err
	}
	return v.to("/office?done=" + url.QueryEscape(sent.Get("decision")) + "&number=" + url.QueryEscape(number))
}

// checksOf is what was judged of the checklist.
func checksOf(in read, sent url.Values) (out []casework.Check) {
	if step := stepOf(in); step != nil {
		for _, item := range step.Checklist {
			if found := sent.Get("check." + item.ID); found != "" {
				out = append(out, casework.Check{Item: item.ID, Found: found})
			}
		}
	}
	return out
}

// versionOf is the case as the officer saw it, -1 for none, which no case has.
func versionOf(sent url.Values) int64 {
	n, err := strconv.ParseInt(sent.Get("version"), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// edit goes back from the letter to the form, with everything that was typed.
func edit(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	return v.casePage(sent, nil)
}

// doneText says what was just recorded.
func (v *visit) doneText(act, number string) string {
	number, _, err := casework.ParseNumber(number)
	if err != nil {
		return ""
	}
	switch act {
	case doGrant:
		return v.T("Keputusan mengabulkan "+number+" tercatat.", "The decision to grant "+number+" is recorded.")
	case doRefuse:
		return v.T("Keputusan menolak "+number+" tercatat.", "The decision to refuse "+number+" is recorded.")
	case doAsk:
		return v.T("Permintaan perbaikan "+number+" terkirim. Jam berhenti.", "The request for a correction of "+number+" was sent. The clock stands.")
	case doOpine:
		return v.T("Pertimbangan untuk "+number+" tercatat.", "The opinion on "+number+" is recorded.")
	case "sign":
		return v.T(number+" ditandatangani. Pemohon diberi tahu.", number+" is signed. The applicant is told.")
	case "return":
		return v.T(number+" dikembalikan kepada pemutus.", number+" was sent back to the decider.")
	case "recuse":
		return v.T(number+" diundi lagi.", number+" is being drawn again.")
	}
	return ""
}
