package portal

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"lancar"
	"lancar/identity"
	"lancar/identity/mandate"
	"lancar/web"
)

// mandateForm is one way to come to a mandate.
type mandateForm struct {
	Kind, Title, Lead, Verb string
	Note                    string
	Problems                []web.Problem
	Fields                  []web.Field
	Mail, Phone             string
}

// newMandate asks what the register or the other person must confirm.
func newMandate(v *visit) error {
	return v.mandateForm(url.Values{}, nil)
}

func (v *visit) mandateForm(sent url.Values, problems []web.Problem) error {
	if v.self.Kind == identity.Officer && v.r.PathValue("kind") != "help" {
		return notFound()
	}
	view := mandateForm{Kind: v.r.PathValue("kind"), Problems: problems, Mail: v.sandbox("/mail"), Phone: v.sandbox("/phone")}
	number := web.Field{Name: "number", Label: "NIK", Kind: web.TextField, Mode: "numeric", Width: "m", Max: 24, Hint: v.T("16 angka di kartu keluarga.", "16 digits on the family card.")}
	name := web.Field{Name: "name", Label: v.T("Nama lengkap", "Full name"), Kind: web.TextField, Max: 100, Hint: v.T("Seperti di kartu, tanpa gelar.", "As on the card, without titles.")}
	born := web.Field{Name: "birth_date", Label: v.T("Tanggal lahir", "Date of birth"), Kind: web.DateField, Hint: v.T("Contoh: 17 8 1990.", "Example: 17 8 1990.")}
	switch view.Kind {
	case "child":
		view.Title, view.Verb = v.T("Untuk anak saya", "For my child"), v.T("Periksa dan mulai", "Check and begin")
		view.Lead = v.T("Kami menanyakan ke data kependudukan apakah Anda orang tuanya. Tidak perlu surat apa pun.", "We ask the population register whether you are a parent. No paper is needed.")
		view.Note = v.T("Berlaku sampai anak itu cukup umur. Anak yang punya kontak sendiri diberi tahu.", "Valid until the child is grown up. A child with a contact of their own is told.")
		view.Fields = []web.Field{number, name, born}
	case "company":
		view.Title, view.Verb = v.T("Untuk badan usaha saya", "For my company"), v.T("Periksa dan mulai", "Check and begin")
		view.Lead = v.T("Kami menanyakan ke perizinan berusaha apakah Anda pengurus yang terdaftar.", "We ask the business register whether you are its registered officer.")
		view.Fields = []web.Field{{Name: "nib", Label: "NIB", Kind: web.TextField, Mode: "numeric", Width: "m", Max: 20, Hint: v.T("13 angka dari OSS.", "13 digits from OSS.")}}
	case "help":
		v.otherNumber(&number)
		view.Title, view.Verb = v.T("Membantu orang di sebelah saya", "Helping the person beside me"), v.T("Kirim kode kepadanya", "Send them a code")
		view.Lead = v.T("Kode dikirim ke kontak orang itu yang tercatat di kependudukan. Ia menyebutkannya kepada Anda bila setuju.", "A code goes to that person's contact in the population register. They tell it to you if they agree.")
		contact := web.Field{Name: "contact", Label: v.T("Nomor HP atau surel orang itu", "That person's mobile number or e-mail"), Kind: web.TextField, Max: 254, Hint: v.T("Milik orang itu, bukan milik Anda.", "Theirs, not yours.")}
		view.Fields = append([]web.Field{number, name, born, contact}, v.scopeFields(sent)...)
	case "give":
		v.otherNumber(&number)
		view.Title, view.Verb = v.T("Minta seseorang bertindak untuk saya", "Ask somebody to act for me"), v.T("Tawarkan kuasa", "Offer the mandate")
		view.Lead = v.T("Orang itu melihat tawaran ini di halamannya, lalu menerima atau menolak. Anda bisa mencabutnya kapan saja.", "They see the offer on their page and take it or decline. You can take it back at any time.")
		view.Fields = append([]web.Field{number, name}, v.scopeFields(sent)...)
	case "agent":
		view.Title, view.Verb = v.T("Kuasa untuk agen saya", "A mandate for my agent"), v.T("Beri kuasa", "Give the mandate")
		view.Lead = v.T("Agen bekerja sendiri dalam batas ini. Langkah yang tidak bisa dibatalkan selalu ditanyakan lagi kepada Anda.", "The agent works by itself within these limits. Steps that cannot be taken back are always asked of you again.")
		agents, err := v.ownAgents(sent.Get("machine"))
		if err != nil {
			return err
		}
		if len(agents) == 0 {
			return v.show("empty", view.Title, web.Empty{Pattern: "gaps", Title: v.T("Daftarkan agen Anda dulu", "Register your agent first"),
				Lead: v.T("Kuasa diberikan kepada agen yang terdaftar atas nama Anda. Belum ada satu pun.", "A mandate is given to an agent that is registered as yours. There is none yet."),
				Href: "/me/agents/new", Action: v.T("Daftarkan agen", "Register an agent")})
		}
		view.Fields = append([]web.Field{{Name: "machine", Label: v.T("Agen", "Agent"), Kind: web.ChoiceField, Options: agents}}, v.scopeFields(sent)...)
	default:
		return notFound()
	}
	wrong := map[string]string{}
	for i, p := range problems {
		if !slices.ContainsFunc(view.Fields, func(f web.Field) bool { return f.Name == p.Field }) {
			problems[i].Field = view.Fields[0].Name // about whom it is
		}
		wrong[problems[i].Field] = p.Text
	}
	for i := range view.Fields {
		f := &view.Fields[i]
		if f.Error = wrong[f.Name]; f.Value == "" {
			f.Value = sent.Get(f.Name)
		}
		f.Year, f.Month, f.Day = sent.Get(f.Name+".y"), sent.Get(f.Name+".m"), sent.Get(f.Name+".d")
	}
	status, title := http.StatusOK, view.Title
	if len(problems) > 0 {
		status, title = http.StatusUnprocessableEntity, v.T("Kesalahan: ", "Error: ")+title
	}
	return v.showAs(status, "mandatenew", title, view)
}

