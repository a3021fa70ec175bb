package identity

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"lancar"
	"lancar/exchange"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/notify"
)

// attempt is a row of identity_attempts.
type attempt struct {
	id       string
	kind     Kind
	state    string // waiting → sent or refused → used
	subject  string // for an officer: the keyed hash of the employee number
	region   string
	claim    sealedClaim
	account  lancar.ID       // that exists already, "" for a new one
	code     []byte          // MAC; of nothing while waiting or refused
	register bool            // the register has the contact for that number
	young    bool            // but not for long: the contact test is not passed yet
	outage   bool            // the register could not be asked
	since    exchange.Answer // whether it has the contact for long enough; read while proving alone
	crowded  bool            // over [Limits].PerNumber
	tries    int64
	created  time.Time
	expires  time.Time
}

// sealedClaim is what an attempt keeps of the claim, sealed.
type sealedClaim struct {
	Number, Nation, Name, BirthDate, Lang string
	To                                    notify.Address
	Via                                   notify.Channel `json:",omitempty"`
}

const queueProve = "identity.prove"

// Start writes a claim down and answers at once, the same for every claim of the right form. The
// proving happens in a job; what comes of it goes to the contact. Errors are lancar.Invalid with
// the field, or lancar.TooMany, which depends on how often it was tried and on nothing else.
func (i *Identity) Start(ctx context.Context, c Claim) (Attempt, error) {
	to, err := c.clean(i.db.Now())
	if err != nil {
		return Attempt{}, err
	}
	subject := i.ring.Subject("nik", c.Number)
	if c.Kind == Visitor {
		subject = i.ring.Subject("passport", c.Nation+c.Number)
	}
	a := attempt{kind: c.Kind, subject: subject, region: c.Region,
		claim: sealedClaim{c.Number, c.Nation, c.Name, c.BirthDate, c.Lang, to, via(c.Via, to)}}
	limits := []limit{
		{what: "start address", value: c.Address, window: 10 * time.Minute, most: i.limits.PerAddress},
		{what: "start pair", value: pairOf(subject, to), window: time.Hour, most: i.limits.PerPair, known: c.Mark},
		{what: "start pair day", value: pairOf(subject, to), window: 24 * time.Hour, most: 4 * i.limits.PerPair, known: c.Mark},
		{what: "start contact", value: to.Value, window: time.Hour, most: i.limits.PerContact, known: c.Mark},
	}
	if c.Mark != "" {
		limits = append(limits, limit{what: "start browser", value: c.Mark, window: time.Hour, most: 2 * i.limits.PerPair})
	}
	out, err := i.begin(ctx, a, limits)
	out.Channel, out.Contact = to.Channel, mask(to)
	return out, err
}

// pairOf names a number with a contact.
func pairOf(subject string, to notify.Address) string { return subject + " " + to.Value }

// via is by what a code goes: chat only to a number for which it was chosen.
func via(chosen notify.Channel, to notify.Address) notify.Channel {
	if chosen == notify.WhatsApp && to.Channel == notify.Phone {
		return chosen
	}
	return ""
}

// OfficerStart begins the sign-in of an officer: a code goes to the office mail of that employee
// number, if there is one. The answer is the same if there is none.
func (i *Identity) OfficerStart(ctx context.Context, number, address, lang string) (Attempt, error) {
	number = strings.NewReplacer(" ", "", ".", "").Replace(number)
	if len(number) < 5 || len(number) > 20 || strings.Trim(number, "0123456789") != "" {
		return Attempt{}, lancar.Fail(lancar.Invalid, "number", "Tulis NIP Anda, 18 angka.", "Write your employee number, 18 digits.")
	}
	a := attempt{kind: Officer, subject: i.employee(number), claim: sealedClaim{Lang: lang}}
	limits := []limit{
		{what: "start address", value: address, window: 10 * time.Minute, most: i.limits.PerAddress},
		{what: "start officer pair", value: a.subject + " " + address, window: time.Hour, most: i.limits.PerNumber},
		{what: "start officer", value: a.subject, window: time.Hour, most: i.limits.PerNumber, known: address}, // nobody else shuts an officer out
	}
	out, err := i.begin(ctx, a, limits)
	out.Channel = notify.Email
	return out, err
}

func (i *Identity) begin(ctx context.Context, a attempt, limits []limit) (Attempt, error) {
	a.id, a.state = keys.Token(), "waiting"
	if a.region == "" {
		a.region = "00"
	}
	plain, err := json.Marshal(a.claim)
	if err != nil {
		return Attempt{}, err
	}
	sealed, err := i.ring.Seal(plain, []byte("identity_attempts "+a.id))
	if err != nil {
		return Attempt{}, err
	}
	err = i.db.Write(ctx, func(tx *store.Tx) error {
		if err := i.count(tx, limits); err != nil {
			return err
		}
		if a.crowded, err = i.over(tx, limit{what: "start number", value: a.subject, window: time.Hour, most: i.limits.PerNumber}); err != nil {
			return err
		}
		a.created, a.expires = tx.Now, tx.Now.Add(codeLife)
		if err := insertAttempt(tx, a, sealed); err != nil {
			return err
		}
		return i.queue.EnqueueTx(tx, jobs.Job{Region: a.region, Queue: queueProve, Payload: []byte(a.id)})
	})
	if err != nil {
		return Attempt{}, err
	}
	return Attempt{ID: a.id, Expires: a.expires}, nil
}
