package office

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"lancar"
	"lancar/access"
	"lancar/access/breach"
	"lancar/internal/store"
	"lancar/web"
)

// dataRoutes are the pages of the data officer, beside the answering of requests.
func dataRoutes() map[string]handler {
	return map[string]handler{
		"GET /office/data":                              dataOverview,
		"GET /office/data.csv":                          dataCSV,
		"GET /office/data/processing":                   processing,
		"GET /office/data/processing.csv":               processingCSV,
		"GET /office/breaches":                          breaches,
		"POST /office/breaches":                         openBreach,
		"GET /office/breaches/{region}/{id}":            showBreach,
		"GET /office/breaches/{region}/{id}/letter":     breachLetter,
		"GET /office/breaches/{region}/{id}/letter.pdf": breachPaper,
		"POST /office/breaches/{region}/{id}/tell":      tellBreach,
		"POST /office/breaches/{region}/{id}/report":    reportBreach,
	}
}

// duty is one thing that waits for the data officer, whatever it is.
type duty struct {
	Href, What, Since, Due, Left string
	Late                         bool
	Tag                          web.Tag

	due, since time.Time
	kind       string
}

type retentionRow struct{ Words, Last, Done string }

// dataOverview is the data officer's first page: everything that waits, soonest due first, and what
// stands in figures.
func dataOverview(v *visit) error {
	if err := v.only(access.OfficerRole); err != nil {
		return err
	}
	duties, err := v.duties()
	if err != nil {
		return err
	}
	f, err := v.Access.Figures(v.r.Context(), v.actor)
	if err != nil {
		return err
	}
	kept, err := v.retention()
	if err != nil {
		return err
	}
	return v.show("data", v.T("Pelindungan data", "Data protection"), map[string]any{"Duties": duties, "Figures": v.dataFigures(f), "Kept": kept,
		"Printed": v.T("Keadaan ", "As of ") + v.When(v.now), "Empty": web.Empty{Pattern: "gaps", Title: v.T("Tidak ada yang menunggu", "Nothing waits"),
			Lead: v.T("Semua permintaan sudah dijawab, dan tidak ada kegagalan pelindungan yang belum diberitahukan.", "Every request is answered, and no breach waits to be told.")}})
}

// duties are requests and breaches, soonest due first.
func (v *visit) duties() ([]duty, error) {
	asks, err := v.Access.Pending(v.r.Context(), v.actor)
	if err != nil {
		return nil, err
	}
	var out []duty
	for _, a := range asks {
		d := duty{Href: below("/office/rights/", a.Region, a.ID), What: v.rightName(a.Right), due: a.Due, since: a.At, kind: string(a.Right), Tag: web.Tag{Text: v.T("Baru", "New")}}
		if a.State == access.Working {
			d.Tag = web.Tag{Kind: "off", Text: v.T("Sedang dikerjakan", "Being worked on")}
		}
		out = append(out, d)
	}
	breaches, err := v.Breaches.List(v.r.Context(), v.actor)
	if err != nil {
		return nil, err
	}
	for _, b := range breaches {
		if !b.Done() {
			out = append(out, duty{Href: below("/office/breaches/", b.Region, b.ID), What: v.T("Kegagalan pelindungan: ", "Breach: ") + firstWords(b.What), due: b.Due, since: b.Found,
				kind: "breach", Tag: v.breachTag(b)})
		}
	}
	for i := range out {
		d := &out[i]
		d.Since, d.Due, d.Left, d.Late = v.Moment(d.since, v.now), v.Moment(d.due, v.now), v.hours(d.due), v.now.After(d.due)
		if d.Late {
			d.Tag = web.Tag{Kind: "bad", Icon: "alert", Text: v.T("Terlambat, naik ke atasan", "Late, gone to the superior")}
		}
	}
	slices.SortStableFunc(out, func(a, b duty) int { return a.due.Compare(b.due) })
	return out, nil
}

func firstWords(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

func (v *visit) dataFigures(f access.Figures) []web.Row {
	n := func(i int64) string { return strconv.FormatInt(i, 10) }
	since := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return v.T(", tertua sejak ", ", the oldest since ") + v.Date(t)
	}
	row := func(id, en, value string) web.Row {
		return web.Row{Term: v.T(id, en), Lines: []string{value}, Num: true}
	}
	return []web.Row{
		row("Permintaan terbuka", "Open requests", n(f.Open)+v.T(", terlambat ", ", late ")+n(f.Overdue)),
		row("Dijawab dalam 30 hari", "Answered in 30 days", n(f.Answered)+v.T(", lewat batas ", ", after the term ")+n(f.Late)),
		row("Pertanyaan “kenapa” tertua", "Oldest question “why”", v.none(since(f.OldestWhy))),
		row("Orang yang membatasi pemakaian datanya", "People who restrict the use of their data", n(f.Restricted)+since(f.RestrictedSince)),
		row("Persetujuan kepada aplikasi yang berlaku", "Agreements with apps in force", n(f.Agreements)+v.T(", ditarik dalam 30 hari ", ", withdrawn in 30 days ")+n(f.Withdrawn)),
		row("Pembukaan data dalam 30 hari", "Looks in 30 days", fmt.Sprintf(v.T("%d kali pada %d orang; %d di antaranya oleh %d mesin", "%d at %d people; %d of them by %d machines"), f.Looks, f.LooksPeople, f.Machines, f.MachineOf)),
	}
}

