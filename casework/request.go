package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"lancar"
	"lancar/identity/mandate"
	"lancar/internal/store"
)

// request is what a caller of the API named by a key (Idempotency-Key): the same key is the same act,
// however often it is sent. The zero value stands for a call without a key, or a key that is new.
type request struct {
	verb mandate.Verb
	ref  string
	ask  lancar.ID // the question to the person that it waits for, "" for none
	done bool
}

// requestsKept is how long a key is remembered after it was first used, in days.
const requestsKept = 30

// caller is who names acts by keys.
func (w Applicant) caller() string {
	if w.App != nil {
		return string(w.App.Who.ID)
	}
	return string(w.actor().ID)
}

func hashKey(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// requestTx is what a key stands for already. lancar.Invalid on field "Idempotency-Key" when that is
// another act, lancar.Forbidden on field "refused" when the person said no to it.
func (c *Cases) requestTx(tx *store.Tx, who Applicant, key string, verb mandate.Verb, ref string) (request, error) {
	if key == "" {
		return request{}, nil
	}
	r, err := requestByKey(tx, who.Account, who.caller(), hashKey(key))
	switch {
	case errors.Is(err, store.ErrNone):
		return request{}, nil
	case err != nil:
		return r, err
	case r.verb != verb || r.ref != ref:
		return r, lancar.Fail(lancar.Invalid, "Idempotency-Key", "Kunci ini sudah dipakai untuk langkah lain. Pakai kunci baru.", "This key was used for another step. Use a new one.")
	case r.done || r.ask == "":
		return r, nil
	}
	asked, err := c.mandates.AskedTx(tx, who.By.ID, r.ask)
	if err == nil && asked.State == mandate.AskRefused {
		err = mandate.ErrRefused()
	}
	return r, err
}

// doneTx notes that the act of a key took effect, with it.
func (c *Cases) doneTx(tx *store.Tx, who Applicant, key string, verb mandate.Verb, ref string) error {
	if key == "" {
		return nil
	}
	return keepRequest(tx, who.Account, who.caller(), hashKey(key), request{verb: verb, ref: ref, done: true})
}

// askPerson has the applicant asked about a final step that their machine may not take alone. It
// returns the error that the machine gets: a [mandate.Waiting] where the person was asked.
func (c *Cases) askPerson(ctx context.Context, who Applicant, key, ref string, act mandate.Act, err error) error {
	e, ok := errors.AsType[*lancar.Error](err)
	if !who.acts() || !ok || e.Code != lancar.Forbidden || e.Field != "ask" {
		return err
	}
	var asked mandate.Pending
	failed := c.db.Write(ctx, func(tx *store.Tx) (err error) {
		if asked, err = c.mandates.AskTx(tx, who.By.ID, who.By.Mandate, act); err != nil || key == "" {
			return err
		}
		return keepRequest(tx, who.Account, who.caller(), hashKey(key), request{verb: act.Verb, ref: ref, ask: asked.ID})
	})
	if failed != nil {
		return failed
	}
	return &mandate.Waiting{Pending: asked, Err: err}
}
