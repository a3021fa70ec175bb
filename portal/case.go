package portal

import (
	"cmp"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"time"

	"lancar"
	"lancar/access"
	"lancar/casework"
	"lancar/catalog"
	"lancar/catalog/flow"
	"lancar/internal/serve"
	"lancar/payment"
	"lancar/region"
	"lancar/web"
)

// caseView is the page of one application.
type caseView struct {
	Acting                      bool
	Title, Office, Number, Path string
	Saved                       []savedStep
	Clock                       web.Clock
	Correction                  *correctionView
	Decision                    *decisionView
	Steps                       []web.Step
	Messages                    []messageView
	CanSay, CanWithdraw         bool
	Compare                     string
	Answers                     []web.Row
	Files                       []web.File
	Payment                     *paymentView
	Owed                        []web.Link // money due back whose payer has not said where to
	Looks                       []lookView
}

type decisionView struct {
	Rows []web.Row
	Doc  *docCard
}

type docCard struct {
	Href, Title, Line string
	Tag               *web.Tag
}

type messageView struct {
	Me               bool
	From, When, Text string
}

type paymentView struct {
	Rows []web.Row
	Href string
	Back []backView
}

type lookView struct{ Who, When, What string }

// ownCase reads the case named in the path, and the words of its office's zone.
func (v *visit) ownCase() (casework.Case, web.Words, error) {
	number, _, err := casework.ParseNumber(v.r.PathValue("number"))
	if err != nil {
		return casework.Case{}, v.Words, notFound()
	}
	c, err := v.Cases.Case(v.r.Context(), v.applicant(), number)
	return c, v.wordsOf(c.Region), err
}

// wordsOf writes in the reader's language and in the zone of a region's office; what no region but the
// nation did, in the zone of the portal where it is read.
func (v *visit) wordsOf(code string) web.Words {
	if r := v.Regions.ByCode(code); r != nil && code != region.Nation {
		return web.Words{Lang: v.Lang, Zone: r.Zone, Abbr: r.ZoneName}
	}
	return v.Words
}

func showCase(v *visit) error { return v.casePage(correction{}) }

// casePage renders the case; said is a correction that was just sent and cannot be taken.
func (v *visit) casePage(said correction) error {
	c, words, err := v.ownCase()
	if err != nil {
		return err
	}
	def, err := v.Catalog.Pinned(v.r.Context(), c.Service, c.Definition)
	if err != nil {
		return err
	}
	view := caseView{Title: v.In(c.Title), Office: v.office(def, c.Region), Number: c.Number, Path: "/cases/" + c.Number,
		Clock: clockOf(words, c, v.calendar(c.Region), v.now), Steps: timeline(words, c, def, v.now), CanSay: open(c.State),
		CanWithdraw: canWithdraw(c.State)}
	if c.Document != "" {
		view.Clock.Link = &web.Link{Href: v.documentLink(c.Document), Text: v.T("Lihat dokumen", "See the document")}
	}
	view.Messages = messagesOf(words, c, v.now)
	view.Correction = v.correctionOf(c, def, said)
	if view.Decision, err = v.decisionOf(words, c, def); err != nil {
		return err
	}
	view.Answers, view.Files = v.answersOf(c, def)
	for _, s := range append([]string{applicantStep}, sectionIDs(def)...) {
		view.Saved = append(view.Saved, savedStep{string(c.ID) + ":" + s, -1})
	}
	if err := v.sideOf(&view, words, c); err != nil {
		return err
	}
	if open(c.State) && c.State != flow.Correction {
		v.watchCase(c)
	}
	if len(said.problems) > 0 {
		return v.showAs(serve.Status(cmp.Or(said.code, lancar.Invalid)), "case", v.T("Kesalahan: ", "Error: ")+v.In(c.Title), view)
	}
	return v.show("case", v.In(c.Title), view)
}

// watchCase has the page look whether the case moved on.
func (v *visit) watchCase(c casework.Case) {
	v.watch = web.Watch{URL: "/cases/" + c.Number + "/state", Now: stateWord(c)}
}

func stateWord(c casework.Case) string { return string(c.State) + " " + itoa(c.Version) }

// caseState answers the word that [visit.watchCase] waits for.
func caseState(v *visit) error {
	c, _, err := v.ownCase()
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	v.w.Header().Set("Cache-Control", "no-store")
	_, err = v.w.Write([]byte(stateWord(c)))
	return err
}

func open(s flow.State) bool { return !s.Over() }

