package portal

import (
	"html/template"
	"net/url"
	"strconv"
	"strings"

	"lancar/casework"
	"lancar/catalog/flow"
	"lancar/document"
	"lancar/payment"
	"lancar/web"
)

// meView is a person's own page: what happens next and by when, before everything else.
type meView struct {
	Hail      string
	Acting    bool
	Permits   []string // what the mandate of who acts permits
	Waiting   *waitingView
	calls     []call
	Cases     []web.Item
	More      string
	Drafts    []web.Item
	Documents []docCard
	Payments  []chargeView
	News      []newsView
	MoreNews  string // address of older ones, "" for none
}

type chargeView struct {
	Href, Title, DateLabel, Date, Amount string
	Tag                                  web.Tag
}

// newsView is a message; Rest is what follows its first line, paragraph by paragraph.
type newsView struct {
	Href, Title, Line, Small string
	Rest                     []string
}

func me(v *visit) error {
	view := meView{Hail: v.hail(), Acting: v.acting != nil}
	fills := []func(*meView) error{v.myCalls, v.myCases, v.myDrafts, v.myDocuments, v.myPayments, v.myNews}
	if view.Acting {
		view.Hail, fills = v.theirs(&view), []func(*meView) error{v.myCases, v.myDrafts}
	}
	for _, fill := range fills {
		if err := fill(&view); err != nil {
			return err
		}
	}
	view.Waiting = v.waiting(view.calls)
	return v.show("me", v.T("Halaman saya", "My page"), view)
}

// hail greets by the time of day and the given name.
func (v *visit) hail() string {
	name, err := v.Identity.GivenName(v.r.Context(), v.session.Own)
	if err != nil || name == "" {
		return ""
	}
	hail := v.T("Selamat malam", "Good evening")
	switch h := v.now.In(v.site.region.Zone).Hour(); {
	case h >= 3 && h < 11:
		hail = v.T("Selamat pagi", "Good morning")
	case h >= 11 && h < 15:
		hail = v.T("Selamat siang", "Good day")
	case h >= 15 && h < 19:
		hail = v.T("Selamat sore", "Good afternoon")
	}
	return hail + ", " + name
}

