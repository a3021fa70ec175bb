// Package bypass holds what somebody in a hurry, or with intent, would write. It is read by
// doors_test.go alone: every function whose name begins with Bad must be found, and none of those
// that begin with Good.
package bypass

import (
	"context"
	"errors"
	"fmt"

	"lancar"
	"lancar/access"
	"lancar/internal/keys"
	"lancar/internal/store"
)

type room struct {
	db     *store.DB
	ring   *keys.Ring
	access *access.Access
}

// record is what a room keeps of a person.
//
//lancar:personal
type record struct{ Name string }

func (r *room) open(tx *store.Tx) (record, error) {
	b, err := r.ring.OpenTx(tx, "account:1", nil, nil)
	return record{string(b)}, err
}

// It asks nobody.
func (r *room) BadPlain(tx *store.Tx) (record, error) { return r.open(tx) }

// It asks when it has read.
func (r *room) BadLate(tx *store.Tx, g access.Grant) (record, error) {
	out, err := r.open(tx)
	if err != nil {
		return out, err
	}
	return out, g.For("s", access.Identity)
}

// It asks, and does not listen.
func (r *room) BadDeaf(tx *store.Tx, g access.Grant) (record, error) {
	g.For("s", access.Identity)
	return r.open(tx)
}

func (r *room) BadBlank(tx *store.Tx, g access.Grant) (record, error) {
	_ = g.For("s", access.Identity)
	return r.open(tx)
}

func (r *room) BadLogged(tx *store.Tx, g access.Grant) (record, error) {
	if err := g.For("s", access.Identity); err != nil {
		fmt.Println(err)
	}
	return r.open(tx)
}

func (r *room) BadOverwritten(tx *store.Tx, g access.Grant) (out record, err error) {
	err = g.For("s", access.Identity)
	out, err = r.open(tx)
	return out, err
}

// It asks only sometimes.
func (r *room) BadSometimes(tx *store.Tx, g access.Grant, careful bool) (record, error) {
	if careful {
		if err := g.For("s", access.Identity); err != nil {
			return record{}, err
		}
	}
	return r.open(tx)
}

func (r *room) BadShort(tx *store.Tx, g access.Grant, careful bool) (record, error) {
	if careful && !g.Covers(access.Identity) {
		return record{}, errors.New("no")
	}
	return r.open(tx)
}

func (r *room) BadLoop(tx *store.Tx, grants []access.Grant) (record, error) {
	for _, g := range grants {
		if err := g.For("s", access.Identity); err != nil {
			return record{}, err
		}
	}
	return r.open(tx)
}

func (r *room) BadSwitch(tx *store.Tx, g access.Grant, n int) (record, error) {
	switch n {
	case 1:
		if err := g.For("s", access.Identity); err != nil {
			return record{}, err
		}
	}
	return r.open(tx)
}

// It takes the key and unseals by itself.
func (r *room) BadKey(tx *store.Tx) ([]byte, error) {
	key, err := r.ring.LoadTx(tx, "account:1")
	if err != nil {
		return nil, err
	}
	return key.Open(nil, nil)
}

// It hands the key's opener to whoever wants it.
func (r *room) BadOpener(tx *store.Tx) (func(sealed, aad []byte) ([]byte, error), error) {
	key, err := r.ring.LoadTx(tx, "account:1")
	return key.Open, err
}

// It reads in the background.
func (r *room) BadAside(tx *store.Tx, to chan<- record) {
	go func() {
		out, _ := r.open(tx)
		to <- out
	}()
}

// A job that nobody calls by name.
func (r *room) badJob(tx *store.Tx) error { _, err := r.open(tx); return err }

func (r *room) GoodRegister(handle func(func(*store.Tx) error)) { handle(r.badJob) }

// It reads who looked, in clear.
func BadTable(tx *store.Tx, subject string) (n int64, err error) {
	const from = " FROM access_seen"
	err = tx.QueryRow("SELECT count(*)"+from+" WHERE subject = $1", subject).Scan(&n)
	return n, err
}

// What it read for a good reason it returns to somebody without one.
func (r *room) BadType(tx *store.Tx, ask bool) (*record, error) {
	var out record
	if ask {
		return &out, nil
	}
	err := errors.New("no")
	return nil, err
}

func (r *room) GoodFor(tx *store.Tx, g access.Grant) (record, error) {
	if err := g.For("s", access.Identity); err != nil {
		return record{}, err
	}
	return r.open(tx)
}

func (r *room) GoodOwn(tx *store.Tx, g access.Grant) (record, error) {
	if g.Region() == "" || !g.Own() {
		return record{}, errors.New("no")
	}
	return r.open(tx)
}

func (r *room) asks(tx *store.Tx) (access.Grant, error) {
	return r.access.OpenTx(tx, access.Request{Who: lancar.TheSystem("x")})
}

func (r *room) GoodHelper(ctx context.Context) (out record, err error) {
	err = r.db.Write(ctx, func(tx *store.Tx) error {
		if _, err := r.asks(tx); err != nil {
			return err
		}
		out, err = r.open(tx)
		return err
	})
	return out, err
}

func (r *room) GoodBefore(ctx context.Context) (out record, err error) {
	err = r.db.Write(ctx, func(tx *store.Tx) error {
		_, err := r.asks(tx)
		return err
	})
	if err != nil {
		return record{}, err
	}
	err = r.db.Read(ctx, func(tx *store.Tx) error {
		out, err = r.open(tx)
		return err
	})
	return out, err
}

func (r *room) GoodSwitch(tx *store.Tx, g access.Grant) (record, error) {
	err := g.For("s", access.Identity)
	switch {
	case err != nil:
		return record{}, err
	}
	return r.open(tx)
}
