package access

import (
	"context"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"lancar"
	"lancar/internal/jobs"
	"lancar/internal/store"
)

// Ask is a person using a right.
type Ask struct {
	Right  Right
	Region string // for everything but [Why]: the region whose office is asked
	Agency string
	Row    lancar.ID // for [Why]: the id of the look in the person's list
	Text   string    // in the person's own words, at most 2,000 characters
}

// The events of a person's rights. Payload is [Notice] as JSON.
const (
	EventAsked    = "access.asked"    // a request came in; tell the office
	EventAnswered = "access.answered" // it was closed by the office; tell the person
	EventOverdue  = "access.overdue"  // the term passed unanswered; tell the superior
	EventErase    = "access.erase"    // every room: destroy what you hold about this person and need not keep
)

// Notice is what the events of a request carry. Nothing in it is secret or personal.
type Notice struct {
	Region  string    `json:"region"`
	Agency  string    `json:"agency"`
	ID      lancar.ID `json:"id"`
	Right   Right     `json:"right"`
	State   State     `json:"state"`
	Subject string    `json:"subject"`
	Account lancar.ID `json:"account"`
}

const queueOverdue = "access.overdue"

// AskFor files a request of the grant's person, who must be reading their own data. A second
// request of the same kind about the same thing, while the first is open, returns the first.
func (a *Access) AskFor(ctx context.Context, own Grant, ask Ask) (Asked, error) {
	if !own.themself() {
		return Asked{}, lancar.Fail(lancar.Forbidden, "", "Hanya pemilik data yang dapat meminta ini.", "Only the person themself can ask for this.")
	}
	ask.Text = strings.TrimSpace(ask.Text)
	if err := ask.check(); err != nil {
		return Asked{}, err
	}
	var out Asked
	err := a.db.Write(ctx, func(tx *store.Tx) error {
		if ask.Right == Why {
			row, err := seenRow(tx, own.subject, ask.Row)
			if err == store.ErrNone {
				return lancar.Fail(lancar.NotFound, "row", "Catatan itu tidak ada.", "There is no such record.")
			}
			if err != nil {
				return err
			}
			ask.Region, ask.Agency = row.Region, row.Who.Agency
		}
		var err error
		out, err = openAsked(tx, own.subject, ask)
		if err != store.ErrNone {
			return err
		}
		out = Asked{
			Region: ask.Region, Agency: ask.Agency, ID: lancar.NewID(tx.Now), Right: ask.Right, Subject: own.subject, Account: own.account,
			Row: ask.Row, State: Received, At: tx.Now, Due: tx.Now.Add(Term), Version: 1,
		}
		return a.receive(tx, out, ask.Text)
	})
	out.Text = ask.Text
	return out, err
}

// receive files a request with an office and starts its clock.
func (a *Access) receive(tx *store.Tx, s Asked, text string) error {
	sealed, err := a.ring.SealTx(tx, askOwner(s.ID), []byte(text), []byte("access.ask"))
	if err != nil {
		return err
	}
	if err := insertAsked(tx, s, sealed); err != nil {
		return err
	}
	err = a.queue.EnqueueTx(tx, jobs.Job{Region: s.Region, Queue: queueOverdue, Dedup: string(s.ID), RunAt: s.Due, Payload: []byte(s.ID)})
	if err != nil {
		return err
	}
	return a.emit(tx, EventAsked, s)
}

func (k Ask) check() error {
	switch {
	case k.Right != Why && k.Right != See && k.Right != Correct && k.Right != Restrict && k.Right != Erase && k.Right != Object:
		return lancar.Fail(lancar.Invalid, "right", "Pilih apa yang Anda minta.", "Choose what you ask for.")
	case k.Right != Why && k.Region == "":
		return lancar.Fail(lancar.Invalid, "region", "Pilih daerah yang Anda tuju.", "Choose the region you ask.")
	case k.Right == Object && k.Text == "":
		return lancar.Fail(lancar.Invalid, "text", "Tulis pemakaian mana yang Anda tolak, dan alasannya.", "Write which use you object to, and why.")
	case k.Right == Correct && k.Text == "":
		return lancar.Fail(lancar.Invalid, "text", "Tulis apa yang salah dan bagaimana seharusnya.", "Write what is wrong and what it should be.")
	case utf8.RuneCountInString(k.Text) > 2000:
		return lancar.Fail(lancar.Invalid, "text", "Paling banyak 2.000 huruf.", "At most 2,000 characters.")
	}
	return nil
}

// Asks returns the requests of the grant's own person, newest first.
func (a *Access) Asks(ctx context.Context, own Grant) (list []Asked, err error) {
	if err := own.For(own.subject, Looks); err != nil || !own.themself() {
		return nil, err
	}
	err = a.db.Read(ctx, func(tx *store.Tx) error {
		sealed, err := askedOf(tx, own.subject)
		if err != nil {
			return err
		}
		list = make([]Asked, len(sealed))
		for i, s := range sealed {
			if list[i], err = a.unseal(tx, s); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

// findAsk reads a request, errNoAsk if there is none.
func findAsk(tx *store.Tx, region string, id lancar.ID) (sealedAsk, error) {
	s, err := askedByID(tx, region, id)
	if err == store.ErrNone {
		err = errNoAsk()
	}
	return s, err
}

// TakeBack closes a request at the person's own wish.
func (a *Access) TakeBack(ctx context.Context, own Grant, region string, id lancar.ID) error {
	if !own.themself() {
		return errNoAsk()
	}
	return a.db.Write(ctx, func(tx *store.Tx) error {
		s, err := askedByID(tx, region, id)
		if err == store.ErrNone || err == nil && s.Subject != own.subject {
			return errNoAsk()
		}
		if err != nil {
			return err
		}
		_, err = a.move(tx, s.Asked, "withdraw", own.who, nil)
		return err
	})
}

// move takes an open request one step further by compare-and-swap.
func (a *Access) move(tx *store.Tx, s Asked, event string, who lancar.Actor, answer []byte) (Asked, error) {
	to, err := step(s.State, event, who.Kind)
	if err != nil {
		return s, err
	}
	s.State, s.Officer = to, who.ID
	if to != Working {
		s.Closed = tx.Now
	}
	n, err := updateAsked(tx, s, answer)
	if err != nil {
		return s, err
	}
	if n == 0 {
		return s, lancar.Fail(lancar.Conflict, "", "Permintaan ini baru saja diubah. Muat ulang halaman.", "This request was just changed. Reload the page.")
	}
	s.Version++
	return s, nil
}

func (a *Access) emit(tx *store.Tx, name string, s Asked) error {
	payload, err := json.Marshal(Notice{s.Region, s.Agency, s.ID, s.Right, s.State, s.Subject, s.Account})
	if err != nil {
		return err
	}
	return a.queue.EmitTx(tx, jobs.Event{Region: s.Region, Name: name, Key: string(s.ID), Payload: payload})
}

// askOwner names the data key of one request: an erasure destroys it once the request is closed.
// Requests of before had one key for all of a person's.
func askOwner(id lancar.ID) string { return "ask:" + string(id) }

func owner(subject string) string { return "person:" + subject }

func errNoAsk() error {
	return lancar.Fail(lancar.NotFound, "", "Permintaan itu tidak ada.", "There is no such request.")
}
