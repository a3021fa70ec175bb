package portal

import (
	"net/url"
	"strconv"

	"lancar"
	"lancar/access"
	"lancar/casework"
	"lancar/web"
)

type lookRow struct{ ID, When, Who, What, Why, Ground, For string }

// lookDay is one day's looks, those for one case together.
type lookDay struct {
	Day   string
	Cases []lookCase
}

type lookCase struct {
	Title, Href string // of the case; "" where no case is behind it
	Rows        []lookRow
}

type lookedView struct {
	Days        []lookDay
	Readers     []web.Item
	Filters     []web.Link
	More, Asked string
	Only        string // what the list is narrowed to, "" for everything
	Total       string
	Any         bool // somebody has looked
}

// looked is the record of everyone who opened this person's data: who first, in one screen, then
// every look by day and case.
func looked(v *visit) error {
	q := v.r.URL.Query()
	f := access.Filter{Kind: lancar.ActorKind(q.Get("kind")), Who: lancar.ID(q.Get("who")), App: q.Get("app")}
	rows, next, err := v.Access.Looks(v.r.Context(), v.session.Own, f, q.Get("after"))
	if err != nil {
		return err
	}
	readers, err := v.Access.Readers(v.r.Context(), v.session.Own)
	if err != nil {
		return err
	}
	view := lookedView{Any: len(readers) > 0, Filters: v.lookFilters(f, readers)}
	if f != (access.Filter{}) {
		view.Only = v.lookOnly(f, readers)
	} else if q.Get("after") == "" {
		view.Readers, view.Total = v.readers(readers)
	}
	if view.Days, err = v.lookDays(rows); err != nil {
		return err
	}
	if next != "" {
		q.Set("after", next)
		q.Del("asked")
		view.More = "/me/looked?" + q.Encode()
	}
	if q.Get("asked") != "" {
		view.Asked = v.T("Pertanyaan Anda terkirim. Jawabannya paling lambat 3×24 jam, di halaman hak atas data.", "Your question is sent. The answer comes within 3×24 hours, on the page of your data rights.")
	}
	return v.show("looked", v.T("Siapa melihat data saya", "Who looked at my data"), view)
}

// readers is everyone who ever looked, last first. The system is one, whichever of its rules did it;
// so is an officer who looked from several offices.
func (v *visit) readers(list []access.Reader) (items []web.Item, total string) {
	var all int64
	times, last, at := []int64{}, []access.Reader{}, map[string]int{}
	for _, r := range list {
		all += r.Times
		to := url.Values{"who": {string(r.Who.ID)}}
		if r.Who.Kind == lancar.System {
			to = url.Values{"kind": {string(lancar.System)}}
		}
		i, known := at[to.Encode()]
		if !known {
			i = len(items)
			at[to.Encode()] = i
			items = append(items, web.Item{Href: "/me/looked?" + to.Encode(), Title: v.reader(r.Who), Icon: readerIcon(r.Who.Kind)})
			times, last = append(times, 0), append(last, r)
		}
		times[i] += r.Times
	}
	for i := range items {
		items[i].Small = v.times(times[i]) + ", " + v.T("terakhir ", "last ") + v.Moment(last[i].Last, v.now)
	}
	return items, v.times(all)
}

func (v *visit) times(n int64) string {
	return strconv.FormatInt(n, 10) + v.T(" kali", map[bool]string{true: " time", false: " times"}[n == 1])
}

func readerIcon(k lancar.ActorKind) string {
	if k == lancar.Officer || k == lancar.Person {
		return "person"
	}
	return "shield"
}

// lookFilters are the kinds of readers that there are, beside everybody.
func (v *visit) lookFilters(f access.Filter, readers []access.Reader) []web.Link {
	out := []web.Link{{Href: "/me/looked", Text: v.T("Semua", "Everybody"), Current: f == access.Filter{}}}
	for _, k := range []struct {
		kind lancar.ActorKind
		name string
	}{{lancar.Officer, v.T("Petugas", "Officers")}, {lancar.Machine, v.T("Mesin dan aplikasi", "Machines and apps")}, {lancar.System, v.T("Sistem", "The system")},
		{lancar.Person, v.T("Anda dan kuasa Anda", "You and who acts for you")}} {
		for _, r := range readers {
			if r.Who.Kind == k.kind {
				out = append(out, web.Link{Href: "/me/looked?kind=" + string(k.kind), Text: k.name, Current: f.Kind == k.kind})
				break
			}
		}
	}
	return out
}

func (v *visit) lookOnly(f access.Filter, readers []access.Reader) string {
	for _, r := range readers {
		if f.Who != "" && r.Who.ID == f.Who || f.App != "" && r.App == f.App {
			return v.T("Hanya: ", "Only: ") + v.reader(r.Who)
		}
	}
	return ""
}

// lookDays puts looks, newest first, under their day, and there under their case; all by the clock of this
// portal, so that the order can be read.
func (v *visit) lookDays(rows []access.Row) (days []lookDay, err error) {
	cases := map[lancar.ID]casework.Listed{}
	if len(rows) > 0 {
		if cases, err = v.casesByID(); err != nil {
			return nil, err
		}
	}
	at := map[lancar.ID]int{} // of a case in the last day
	for _, r := range rows {
		if day := v.Day(r.At, v.now); len(days) == 0 || days[len(days)-1].Day != day {
			days, at = append(days, lookDay{Day: day}), map[lancar.ID]int{}
		}
		d := &days[len(days)-1]
		i, ok := at[r.Case]
		if !ok {
			i = len(d.Cases)
			at[r.Case] = i
			one := lookCase{}
			if c, known := cases[r.Case]; known {
				one = lookCase{Title: v.serviceTitle(c.Service) + ", " + c.Number, Href: "/cases/" + c.Number}
			}
			d.Cases = append(d.Cases, one)
		}
		d.Cases[i].Rows = append(d.Cases[i].Rows, lookRow{ID: string(r.ID), When: v.Words.Clock(r.At), Who: v.reader(r.Who), What: v.In(r.Words),
			Why: v.In(r.Purpose), Ground: v.In(r.Ground), For: r.For})
	}
	return days, nil
}

// casesByID are the person's cases, as many as a page names.
func (v *visit) casesByID() (map[lancar.ID]casework.Listed, error) {
	out, after := map[lancar.ID]casework.Listed{}, ""
	for range 5 {
		list, next, err := v.Cases.Mine(v.r.Context(), v.applicant(), after)
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			out[c.ID] = c
		}
		if after = next; next == "" {
			break
		}
	}
	return out, nil
}

// askWhy asks the office behind one look why it was made.
func askWhy(v *visit) error {
	if err := v.readForm(); err != nil {
		return err
	}
	_, err := v.Access.AskFor(v.r.Context(), v.session.Own, access.Ask{Right: access.Why, Row: lancar.ID(v.r.PostForm.Get("row"))})
	if err != nil {
		return err
	}
	return v.to("/me/looked?asked=1")
}