func (v *visit) myCases(view *meView) error {
	list, next, err := v.Cases.Mine(v.r.Context(), v.applicant(), v.r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	if next != "" {
		view.More = "/me?after=" + url.QueryEscape(next) + "#cases"
	}
	for _, c := range list {
		item := v.caseItem(c)
		switch c.State {
		case flow.Unpaid:
			view.calls = append(view.calls, call{item.Title + ". " + item.Small, item.Href + "/pay", v.T("Bayar", "Pay")})
		case flow.Correction:
			view.calls = append(view.calls, call{item.Title + ". " + item.Small, item.Href, v.T("Buka", "Open")})
		}
		view.Cases = append(view.Cases, item)
	}
	return nil
}

// caseItem is a case in the list: what happens next and by when.
func (v *visit) caseItem(c casework.Listed) web.Item {
	w := v.wordsOf(c.Region)
	item := web.Item{Href: "/cases/" + c.Number, Title: v.serviceTitle(c.Service), Note: v.caseNote(c), Tag: stateTag(w, c.State)}
	switch c.State {
	case flow.Unpaid:
		item.Small = v.T("Bayar sebelum ", "Pay before ") + w.Day(c.Due, v.now) + ", " + w.Clock(c.Due)
	case flow.Correction:
		item.Small = v.T("Petugas perlu perbaikan dari Anda sampai ", "The officer needs a correction from you by ") + w.Until(c.Due, v.now)
	case flow.Granted, flow.Refused, flow.Done, flow.Withdrawn, flow.Lapsed:
		item.Small = v.T("Selesai ", "Over since ") + w.Day(c.Changed, v.now)
	default:
		item.Small = v.T("Paling lambat ", "At the latest by ") + w.Until(c.Due, v.now)
		if v.now.After(c.Due) {
			item.Small = v.T("Terlambat. Seharusnya ", "Late. It was due by ") + w.Until(c.Due, v.now)
			item.Tag = &web.Tag{Kind: "bad", Icon: "alert", Text: v.T("Terlambat", "Late")}
		}
		item.Strip = v.strip(c)
	}
	return item
}

// caseNote tells two cases for the same service apart.
func (v *visit) caseNote(c casework.Listed) string {
	note := v.T("Nomor ", "Number ") + c.Number
	if r := v.Regions.ByCode(c.Region); r != nil {
		note = r.Name + ". " + note
	}
	return note
}

// strip draws a running case's clock by its service's term as it stands now; the case's own page
// has the clock day by day.
func (v *visit) strip(c casework.Listed) template.HTML {
	r, def := v.Regions.ByCode(c.Region), v.Catalog.Service(c.Service)
	if r == nil || def == nil || c.Due.IsZero() {
		return ""
	}
	left := 0
	if v.now.Before(c.Due) {
		left = max(min(r.Left(v.now, c.Due), def.Term.Days), 1)
	}
	return web.TermStrip(def.Term.Days, left)
}

func stateTag(w web.Words, s flow.State) *web.Tag {
	switch s {
	case flow.Unpaid:
		return &web.Tag{Kind: "warn", Icon: "money", Text: w.T("Menunggu pembayaran", "Waiting for payment")}
	case flow.Correction:
		return &web.Tag{Kind: "warn", Icon: "chat", Text: w.T("Giliran Anda", "Your turn")}
	case flow.Granted:
		return &web.Tag{Kind: "ok", Icon: "check", Text: w.T("Dikabulkan", "Granted")}
	case flow.Done:
		return &web.Tag{Kind: "ok", Icon: "check", Text: w.T("Lunas", "Paid")}
	case flow.Refused:
		return &web.Tag{Icon: "doc", Text: w.T("Belum bisa disetujui", "Not granted")}
	case flow.Withdrawn, flow.Lapsed:
		return &web.Tag{Kind: "off", Text: w.T("Ditutup", "Closed")}
	case flow.Signing:
		return &web.Tag{Icon: "pen", Text: w.T("Menunggu tanda tangan", "Waiting for the signature")}
	}
	return &web.Tag{Icon: "clock", Text: w.T("Sedang diperiksa", "Being reviewed")}
}

func (v *visit) serviceTitle(slug string) string {
	if d := v.Catalog.Service(slug); d != nil {
		return v.In(d.Title)
	}
	return slug
}

func (v *visit) myDrafts(view *meView) error {
	list, err := v.Cases.Drafts(v.r.Context(), v.applicant())
	if err != nil {
		return err
	}
	for _, d := range list {
		view.Drafts = append(view.Drafts, web.Item{Href: draftPath(d.ID), Title: v.serviceTitle(d.Service),
			Small: v.T("Tersimpan ", "Saved ") + v.Moment(d.Saved, v.now) + v.T(". Bisa dilanjutkan sampai ", ". You can go on until ") + v.Date(d.Expires)})
	}
	return nil
}

func (v *visit) myDocuments(view *meView) error {
	list, err := v.Documents.Mine(v.r.Context(), v.session.Own, 20)
	if err != nil {
		return err
	}
	for _, d := range list {
		view.Documents = append(view.Documents, v.docCard(d))
	}
	return nil
}

func (v *visit) docCard(d document.Document) docCard {
	card := docCard{Href: documentPath(d.Core), Title: v.In(d.Title), Line: v.T("Terbit ", "Issued ") + v.wordsOf(d.Region).Date(d.IssuedAt) + " · " + d.Office}
	if d.Kind == document.Permit || d.State != document.Valid {
		card.Tag = documentTag(v.Words, d.State)
	}
	return card
}

func (v *visit) myPayments(view *meView) error {
	list, err := v.Charges.Mine(v.r.Context(), v.session.Own)
	if err != nil {
		return err
	}
	for _, c := range list {
		w := v.wordsOf(c.Region)
		row := chargeView{Href: "/cases/" + c.Number, Title: v.In(c.Title), Amount: c.Amount.String(), Tag: chargeTag(w, payment.Paid),
			DateLabel: v.T("Dibayar", "Paid"), Date: w.Date(c.Paid)}
		if c.Kind != "applied" {
			row.Tag = backTag(w, c.Refund)
			if err := v.askedWhere(view, c); err != nil {
				return err
			}
		}
		view.Payments = append(view.Payments, row)
	}
	return nil
}

func (v *visit) myNews(view *meView) error {
	list, next, err := v.Notify.Inbox(v.r.Context(), v.session.Own, v.r.URL.Query().Get("news"), 8)
	if err != nil {
		return err
	}
	if next != "" {
		view.MoreNews = "/me?news=" + url.QueryEscape(next) + "#news"
	}
	for _, m := range list {
		n := newsView{Title: v.In(m.Title), Line: firstLine(v.In(m.Body)), Rest: paragraphs(v.In(m.Body)), Small: v.wordsOf(m.Region).Moment(m.At, v.now)}
		if u, err := url.Parse(m.Link); err == nil && m.Link != "" {
			n.Href = web.LocalPath(u.RequestURI())
		}
		view.News = append(view.News, n)
	}
	return v.Notify.MarkRead(v.r.Context(), v.session.Own, v.now)
}

// paragraphs are those of a message after its first line.
func paragraphs(s string) (out []string) {
	_, rest, _ := strings.Cut(s, "\n")
	for p := range strings.Lines(rest) {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

func ownData(v *visit) error {
	if locked, err := v.locked(); err != nil || locked {
		return orElse(err, func() error { return v.unlock("/me/rights") })
	}
	data, err := v.Access.Download(v.r.Context(), v.session.Own)
	if err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Disposition", `attachment; filename="data-saya.json"`)
	h.Set("Cache-Control", "no-store")
	_, err = v.w.Write(data)
	return err
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
