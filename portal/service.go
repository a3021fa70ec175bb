package portal

import (
	"net/url"
	"strconv"
	"strings"

	"lancar"
	"lancar/catalog"
	"lancar/web"
)

type serviceView struct {
	Title, Summary, Owner, Output string
	Facts                         []web.Fact
	Closed                        string
	Handover                      *handoverView
	Start, Verb                   string
	Forecast                      []forecastView
	Needs, Spared                 []string
	Standard                      []component
	Rules, Seen                   []string
	Kept                          string
	Law                           []lawView
	Unsure                        bool
}

type handoverView struct{ To, Bring, URL, Host string }

type component struct {
	Name string
	Text []string
	List bool
}

type lawView struct {
	Text string
	Sure bool
}

// service is the public page of one service: what it costs, how long it takes and really took,
// who sees the data, all before anything is asked.
func showService(v *visit) error {
	d := v.Catalog.Service(v.r.PathValue("slug"))
	if d == nil {
		return notFound()
	}
	view := serviceView{Title: v.In(d.Title), Summary: v.In(d.Summary), Facts: v.facts(d), Output: v.In(d.Output.Title), Kept: v.In(d.Retention.Text)}
	offer := catalog.OfferOf(d, v.site.region, v.now)
	view.Owner = v.offices(offer)
	switch {
	case !offer.Launched():
		view.Closed = v.In(offer.Instead.Text)
	case d.Kind == "handover":
		view.Handover = v.handover(d)
	default:
		view.Start, view.Verb = "/services/"+d.Slug+"/start", v.T("Mulai permohonan", "Start the application")
		if d.Kind == "payment" {
			view.Verb = v.T("Mulai bayar", "Start the payment")
		}
	}
	if d.Kind == "decision" && offer.Launched() {
		f, err := v.forecasts(offer)
		if err != nil {
			return err
		}
		view.Forecast = f
	}
	v.lists(&view, d)
	return v.show("service", view.Title, view)
}

func (v *visit) lists(view *serviceView, d *catalog.Definition) {
	for _, r := range d.Requirements {
		view.Needs = append(view.Needs, v.In(r.Text))
	}
	for _, l := range d.Lookups() {
		if !l.Confirm {
			view.Spared = append(view.Spared, v.fieldNames(d, l)+v.T(", dari ", ", from ")+v.registerName(l.Register))
		}
	}
	for _, c := range d.Components() {
		if c.Public() {
			out := component{Name: v.In(c.Name), List: len(c.Text) > 1}
			for _, t := range c.Text {
				out.Text = append(out.Text, v.In(t))
			}
			view.Standard = append(view.Standard, out)
		}
	}
	for _, c := range d.Conditions {
		view.Rules = append(view.Rules, plainSlots(v.In(c.Because)))
	}
	for _, s := range d.Steps {
		if s.Role != "" {
			line := v.In(s.Title) + v.T(": satu petugas, dipilih dengan undian", ": one officer, drawn by lot")
			if s.HideName {
				line += v.T(", tanpa melihat nama Anda", ", who does not see your name")
			}
			view.Seen = append(view.Seen, line+".")
		}
	}
	if len(view.Seen) == 0 {
		view.Seen = []string{v.T("Tidak ada petugas. Sistem memprosesnya sendiri.", "No officer. The system does it by itself.")}
	}
	for _, l := range d.Law {
		sure := l.Status == "confirmed"
		view.Law = append(view.Law, lawView{l.Text, sure})
		view.Unsure = view.Unsure || !sure
	}
}

func (v *visit) fieldNames(d *catalog.Definition, l catalog.Lookup) string {
	return strings.Join(v.inOrder(d, l), ", ")
}

// inOrder are the labels of a lookup's fields in the order of the form.
func (v *visit) inOrder(d *catalog.Definition, l catalog.Lookup) []string {
	ours := map[string]bool{}
	for _, id := range l.Fields {
		ours[id] = true
	}
	var names []string
	add := func(id string) {
		if f, _ := d.Field(id); f != nil && ours[id] {
			names = append(names, v.In(f.Label))
		}
	}
	for _, id := range d.Applicant {
		add("applicant." + id)
	}
	for _, s := range d.Sections {
		for _, f := range s.Fields {
			add(f.ID)
		}
	}
	return names
}

