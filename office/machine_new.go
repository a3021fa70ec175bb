package office

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"lancar"
	"lancar/identity/machine"
	"lancar/web"
)

// newMachine is the form of registration.
func newMachine(v *visit) error { return v.newMachinePage(http.StatusOK, nil, nil) }

func (v *visit) newMachinePage(status int, sent url.Values, problems []web.Problem) error {
	picked := func(name, value string) bool { return slices.Contains(sent[name], value) }
	fields := []web.Field{
		{Name: "name", Kind: web.TextField, Label: v.T("Nama", "Name"), Max: 60, Value: sent.Get("name"), Hint: v.T("Dibaca warga bila mesin ini melihat datanya, misalnya: Pengingat izin.", "People read it when this machine looks at their data, such as: Permit reminder.")},
		{Name: "kind", Kind: web.ChoiceField, Label: v.T("Jenis", "Kind"), Options: []web.Option{
			{Value: string(machine.Service), Label: v.T("Sistem instansi", "System of the agency"), Checked: picked("kind", string(machine.Service))},
			{Value: string(machine.Bot), Label: v.T("Bot yang mengerjakan tugas rutin", "Bot that does a routine"), Checked: picked("kind", string(machine.Bot))}}},
		{Name: "stage", Kind: web.ChoiceField, Label: v.T("Tahap", "Stage"), Options: []web.Option{
			{Value: string(machine.Sandbox), Label: v.T("Uji coba", "Sandbox"), Note: v.T("Langsung bekerja, hanya dengan orang buatan.", "Works at once, with synthetic people only."), Checked: picked("stage", string(machine.Sandbox))},
			{Value: string(machine.Production), Label: v.T("Produksi", "Production"), Note: v.T("Menunggu persetujuan orang kedua di kantor Anda.", "Waits for a second person of your office."), Checked: picked("stage", string(machine.Production))}}},
		{Name: "purpose_id", Kind: web.LongField, Label: v.T("Untuk apa (bahasa Indonesia)", "What for (Indonesian)"), Max: 300, Value: sent.Get("purpose_id")},
		{Name: "purpose_en", Kind: web.LongField, Label: v.T("Untuk apa (bahasa Inggris)", "What for (English)"), Max: 300, Value: sent.Get("purpose_en")},
	}
	fields = append(fields, v.wishFields(machine.Service, sent)...)
	fields = append(fields, web.Field{Name: "keys", Kind: web.LongField, Optional: true, Label: v.T("Kunci publik atau sertifikat", "Public key or certificate"), Max: 32768, Value: sent.Get("keys"),
		Hint: v.T("JWK, JWK Set, atau PEM. Hanya bagian publik. Bisa ditambah nanti.", "JWK, JWK set or PEM. The public part only. It can be added later.")})
	return v.machineForm(status, v.T("Daftarkan mesin", "Register a machine"), "/office/machines/new", v.T("Anda menjadi pemiliknya dan menjawab atas perbuatannya.", "You become its owner and answer for what it does."),
		v.T("Daftarkan", "Register"), fields, problems)
}

func (v *visit) machineForm(status int, title, path, lead, button string, fields []web.Field, problems []web.Problem) error {
	for i := range fields {
		mark(problems, &fields[i])
	}
	return v.showAs(status, "machineform", v.title(title, problems), map[string]any{"Title": title, "Path": path, "Lead": lead, "Button": button, "Fields": fields, "Problems": problems})
}

// wishFields ask how much a machine may do.
func (v *visit) wishFields(kind machine.Kind, sent url.Values) []web.Field {
	scopes := web.Field{Name: "scopes", Kind: web.ManyField, Label: v.T("Boleh apa saja", "What it may do"), Hint: v.T("Pilih sesedikit mungkin.", "Choose as few as possible.")}
	for _, s := range machine.Scopes() {
		if slices.Contains(s.Kinds, kind) {
			note := v.T("Tidak menyentuh data orang.", "Touches nobody's data.")
			if len(s.Data) > 0 {
				note = v.T("Setiap kali tercatat dan terbaca oleh orangnya.", "Every time is recorded, and read by the person.")
			}
			scopes.Options = append(scopes.Options, web.Option{Value: s.ID, Label: v.In(s.Words), Note: note, Checked: slices.Contains(sent["scopes"], s.ID)})
		}
	}
	return []web.Field{scopes,
		{Name: "budget", Kind: web.NumberField, Label: v.T("Panggilan sehari, paling banyak", "Calls a day, at most"), Width: "s", Max: 9, Value: sent.Get("budget")},
		{Name: "peak", Kind: web.NumberField, Label: v.T("Panggilan semenit, paling banyak", "Calls a minute, at most"), Width: "s", Max: 7, Value: sent.Get("peak")},
		{Name: "expires", Kind: web.DateField, Label: v.T("Berlaku sampai", "Valid until"), Hint: v.T("Paling lama satu tahun.", "One year at most."), Day: sent.Get("expires.d"), Month: sent.Get("expires.m"), Year: sent.Get("expires.y")}}
}

