package casework_test

import (
	"testing"

	"lancar"
	"lancar/document"
	"lancar/identity"
)

// The office of a free service, and in it maria herself and somebody of her family card.
func TestNobodyRevokesTheirOwnOrTheirFamilysDocument(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, signers := w.staff()
		hire := func(number, nik, family string) lancar.Actor {
			e := identity.Employee{Number: number, Name: "Petugas", Mail: number + "@kantor.example", NIK: nik, FamilyCard: family,
				Roles: []identity.Role{{Role: "signer", Agency: "dpmptsp", Region: "53.15"}}}
			account, err := w.Identity.SaveEmployee(t.Context(), e)
			w.Must(err)
			return lancar.Actor{Kind: lancar.Officer, ID: account, Name: e.Name, Role: "signer", Region: "53.15", Agency: "dpmptsp"}
		}
		self, brother := hire("196501011990011001", maria, ""), hire("196501011990011002", "", "5315040101100001")
		who := w.person(maria)
		number := w.submit(who, kin).Number
		w.run()
		o, task := w.task(reviewers, number)
		w.Must(w.Cases.Opine(t.Context(), o, number, task.Version, true, "Sesuai."))
		decider, task := w.task(signers, number)
		w.Must(w.Cases.Grant(t.Context(), decider, number, task.Version, ""))
		w.run()
		doc := w.read(who, number).Document
		may := func(a lancar.Actor) bool {
			t.Helper()
			found, err := w.Documents.ByNumber(t.Context(), doc)
			w.Must(err)
			may, err := w.Cases.MayRevoke(t.Context(), a, found.Document)
			w.Must(err)
			return may
		}
		if may(self) || !may(decider) {
			t.Fatal("who may revoke")
		}
		w.Refused(w.Cases.Revoke(t.Context(), self, doc, "Dicabut."), lancar.Forbidden)
		w.Refused(w.Cases.Revoke(t.Context(), brother, doc, "Dicabut."), lancar.Forbidden)
		w.Refused(w.Cases.Revoke(t.Context(), reviewers[0], doc, "Dicabut."), lancar.Forbidden)
		w.Must(w.Cases.Revoke(t.Context(), decider, doc, "Terbit karena keliru."))
		w.run()
		if found, err := w.Documents.ByNumber(t.Context(), doc); err != nil || found.State != document.Revoked {
			t.Fatal(found.State, err)
		}
		w.Refused(w.Cases.Revoke(t.Context(), decider, doc, "Sekali lagi."), lancar.Forbidden)
		w.verified()
	})
}
