package office

import (
	"html/template"
	"net/url"
	"strings"
	"time"

	"lancar"
	"lancar/casework"
	"lancar/catalog/flow"
	"lancar/identity"
	"lancar/identity/machine"
	"lancar/region"
	"lancar/web"
)

// inboxView is a page of tasks.
type inboxView struct {
	Title, Lead  string
	Tabs         []web.Link
	Rows         []taskRow
	Urgent, More string
	Empty        web.Empty
	Own          bool
	Done         string // what was just recorded
}

type taskRow struct {
	Href, Number, Service, Step string
	Due, Left                   string
	Strip                       template.HTML
	Late                        bool
	Tags                        []web.Tag
}

// inbox shows the officer's own tasks, or with ?of=role all of their role, soonest due first.
func inbox(v *visit) error {
	if v.actor.Role == identity.DataRole || v.actor.Role == identity.ClaimRole || v.actor.Role == machine.Role || v.actor.Role == roleOps {
		return v.to(v.first(v.actor.Role, ""))
	}
	q := v.r.URL.Query()
	wide := q.Get("of") == "role"
	box, err := v.Cases.Inbox(v.r.Context(), v.actor, casework.Look{After: q.Get("after"), Role: wide})
	if err != nil {
		return err
	}
	other, err := v.Cases.Inbox(v.r.Context(), v.actor, casework.Look{Limit: 1, Role: !wide})
	if err != nil {
		return err
	}
	own, all := box.Total, other.Total
	if wide {
		own, all = all, own
	}
	view := inboxView{Title: v.T("Antrean saya", "My inbox"), Own: !wide, Done: v.doneText(q.Get("done"), q.Get("number"))}
	view.Tabs = []web.Link{{Href: "/office", Text: v.T("Tugas saya", "My tasks") + " (" + itoa(own) + ")", Current: !wide},
		{Href: "/office?of=role", Text: v.T("Semua tugas peran ini", "All tasks of this role") + " (" + itoa(all) + ")", Current: wide}}
	view.Lead = v.T("Berkas diberikan dengan undian yang bisa diperiksa, urut tenggat terdekat. Nama pemohon disembunyikan kalau layanannya meminta begitu.",
		"Files are given by a lot that anyone can check, soonest due first. Who applies stays hidden where the service asks for it.")
	view.Empty = web.Empty{Pattern: "gaps", Title: v.T("Antrean Anda kosong", "Your inbox is empty"),
		Lead: v.T("Tidak ada berkas yang menunggu Anda. Berkas baru datang lewat undian begitu permohonannya lengkap.",
			"No file waits for you. New ones come by lot as soon as an application is complete.")}
	if wide {
		view.Title = v.T("Antrean peran ini", "This role's inbox")
		view.Empty.Title = v.T("Antrean peran ini kosong", "This role's inbox is empty")
	}
	v.fill(&view, box)
	for i, t := range box.Tasks { // a file is open to who holds it, not to the whole role
		if t.Officer != v.actor.ID {
			view.Rows[i].Href = ""
		}
	}
	if box.Next != "" {
		view.More = "/office?after=" + url.QueryEscape(box.Next)
		if wide {
			view.More += "&of=role"
		}
	}
	return v.show("inbox", view.Title, view)
}

