package oidc

import (
	"encoding/json"
	"time"

	"lancar"
	"lancar/internal/jobs"
	"lancar/internal/store"
)

// grant is what a person gave a client: one row from the first tokens to the last refresh.
type grant struct {
	ID      lancar.ID
	Client  lancar.ID
	Account lancar.ID
	Session lancar.ID
	codeAt  time.Time // when its first tokens were made; zero while a device has not asked for them
	Key     string    // thumbprint of the DPoP key that used the code, "" for none
	serial  int64     // of the refresh token that is good now, 0 for none yet
	made    time.Time
	expires time.Time
	ended   time.Time
	granted
}

// granted is the part that is sealed.
type granted struct {
	Redirect  string
	Challenge string
	Nonce     string
	Scope     []string
	Resources []string
	Kinds     []string // kinds of data agreed to
	Wishes    wishes
	Subject   string // the person's, for access
	Sub       string // the pseudonym the client knows
	AuthTime  int64
	ACR       string
	Methods   []string
	JKT       string
	X5T       string
	Actor     json.RawMessage `json:",omitempty"` // the act claim, when somebody acts for the subject
	MustAuth  bool            // auth_time was asked for
}

func (p *Provider) insertGrant(tx *store.Tx, g grant) error {
	plain, err := json.Marshal(g.granted)
	if err != nil {
		return err
	}
	sealed, err := p.Keys.Seal(plain, []byte("identity_grants "+string(g.ID)))
	if err != nil {
		return err
	}
	return tx.Queue(`INSERT INTO identity_grants (id, client, account, session, sealed, code_at, serial, jkt, made_at, expires_at, ended_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0)`, string(g.ID), string(g.Client), string(g.Account), string(g.Session), sealed,
		store.Micros(g.codeAt), g.serial, g.Key, store.Micros(tx.Now), store.Micros(g.expires))
}

func (p *Provider) grantByID(tx *store.Tx, id lancar.ID) (g grant, err error) {
	var sealed []byte
	var codeAt, made, expires, ended int64
	err = tx.QueryRow(`SELECT id, client, account, session, sealed, code_at, serial, jkt, made_at, expires_at, ended_at FROM identity_grants WHERE id = $1`, string(id)).
		Scan((*string)(&g.ID), (*string)(&g.Client), (*string)(&g.Account), (*string)(&g.Session), &sealed, &codeAt, &g.serial, &g.Key, &made, &expires, &ended)
	if err != nil {
		return g, err
	}
	g.codeAt, g.made, g.expires, g.ended = store.Time(codeAt), store.Time(made), store.Time(expires), store.Time(ended)
	plain, err := p.Keys.Open(sealed, []byte("identity_grants "+string(id)))
	if err != nil {
		return g, err
	}
	return g, json.Unmarshal(plain, &g.granted)
}

// useGrant notes that a device has its first tokens, by which key, and until when the grant lives; false
// when it had them before, or the grant has ended.
func useGrant(tx *store.Tx, g *grant) (bool, error) {
	n, err := tx.Exec(`UPDATE identity_grants SET code_at = $1, serial = $2, jkt = $3, expires_at = $4 WHERE id = $5 AND code_at = 0 AND ended_at = 0`,
		store.Micros(tx.Now), g.serial, g.Key, store.Micros(g.expires), string(g.ID))
	return n == 1, err
}

// turnRefresh makes the next refresh token the good one; false when serial is not the good one.
func turnRefresh(tx *store.Tx, id lancar.ID, serial int64) (bool, error) {
	n, err := tx.Exec(`UPDATE identity_grants SET serial = serial + 1 WHERE id = $1 AND serial = $2 AND ended_at = 0`, string(id), serial)
	return n == 1, err
}

// endGrant ends what a person gave a client and every token of it.
func endGrant(tx *store.Tx, id lancar.ID) error {
	return tx.Queue(`UPDATE identity_grants SET ended_at = $1 WHERE id = $2 AND ended_at = 0`, store.Micros(tx.Now), string(id))
}

