package casework

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"lancar"
	"lancar/catalog/flow"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/publiclog"
)

// Events of a case that do not move it in the table of package flow.
const (
	flagged   flow.Event = "flag"    // a register disagreed later
	recounted flow.Event = "recount" // the calendar changed, the deadline was derived again
	reminded  flow.Event = "remind"  // the applicant was reminded of the correction
	receipted flow.Event = "receipt" // the receipt of a service that is only a payment was issued
	refunded  flow.Event = "refund"  // money that was due back went back
	erased    flow.Event = "erase"   // retention ended: the key is destroyed
)

// status is a case as its newest event leaves it. Every event states it whole, so that a
// projection can be compared with it field by field; instants are microseconds, 0 for none.
type status struct {
	State     flow.State `json:"state"`
	Step      string     `json:"step,omitempty"` // id of the officer's step that is on or comes next
	Role      string     `json:"role,omitempty"`
	Agency    string     `json:"agency,omitempty"`  // of the step
	Office    string     `json:"office,omitempty"`  // region where the officer sits
	Officer   lancar.ID  `json:"officer,omitempty"` // who was drawn for the step
	Decider   lancar.ID  `json:"decider,omitempty"` // who decided what waits for its signature
	How       string     `json:"how,omitempty"`     // granted, refused or deemed; in signing: what waits
	Complete  int64      `json:"complete,omitempty"`
	Due       int64      `json:"due,omitempty"`  // end of the term, or of the wait
	Wake      int64      `json:"wake,omitempty"` // when the system acts next
	Escalated int64      `json:"escalated,omitempty"`
	Closed    int64      `json:"closed,omitempty"`
	Flagged   int64      `json:"flagged,omitempty"`
	Corrected bool       `json:"corrected,omitempty"` // the one correction was used
	Reminders int        `json:"reminders,omitempty"`
	Document  string     `json:"document,omitempty"`
}

// origin is what never changes about a case and is not personal.
type origin struct {
	Number     string    `json:"number"`
	Service    string    `json:"service"`
	Definition string    `json:"definition"`
	Agency     string    `json:"agency"`
	Charge     lancar.ID `json:"charge,omitempty"`
	Fee        int64     `json:"fee,omitempty"` // in sen
}

// plain is the part of an event that stays readable after erasure.
type plain struct {
	Status   status  `json:"status"`
	Origin   *origin `json:"origin,omitempty"` // of the first event
	Draws    []drawn `json:"draws,omitempty"`
	Calendar string  `json:"calendar,omitempty"` // hash of the calendar a deadline was counted with
	Before   int64   `json:"before,omitempty"`   // the deadline before a recount
	Took     *took   `json:"took,omitempty"`     // of a decision: what the kept figures count
	// Mandate is the one under which the actor did it for the applicant; "" for their own act.
	Mandate lancar.ID `json:"mandate,omitempty"`
	Through *Through  `json:"through,omitempty"` // the app by which the applicant did it themself
}

// took is how long a decision took, in working days, and whether its term had passed.
type took struct {
	Days int  `json:"days"`
	Late bool `json:"late,omitempty"`
}

// event is one row of a case's history.
type event struct {
	Seq   int64
	At    time.Time
	Kind  flow.Event
	Who   lancar.ActorKind
	Actor lancar.ID
	Plain plain
	text  string // Plain as stored; what the hash covers
	Body  []byte // sealed
	Leaf  lancar.ID
	Proof []byte // sealed nonce and record of Leaf
	Hash  []byte
}

// digest chains an event to the one before it. It covers everything but the leaf, whose record
// holds the digest: a leaf in the log therefore vouches for all events up to it.
func (e *event) digest(region string, id lancar.ID, before []byte) []byte {
	h := sha256.New()
	fmt.Fprintf(h, "lancar/case/v1\n%s\n%s\n%d\n%d\n%s\n%s\n%s\n%x\n%d\n", region, id, e.Seq, store.Micros(e.At), e.Kind, e.Who, e.Actor, before, len(e.text))
	h.Write([]byte(e.text))
	h.Write(e.Body)
	return h.Sum(nil)
}

// record is the canonical record of the event's leaf. It can be written again from the row, which
// is how Verify finds an altered one.
func (e *event) record(region string, id lancar.ID) ([]byte, error) {
	return publiclog.Canonical(map[string]any{
		"record": "case", "region": region, "case": string(id), "seq": e.Seq, "event": string(e.Kind),
		"state": string(e.Plain.Status.State), "at": e.At.UTC().Format(time.RFC3339Nano), "hash": hex.EncodeToString(e.Hash),
	})
}

// proof is what a person needs to show that a leaf is theirs.
type proof struct {
	Nonce  []byte `json:"nonce"`
	Record []byte `json:"record"`
}

