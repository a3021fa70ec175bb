// Package breach keeps failures to protect people's data: what happened, whose data it concerns,
// what is done about it, and that the people and the authority were told within 3×24 hours of the
// discovery (UU 27/2022 Article 46).
//
// A data officer opens a breach and picks whose data it concerns by cases, by service and period, or
// by whoever looked; never by typing numbers of people. [Breaches.Tell] then tells each of them once
// by a message, through [EventTold]; people who are found later are told as they are added. The
// letter to the authority is a text to send; [Breaches.Reported] notes that it went out. When the
// term passes before both are done, [EventLate] says so, once.
package breach

import (
	"strings"
	"time"

	"lancar"
	"lancar/access"
	"lancar/internal/jobs"
	"lancar/internal/store"
)

// Term is how long an office has from the discovery to tell the people and the authority.
const Term = access.Term

// Breach is one failure. What, How and Measures are the office's words as people read them.
type Breach struct {
	Region, Agency string
	ID             lancar.ID
	Officer        lancar.ID // who opened it
	What           string    // which data
	How            string    // when and how it came out
	Measures       string    // what is done about it, and what people can do
	Contact        string    // where to ask
	Happened       time.Time // zero: not known
	Found          time.Time
	Opened, Due    time.Time
	Told           time.Time // zero: the people have not been told yet
	Reported       time.Time // zero: the authority has not
	Ref            string    // of the letter to the authority
	People         int64     // whose data it concerns
	Reached        int64     // of them, told by a message
	Away           int64     // of them, without an account here: to be told by letter or publicly
	Version        int64
}

// Done says that the people and the authority were told.
func (b Breach) Done() bool { return !b.Told.IsZero() && !b.Reported.IsZero() }

// Late says that the term has passed before both were told.
func (b Breach) Late(now time.Time) bool { return !b.Done() && now.After(b.Due) }

// Pick says whose data a breach concerns. Exactly one of Cases, Service and Reader is set; From and
// Until (not included) bound the last two.
type Pick struct {
	Region      string    // in this region and those below it
	Cases       []string  // numbers of cases
	Service     string    // slug: cases brought for it in the period
	Reader      lancar.ID // an officer or machine: everyone they looked at in the period
	From, Until time.Time
}

// Events, all with a [Notice] as payload.
const (
	EventOpened = "access.breach"      // tell whoever stands above
	EventTold   = "access.breach_told" // tell one person
	EventLate   = "access.breach_late" // the term has passed; tell whoever stands above
)

// Notice is what the events carry. Nothing in it is secret; Account is set in [EventTold] alone.
type Notice struct {
	Region  string    `json:"region"`
	ID      lancar.ID `json:"id"`
	Account lancar.ID `json:"account,omitempty"`
}

// Breaches is the room's part that keeps them. It is safe for concurrent use.
type Breaches struct {
	db    *store.DB
	queue *jobs.Queue
	cases func(tx *store.Tx, p Pick) ([]string, error)
	apart func(tx *store.Tx, reader, officer lancar.ID) error
}

const (
	queueTell = "access.breach_tell"
	queueLate = "access.breach_late"
)

// New makes it and registers its jobs. cases finds the subjects of a pick by cases or by service;
// app hands it down from the room that has them. apart refuses an officer who is, or is of the family
// of, the officer whose looks a breach is about, from the room that knows officers.
func New(db *store.DB, queue *jobs.Queue, cases func(tx *store.Tx, p Pick) ([]string, error), apart func(tx *store.Tx, reader, officer lancar.ID) error) *Breaches {
	b := &Breaches{db: db, queue: queue, cases: cases, apart: apart}
	queue.HandleTx(queueTell, b.tellSome)
	queue.HandleTx(queueLate, b.lateTx)
	return b
}

func mayHandle(officer lancar.Actor, region string) error {
	if officer.Kind == lancar.Officer && officer.Role == access.OfficerRole && access.Within(region, officer.Region) {
		return nil
	}
	return lancar.Fail(lancar.Forbidden, "", "Hanya pejabat pelindungan data daerah ini.", "Only the data protection officer of this region.")
}

func (b *Breach) check(now time.Time) error {
	for _, s := range []*string{&b.What, &b.How, &b.Measures, &b.Contact} {
		*s = strings.TrimSpace(*s)
	}
	fail := func(field, id, en string) error { return lancar.Fail(lancar.Invalid, field, id, en) }
	switch {
	case b.What == "" || len(b.What) > 2000:
		return fail("what", "Tulis data apa yang terlihat, paling banyak 2.000 huruf.", "Write which data came out, at most 2,000 characters.")
	case b.How == "" || len(b.How) > 4000:
		return fail("how", "Tulis kapan dan bagaimana terjadinya, paling banyak 4.000 huruf.", "Write when and how it happened, at most 4,000 characters.")
	case b.Measures == "" || len(b.Measures) > 4000:
		return fail("measures", "Tulis penanganan dan pemulihannya, paling banyak 4.000 huruf.", "Write what is done about it, at most 4,000 characters.")
	case b.Contact == "" || len(b.Contact) > 300:
		return fail("contact", "Tulis ke mana orang bisa bertanya.", "Write where people can ask.")
	case b.Found.IsZero() || b.Found.After(now):
		return fail("found", "Tulis kapan diketahui; tidak boleh di masa depan.", "Write when it was found; it cannot be in the future.")
	case b.Happened.After(b.Found):
		return fail("happened", "Kejadiannya tidak mungkin sesudah diketahui.", "It cannot have happened after it was found.")
	}
	return nil
}

func (p Pick) check() error {
	n := 0
	for _, set := range []bool{len(p.Cases) > 0, p.Service != "", p.Reader != ""} {
		if set {
			n++
		}
	}
	switch {
	case n != 1:
		return lancar.Fail(lancar.Invalid, "by", "Pilih satu cara: nomor permohonan, layanan, atau siapa yang melihat.", "Choose one way: numbers of cases, a service, or who looked.")
	case len(p.Cases) == 0 && !p.From.Before(p.Until):
		return lancar.Fail(lancar.Invalid, "from", "Tulis dari kapan sampai kapan.", "Write from when until when.")
	}
	return nil
}

func errNone() error {
	return lancar.Fail(lancar.NotFound, "", "Catatan itu tidak ada.", "There is no such record.")
}
