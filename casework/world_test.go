package casework_test

import (
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"lancar"
	"lancar/access"
	"lancar/casework"
	"lancar/identity"
	"lancar/internal/jobs"
	"lancar/internal/store"
	"lancar/payment"
	"lancar/region"
	"lancar/services"
	"lancar/test/counter"
	"lancar/test/outside"
)

const (
	maria = "5315044609970001"
	yosef = "5315040101850002"
	stall = "lapak-pasar"
	free  = "uji-gratis"
	kin   = "uji-keluarga" // the same, for which the family card is known
	tax   = "pajak-bumi-bangunan"
)

// world is a node with everything real but what lies outside the process.
type world struct {
	*counter.Counter
	t     testing.TB
	saved bool // see altered
}

// testServices are the market stall as it is, and a free one with two officers' steps and no
// deemed approval.
func testServices() fs.FS {
	out := outside.Copied(services.FS, "common", stall, tax)
	for name, text := range freeService {
		out[free+"/"+name] = &fstest.MapFile{Data: []byte(text)}
		out[kin+"/"+name] = &fstest.MapFile{Data: []byte(strings.Replace(text, "applicant: [nik,", "applicant: [family_card, nik,", 1))}
	}
	return out
}

// testPacks are the regions, with the free service launched.
var testPacks = sync.OnceValue(func() *region.Regions { return outside.PacksWith(nil, kin, free) })

// packsWith are the same with one more local holiday in 53.15.
func packsWith(holiday string) *region.Regions {
	return outside.PacksWith(map[string]string{"53.15/holidays.yaml": "source: uji\nholidays:\n  - {date: " + holiday + ", name: {id: Libur, en: Holiday}, kind: local, status: skb}\n"}, kin, free)
}

var records = outside.Records{
	"population " + maria: {"nik": maria, "name": "MARIA GORETI JEHALUT", "birth_date": "1997-09-06", "email": "maria@example.com", "phone": "+6281234567890",
		"address": "JL. SOEKARNO HATTA 12", "domicile": "53.15.05.1025", "family_card": "5315040101100001"},
	"population " + yosef: {"nik": yosef, "name": "YOSEF", "birth_date": "1985-01-01", "email": "yosef@example.com", "phone": "+6281234567891",
		"address": "JL. MAWAR 3", "domicile": "53.15.05.1025", "family_card": "5315040101100002"},
	"property 531505102500100230": {"nop": "531505102500100230", "village": "53.15.05.1025", "year": "2026", "pbb": "125000", "arrears": "25000", "due_date": "2026-12-31", "paid": "no"},
	"oss " + maria:                {"nib": "9000000000017", "business_name": "KOPI TABE", "status": "active"},
}

// each runs fn in a new world on each engine; it is Monday morning.
func each(t *testing.T, fn func(*testing.T, *world)) {
	t.Parallel()
	outside.Each(t, time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC), records, func(t *testing.T, out *outside.World) { fn(t, newWorld(t, out)) })
}

func newWorld(t testing.TB, out *outside.World) *world {
	return &world{Counter: counter.New(t, out.Node(identity.Limits{}), testServices(), testPacks(), payment.Bank{}), t: t}
}

// run lets everything happen that is due: jobs, the log's sequencer, the clock's sweep.
func (w *world) run() {
	w.t.Helper()
	for range 12 {
		w.Must(w.DB.Write(w.t.Context(), func(tx *store.Tx) error {
			for _, q := range []string{"casework.sweep", "casework.drafts", "payment.due"} {
				if err := w.Queue.EnqueueTx(tx, jobs.Job{Region: "00", Queue: q}); err != nil {
					return err
				}
			}
			return nil
		}))
		w.Must(w.Queue.Drain(w.t.Context()))
		n, err := w.PublicLog.Sequence(w.t.Context())
		w.Must(err)
		ready, dead, err := w.Queue.Counts(w.t.Context())
		w.Must(err)
		if dead > 0 {
			stuck, _ := w.Queue.Stuck(w.t.Context(), 5)
			w.t.Fatalf("dead jobs: %+v", stuck)
		}
		if n == 0 && ready == 0 {
			return
		}
		w.Pass(2 * time.Second)
	}
}

// verified says that projections, chains and the log agree.
func (w *world) verified() {
	w.t.Helper()
	w.Must(w.Cases.Verify(w.t.Context()))
}

// person signs somebody in.
func (w *world) person(nik string) casework.Applicant {
	w.t.Helper()
	s := w.Person(nik)
	return casework.Applicant{Account: s.Account, Subject: s.Subject, Lang: "id", Register: s.RegisterContact}
}

