package catalog

import (
	"fmt"

	"lancar"
)

// Component is one component of the service standard (UU 25/2009). The first six are published;
// the other eight are internal and may be empty until the office has written them.
type Component struct {
	Number int
	Name   lancar.Text
	Text   []lancar.Text // paragraphs or items of a list
}

// Public says whether the component must be published.
func (c *Component) Public() bool { return c.Number <= 6 }

// Components are the fourteen components of the service standard in their legal order.
func (d *Definition) Components() []Component {
	one := func(t lancar.Text) []lancar.Text {
		if len(t) == 0 {
			return nil
		}
		return []lancar.Text{t}
	}
	s, all := d.Standard, []Component{}
	add := func(idn, en string, text []lancar.Text) {
		all = append(all, Component{len(all) + 1, say(idn, en), text})
	}
	add("Persyaratan", "Requirements", d.requirementTexts())
	add("Sistem, mekanisme, dan prosedur", "Procedure", d.procedure())
	add("Jangka waktu", "Term", one(d.term()))
	add("Biaya atau tarif", "Fees", d.feeTexts())
	add("Produk pelayanan", "What one gets", one(d.product()))
	add("Pengaduan, saran, dan masukan", "Complaints and suggestions", one(d.complaints()))
	add("Dasar hukum", "Legal basis", d.lawTexts())
	add("Sarana, prasarana, dan fasilitas", "Facilities", one(s.Facilities))
	add("Kompetensi pelaksana", "Competence of staff", one(s.Competence))
	add("Pengawasan internal", "Internal supervision", one(s.Supervision))
	add("Jumlah pelaksana", "Number of staff", one(s.Staff))
	add("Jaminan pelayanan", "Guarantee of service", one(s.Guarantee))
	add("Jaminan keamanan dan keselamatan", "Guarantee of security and safety", one(s.Security))
	add("Evaluasi kinerja pelaksana", "Evaluation of staff", one(s.Evaluation))
	return all
}

func (d *Definition) requirementTexts() []lancar.Text {
	var texts []lancar.Text
	for _, r := range d.Requirements {
		texts = append(texts, r.Text)
	}
	if texts == nil {
		texts = append(texts, say("Tidak ada.", "None."))
	}
	return texts
}

func (d *Definition) procedure() []lancar.Text {
	texts := []lancar.Text{d.Standard.Procedure}
	for _, s := range d.Steps {
		texts = append(texts, s.Title)
	}
	return texts
}

func (d *Definition) term() lancar.Text {
	switch {
	case d.Kind == "payment":
		return say("Segera setelah pembayaran diterima.", "As soon as the payment is received.")
	case d.Kind == "handover":
		return say("Menurut ketentuan penyelenggaranya.", "As the body that provides it says.")
	}
	return lancar.Text{
		"id": fmt.Sprintf("%d hari kerja sejak lengkap. %s", d.Term.Days, d.Term.Ground.In("id")),
		"en": fmt.Sprintf("%d working days from completeness. %s", d.Term.Days, d.Term.Ground.In("en")),
	}
}

func (d *Definition) feeTexts() []lancar.Text {
	if len(d.Fee.Lines) == 0 {
		if len(d.Fee.Free) > 0 {
			return []lancar.Text{d.Fee.Free}
		}
		return []lancar.Text{say("Menurut ketentuan penyelenggaranya.", "As the body that provides it says.")}
	}
	var texts []lancar.Text
	for _, l := range d.Fee.Lines {
		t := lancar.Text{}
		for lang, text := range l.Text {
			t[lang] = text
			if law := d.LawOf(l.Law); law != nil {
				t[lang] = text + " (" + law.Text + ")"
			}
		}
		texts = append(texts, t)
	}
	return texts
}

func (d *Definition) product() lancar.Text {
	if len(d.Output.Title) == 0 {
		return d.Title
	}
	return d.Output.Title
}

func (d *Definition) complaints() lancar.Text {
	if len(d.Standard.Complaints) > 0 {
		return d.Standard.Complaints
	}
	return say("Balas pesan pada permohonan Anda atau hubungi kantor penyelenggara. Pengaduan nasional melalui SP4N-LAPOR! di lapor.go.id.",
		"Reply to the messages of your application or contact the office. National complaints go through SP4N-LAPOR! at lapor.go.id.")
}

func (d *Definition) lawTexts() []lancar.Text {
	var texts []lancar.Text
	for _, l := range d.Law {
		t := say(l.Text, l.Text)
		if l.Status != "confirmed" {
			t = say(l.Text+" (belum dipastikan)", l.Text+" (unconfirmed)")
		}
		texts = append(texts, t)
	}
	return texts
}
