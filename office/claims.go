package office

import (
	"net/http"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/notify"
	"lancar/web"
)

type claimRow struct {
	Href, At, Channel string
	Register          bool
	Proposed          bool // one officer proposes that the account moves
}

// claims lists second claims to an account that exists already, oldest first.
func claims(v *visit) error {
	if err := v.only(identity.ClaimRole); err != nil {
		return err
	}
	list, err := v.Identity.Disputes(v.r.Context(), v.actor)
	if err != nil {
		return err
	}
	var rows []claimRow
	for _, d := range list {
		rows = append(rows, claimRow{Href: below("/office/claims/", d.Region, d.ID), At: v.Moment(d.At, v.now), Channel: v.channelName(d.Channel), Register: d.Register, Proposed: d.Proposed != ""})
	}
	done := ""
	if v.r.URL.Query().Get("done") != "" {
		done = v.T("Perkara selesai. Kedua pihak diberi tahu.", "The dispute is settled. Both sides are told.")
	}
	if v.r.URL.Query().Get("proposed") != "" {
		done = v.T("Usul Anda tercatat. Petugas lain harus mengesahkannya.", "Your proposal is recorded. Another officer must confirm it.")
	}
	return v.show("claims", v.T("Sengketa akun", "Disputed accounts"), map[string]any{"Rows": rows, "Done": done,
		"Empty": web.Empty{Pattern: "gaps", Title: v.T("Tidak ada sengketa", "No disputes"),
			Lead: v.T("Tidak ada dua orang yang mengaku pemilik akun yang sama.", "No two people claim the same account.")}})
}

func (v *visit) channelName(c notify.Channel) string {
	if c == notify.Phone {
		return v.T("nomor HP", "phone number")
	}
	return v.T("surel", "e-mail")
}

func showClaim(v *visit) error { return v.claimPage(nil) }

// claimPage opens a dispute; the owner of the account sees that an officer looked.
func (v *visit) claimPage(problems []web.Problem) error {
	if err := v.only(identity.ClaimRole); err != nil {
		return err
	}
	region, id := v.r.PathValue("region"), lancar.ID(v.r.PathValue("id"))
	d, h, claimant, err := v.Identity.OpenDispute(v.r.Context(), v.actor, region, id)
	if err != nil {
		return err
	}
	rows := []web.Row{{Term: v.T("Nama pemilik akun", "Account holder"), Lines: []string{h.Name}}, {Term: v.T("Tanggal lahir", "Date of birth"), Lines: []string{v.birthday(h.BirthDate)}},
		{Term: v.T("Kontak yang mengaku", "Contact of the claim"), Lines: []string{claimant + " (" + v.channelName(d.Channel) + ")"}},
		{Term: v.T("Waktu", "Time"), Lines: []string{v.When(d.At)}}}
	choice := web.Field{Name: "keep", Kind: web.ChoiceField, Label: v.T("Akun ini milik siapa?", "Whose account is it?"), Options: []web.Option{
		{Value: "yes", Label: v.T("Tetap pemilik pertama", "It stays with the first"), Note: v.T("Kontak yang mengaku ditolak.", "The claiming contact is refused.")},
		{Value: "no", Label: v.T("Yang mengaku sekarang", "It belongs to the claimant"), Note: v.T("Semua sesi dan kontak lama berakhir. Kontak baru masih harus dibuktikan dengan kode.",
			"All sessions and old contacts end. The new contact still has to be proved by a code.")}}}
	if d.Proposed != "" {
		name, _ := v.Identity.OfficerName(v.r.Context(), d.Proposed)
		rows = append(rows, web.Row{Term: v.T("Diusulkan pindah oleh", "Proposed to move by"), Lines: []string{name}})
	}
	mark(problems, &choice)
	status := http.StatusOK
	if len(problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return v.showAs(status, "claim", v.title(v.T("Sengketa akun", "Disputed account"), problems), map[string]any{"Rows": rows, "Register": d.Register, "Choice": choice,
		"Path": below("/office/claims/", region, id), "Problems": problems})
}

// settleClaim says whose account it is.
func settleClaim(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	keep := sent.Get("keep")
	if keep != "yes" && keep != "no" {
		return v.claimPage([]web.Problem{{Field: "keep", Text: v.T("Pilih milik siapa akun ini.", "Choose whose account it is.")}})
	}
	done, err := v.Identity.Settle(v.r.Context(), v.actor, v.r.PathValue("region"), lancar.ID(v.r.PathValue("id")), keep == "yes")
	if err != nil {
		return err
	}
	if !done {
		return v.to("/office/claims?proposed=1")
	}
	return v.to("/office/claims?done=1")
}

// birthday says a date of birth in words; what is no date stays as it is.
func (v *visit) birthday(date string) string {
	t, err := time.ParseInLocation(time.DateOnly, date, v.Zone)
	if err != nil {
		return date
	}
	return v.Date(t)
}