// wish reads what [visit.wishFields] asked. What is no number or date is zero, which the room refuses.
func (v *visit) wish(sent url.Values) machine.Wish {
	number := func(name string) int {
		n, _ := strconv.Atoi(strings.ReplaceAll(strings.TrimSpace(sent.Get(name)), ".", ""))
		return n
	}
	w := machine.Wish{Scopes: sent["scopes"], Budget: number("budget"), Peak: number("peak")}
	d, m, y := number("expires.d"), number("expires.m"), number("expires.y")
	if day := time.Date(y, time.Month(m), d, 0, 0, 0, 0, v.region.Zone); d > 0 && day.Day() == d && int(day.Month()) == m {
		w.Expires = day.AddDate(0, 0, 1)
	}
	return w
}

func registerMachine(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	p := machine.Proposal{Kind: machine.Kind(sent.Get("kind")), Stage: machine.Stage(sent.Get("stage")), Name: sent.Get("name"), Wish: v.wish(sent),
		Purpose: lancar.Text{"id": sent.Get("purpose_id"), "en": sent.Get("purpose_en")}}
	var m machine.Machine
	if strings.TrimSpace(sent.Get("keys")) != "" {
		p.Keys, err = machine.ReadKeys(sent.Get("keys"))
	}
	if err == nil {
		m, err = v.Machines.Register(v.r.Context(), v.actor, p)
	}
	if problem, ok := v.wrong(err); ok {
		return v.newMachinePage(http.StatusUnprocessableEntity, sent, []web.Problem{problem})
	}
	if err != nil {
		return err
	}
	return v.to(machinePath(m.ID) + "?done=1")
}

// changeMachine is the form of what an owner wants otherwise.
func changeMachine(v *visit) error {
	m, err := v.Machines.ByID(v.r.Context(), v.actor, lancar.ID(v.r.PathValue("id")))
	if err != nil {
		return err
	}
	last := m.Expires.In(v.region.Zone).Add(-time.Nanosecond)
	sent := url.Values{"scopes": m.Scopes, "budget": {strconv.Itoa(m.Budget)}, "peak": {strconv.Itoa(m.Peak)},
		"expires.d": {strconv.Itoa(last.Day())}, "expires.m": {strconv.Itoa(int(last.Month()))}, "expires.y": {strconv.Itoa(last.Year())}}
	return v.changeMachinePage(http.StatusOK, m, sent, nil)
}

func (v *visit) changeMachinePage(status int, m machine.Machine, sent url.Values, problems []web.Problem) error {
	lead := v.T("Yang dikurangi berlaku seketika. Yang ditambah atau diperpanjang menunggu orang kedua.", "Less takes effect at once. More, or longer, waits for a second person.")
	return v.machineForm(status, v.T("Ubah ", "Change ")+m.Name, machinePath(m.ID)+"/change", lead, v.T("Kirim", "Send"), v.wishFields(m.Kind, sent), problems)
}

func wantMachine(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	id := lancar.ID(v.r.PathValue("id"))
	_, err = v.Machines.Want(v.r.Context(), v.actor, id, v.wish(sent))
	if p, ok := v.wrong(err); ok {
		m, err := v.Machines.ByID(v.r.Context(), v.actor, id)
		if err != nil {
			return err
		}
		return v.changeMachinePage(http.StatusUnprocessableEntity, m, sent, []web.Problem{p})
	}
	if err != nil {
		return err
	}
	return v.to(machinePath(id) + "?done=1")
}
