package portal

import (
	"testing"

	"lancar"
	"lancar/access"
	"lancar/internal/store"
)

// mine is the grant of the only account there is, as its sign-in makes it.
func (w *world) mine() access.Grant {
	w.t.Helper()
	var account, subject string
	w.Must(w.DB.Read(w.t.Context(), func(tx *store.Tx) error {
		return tx.QueryRow("SELECT account, subject FROM access_people").Scan(&account, &subject)
	}))
	return w.Own(lancar.ID(account), subject, true)
}

func TestAnAppsReadsAreSeenAndItsAgreementEndsWithOneClick(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.signIn("5315044609970001")
	b.get("/me/consents")
	b.shows(200, "Tidak ada aplikasi yang Anda izinkan")
	own := w.mine()
	app := lancar.Actor{Kind: lancar.Machine, ID: "clinic", Name: "Klinik Sehat"}
	look := func() error {
		return w.DB.Write(t.Context(), func(tx *store.Tx) error {
			_, err := w.Access.OpenTx(tx, access.Request{Who: app, Subject: own.Subject(), Region: "53.15", What: []string{access.Identity}, Consent: "clinic",
				Purpose: lancar.Text{"id": "Mengisi pendaftaran pasien"}, Ground: lancar.Text{"id": "Persetujuan Anda"}})
			return err
		})
	}
	w.Must(w.DB.Write(t.Context(), func(tx *store.Tx) error {
		_, err := w.Access.AgreeTx(tx, own, access.Consent{To: "clinic", Name: lancar.Text{"id": "Klinik Sehat"}, Kinds: []string{"openid", "name", "birthdate"}, Purpose: lancar.Text{"id": "Mengisi pendaftaran pasien"}})
		return err
	}))
	w.Must(look())
	w.Must(look())
	w.run()
	b.get("/me/consents")
	b.shows(200, "Klinik Sehat", "tanggal lahir, nama", "Menerima data 2 kali", "/me/looked?app=clinic")
	b.get("/me/looked?app=clinic")
	b.shows(200, "Hanya: Klinik Sehat (mesin)", "Mengisi pendaftaran pasien", "Persetujuan Anda")
	b.get("/me/looked?kind=officer")
	b.shows(200, "Mesin dan aplikasi")
	b.get("/me/looked")
	b.shows(200, "Siapa saja", "Satu per satu", "Data kependudukan")
	b.get("/me/consents")
	id := b.find(`name="id" value="([^"]+)"`)
	b.post("/me/consents/withdraw", "id", id)
	b.shows(200, "Persetujuan berakhir", "Sudah berakhir")
	if err := look(); lancar.CodeOf(err) != lancar.Forbidden {
		t.Fatalf("an app reads after the withdrawal: %v", err)
	}
	b.post("/me/consents/withdraw", "id", "nothing")
	b.shows(404)
	b.post("/me/rights", "right", "object")
	b.shows(422, "pemakaian mana yang Anda tolak")
	b.post("/me/rights", "right", "object", "text", "Jangan untuk statistik")
	b.shows(200, "Permintaan Anda terkirim", "Saya keberatan")
	asks, err := w.Access.Asks(t.Context(), own)
	w.Must(err)
	w.Must(w.Access.Answer(t.Context(), lancar.Actor{Kind: lancar.Officer, ID: "o", Role: access.OfficerRole, Region: "00"}, asks[0].Region, asks[0].ID, false, "Baik."))
	b.get("/me/rights")
	b.shows(200, "Pemakaian data Anda dibatasi")
	b.post("/me/rights/free")
	b.shows(200, "Pembatasan berakhir")
}