func sectionIDs(def *catalog.Definition) []string {
	var ids []string
	for _, s := range def.Sections {
		ids = append(ids, s.ID)
	}
	return ids
}

// sideOf fills what stands beside a case: payment, comparison, who looked.
func (v *visit) sideOf(view *caseView, w web.Words, c casework.Case) error {
	if c.Charge != "" {
		charge, err := v.Charges.Charge(v.r.Context(), v.session.Own, c.Region, c.Charge)
		if err != nil {
			return err
		}
		view.Payment = paymentOf(w, charge, c.Number, v.now)
		list, err := v.Charges.Payments(v.r.Context(), v.session.Own, c.Region, c.Charge)
		if err != nil {
			return err
		}
		if view.Payment.Back, err = v.backOf(w, c.Number, list); err != nil {
			return err
		}
		for _, b := range view.Payment.Back {
			if b.Unsaid {
				view.Owed = append(view.Owed, web.Link{Href: b.Href, Text: b.Title})
			}
		}
	}
	if f, known, err := v.Cases.Forecast(v.r.Context(), c.Region, c.Service); err == nil && known {
		view.Compare = v.T("Separuh permohonan seperti ini selesai dalam ", "Half of such applications are done within ") + v.WorkDays(f.Median) + "."
	}
	if v.acting != nil {
		view.Acting = true
		return nil // who looked stays with the person themself
	}
	rows, _, err := v.Access.Looks(v.r.Context(), v.session.Own, access.Filter{Case: c.ID}, "")
	if err != nil {
		return err
	}
	times := map[string]int{} // a reader who opened the same several times stands once
	for _, r := range rows {
		look := lookView{Who: v.reader(r.Who), When: w.Moment(r.At, v.now), What: v.In(r.Words)}
		if times[look.Who+look.What]++; times[look.Who+look.What] == 1 {
			view.Looks = append(view.Looks, look)
		}
	}
	for i, l := range view.Looks {
		if n := times[l.Who+l.What]; n > 1 {
			view.Looks[i].When = strconv.Itoa(n) + v.T(" kali, terakhir ", " times, last ") + l.When
		}
	}
	return nil
}

func paymentOf(w web.Words, c payment.Charge, number string, now time.Time) *paymentView {
	view := &paymentView{Rows: []web.Row{{Term: w.T("Jumlah", "Amount"), Lines: []string{c.Amount.String()}, Num: true},
		{Term: w.T("Keadaan", "State"), Lines: []string{chargeTag(w, c.State).Text}}}}
	if !c.Paid.IsZero() {
		view.Rows = append(view.Rows, web.Row{Term: w.T("Dibayar", "Paid"), Lines: []string{w.Moment(c.Paid, now)}})
	}
	if c.State == payment.Open {
		view.Href = "/cases/" + number + "/pay"
	}
	return view
}

func messagesOf(w web.Words, c casework.Case, now time.Time) []messageView {
	var out []messageView
	for _, m := range c.Messages {
		from := w.T("Petugas", "The office")
		switch {
		case m.From == lancar.Machine:
			from = m.Name + w.T(" (agen komputer)", " (a software agent)")
		case m.Theirs() && m.App != "":
			from = w.T("Anda, lewat aplikasi ", "You, by the app ") + m.App
		case m.Theirs():
			from = w.T("Anda", "You")
		case m.Name != "":
			from = m.Name
		}
		out = append(out, messageView{Me: m.Theirs(), From: from, When: w.Moment(m.At, now), Text: m.Text})
	}
	return out
}

func (v *visit) decisionOf(w web.Words, c casework.Case, def *catalog.Definition) (*decisionView, error) {
	if c.Decision == nil || open(c.State) {
		return nil, nil
	}
	d := c.Decision
	how := map[string]string{"granted": v.T("Dikabulkan", "Granted"), "refused": v.T("Belum bisa disetujui", "Not granted"),
		"deemed": v.T("Dikabulkan oleh sistem", "Granted by the system")}[d.How]
	out := &decisionView{Rows: []web.Row{{Term: v.T("Keputusan", "Decision"), Lines: []string{how}}}}
	add := func(term, value string) {
		if value != "" {
			out.Rows = append(out.Rows, web.Row{Term: term, Lines: []string{value}})
		}
	}
	if i := slices.IndexFunc(def.Refusal, func(g catalog.Ground) bool { return g.ID == d.Ground }); i >= 0 {
		add(v.T("Sebab", "Cause"), v.In(def.Refusal[i].Text))
	}
	add(v.T("Alasan", "Reason"), d.Reason)
	add(v.T("Dasar", "Ground"), v.In(d.Law))
	add(v.T("Diputuskan oleh", "Decided by"), d.By)
	add(v.T("Ditandatangani oleh", "Signed by"), d.Signer)
	add(v.T("Pada", "On"), w.When(d.At))
	if c.Document != "" {
		known, err := v.Documents.ByNumber(v.r.Context(), c.Document)
		if err != nil {
			return nil, err
		}
		card := v.docCard(known.Document)
		out.Doc = &card
	}
	return out, nil
}

