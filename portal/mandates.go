package portal

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/identity/mandate"
	"lancar/web"
)

type mandateRow struct {
	ID, Title, Small, Errand, Href string
	Tag                            web.Tag
	Act, Accept, Code              bool   // what its holder can do with it
	End                            string // what ending it is called, "" when it is over
	Name                           string
	Details                        string // what the link to its page is called
}

// askRow is a question of an agent; Href is what it is about.
// askRow is a question of an agent. Surer is where a sign-in leads that is sure enough to answer it, "" for
// who has one; Code says that a code from the message answers it.
type askRow struct {
	ID, Title, Small, Href, Surer string
	Code                          bool
}

// mandates is the page of acting for others and of who acts for oneself. It is about the person who
// holds the browser, also while they act for somebody.
func mandates(v *visit) error { return v.mandatesPage(http.StatusOK, "", nil) }

func (v *visit) mandatesPage(status int, wrong string, problems []web.Problem) error {
	held, err := v.Mandates.Held(v.r.Context(), v.self)
	if err != nil {
		return err
	}
	view := struct {
		Held, Given, Over []mandateRow
		Asks              []askRow
		Wrong, Mail       string
		Problems          []web.Problem
		Officer, Sure     bool
		Visitor           bool
		Done              string
	}{Wrong: wrong, Problems: problems, Officer: v.self.Kind == identity.Officer, Sure: v.self.Meets(identity.Verified), Mail: v.sandbox("/mail"), Visitor: v.self.Kind == identity.Visitor, Done: v.mandateDone(v.r.URL.Query().Get("done"))}
	for _, m := range held {
		row := v.mandateRow(m, true)
		if m.State.Over() {
			view.Over = append(view.Over, row)
		} else {
			view.Held = append(view.Held, row)
		}
	}
	if !view.Officer {
		given, err := v.Mandates.Of(v.r.Context(), v.self.Own)
		if err != nil {
			return err
		}
		for _, m := range given {
			row := v.mandateRow(m, false)
			if m.State.Over() {
				view.Over = append(view.Over, row)
			} else {
				view.Given = append(view.Given, row)
			}
		}
		asks, err := v.Mandates.Asks(v.r.Context(), v.self.Own)
		if err != nil {
			return err
		}
		for _, a := range asks {
			view.Asks = append(view.Asks, v.askRow(a))
		}
	}
	title := v.T("Bertindak untuk orang lain", "Acting for others")
	if len(problems) > 0 {
		title = v.T("Kesalahan: ", "Error: ") + title
	}
	return v.showAs(status, "mandates", title, view)
}

// mandateDone says what was just done.
func (v *visit) mandateDone(what string) string {
	switch what {
	case "accept":
		return v.T("Kuasa itu Anda terima. Tekan Bertindak untuk memakainya.", "You took the mandate. Press Act to use it.")
	case "code":
		return v.T("Ia sudah setuju. Tekan Bertindak untuk mulai.", "They agreed. Press Act to begin.")
	case "end":
		return v.T("Kuasa itu sudah berakhir, sejak sekarang.", "The mandate is over, from now.")
	case "stop":
		return v.T("Anda kembali ke urusan Anda sendiri.", "You are back to your own affairs.")
	case "agreed":
		return v.T("Agen Anda boleh melanjutkan langkah itu, sekali.", "Your agent may take that step, once.")
	case "refused":
		return v.T("Langkah itu tidak jadi dilakukan.", "That step is not taken.")
	case "child", "company":
		return v.T("Catatan resmi membenarkan. Tekan Bertindak untuk mulai.", "The register agrees. Press Act to begin.")
	case "help":
		return v.T("Minta orang itu menyebutkan kodenya.", "Ask that person to tell you the code.")
	case "give":
		return v.T("Tawaran Anda terkirim. Orang itu melihatnya di halamannya.", "Your offer is made. They see it on their page.")
	case "agent":
		return v.T("Agen Anda boleh bekerja dalam batas itu.", "Your agent may work within these limits.")
	}
	return ""
}

func (v *visit) askRow(a mandate.Pending) askRow {
	title := a.Holder + v.T(" hendak ", " wants to ") + v.In(a.Act.Verb.Text())
	if a.Act.Service != "" {
		title += ": " + v.serviceTitle(a.Act.Service)
	}
	small := v.T("Tidak bisa dibatalkan. Dijawab sebelum ", "It cannot be taken back. To be answered before ") + v.Moment(a.Expires, v.now)
	if a.Act.Amount.Amount > 0 {
		small = a.Act.Amount.String() + ". " + small
	}
	href := "/cases/" + a.Act.Ref
	if a.Act.Verb == mandate.Submit { // of the draft, in the version that would be sent
		id, _, _ := strings.Cut(a.Act.Ref, "/")
		href = draftPath(lancar.ID(id)) + "/check"
	}
	row := askRow{ID: string(a.ID), Title: title, Small: small, Href: href}
	strong := a.Act.Level >= identity.Strong
	if row.Code = !strong; !v.self.Meets(a.Act.Level) || strong && !v.self.Fresh(v.now, identity.FreshFor) {
		row.Surer = "/signin?" + signInFor{To: "/me/mandates", Level: a.Act.Level, Fresh: true}.Query()
	}
	return row
}

