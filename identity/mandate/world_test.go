package mandate_test

import (
	"testing"
	"time"

	"lancar"
	"lancar/access"
	"lancar/identity"
	"lancar/identity/mandate"
	"lancar/internal/jobs"
	"lancar/internal/store"
	"lancar/test/outside"
)

// The people of these tests. Maria is Tia's mother, Yosef a neighbour, Opa died, Lukas is on
// another card.
const (
	maria = "5315044609970001"
	tia   = "5315044205180002"
	yosef = "5315040101850002"
	opa   = "5315040303400003"
	lukas = "5315040505900004"
	nib   = "9000000000017"
)

// world is a node's identity and mandates, in a world of its own.
type world struct {
	*outside.Node
	t    testing.TB
	m    *mandate.Mandates
	idle bool // machines are stopped
}

// works is the word of the register of machines.
func (w *world) works(*store.Tx, lancar.ID) error {
	if w.idle {
		return lancar.Fail(lancar.Forbidden, "machine", "Mesin ini dihentikan.", "This machine was stopped.")
	}
	return nil
}

func people() outside.Records {
	return outside.Records{
		"population " + maria: {"nik": maria, "name": "MARIA SARABITI", "birth_date": "1997-09-06", "email": "maria@example.com", "phone": "+6281234567890",
			"family_card": "5315040101100001", "relation": "KEPALA KELUARGA", "living": "yes", "father_name": "OPA", "mother_name": "OMA"},
		"population " + tia: {"nik": tia, "name": "TIA SARABITI", "birth_date": "2018-05-02", "family_card": "5315040101100001", "relation": "ANAK",
			"father_name": "LUKAS", "mother_name": "MARIA SARABITI", "living": "yes"},
		"population " + yosef: {"nik": yosef, "name": "YOSEF", "birth_date": "1985-01-01", "email": "yosef@example.com", "phone": "+6281234567891",
			"family_card": "5315040101100002", "relation": "KEPALA KELUARGA", "living": "yes"},
		"population " + lukas: {"nik": lukas, "name": "LUKAS", "birth_date": "1990-05-05", "email": "lukas@example.com", "family_card": "5315040101100003",
			"relation": "KEPALA KELUARGA", "living": "yes"},
		"population " + opa: {"nik": opa, "name": "OPA", "birth_date": "1940-03-03", "family_card": "5315040101100001", "relation": "ORANG TUA", "living": "no"},
		"oss " + nib:        {"nib": nib, "nik": maria, "business_name": "KOPI TABE", "status": "active"},
	}
}

func each(t *testing.T, fn func(*world)) {
	t.Parallel()
	outside.Each(t, time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC), people(), func(t *testing.T, out *outside.World) { fn(newWorld(t, out)) })
}

func newWorld(t testing.TB, out *outside.World) *world {
	w := &world{Node: out.Node(identity.Limits{}), t: t}
	w.m = mandate.New(w.DB, w.Queue, w.Ring, w.Access, w.Notify, w.Exchange, w.Identity, mandate.Config{Working: w.works})
	return w
}

// sweep lets the system look at what is due, and everything that follows.
func (w *world) sweep() {
	w.t.Helper()
	w.Must(w.DB.Write(w.t.Context(), func(tx *store.Tx) error {
		return w.Queue.EnqueueTx(tx, jobs.Job{Region: "00", Queue: "identity.mandates"})
	}))
	w.Drain()
}

// signIn signs a resident in with this contact.
func (w *world) signIn(nik, contact string) (string, identity.Session) {
	w.t.Helper()
	token, s, err := w.SignIn(nik, contact)
	w.Must(err)
	return token, s
}

// officer hires one who settles accounts; nik and card are whose they are, "" for nobody of here.
func (w *world) officer(number, nik, card string) lancar.Actor {
	w.t.Helper()
	account, err := w.Identity.SaveEmployee(w.t.Context(), identity.Employee{Number: number, Name: "Petugas " + number, Mail: number + "@kantor.example", NIK: nik, FamilyCard: card,
		Roles: []identity.Role{{Role: identity.ClaimRole, Agency: "inspektorat", Region: "53.15"}}})
	w.Must(err)
	return lancar.Actor{Kind: lancar.Officer, ID: account, Name: "Petugas", Role: identity.ClaimRole, Region: "53.15", Agency: "inspektorat"}
}

// mother is Maria with her mandate for Tia.
func (w *world) mother() (identity.Session, mandate.Mandate) {
	w.t.Helper()
	s := w.Person(maria)
	m, err := w.m.Parent(w.t.Context(), s, mandate.ChildClaim{Number: tia, Name: "Tia Sarabiti", BirthDate: "2018-05-02", Region: "53.15", Lang: "id"})
	w.Must(err)
	return s, m
}

// use does an act in a transaction of its own.
func (w *world) use(holder, id lancar.ID, act mandate.Act) error {
	return w.DB.Write(w.t.Context(), func(tx *store.Tx) error {
		_, err := w.m.UseTx(tx, holder, id, act)
		return err
	})
}

// looks is who looked at somebody's data, newest first.
func (w *world) looks(nik string) (rows []access.Row) {
	w.t.Helper()
	w.Drain()
	var account lancar.ID
	w.Must(w.DB.Read(w.t.Context(), func(tx *store.Tx) (err error) {
		account, _, err = w.Identity.AccountOfTx(tx, w.subject(nik))
		return err
	}))
	rows, _, err := w.Access.Rows(w.t.Context(), w.Own(account, w.subject(nik), true), "")
	w.Must(err)
	return rows
}

func (w *world) subject(nik string) string {
	return w.Identity.SubjectOf(identity.Holder{Kind: identity.Resident, Number: nik})
}