func (v *visit) answersOf(c casework.Case, def *catalog.Definition) ([]web.Row, []web.File) {
	var rows []web.Row
	show := func(d *catalog.Field) {
		if d.Kind == "attachment" {
			return
		}
		value, fact := c.Answers[d.ID], (*catalog.Fact)(nil)
		if f, ok := c.Facts[d.ID]; ok {
			fact = &f
			if value == "" {
				value = f.Value
			}
		}
		if value != "" {
			rows = append(rows, v.row(catalog.FieldView{Field: d, Value: value, Fact: fact}, nil))
		}
	}
	for _, id := range def.Applicant {
		if d, _ := def.Field("applicant." + id); d != nil {
			show(d)
		}
	}
	for i := range def.Sections {
		for j := range def.Sections[i].Fields {
			show(&def.Sections[i].Fields[j])
		}
	}
	var files []web.File
	for _, a := range c.Files {
		files = append(files, web.File{Name: a.Name, Size: v.Size(a.Size), Href: "/cases/" + c.Number + "/files/" + string(a.ID)})
	}
	return rows, files
}

func caseFile(v *visit) error {
	number, _, err := casework.ParseNumber(v.r.PathValue("number"))
	if err != nil {
		return notFound()
	}
	a, data, err := v.Cases.CaseFile(v.r.Context(), v.applicant(), number, lancar.ID(v.r.PathValue("file")))
	if err != nil {
		return err
	}
	web.SendFile(v.w, a.Type, a.Name, data)
	return nil
}

func say(v *visit) error {
	number := v.r.PathValue("number")
	if err := v.readForm(); err != nil {
		return err
	}
	if err := v.Cases.Say(v.r.Context(), v.applicant(), number, v.r.PostForm.Get("text")); err != nil {
		return err
	}
	return v.to("/cases/" + number)
}

func receipt(v *visit) error {
	number := v.r.PathValue("number")
	if locked, err := v.locked(); err != nil || locked {
		return orElse(err, func() error { return v.unlock("/cases/" + url.PathEscape(number)) })
	}
	pdf, err := v.Cases.Receipt(v.r.Context(), v.applicant(), number)
	if err != nil {
		return err
	}
	web.SendFile(v.w, "application/pdf", number+".pdf", pdf)
	return nil
}

func canWithdraw(s flow.State) bool {
	return slices.Contains([]flow.State{flow.Unpaid, flow.Drawing, flow.Review, flow.Correction, flow.Signing}, s)
}

func askWithdraw(v *visit) error {
	c, _, err := v.ownCase()
	if err != nil {
		return err
	}
	if !canWithdraw(c.State) {
		return v.to("/cases/" + c.Number) // says how it ended
	}
	return v.show("withdraw", v.T("Tarik permohonan", "Withdraw"), map[string]any{"Title": v.In(c.Title), "Number": c.Number, "Version": c.Version,
		"Action": "/cases/" + c.Number + "/withdraw", "Back": web.Link{Href: "/cases/" + c.Number, Text: v.In(c.Title)}})
}

func withdraw(v *visit) error {
	if err := v.readForm(); err != nil {
		return err
	}
	version, _ := strconv.ParseInt(v.r.PostForm.Get("version"), 10, 64)
	if err := v.Cases.Withdraw(v.r.Context(), v.applicant(), v.r.PathValue("number"), version, ""); err != nil {
		return err
	}
	return v.to("/cases/" + v.r.PathValue("number"))
}

// calendar of the region's office; an unknown region has only weekends.
func (v *visit) calendar(code string) region.Calendar {
	if r := v.Regions.ByCode(code); r != nil {
		return r.Calendar()
	}
	return region.Calendar{}
}

// qrOf draws a code, or nothing when its text is too long for one.
func qrOf(text, label string) template.HTML {
	svg, err := web.QR(text, label)
	if err != nil {
		return ""
	}
	return svg
}