// mandateRow is a mandate in a list, from its holder's side or its principal's.
func (v *visit) mandateRow(m mandate.Mandate, mine bool) mandateRow {
	row := mandateRow{ID: string(m.ID), Href: "/me/mandates/" + string(m.ID), Errand: m.Errand, Tag: mandateTag(v, m)}
	row.Name, row.Title = m.Holder.Name, m.Holder.Name+v.T(" untuk Anda", " for you")
	if mine {
		row.Name, row.Title = m.Principal.Name, v.T("Anda untuk ", "You for ")+m.Principal.Name
	}
	row.Small = v.In(m.Kind.Text()) + " · " + v.permits(m) + " · " + v.T("sampai ", "until ") + v.Date(lastDay(m.Until))
	row.Act = mine && m.State == mandate.Active && v.now.Before(m.Until)
	row.Details = v.T("Yang dilakukan", "What was done")
	if m.State == mandate.Offered || m.State == mandate.Asked {
		row.Details = v.T("Rincian", "Details")
	}
	row.Accept, row.Code = mine && m.State == mandate.Offered, mine && m.State == mandate.Asked
	switch {
	case m.State.Over(), m.State == mandate.Claimed:
	case !mine && m.State == mandate.Asked, row.Accept:
		row.End = v.T("Tolak", "Decline")
	case row.Code:
		row.End = v.T("Batalkan", "Drop it")
	case mine:
		row.End = v.T("Kembalikan", "Lay it down")
	default:
		row.End = v.T("Cabut", "Take it back")
	}
	return row
}

// permits says in words what a mandate reaches to.
func (v *visit) permits(m mandate.Mandate) string {
	var verbs []string
	for _, verb := range m.Scope.Verbs {
		verbs = append(verbs, v.In(verb.Text()))
	}
	out := strings.Join(verbs, ", ")
	if len(m.Scope.Verbs) == len(mandate.Verbs()) {
		out = v.T("semua langkah", "every step")
	}
	var services []string
	for _, s := range m.Scope.Services {
		services = append(services, v.serviceTitle(s))
	}
	if len(services) > 0 {
		out += v.T(", hanya ", ", only ") + strings.Join(services, ", ")
	}
	if m.Scope.Most.Amount > 0 {
		out += v.T(", paling banyak ", ", at most ") + m.Scope.Most.String()
	}
	return out
}

func mandateTag(v *visit, m mandate.Mandate) web.Tag {
	text := v.In(m.State.Text())
	switch {
	case m.State == mandate.Active:
		return web.Tag{Kind: "ok", Icon: "check", Text: text}
	case m.State.Over():
		return web.Tag{Kind: "off", Text: text}
	}
	return web.Tag{Kind: "warn", Icon: "clock", Text: text}
}

// showMandate is one mandate with everything that was done under it.
func showMandate(v *visit) error {
	m, did, err := v.Mandates.Did(v.r.Context(), v.self, lancar.ID(v.r.PathValue("id")), lancar.ID(v.r.URL.Query().Get("after")))
	if err != nil {
		return err
	}
	mine := m.Holder.Account == v.self.Account
	view := struct {
		Row  mandateRow
		Rows []web.Row
		Did  []web.Item
		More string
	}{Row: v.mandateRow(m, mine)}
	add := func(term string, lines ...string) {
		if len(lines) > 0 && lines[0] != "" {
			view.Rows = append(view.Rows, web.Row{Term: term, Lines: lines})
		}
	}
	add(v.T("Bertindak", "Acts"), m.Holder.Name)
	add(v.T("Untuk", "For"), m.Principal.Name)
	add(v.T("Sebagai", "As"), v.In(m.Kind.Text()))
	add(v.T("Boleh", "May"), v.permits(m))
	add(v.T("Keperluan", "Errand"), m.Errand)
	if !m.From.IsZero() {
		add(v.T("Berlaku sejak", "In force since"), v.When(m.From))
	}
	add(v.T("Sampai", "Until"), v.Date(lastDay(m.Until)))
	if !m.Ended.IsZero() {
		add(v.T("Berakhir", "Ended"), v.When(m.Ended))
	}
	for _, l := range did {
		view.Did = append(view.Did, v.didItem(l))
		view.More = "/me/mandates/" + string(m.ID) + "?after=" + url.QueryEscape(string(l.ID))
	}
	if len(did) < 50 {
		view.More = ""
	}
	return v.show("mandate", view.Row.Title, view)
}