// officer hires one and puts them on the roster of their role.
func (w *world) officer(number, name, role string) lancar.Actor {
	w.t.Helper()
	account, err := w.Identity.SaveEmployee(w.t.Context(), identity.Employee{Number: number, Name: name, Mail: number + "@kantor.example", NIK: number[2:], Roles: []identity.Role{{Role: role, Agency: "dpmptsp", Region: "53.15"}}})
	w.Must(err)
	return lancar.Actor{Kind: lancar.Officer, ID: account, Name: name, Role: role, Region: "53.15", Agency: "dpmptsp"}
}

// staff is an office of three reviewers and two signers, logged.
func (w *world) staff() (reviewers, signers []lancar.Actor) {
	w.t.Helper()
	for i, name := range []string{"Anastasia", "Benediktus", "Clara"} {
		reviewers = append(reviewers, w.officer("19800101200501100"+string(rune('1'+i)), name, "reviewer"))
	}
	for i, name := range []string{"Dominikus", "Elisabet"} {
		signers = append(signers, w.officer("19700101199501100"+string(rune('1'+i)), name, "signer"))
	}
	w.rosters()
	w.run()
	return reviewers, signers
}

func (w *world) rosters() {
	w.t.Helper()
	all, err := w.Identity.Rosters(w.t.Context())
	w.Must(err)
	for _, r := range all {
		list, err := w.Identity.Roster(w.t.Context(), r.Region, r.Agency, r.Role)
		w.Must(err)
		var accounts []lancar.ID
		for _, o := range list {
			accounts = append(accounts, o.Account)
		}
		w.Must(w.Cases.SetRoster(w.t.Context(), r.Region, r.Agency, r.Role, accounts))
	}
}

// whose finds the officer with this account.
func whose(list []lancar.Actor, box func(lancar.Actor) casework.Inbox, number string) (lancar.Actor, casework.Task) {
	for _, o := range list {
		for _, t := range box(o).Tasks {
			if t.Number == number {
				return o, t
			}
		}
	}
	return lancar.Actor{}, casework.Task{}
}

func (w *world) inbox(o lancar.Actor) casework.Inbox {
	w.t.Helper()
	box, err := w.Cases.Inbox(w.t.Context(), o, casework.Look{Limit: 100})
	w.Must(err)
	return box
}

// task is who has the case now, and how it looks in their inbox.
func (w *world) task(list []lancar.Actor, number string) (lancar.Actor, casework.Task) {
	w.t.Helper()
	o, t := whose(list, w.inbox, number)
	if o.ID == "" {
		w.t.Fatalf("nobody has case %s", number)
	}
	return o, t
}

// draft fills in a whole application for the service.
func (w *world) draft(who casework.Applicant, slug string) casework.Draft {
	w.t.Helper()
	d, err := w.Cases.StartDraft(w.t.Context(), who, slug, "53.15.05.1025")
	w.Must(err)
	answers := map[string]string{"applicant.phone": "081234567890", "market": "53.15.05.1025", "market_name": "Pasar Baru", "size": "6", "start": "2027-02-01", "months": "6", "goods": "food"}
	if slug == free || slug == kin {
		answers = map[string]string{"village": "53.15.05.1025", "note": "Mohon diproses"}
	}
	d, err = w.Cases.SaveStep(w.t.Context(), who, d.ID, d.Version, "check", answers)
	w.Must(err)
	if slug == stall {
		_, err = w.Cases.Attach(w.t.Context(), who, d.ID, casework.Upload{Field: "goods_photo", Name: "kopi.jpg", Data: outside.Picture()})
		w.Must(err)
	}
	return d
}

func (w *world) submit(who casework.Applicant, slug string) casework.Case {
	w.t.Helper()
	d := w.draft(who, slug)
	got, err := w.Cases.Submit(w.t.Context(), who, casework.Submission{Draft: d.ID})
	w.Must(err)
	return got
}

// pay has the bank take the money of a case and the node learn of it.
func (w *world) pay(who casework.Applicant, c casework.Case) {
	w.t.Helper()
	code, err := w.Charges.Code(w.t.Context(), w.own(who), c.Region, c.Charge)
	w.Must(err)
	w.Paid(code.Reference)
	_, err = w.Charges.Recheck(w.t.Context(), w.own(who), c.Region, c.Charge)
	w.Must(err)
	w.run()
}

// paid is Maria's application for a stall, paid.
func (w *world) paid() (casework.Applicant, casework.Case) {
	w.t.Helper()
	who := w.person(maria)
	c := w.submit(who, stall)
	w.pay(who, c)
	return who, c
}

// read is the case as its applicant sees it.
func (w *world) read(who casework.Applicant, number string) casework.Case {
	w.t.Helper()
	got, err := w.Cases.Case(w.t.Context(), who, number)
	w.Must(err)
	return got
}

// own is a person's permission to read about themselves.
func (w *world) own(who casework.Applicant) access.Grant {
	w.t.Helper()
	return w.Own(who.Account, who.Subject, who.Register)
}