func (v *visit) handover(d *catalog.Definition) *handoverView {
	if d.Handover == nil {
		return nil
	}
	h := &handoverView{To: v.In(d.Handover.To), Bring: v.In(d.Handover.Bring), URL: d.Handover.URL}
	if u, err := url.Parse(h.URL); err == nil {
		h.Host = u.Host
	}
	return h
}

// facts are cost, promised time, and how long what one gets is valid.
func (v *visit) facts(d *catalog.Definition) []web.Fact {
	if d.Kind == "handover" {
		return nil
	}
	out := []web.Fact{{Term: v.T("Biaya", "Fee"), Value: v.price(d), Note: v.priceNote(d)}}
	if d.Kind == "payment" {
		return append(out, web.Fact{Term: v.T("Bukti bayar", "Receipt"), Value: v.T("Langsung", "At once"), Note: v.T("Bertanda tangan elektronik.", "Electronically signed.")})
	}
	note := v.T("Dihitung sejak berkas lengkap.", "Counted from when everything is there.")
	if d.Term.Deemed {
		note = v.T("Lewat itu, dikabulkan oleh sistem.", "After that, the system grants it.")
	}
	out = append(out, web.Fact{Term: v.T("Paling lama", "At most"), Value: v.WorkDays(d.Term.Days), Note: note})
	if o := d.Output; o.Forever || o.Months > 0 || o.Until != "" {
		out = append(out, web.Fact{Term: v.T("Berlaku", "Valid for"), Value: v.validity(o), Note: v.In(o.Title) + "."})
	}
	return out
}

// validity says how long a document is valid.
func (v *visit) validity(o catalog.Output) string {
	switch n := strconv.Itoa(o.Months); {
	case o.Forever:
		return v.T("Selamanya", "For good")
	case o.Until != "":
		return v.T("Menurut isian", "Depends")
	case o.Months%12 == 0:
		n = strconv.Itoa(o.Months / 12)
		if o.Months == 12 {
			return v.T("1 tahun", "1 year")
		}
		return n + v.T(" tahun", " years")
	case o.Months == 1:
		return v.T("1 bulan", "1 month")
	default:
		return n + v.T(" bulan", " months")
	}
}

// price is the fee where it is one number for everyone, else that it depends.
func (v *visit) price(d *catalog.Definition) string {
	if len(d.Fee.Lines) == 0 {
		return v.T("Gratis", "Free")
	}
	if m, ok := v.fixedFee(d); ok {
		return v.Money(m)
	}
	return v.T("Menurut isian", "Depends")
}

func (v *visit) priceNote(d *catalog.Definition) string {
	if len(d.Fee.Lines) == 0 {
		return v.In(d.Fee.Free)
	}
	if _, ok := v.fixedFee(d); ok {
		return v.T("Tidak ada biaya lain.", "Nothing else to pay.")
	}
	return v.T("Dihitung sebelum Anda mengirim. Tidak ada biaya lain.", "Computed before you send. Nothing else to pay.")
}

// fixedFee asks the interpreter what an empty application costs: known only where the fee does
// not depend on answers.
func (v *visit) fixedFee(d *catalog.Definition) (lancar.Money, bool) {
	for _, l := range d.Fee.Lines {
		if l.When != "" || strings.Contains(l.Amount, "answers") || strings.Contains(l.Amount, "applicant") {
			return lancar.Money{}, false
		}
	}
	r := v.site.region
	if codes := r.Offering(d.Slug, v.now); len(codes) == 1 {
		r = v.Regions.ByCode(codes[0])
	}
	o := catalog.Walk(d, catalog.Situation{Figures: r.Figures(dateIn(v.now, r)), Now: v.now, Zone: r.Zone})
	return o.Total, o.FeeKnown
}
