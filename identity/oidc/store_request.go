package oidc

import (
	"encoding/hex"
	"encoding/json"
	"time"

	"lancar/internal/store"
)

// requestID is what the database holds of a request's token.
func (p *Provider) requestID(token string) string {
	return hex.EncodeToString(p.Keys.MAC("oidc request", []byte(token))[:16])
}

func (p *Provider) sealAsk(id string, a ask) ([]byte, error) {
	plain, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	return p.Keys.Seal(plain, []byte("identity_requests "+id))
}

func (p *Provider) insertRequest(tx *store.Tx, token, state string, a ask, until time.Time) error {
	id := p.requestID(token)
	sealed, err := p.sealAsk(id, a)
	if err != nil {
		return err
	}
	return tx.Queue(`INSERT INTO identity_requests (id, client, state, sealed, made_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		id, string(a.Client), state, sealed, store.Micros(tx.Now), store.Micros(until))
}

// requestTx opens a request that stands in this state and is in time, store.ErrNone if there is none.
func (p *Provider) requestTx(tx *store.Tx, token, state string) (a ask, err error) {
	id := p.requestID(token)
	var sealed []byte
	err = tx.QueryRow(`SELECT sealed FROM identity_requests WHERE id = $1 AND state = $2 AND expires_at > $3`, id, state, store.Micros(tx.Now)).Scan(&sealed)
	if err != nil {
		return a, err
	}
	plain, err := p.Keys.Open(sealed, []byte("identity_requests "+id))
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal(plain, &a)
}

func (p *Provider) updateRequest(tx *store.Tx, token string, a ask) error {
	id := p.requestID(token)
	sealed, err := p.sealAsk(id, a)
	if err != nil {
		return err
	}
	return tx.Queue(`UPDATE identity_requests SET sealed = $1 WHERE id = $2 AND state = 'asking'`, sealed, id)
}

// moveRequest takes a request from one state to the next; false when somebody was first.
func (p *Provider) moveRequest(tx *store.Tx, token, from, to string, until time.Time) (bool, error) {
	n, err := tx.Exec(`UPDATE identity_requests SET state = $1, expires_at = $2 WHERE id = $3 AND state = $4`, to, store.Micros(until), p.requestID(token), from)
	return n == 1, err
}