// change is what an act does to a case: the new status and what is written down about it.
type change struct {
	kind  flow.Event
	actor lancar.Actor
	to    status
	plain plain  // Status is filled in by write
	body  any    // personal part, sealed; nil for none
	leaf  bool   // give the event a leaf in the region's log
	await string // key of the event that the log emits once the leaf stands
}

// write appends one event to a case and brings its row, the inbox and the outbox along, in the
// caller's transaction. lancar.Conflict when the case moved on since d was read.
func (c *Cases) write(tx *store.Tx, d *dossier, key keys.DataKey, ch change) error {
	e := event{Seq: d.version + 1, At: tx.Now, Kind: ch.kind, Who: ch.actor.Kind, Actor: ch.actor.ID, Plain: ch.plain}
	e.Plain.Status, e.Plain.Mandate = ch.to, ch.actor.Mandate
	text, err := json.Marshal(e.Plain)
	if err != nil {
		return err
	}
	e.text = string(text)
	if e.Body = []byte{}; ch.body != nil {
		b, err := json.Marshal(ch.body)
		if err != nil {
			return err
		}
		e.Body = key.Seal(b, aad("events", d.id, e.Seq))
	}
	e.Hash = e.digest(d.region, d.id, d.head)
	if err := c.leave(tx, d, key, ch, &e); err != nil {
		return err
	}
	before := d.status
	d.version, d.head, d.status = e.Seq, e.Hash, ch.to
	d.events = append(d.events, e)
	if err := saveCase(tx, d, e.Seq == 1); err != nil {
		return err
	}
	if err := insertEvent(tx, d, e); err != nil {
		return err
	}
	if err := c.project(tx, d, before); err != nil {
		return err
	}
	return c.tell(tx, d, e)
}

// leave gives the event its leaf and seals the proof of it.
func (c *Cases) leave(tx *store.Tx, d *dossier, key keys.DataKey, ch change, e *event) error {
	e.Proof = []byte{}
	if !ch.leaf {
		return nil
	}
	record, err := e.record(d.region, d.id)
	if err != nil {
		return err
	}
	receipt, err := c.log.AppendTx(tx, d.region, publiclog.Leaf{Kind: publiclog.Private, Record: record, Await: ch.await})
	if err != nil {
		return err
	}
	b, err := json.Marshal(proof{receipt.Nonce, record})
	if err != nil {
		return err
	}
	e.Leaf, e.Proof = receipt.Leaf, key.Seal(b, aad("proofs", d.id, e.Seq))
	return nil
}

// told is the payload of the job that carries a change to the person's list and to their inbox.
type told struct {
	Case    lancar.ID  `json:"case"`
	Account lancar.ID  `json:"account"`
	Number  string     `json:"number"`
	Service string     `json:"service"`
	State   flow.State `json:"state"`
	Event   flow.Event `json:"event"`
	Due     int64      `json:"due"`
	Fee     int64      `json:"fee"`
	Pinned  string     `json:"pinned"` // hash of the definition
	Agency  string     `json:"agency"`
	Since   int64      `json:"since"` // of submission
	Full    int64      `json:"full"`  // of completeness
	At      int64      `json:"at"`
	Version int64      `json:"version"`
	Mandate lancar.ID  `json:"mandate,omitempty"` // under which it was sent for the account, by whom
	By      lancar.ID  `json:"by,omitempty"`
}

// fee is what the case costs, in sen.
func (d *dossier) fee() int64 {
	if len(d.events) > 0 && d.events[0].Plain.Origin != nil {
		return d.events[0].Plain.Origin.Fee
	}
	return 0
}

const changedQueue = "casework.changed"

func (c *Cases) tell(tx *store.Tx, d *dossier, e event) error {
	t := told{Case: d.id, Account: d.account, Number: d.origin.Number, Service: d.origin.Service, State: d.status.State,
		Event: e.Kind, Due: d.status.Due, Fee: d.fee(), Pinned: d.origin.Definition, Agency: d.origin.Agency, Since: store.Micros(d.submitted),
		Full: d.status.Complete, At: store.Micros(e.At), Version: e.Seq}
	if first := d.events[0]; first.Plain.Mandate != "" {
		t.Mandate, t.By = first.Plain.Mandate, first.Actor
	}
	payload, err := json.Marshal(t)
	if err != nil {
		return err
	}
	if err := c.queue.EnqueueTx(tx, jobs.Job{Region: d.region, Queue: changedQueue, Payload: payload}); err != nil {
		return err
	}
	return c.queue.EmitTx(tx, jobs.Event{Region: d.region, Name: "casework." + string(e.Kind), Key: fmt.Sprintf("%s/%d", d.id, e.Seq), Payload: payload})
}

// aad binds a sealed value to its row.
func aad(table string, id lancar.ID, seq int64) []byte {
	return fmt.Appendf(nil, "casework_%s/%s/%d", table, id, seq)
}
