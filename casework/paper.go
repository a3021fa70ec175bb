package casework

import (
	"strings"
	"time"

	"lancar"
	"lancar/catalog"
	"lancar/catalog/letter"
	"lancar/document"
	"lancar/internal/store"
	"lancar/region"
)

// order is the document of a decision: the service's letter, filled in.
func (c *Cases) order(d *dossier, in *content, dec Decision) document.Order {
	which, kind, title := "granted", document.Permit, d.def.Output.Title
	if dec.How == "refused" {
		which, kind, title = "refused", document.Refusal, lancar.Text{"id": "Surat penolakan", "en": "Letter of refusal"}
	} else if d.def.Output.Kind == "letter" {
		kind = document.Letter
	}
	r := c.regions.ByCode(d.region)
	s, out := c.outcome(d, in)
	s.Now = dec.At
	fill := func(lang string) *letter.Sheet {
		more := c.slots(d, r, dec, lang)
		if which == "granted" {
			more["valid.until"] = catalog.Date(d.def.ValidUntil(&out, dec.At.In(r.Zone)), lang)
		}
		return d.def.Letters[which].In(lang).Fill(d.def.Values(s, &out, lang, more))
	}
	o := c.blank(d, in, r, dec.At)
	o.Kind, o.Title, o.Pattern = kind, title, d.def.Output.Number
	if which == "granted" {
		o.ValidUntil = endOf(d.def.ValidUntil(&out, dec.At.In(r.Zone)), r.Zone)
	}
	d.write(&o.Paper, in, which, fill)
	return o
}

// documentLang is the language of decisions.
const documentLang = "id"

// write sets a letter on a paper. An applicant who reads the pages in another language, in which
// the service has the letter too, gets that text behind it.
func (d *dossier) write(p *document.Paper, in *content, which string, fill func(lang string) *letter.Sheet) {
	sheet := fill(documentLang)
	p.Title, p.Blocks = sheet.Title, blocks(sheet)
	if in.Lang != documentLang && d.def.Letters[which][in.Lang] != nil {
		sheet = fill(in.Lang)
		p.Courtesy = &document.Translation{Lang: in.Lang, Title: sheet.Title, Blocks: blocks(sheet)}
	}
}

// blank is an order with everything that does not depend on what the document says.
func (c *Cases) blank(d *dossier, in *content, r *region.Region, at time.Time) document.Order {
	head, sign := document.HeadOf(r, d.origin.Agency, documentLang)
	holder := in.Answers["applicant.name"]
	if f, ok := in.Facts["applicant.name"]; ok && f.Value != "" {
		holder = f.Value
	}
	return document.Order{
		Region: d.region, Case: d.id, Subject: d.subject, Owner: owner(d.id), Holder: holder,
		Paper: document.Paper{Lang: documentLang, Place: r.Name, Date: at.In(r.Zone), Head: head, Signatory: sign},
	}
}

// blocks sets a letter on the page: a heading begins a block, rows and text follow it.
func blocks(s *letter.Sheet) []document.Block {
	var out []document.Block
	at := func(fresh bool) *document.Block {
		if fresh || len(out) == 0 {
			out = append(out, document.Block{})
		}
		return &out[len(out)-1]
	}
	for _, b := range s.Blocks {
		last := len(out) - 1
		switch b.Kind {
		case letter.Heading:
			at(true).Heading = b.Text
		case letter.Row:
			at(false).Rows = append(at(false).Rows, document.Row{Label: b.Label, Value: b.Text})
		default:
			text := b.Text
			if b.Kind == letter.Item {
				text = "– " + text
			}
			block := at(last >= 0 && len(out[last].Rows) > 0)
			block.Text = strings.TrimPrefix(block.Text+"\n"+text, "\n")
		}
	}
	return out
}

// endOf is the first instant after a last day of validity, zero for none.
func endOf(date string, zone *time.Location) time.Time {
	d, err := region.ParseDate(date)
	if err != nil {
		return time.Time{}
	}
	return d.End(zone)
}

// slots are what letters and messages may say about a case, its decision and its office.
func (c *Cases) slots(d *dossier, r *region.Region, dec Decision, lang string) map[string]string {
	day := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return catalog.Date(region.DateIn(t, r.Zone).String(), lang)
	}
	sign, _ := r.Signatory(d.origin.Agency)
	ground := ""
	if g := d.def.GroundOf(dec.Ground); g != nil {
		ground = g.Text.In(lang)
	}
	agency, _ := r.Agency(d.origin.Agency)
	from, to := day(store.Time(d.status.Complete)), day(lastDay(store.Time(d.status.Due)))
	basis := lancar.Text{"id": "Diputuskan oleh " + dec.By + ".", "en": "Decided by " + dec.By + "."}
	if dec.How == "deemed" {
		basis = lancar.Text{
			"id": "Jangka waktu " + from + " sampai " + to + " berakhir tanpa keputusan, sehingga permohonan ini dikabulkan demi hukum: " + dec.Law.In(lang) + ".",
			"en": "The term from " + from + " to " + to + " ended without a decision, so that this application is granted by operation of law: " + dec.Law.In(lang) + "."}
	}
	return map[string]string{
		"case.number": d.origin.Number, "case.submitted": day(d.submitted), "case.completed": day(store.Time(d.status.Complete)),
		"case.due": day(lastDay(store.Time(d.status.Due))), "decision.date": day(dec.At), "decision.reason": dec.Reason, "decision.ground": ground,
		"decision.law": dec.Law.In(lang), "decision.basis": basis.In(lang), "office.name": agency.Name.In(lang), "region.name": r.Name,
		"app.name": r.AppName, "signatory.name": sign.Name, "signatory.title": sign.Title.In(lang), "document.number": "",
	}
}

// lastDay is an instant on the last day of a term that ends at 24:00.
func lastDay(end time.Time) time.Time {
	if end.IsZero() {
		return end
	}
	return end.Add(-time.Second)
}

// office names an officer with their agency, as decisions print it.
func (c *Cases) office(d *dossier, name string) string {
	agency, ok := c.regions.ByCode(d.region).Agency(d.origin.Agency)
	if !ok {
		return name
	}
	return name + ", " + agency.Name.In(documentLang)
}