// late is the superior's list: what should have been decided, the longest wait first.
func late(v *visit) error {
	if err := v.only(identity.Superior); err != nil {
		return err
	}
	box, err := v.Cases.Late(v.r.Context(), v.actor, v.r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	view := inboxView{Title: v.T("Berkas terlambat", "Late files"),
		Lead: v.T("Jangka waktunya habis tanpa keputusan. Pemohon sudah diberi tahu bahwa berkasnya naik kepada Anda.",
			"Their term ended without a decision. The applicants were told that their file has come up to you."),
		Empty: web.Empty{Pattern: "edges", Title: v.T("Tidak ada yang terlambat", "Nothing is late"),
			Lead: v.T("Semua berkas di kantor ini masih dalam waktunya.", "Every file in this office is within its time.")}}
	v.fill(&view, box)
	if box.Next != "" {
		view.More = "/office/late?after=" + url.QueryEscape(box.Next)
	}
	return v.show("inbox", view.Title, view)
}

func (v *visit) fill(view *inboxView, box casework.Inbox) {
	for _, t := range box.Tasks {
		view.Rows = append(view.Rows, v.taskRow(t))
	}
	if len(view.Rows) > 0 && view.Own {
		view.Urgent = view.Rows[0].Href
	}
}

func (v *visit) taskRow(t casework.Task) taskRow {
	w := v.wordsOf(t.Region)
	row := taskRow{Href: casePath(t.Number), Number: t.Number, Service: v.In(t.Title), Step: v.In(t.StepTitle), Late: t.Late}
	if t.Due.IsZero() {
		row.Due, row.Left = "–", ""
	} else {
		row.Due = w.Until(t.Due, v.now)
		row.Left, row.Strip = v.left(t.Region, t.Service, t.Due)
	}
	if row.Service == "" {
		row.Service = t.Service
	}
	if t.Late {
		row.Tags = append(row.Tags, web.Tag{Kind: "bad", Icon: "alert", Text: v.T("Terlambat, naik ke atasan", "Late, gone to the superior")})
	}
	if t.Flagged {
		row.Tags = append(row.Tags, web.Tag{Kind: "warn", Text: v.T("Catatan register", "Register remark")})
	}
	if t.State == flow.Drawing {
		row.Tags = append(row.Tags, web.Tag{Kind: "warn", Icon: "people", Text: v.T("Tidak ada yang bisa diundi", "Nobody could be drawn")})
	}
	if t.State == flow.Signing {
		row.Tags = append(row.Tags, web.Tag{Icon: "pen", Text: v.T("Menunggu tanda tangan", "Waits for a signature")})
	}
	return row
}

// left says how much of a term is left, or how late it is, and draws it.
func (v *visit) left(code, service string, due time.Time) (string, template.HTML) {
	r, def := v.Regions.ByCode(code), v.Catalog.Service(service)
	if r == nil {
		return "", ""
	}
	term := 0
	if def != nil {
		term = def.Term.Days
	}
	n := r.Left(v.now, due)
	if !v.now.Before(due) {
		if n == 0 {
			return v.T("Lewat waktu", "Past its time"), web.TermStrip(term, 0)
		}
		return v.T("Lewat ", "Late by ") + v.WorkDays(-n), web.TermStrip(term, 0)
	}
	if term > 0 {
		n = max(min(n, term), 1)
	}
	if region.DateIn(v.now, r.Zone) == region.DateIn(due.Add(-time.Second), r.Zone) {
		return v.T("Hari ini", "Today"), web.TermStrip(term, n)
	}
	return v.WorkDays(n) + v.T(" lagi", " left"), web.TermStrip(term, n)
}

// wordsOf writes in the reader's language and in the zone of a region's office.
func (v *visit) wordsOf(code string) web.Words {
	if r := v.Regions.ByCode(code); r != nil {
		return web.Words{Lang: v.Lang, Zone: r.Zone, Abbr: r.ZoneName}
	}
	return v.Words
}

func casePath(number string) string { return "/office/cases/" + url.PathEscape(number) }

// find opens a case by a number in any spelling.
func find(v *visit) error {
	typed := strings.TrimSpace(v.r.URL.Query().Get("number"))
	number, _, err := casework.ParseNumber(typed)
	if err != nil {
		return lancar.Fail(lancar.NotFound, "number", "Nomor itu kurang lengkap atau salah ketik. Nomor permohonan berbentuk seperti 5315-7K4M2-9XQ3T.",
			"That number is incomplete or mistyped. A case number looks like 5315-7K4M2-9XQ3T.")
	}
	return v.to(casePath(number))
}

// shortcuts lists the keys, for people who use them and those who do not.
func shortcuts(v *visit) error { return v.show("keys", v.T("Pintasan", "Shortcuts"), nil) }
