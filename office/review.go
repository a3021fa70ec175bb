package office

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"lancar"
	"lancar/casework"
	"lancar/catalog"
	"lancar/catalog/flow"
	"lancar/identity/mandate"
	"lancar/region"
	"lancar/web"
)

// caseView is the review page of one application.
type caseView struct {
	Title, Number, Path  string
	Version              int64
	State, Office        string
	Strip                template.HTML
	Left, Due            string
	Tags                 []web.Tag
	Opened               string
	Notes                []noteView
	Hidden               bool // who applies is not shown
	Judged               []pairView
	Rest                 []partView
	Clock                *clockView
	Opinions             []opinionView
	Correction           []web.Row
	Decision             []web.Row
	Document             string
	Steps                []web.Step
	Messages             []messageView
	Problems             []web.Problem
	Decide               *decideView
	Sign                 *signView
	CanTell, CanRecuse   bool
	Say                  web.Field
	Fee                  []web.Row
	Erased, Late, Yours  bool
	Holder, Draw, Recuse string
}

type noteView struct{ Kind, Text string }

type opinionView struct {
	Tag              web.Tag
	By, When, Text   string
	Step, Favourable string
}

type messageView struct {
	Me               bool
	From, When, Text string
}

// clockView explains a term day by day.
type clockView struct {
	From, Until, Used string
	Open              bool
	Days              []dayView
}

type dayView struct{ Date, Why, Number, Kind string }

// read is a case as this page works with it.
type read struct {
	c    casework.Case
	def  *catalog.Definition
	w    web.Words // in the zone of the case's office
	held bool      // the present step is this officer's task
}

// readCase opens the case named in the path. That it was opened stands on the applicant's page.
func (v *visit) readCase() (read, error) {
	number, _, err := casework.ParseNumber(v.r.PathValue("number"))
	if err != nil {
		return read{}, notFound()
	}
	held, err := v.Cases.Holds(v.r.Context(), v.actor, number)
	if err != nil {
		return read{}, err
	}
	c, err := v.Cases.Open(v.r.Context(), v.actor, number)
	if err != nil {
		return read{}, err
	}
	def, err := v.Catalog.Pinned(v.r.Context(), c.Service, c.Definition)
	return read{c, def, v.wordsOf(c.Region), held}, err
}

func showCase(v *visit) error { return v.casePage(nil, nil) }

