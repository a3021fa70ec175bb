package oidc

import (
	"encoding/json"
	"time"

	"lancar"
	"lancar/internal/store"
)

const waitColumns = `id, kind, client, account, state, sealed, grant_id, gap, polled_at, made_at, expires_at`

func scanWait(s store.Scanner) (wt wait, err error) {
	var gap, polled, made, expires int64
	err = s.Scan((*string)(&wt.id), (*string)(&wt.kind), (*string)(&wt.client), (*string)(&wt.account), &wt.state, &wt.sealed, (*string)(&wt.grant), &gap, &polled, &made, &expires)
	wt.gap, wt.polled, wt.made, wt.expires = time.Duration(gap)*time.Second, store.Time(polled), store.Time(made), store.Time(expires)
	return wt, err
}

func (p *Provider) insertWait(tx *store.Tx, wt wait) error {
	plain, err := json.Marshal(wt.waited)
	if err != nil {
		return err
	}
	sealed, err := p.Keys.Seal(plain, []byte("identity_waits "+string(wt.id)))
	if err != nil {
		return err
	}
	return tx.Queue(`INSERT INTO identity_waits (id, kind, client, code, account, state, sealed, grant_id, gap, polled_at, made_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, 'waiting', $6, '', $7, 0, $8, $9)`, string(wt.id), string(wt.kind), string(wt.client), p.codeHash(wt.Code), string(wt.account), sealed,
		int64(wt.gap/time.Second), store.Micros(tx.Now), store.Micros(wt.expires))
}

// openWait opens what an app asked for.
func (p *Provider) openWait(wt wait, err error) (wait, error) {
	if err != nil {
		return wt, err
	}
	plain, err := p.Keys.Open(wt.sealed, []byte("identity_waits "+string(wt.id)))
	if err != nil {
		return wt, err
	}
	return wt, json.Unmarshal(plain, &wt.waited)
}

func (p *Provider) waitByID(tx *store.Tx, id lancar.ID) (wait, error) {
	return p.openWait(store.One(tx, scanWait, `SELECT `+waitColumns+` FROM identity_waits WHERE id = $1`, string(id)))
}

func (p *Provider) waitByCode(tx *store.Tx, code string) (wait, error) {
	return p.openWait(store.One(tx, scanWait, `SELECT `+waitColumns+` FROM identity_waits WHERE code = $1 AND state = 'waiting' AND expires_at > $2`, p.codeHash(code), store.Micros(tx.Now)))
}

// waitsFor are those that wait for an account's answer, newest first.
func (p *Provider) waitsFor(tx *store.Tx, account lancar.ID) ([]wait, error) {
	list, err := store.All(tx, scanWait, `SELECT `+waitColumns+` FROM identity_waits WHERE account = $1 AND state = 'waiting' AND expires_at > $2 ORDER BY expires_at DESC, id LIMIT 20`,
		string(account), store.Micros(tx.Now))
	for i := range list {
		if err == nil {
			list[i], err = p.openWait(list[i], nil)
		}
	}
	return list, err
}

// answerWait ends the waiting; false when somebody was first, or it took too long.
func answerWait(tx *store.Tx, id lancar.ID, state string, account, grant lancar.ID) (bool, error) {
	n, err := tx.Exec(`UPDATE identity_waits SET state = $1, account = $2, grant_id = $3 WHERE id = $4 AND state = 'waiting' AND expires_at > $5`,
		state, string(account), string(grant), string(id), store.Micros(tx.Now))
	return n == 1, err
}

func pollWait(tx *store.Tx, id lancar.ID, gap time.Duration) error {
	return tx.Queue(`UPDATE identity_waits SET polled_at = $1, gap = $2 WHERE id = $3`, store.Micros(tx.Now), int64(gap/time.Second), string(id))
}

// deleteWaits forgets what is long over. They stay for an hour, so that a late question is told why.
func deleteWaits(tx *store.Tx) error {
	if err := deleteTroubles(tx); err != nil {
		return err
	}
	if err := tx.Queue(`DELETE FROM identity_exchanged WHERE expires_at < $1`, store.Micros(tx.Now.Add(-time.Hour))); err != nil {
		return err
	}
	return tx.Queue(`DELETE FROM identity_waits WHERE expires_at < $1`, store.Micros(tx.Now.Add(-time.Hour)))
}