// otherNumber asks for the number of somebody else.
func (v *visit) otherNumber(f *web.Field) {
	f.Label, f.Hint = v.T("NIK orang itu", "That person's identity number"), v.T("16 angka di KTP-nya.", "16 digits on their identity card.")
}

// ownAgents are the machines that the person registered as theirs and that may work.
func (v *visit) ownAgents(chosen string) (out []web.Option, err error) {
	list, err := v.Machines.Mine(v.r.Context(), v.self.Own)
	for _, m := range list {
		if m.Working(v.now) == nil {
			out = append(out, web.Option{Value: string(m.ID), Label: m.Name, Checked: string(m.ID) == chosen})
		}
	}
	return out, err
}

// scopeFields ask what may be done, of which service, for how much, how long and what for.
func (v *visit) scopeFields(sent url.Values) []web.Field {
	verbs := web.Field{Name: "verbs", Label: v.T("Yang boleh dilakukan", "What may be done"), Kind: web.ManyField}
	for _, verb := range mandate.Verbs() {
		on := slices.Contains(sent["verbs"], string(verb)) || len(sent) == 0 && (verb == mandate.See || verb == mandate.Draft || verb == mandate.Submit)
		verbs.Options = append(verbs.Options, web.Option{Value: string(verb), Label: v.In(verb.Text()), Checked: on})
	}
	service := web.Field{Name: "service", Label: v.T("Hanya untuk layanan", "Only for the service"), Kind: web.SelectField, Optional: true, Hint: v.T("Kosongkan untuk semua layanan.", "Leave it empty for all services.")}
	for _, d := range v.Catalog.All() {
		if d.Kind != "handover" {
			service.Options = append(service.Options, web.Option{Value: d.Slug, Label: v.In(d.Title), Checked: sent.Get("service") == d.Slug})
		}
	}
	days := sent.Get("days")
	if days == "" {
		days = "1"
	}
	return []web.Field{verbs, service,
		{Name: "most", Label: v.T("Paling banyak", "At most"), Kind: web.MoneyField, Optional: true, Hint: v.T("Biaya satu permohonan. Kosong: tanpa batas.", "Fee of one application. Empty: no limit.")},
		{Name: "days", Label: v.T("Berlaku", "Valid"), Kind: web.ChoiceField, Options: v.periods(days)},
		{Name: "errand", Label: v.T("Untuk keperluan apa", "For what errand"), Kind: web.TextField, Optional: true, Max: 200}}
}

func makeMandate(v *visit) error {
	if err := v.readForm(); err != nil {
		return err
	}
	ctx, sent, code := v.r.Context(), v.r.PostForm, v.seat()
	born, _ := dateOf("birth_date", sent)
	scope, until := v.scopeOf(sent)
	var err error
	switch v.r.PathValue("kind") {
	case "child":
		_, err = v.Mandates.Parent(ctx, v.self, mandate.ChildClaim{Number: sent.Get("number"), Name: sent.Get("name"), BirthDate: born, Region: code, Lang: v.Lang})
	case "company":
		_, err = v.Mandates.Officer(ctx, v.self, mandate.CompanyClaim{NIB: sent.Get("nib"), Region: code, Lang: v.Lang})
	case "help":
		_, err = v.Mandates.Help(ctx, v.self, mandate.HelpClaim{Number: sent.Get("number"), Name: sent.Get("name"), BirthDate: born, Contact: sent.Get("contact"),
			Scope: scope, Until: until, Errand: sent.Get("errand"), Region: code, Lang: v.Lang})
	case "give":
		_, err = v.Mandates.Offer(ctx, v.self, mandate.Gift{Number: sent.Get("number"), Name: sent.Get("name"), Scope: scope, Until: until, Errand: sent.Get("errand"), Region: code})
	case "agent":
		g := mandate.AgentGift{Scope: scope, Until: until, Errand: sent.Get("errand"), Region: code}
		agents, listErr := v.ownAgents(sent.Get("machine"))
		for _, a := range agents {
			if a.Checked {
				g.Machine, g.Name = lancar.ID(a.Value), a.Label
			}
		}
		if err = listErr; err == nil {
			_, err = v.Mandates.Agent(ctx, v.self, g)
		}
		if e, ok := errors.AsType[*lancar.Error](err); ok && e.Field == "fresh" {
			return v.to("/signin?to=%2Fme%2Fmandates%2Fnew%2Fagent&fresh=1")
		}
	default:
		return notFound()
	}
	if e, ok := errors.AsType[*lancar.Error](err); ok && (e.Code == lancar.Invalid || e.Code == lancar.Forbidden && (e.Field == "number" || e.Field == "nib")) {
		return v.mandateForm(sent, []web.Problem{{Field: e.Field, Text: v.In(e.Text)}})
	}
	if err != nil {
		return err
	}
	return v.to("/me/mandates?done=" + v.r.PathValue("kind"))
}