func (v *visit) didItem(l mandate.Line) web.Item {
	item := web.Item{Title: v.In(l.Verb.Text()), Small: v.Moment(l.At, v.now)}
	if l.Service != "" {
		item.Title += ": " + v.serviceTitle(l.Service)
	}
	if l.Amount.Amount > 0 {
		item.Small += " · " + l.Amount.String()
	}
	return item
}

// changeMandate is what a party does with one mandate: act under it, take it, type the code, end it.
func changeMandate(v *visit) error {
	if err := v.readForm(); err != nil {
		return err
	}
	ctx, id := v.r.Context(), lancar.ID(v.r.PathValue("id"))
	var err error
	do := v.r.PostForm.Get("do")
	to := "/me/mandates?done=" + do
	switch do {
	case "act":
		if err = v.Mandates.ActFor(ctx, v.self, id); err == nil {
			v.markActing(true)
			to = "/me"
		}
	case "accept":
		err = v.Mandates.Accept(ctx, v.self, id)
	case "code":
		_, err = v.Mandates.Confirm(ctx, v.self, id, v.r.PostForm.Get("code"))
		if e, ok := invalid(err); ok {
			return v.mandatesPage(http.StatusUnprocessableEntity, string(id), []web.Problem{{Field: "code-" + string(id), Text: v.In(e.Text)}})
		}
	case "end":
		err = v.Mandates.Revoke(ctx, v.self, id)
	default:
		err = notFound()
	}
	if err != nil {
		return err
	}
	return v.to(to)
}

func stopActing(v *visit) error {
	if err := v.Mandates.StopActing(v.r.Context(), v.self); err != nil {
		return err
	}
	v.markActing(false)
	return v.to("/me/mandates?done=stop")
}

// answerAgent is a person's word on a step that their agent may not take alone.
func answerAgent(v *visit) error {
	if err := v.readForm(); err != nil {
		return err
	}
	id := lancar.ID(v.r.PathValue("id"))
	var err error
	done := "agreed"
	if v.r.PostForm.Get("do") == "refuse" {
		done, err = "refused", v.Mandates.Refuse(v.r.Context(), v.self, id)
	} else {
		err = v.Mandates.Agree(v.r.Context(), v.self, id, v.r.PostForm.Get("code"))
	}
	if e, ok := errors.AsType[*lancar.Error](err); ok && e.Field == "level" {
		return v.mandatesPage(http.StatusForbidden, "", []web.Problem{{Text: v.In(e.Text)}})
	}
	if e, ok := invalid(err); ok {
		return v.mandatesPage(http.StatusUnprocessableEntity, string(id), []web.Problem{{Field: "ask-" + string(id), Text: v.In(e.Text)}})
	}
	if err != nil {
		return err
	}
	return v.to("/me/mandates?done=" + done)
}

// periods are how long a person may give a mandate for, in days.
func (v *visit) periods(chosen string) []web.Option {
	var out []web.Option
	for _, p := range []struct{ days, id, en string }{{"1", "Hari ini saja", "Today only"}, {"7", "Satu minggu", "One week"}, {"30", "Satu bulan", "One month"}, {"365", "Satu tahun", "One year"}} {
		out = append(out, web.Option{Value: p.days, Label: v.T(p.id, p.en), Checked: p.days == chosen})
	}
	return out
}

// scopeOf reads what may be done, of which service, for how much and how long.
func (v *visit) scopeOf(sent url.Values) (s mandate.Scope, until time.Time) {
	for _, verb := range mandate.Verbs() {
		if slices.Contains(sent["verbs"], string(verb)) {
			s.Verbs = append(s.Verbs, verb)
		}
	}
	if slug := sent.Get("service"); slug != "" {
		s.Services = []string{slug}
	}
	if rupiah, err := strconv.ParseInt(strings.NewReplacer(".", "", " ", "").Replace(sent.Get("most")), 10, 64); err == nil && rupiah < 1e12 {
		s.Most = lancar.Rupiah(rupiah)
	}
	days, err := strconv.Atoi(sent.Get("days"))
	if err != nil {
		return s, time.Time{}
	}
	end := v.now.In(v.site.region.Zone).AddDate(0, 0, days-1)
	return s, time.Date(end.Year(), end.Month(), end.Day()+1, 0, 0, 0, 0, v.site.region.Zone)
}

// lastDay is an instant on the last day of a period that ends before until.
func lastDay(until time.Time) time.Time { return until.Add(-time.Second) }