// endGrants ends all that an account gave a client, or every client ("").
func endGrants(tx *store.Tx, account, client lancar.ID) error {
	return tx.Queue(`UPDATE identity_grants SET ended_at = $1 WHERE account = $2 AND (client = $3 OR $3 = '') AND ended_at = 0`,
		store.Micros(tx.Now), string(account), string(client))
}

func insertToken(tx *store.Tx, id string, client, grant lancar.ID, data []byte, expires time.Time) error {
	if data == nil {
		data = []byte{}
	}
	return tx.Queue(`INSERT INTO identity_tokens (id, client, grant_id, data, expires_at, ended_at) VALUES ($1, $2, $3, $4, $5, 0)`,
		id, string(client), string(grant), data, store.Micros(expires))
}

// tokenRow is an access token that was issued.
type tokenRow struct {
	client, grant lancar.ID
	data          []byte
	expires       time.Time
	live          bool // neither it nor its grant or client has ended
}

func tokenByID(tx *store.Tx, id string) (t tokenRow, err error) {
	var expires, ended, grantEnded int64
	var stage string
	err = tx.QueryRow(`SELECT t.client, t.grant_id, t.data, t.expires_at, t.ended_at, COALESCE(g.ended_at, 0), COALESCE(c.stage, '')
		FROM identity_tokens t LEFT JOIN identity_grants g ON g.id = t.grant_id LEFT JOIN identity_clients c ON c.id = t.client WHERE t.id = $1`, id).
		Scan((*string)(&t.client), (*string)(&t.grant), &t.data, &expires, &ended, &grantEnded, &stage)
	t.expires = store.Time(expires)
	t.live = err == nil && ended == 0 && grantEnded == 0 && stage != string(Ended) && tx.Now.Before(t.expires)
	return t, err
}

func endToken(tx *store.Tx, id string, client lancar.ID) error {
	return tx.Queue(`UPDATE identity_tokens SET ended_at = $1 WHERE id = $2 AND client = $3 AND ended_at = 0`, store.Micros(tx.Now), id, string(client))
}

// insertUsed notes what may be used once, two to a statement. A second use fails the transaction
// with a conflict (store.IsConflict).
func insertUsed(tx *store.Tx, used ...once) error {
	switch len(used) {
	case 0:
		return nil
	case 1:
		return tx.Queue(`INSERT INTO identity_used (id, expires_at) VALUES ($1, $2)`, used[0].id, store.Micros(used[0].until))
	}
	if err := tx.Queue(`INSERT INTO identity_used (id, expires_at) VALUES ($1, $2), ($3, $4)`,
		used[0].id, store.Micros(used[0].until), used[1].id, store.Micros(used[1].until)); err != nil {
		return err
	}
	return insertUsed(tx, used[2:]...)
}

func wasUsed(tx *store.Tx, id string) (bool, error) {
	var at int64
	err := tx.QueryRow(`SELECT expires_at FROM identity_used WHERE id = $1`, id).Scan(&at)
	if err == store.ErrNone {
		return false, nil
	}
	return err == nil, err
}

const (
	sweepEvery = 30 * time.Second
	sweepMost  = 20_000 // rows of one table at a time: a sweep keeps nobody waiting for long
)

// sweepTx forgets what can no longer be used, and comes again at once while there is more. Grants
// stay a week after their end, so that a late replay is still known for what it is.
func (p *Provider) sweepTx(tx *store.Tx) error {
	now := store.Micros(tx.Now)
	more := false
	for sql, before := range map[string]int64{
		`DELETE FROM identity_used WHERE id IN (SELECT id FROM identity_used WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)`:         now,
		`DELETE FROM identity_requests WHERE id IN (SELECT id FROM identity_requests WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)`: now,
		`DELETE FROM identity_tokens WHERE id IN (SELECT id FROM identity_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)`:     store.Micros(tx.Now.Add(-time.Minute)),
		`DELETE FROM identity_grants WHERE id IN (SELECT id FROM identity_grants WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)`:     store.Micros(tx.Now.Add(-7 * 24 * time.Hour)),
	} {
		n, err := tx.Exec(sql, before, sweepMost)
		if err != nil {
			return err
		}
		more = more || n == sweepMost
	}
	if !more {
		return nil
	}
	return p.Queue.EnqueueTx(tx, jobs.Job{Queue: "oidc.sweep.more"})
}