func (v *visit) none(s string) string {
	if s == "" {
		return v.T("tidak ada", "none")
	}
	return strings.TrimPrefix(strings.TrimPrefix(s, ", tertua "), ", the oldest ")
}

// retention is what each rule says, when it last removed something, and how much.
func (v *visit) retention() (rows []retentionRow, err error) {
	by, err := v.Access.RetainedByRule(v.r.Context())
	if err != nil {
		return nil, err
	}
	for _, r := range v.Access.Rules() {
		row := retentionRow{Words: v.In(r.Words), Last: v.T("belum ada yang waktunya habis", "nothing has come to its end yet"), Done: "0"}
		if run, ok := by[r.Name]; ok {
			row.Last, row.Done = v.Moment(store.Time(run.At), v.now), strconv.FormatInt(run.Done, 10)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// dataCSV is what waits as a table for a spreadsheet. It names nobody.
func dataCSV(v *visit) error {
	if err := v.only(access.OfficerRole); err != nil {
		return err
	}
	duties, err := v.duties()
	if err != nil {
		return err
	}
	rows := [][]string{{"jenis", "hal", "sejak", "batas", "umur_jam", "terlambat"}}
	for _, d := range duties {
		rows = append(rows, []string{d.kind, d.What, d.since.In(v.Zone).Format(time.RFC3339), d.due.In(v.Zone).Format(time.RFC3339),
			strconv.Itoa(int(v.now.Sub(d.since) / time.Hour)), map[bool]string{true: "ya", false: "tidak"}[d.Late]})
	}
	return v.table("pelindungan-data.csv", rows)
}

// table sends a CSV file. A cell that a spreadsheet would take for a formula is made text.
func (v *visit) table(name string, rows [][]string) error {
	h := v.w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Cache-Control", "no-store")
	out := csv.NewWriter(v.w)
	for _, row := range rows {
		for i, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				row[i] = "'" + cell
			}
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

type processingView struct {
	Name, Office, Whose, Purpose, Keep, Decides        string
	Grounds, General, Specific, Sources, Given, Impact []string
}

// processing is the record of processing activities, read from what the rooms declare.
func processing(v *visit) error {
	if err := v.only(access.OfficerRole); err != nil {
		return err
	}
	var list []processingView
	for _, p := range v.Access.Processing() {
		list = append(list, v.processingView(p))
	}
	return v.show("processing", v.T("Catatan pemrosesan", "Record of processing"), map[string]any{"List": list, "Printed": v.T("Keadaan ", "As of ") + v.When(v.now)})
}

func (v *visit) processingView(p access.Processing) processingView {
	words := func(list []lancar.Text) (out []string) {
		for _, t := range list {
			out = append(out, v.In(t))
		}
		return out
	}
	view := processingView{Name: v.In(p.Name), Whose: v.In(p.Whose), Purpose: v.In(p.Purpose), Keep: v.In(p.Keep), Grounds: p.Grounds,
		General: words(p.General), Specific: words(p.Specific), Sources: words(p.Sources), Given: words(p.Given)}
	if p.Agency != "" {
		view.Office = v.agencyName(p.Agency, v.region.Code)
	}
	if p.Alone {
		view.Impact = append(view.Impact, v.T("sistem sendiri mengabulkan bila jangka waktu habis", "the system itself grants when the term is over"))
	}
	if len(p.Specific) > 0 {
		view.Impact = append(view.Impact, v.T("memuat data spesifik", "holds specific data"))
	}
	if len(p.Sources) > 1 {
		view.Impact = append(view.Impact, v.T("memadankan beberapa sumber data", "matches several sources"))
	}
	return view
}

// processingCSV is the same as a table.
func processingCSV(v *visit) error {
	if err := v.only(access.OfficerRole); err != nil {
		return err
	}
	rows := [][]string{{"kegiatan", "penanggung_jawab", "tujuan", "dasar", "pemilik_data", "data_umum", "data_spesifik", "sumber", "diberikan_kepada", "masa_simpan", "dampak_pasal_34"}}
	for _, p := range v.Access.Processing() {
		w := v.processingView(p)
		rows = append(rows, []string{w.Name, w.Office, w.Purpose, strings.Join(w.Grounds, "; "), w.Whose, strings.Join(w.General, "; "), strings.Join(w.Specific, "; "),
			strings.Join(w.Sources, "; "), strings.Join(w.Given, "; "), w.Keep, strings.Join(w.Impact, "; ")})
	}
	return v.table("catatan-pemrosesan.csv", rows)
}

func (v *visit) breachTag(b breach.Breach) web.Tag {
	switch {
	case b.Done():
		return web.Tag{Kind: "ok", Icon: "check", Text: v.T("Semua diberi tahu", "Everybody told")}
	case b.Late(v.now):
		return web.Tag{Kind: "bad", Icon: "alert", Text: v.T("Terlambat", "Late")}
	case b.Told.IsZero():
		return web.Tag{Kind: "warn", Icon: "clock", Text: v.T("Pemilik data belum diberi tahu", "People not told yet")}
	}
	return web.Tag{Kind: "warn", Icon: "clock", Text: v.T("Lembaga pengawas belum diberi tahu", "Authority not told yet")}
}
