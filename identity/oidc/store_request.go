package oidc

import (
	"encoding/json"
	"time"

	"lancar"
	"lancar/internal/store"
)

// newRequest is the id of a request's row, and what names it in addresses: nobody makes one from an id.
func (p *Provider) newRequest(now time.Time) (id lancar.ID, token string) {
	id = lancar.NewID(now)
	return id, p.handle("q", id, 0)
}

func (p *Provider) sealAsk(id lancar.ID, a ask) ([]byte, error) {
	plain, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	return p.Keys.Seal(plain, []byte("identity_requests "+string(id)))
}

func (p *Provider) openAsk(id lancar.ID, sealed []byte) (a ask, err error) {
	plain, err := p.Keys.Open(sealed, []byte("identity_requests "+string(id)))
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal(plain, &a)
}

func (p *Provider) insertRequest(tx *store.Tx, id lancar.ID, state string, a ask, until time.Time) error {
	sealed, err := p.sealAsk(id, a)
	if err != nil {
		return err
	}
	return tx.Queue(`INSERT INTO identity_requests (id, client, state, sealed, made_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		string(id), string(a.Client), state, sealed, store.Micros(tx.Now), store.Micros(until))
}

// requestTx opens a request that stands in this state and is in time, store.ErrNone if there is none.
func (p *Provider) requestTx(tx *store.Tx, token, state string) (a ask, err error) {
	id, _, err := p.openHandle("q", token)
	if err != nil {
		return a, store.ErrNone
	}
	var sealed []byte
	err = tx.QueryRow(`SELECT sealed FROM identity_requests WHERE id = $1 AND state = $2 AND expires_at > $3`, string(id), state, store.Micros(tx.Now)).Scan(&sealed)
	if err != nil {
		return a, err
	}
	return p.openAsk(id, sealed)
}

// requestByID opens a request whatever became of it, store.ErrNone once a code of it was used.
func (p *Provider) requestByID(tx *store.Tx, id lancar.ID) (a ask, err error) {
	var sealed []byte
	if err = tx.QueryRow(`SELECT sealed FROM identity_requests WHERE id = $1`, string(id)).Scan(&sealed); err != nil {
		return a, err
	}
	return p.openAsk(id, sealed)
}

func (p *Provider) updateRequest(tx *store.Tx, token string, a ask) error {
	id, _, err := p.openHandle("q", token)
	if err != nil {
		return err
	}
	sealed, err := p.sealAsk(id, a)
	if err != nil {
		return err
	}
	return tx.Queue(`UPDATE identity_requests SET sealed = $1 WHERE id = $2 AND state = 'asking'`, sealed, string(id))
}

// moveRequest takes a request from one state to the next; false when somebody was first.
func (p *Provider) moveRequest(tx *store.Tx, token, from, to string, until time.Time) (bool, error) {
	id, _, err := p.openHandle("q", token)
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(`UPDATE identity_requests SET state = $1, expires_at = $2 WHERE id = $3 AND state = $4`, to, store.Micros(until), string(id), from)
	return n == 1, err
}

func deleteRequest(tx *store.Tx, id lancar.ID) error {
	return tx.Queue(`DELETE FROM identity_requests WHERE id = $1`, string(id))
}