// casePage renders a case; sent and problems are those of a form that was just refused.
func (v *visit) casePage(sent url.Values, problems []web.Problem) error {
	in, err := v.readCase()
	if err != nil {
		return err
	}
	view, err := v.caseView(in, sent, problems)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if len(problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return v.showAs(status, "case", v.title(view.Title+" "+view.Number, problems), view)
}

func (v *visit) caseView(in read, sent url.Values, problems []web.Problem) (*caseView, error) {
	c := in.c
	view := &caseView{Title: v.In(c.Title), Number: c.Number, Path: casePath(c.Number), Version: c.Version, State: v.In(c.State.Text()),
		Office: v.agencyName(c.Agency, c.Region), Opened: v.Clock(v.now), Problems: problems, Erased: c.Erased, Yours: in.held, Holder: c.Officer}
	view.Draw = view.Path + "/draw"
	v.head(view, in)
	v.notes(view, in)
	view.Clock = v.clockOf(in)
	view.Opinions, view.Correction, view.Decision = v.opinions(in), v.correctionRows(in), v.decisionRows(in)
	if c.Document != "" && c.State.Over() {
		view.Document = c.Document
	}
	view.Steps, view.Messages = v.history(in), v.messagesOf(in)
	for _, o := range v.outcome(in).Fee {
		view.Fee = append(view.Fee, web.Row{Term: v.In(o.Line.Text), Lines: []string{o.Amount.String()}, Num: true})
	}
	checklist := v.answers(view, in, sent, problems)
	view.CanTell = !c.State.Over() && !c.Erased
	view.Say = web.Field{Name: "text", Kind: web.LongField, Label: v.T("Pesan untuk pemohon", "Message to the applicant"), Max: 4000, Value: sent.Get("text"),
		Hint: v.T("Menjadi bagian dari berkas. Pemohon diberi tahu.", "It becomes part of the file. The applicant is told.")}
	mark(problems, &view.Say)
	if !in.held {
		return view, nil
	}
	view.CanRecuse, view.Recuse = true, view.Path+"/recuse?version="+itoa(c.Version)
	switch c.State {
	case flow.Review:
		view.Decide = v.decideForm(in, checklist, sent, problems)
	case flow.Signing:
		letter, err := v.letter(c.Number, casework.Proposal{})
		if err != nil {
			return nil, err
		}
		view.Sign = v.signForm(letter, sent, problems)
	}
	return view, nil
}

// outcome asks the interpreter for what follows from the answers: the fee and the flags.
func (v *visit) outcome(in read) catalog.Outcome {
	r := v.Regions.ByCode(in.c.Region)
	s := catalog.Situation{Kind: in.c.Kind, Answers: in.c.Answers, Facts: in.c.Facts, Now: in.c.Submitted, Files: map[string]int{}, Place: v.placeName}
	if r != nil {
		s.Zone, s.Figures = r.Zone, r.Figures(region.DateIn(in.c.Submitted, r.Zone))
	}
	for _, f := range in.c.Files {
		s.Files[f.Field]++
	}
	return catalog.Walk(in.def, s)
}

// head is the line under the title: how much time is left, and what to know at once.
func (v *visit) head(view *caseView, in read) {
	c := in.c
	switch {
	case c.State == flow.Correction:
		view.Due = v.T("Jam berhenti, menunggu pemohon", "The clock stands, waiting for the applicant")
		if !c.Due.IsZero() {
			view.Left = v.T("sampai ", "until ") + in.w.Until(c.Due, v.now)
		}
	case c.State.Over():
		view.Due = v.In(c.State.Text())
		if !c.Closed.IsZero() {
			view.Left = in.w.When(c.Closed)
		}
	case !c.Due.IsZero():
		words, strip := v.left(c.Region, c.Service, c.Due)
		view.Late = !v.now.Before(c.Due)
		view.Strip, view.Left = strip, words
		view.Due = v.T("Tenggat ", "Due ") + in.w.Until(c.Due, v.now) + v.T(", pukul 24.00 ", ", 24:00 ") + in.w.Abbr
	}
	if !c.Escalated.IsZero() && !c.State.Over() {
		view.Tags = append(view.Tags, web.Tag{Kind: "bad", Icon: "alert", Text: v.T("Terlambat, naik ke atasan", "Late, gone to the superior")})
	}
	if c.Correction != nil && !c.Correction.Answered.IsZero() {
		view.Tags = append(view.Tags, web.Tag{Icon: "check", Text: v.T("Perbaikan sudah masuk", "The correction came in")})
	}
	if n := len(c.Messages); n > 0 && c.Messages[n-1].Theirs() {
		view.Tags = append(view.Tags, web.Tag{Icon: "chat", Text: v.T("Pesan pemohon belum dibalas", "A message waits for an answer")})
	}
}

// notes are what an officer must not overlook: one for all that a register contradicts, one for
// all that none could confirm.
func (v *visit) notes(view *caseView, in read) {
	if in.c.By != nil {
		view.Notes = append(view.Notes, noteView{"", v.T("Diajukan untuk pemohon oleh ", "Sent for the applicant by ") + v.actedBy(*in.c.By, true)})
	}
	for _, n := range []struct{ state, kind, said string }{{"nomatch", "bad", v.T("Berbeda dari ", "Differs from ")},
		{"unchecked", "warn", v.T("Belum bisa dipastikan di ", "Could not be confirmed with ")}} {
		fields := map[string][]string{}
		var registers []string
		for _, f := range v.outcome(in).Flags {
			fact := in.c.Facts[f.Field]
			d, _ := in.def.Field(f.Field)
			if fact.State != n.state || d == nil {
				continue
			}
			if fields[fact.Register] == nil {
				registers = append(registers, fact.Register)
			}
			fields[fact.Register] = append(fields[fact.Register], v.In(d.Label))
		}
		for _, r := range registers {
			view.Notes = append(view.Notes, noteView{n.kind, n.said + v.registerName(r) + ": " + strings.Join(fields[r], ", ") + "."})
		}
	}
	if in.c.Returned != "" {
		view.Notes = append(view.Notes, noteView{"warn", v.T("Penanda tangan mengembalikan keputusan ini: ", "The signer sent this decision back: ") + in.c.Returned})
	}
}

// actedBy says who did it for the applicant, as what and by which mandate; to a machine's final steps
// its person agreed. The name is left out where the step hides who applies.
func (v *visit) actedBy(by casework.ActedBy, final bool) string {
	name := ""
	if by.Name != "" {
		name = by.Name + ", "
	}
	text := name + v.In(by.Kind.Text())
	switch {
	case by.Kind == mandate.Agent && final:
		text += v.T(" (mesin milik pemohon, yang menyetujui langkah ini)", " (a machine of the applicant's own, who agreed to this step)")
	case by.Kind == mandate.Agent:
		text += v.T(" (mesin milik pemohon)", " (a machine of the applicant's own)")
	}
	return text + v.T(". Kuasa ", ". Mandate ") + string(by.Mandate) + "."
}

func (v *visit) clockOf(in read) *clockView {
	d := in.c.Clock
	if d.From.IsZero() {
		return nil
	}
	out := &clockView{From: in.w.When(in.c.Completed), Open: d.Open, Used: itoa(int64(d.Used(v.now))) + v.T(" dari ", " of ") + v.WorkDays(d.Term)}
	if !d.Open {
		out.Until = in.w.Until(d.At, v.now) + v.T(", pukul 24.00 ", ", 24:00 ") + in.w.Abbr
	}
	for _, day := range d.Trace {
		noon := day.Date.Start(in.w.Zone).Add(12 * time.Hour)
		row := dayView{Date: in.w.Day(noon, v.now), Kind: string(day.State)}
		switch day.State {
		case region.DayZero:
			row.Why = v.T("Berkas lengkap pada hari ini; hitungan mulai besoknya", "The file became complete on this day; counting begins the day after")
		case region.DayWeekend:
			row.Why = v.T("Akhir pekan, tidak dihitung", "Weekend, not counted")
		case region.DayHoliday:
			row.Why = v.T("Libur: ", "Holiday: ") + v.In(day.Holiday.Name)
		case region.DayPaused:
			row.Why = v.T("Jam berhenti pada pukul 23.59.59, tidak dihitung", "The clock stood at 23:59:59, not counted")
		default:
			row.Why, row.Number = v.T("Hari kerja", "Working day"), itoa(int64(day.Number))
		}
		out.Days = append(out.Days, row)
	}
	return out
}

func (v *visit) opinions(in read) (out []opinionView) {
	for _, o := range in.c.Opinions {
		view := opinionView{By: o.By, When: in.w.Moment(o.At, v.now), Text: o.Text, Tag: web.Tag{Kind: "ok", Icon: "check", Text: v.T("Mendukung", "In favour")}}
		if !o.Favourable {
			view.Tag = web.Tag{Kind: "bad", Icon: "cross", Text: v.T("Tidak mendukung", "Not in favour")}
		}
		for _, s := range in.def.Steps {
			if s.ID == o.Step {
				view.Step = v.In(s.Title)
			}
		}
		out = append(out, view)
	}
	return out
}

func (v *visit) correctionRows(in read) []web.Row {
	k := in.c.Correction
	if k == nil {
		return nil
	}
	text := k.Requirement
	if i := slices.IndexFunc(in.def.Requirements, func(r catalog.Requirement) bool { return r.ID == k.Requirement }); i >= 0 {
		text = v.In(in.def.Requirements[i].Text)
	}
	rows := []web.Row{{Term: v.T("Persyaratan", "Requirement"), Lines: []string{text}}, {Term: v.T("Pesan", "Message"), Lines: []string{k.Reason}},
		{Term: v.T("Diminta", "Asked"), Lines: []string{in.w.Moment(k.Asked, v.now)}}}
	if k.Answered.IsZero() {
		return append(rows, web.Row{Term: v.T("Ditunggu sampai", "Waiting until"), Lines: []string{in.w.Until(k.Until, v.now)}})
	}
	return append(rows, web.Row{Term: v.T("Dijawab", "Answered"), Lines: []string{in.w.Moment(k.Answered, v.now)}})
}

func (v *visit) decisionRows(in read) (rows []web.Row) {
	d := in.c.Decision
	if d == nil {
		return nil
	}
	add := func(term, value string) {
		if value != "" {
			rows = append(rows, web.Row{Term: term, Lines: []string{value}})
		}
	}
	how := map[string]string{"granted": v.T("Dikabulkan", "Granted"), "refused": v.T("Ditolak", "Refused"), "deemed": v.T("Dikabulkan demi hukum", "Granted by law")}[d.How]
	if in.c.State == flow.Signing {
		how += v.T(", menunggu tanda tangan", ", waiting for its signature")
	}
	add(v.T("Keputusan", "Decision"), how)
	if g := in.def.GroundOf(d.Ground); g != nil {
		add(v.T("Dasar", "Ground"), v.In(g.Text))
	}
	add(v.T("Hukum", "Law"), v.In(d.Law))
	add(v.T("Pesan untuk pemohon", "Message to the applicant"), d.Reason)
	add(v.T("Diputuskan oleh", "Decided by"), d.By)
	add(v.T("Pada", "On"), in.w.When(d.At))
	if d.Signer != "" {
		add(v.T("Ditandatangani oleh", "Signed by"), d.Signer)
	}
	return rows
}

func (v *visit) history(in read) (out []web.Step) {
	for _, e := range in.c.Events {
		step := web.Step{State: "done", Title: v.In(e.Text), When: in.w.Moment(e.At, v.now)}
		if e.By != nil {
			step.Lines = []string{v.T("Untuk pemohon oleh ", "For the applicant by ") + v.actedBy(*e.By, e.Kind == flow.Submit || e.Kind == flow.Withdraw)}
		}
		if e.Through != nil {
			step.Lines = append(step.Lines, v.T("Lewat aplikasi ", "By the app ")+e.Through.Name)
		}
		out = append(out, step)
	}
	return out
}

func (v *visit) messagesOf(in read) (out []messageView) {
	for _, m := range in.c.Messages {
		from := v.T("Pemohon", "Applicant")
		switch {
		case m.From == lancar.Machine:
			from = v.T("Agen komputer pemohon", "The applicant's software agent")
		case m.App != "":
			from += v.T(", lewat aplikasi ", ", by the app ") + m.App
		case !m.Theirs():
			from = m.Name
		}
		out = append(out, messageView{Me: !m.Theirs(), From: from, When: in.w.Moment(m.At, v.now), Text: m.Text})
	}
	return out
}

// caseFile sends an attachment to an officer of the case. That they opened it is written down.
func caseFile(v *visit) error {
	number, _, err := casework.ParseNumber(v.r.PathValue("number"))
	if err != nil {
		return notFound()
	}
	a, data, err := v.Cases.OpenFile(v.r.Context(), v.actor, number, lancar.ID(v.r.PathValue("file")))
	if err != nil {
		return err
	}
	web.SendFile(v.w, a.Type, a.Name, data)
	return nil
}
