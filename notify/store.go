package notify

import (
	"time"

	"lancar"
	"lancar/internal/store"
)

// insertMessage says false when the account already has a message with that key.
func insertMessage(tx *store.Tx, m Message, id lancar.ID, owner string, sealed []byte) (bool, error) {
	const insert = `INSERT INTO notify_messages (id, region, account, dedup, owner, sealed, secret, at, read_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0) ON CONFLICT DO NOTHING`
	args := []any{string(id), m.Region, string(m.Account), nil, owner, sealed, bit(m.Secret), store.Micros(tx.Now)}
	if m.Key == "" {
		return true, tx.Queue(insert, args...)
	}
	args[3] = m.Key
	n, err := tx.Exec(insert, args...)
	return n == 1, err
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func insertDelivery(tx *store.Tx, region string, id, message lancar.ID, channel Channel, address []byte) error {
	return tx.Queue(`INSERT INTO notify_deliveries (region, id, message, channel, address, state, attempts, error, at, changed_at)
		VALUES ($1, $2, $3, $4, $5, 'queued', 0, '', $6, $6)`, region, string(id), string(message), string(channel), address, store.Micros(tx.Now))
}

// delivery is a delivery with what is needed to make it.
type delivery struct {
	region      string
	id, message lancar.ID
	channel     Channel
	state       string
	at          time.Time
	secret      bool
	owner       string
	address     []byte // sealed
	sealed      []byte
	to          string // opened
	content     content
}

func selectDelivery(tx *store.Tx, region string, id lancar.ID) (delivery, error) {
	d := delivery{region: region, id: id}
	var at, secret int64
	err := tx.QueryRow(`SELECT d.message, d.channel, d.address, d.state, d.at, m.owner, m.sealed, m.secret
		FROM notify_deliveries d JOIN notify_messages m ON m.id = d.message AND m.region = d.region
		WHERE d.region = $1 AND d.id = $2`, region, string(id)).
		Scan((*string)(&d.message), (*string)(&d.channel), &d.address, &d.state, &at, &d.owner, &d.sealed, &secret)
	d.at, d.secret = store.Time(at), secret == 1
	return d, err
}

func updateDelivery(tx *store.Tx, d delivery, state, reason string) error {
	return tx.Queue(`UPDATE notify_deliveries SET state = $3, error = $4, attempts = attempts + 1, changed_at = $5
		WHERE region = $1 AND id = $2 AND state = 'queued'`, d.region, string(d.id), state, reason, store.Micros(tx.Now))
}

type inboxRow struct {
	Item
	owner  string
	sealed []byte
}

func selectInbox(tx *store.Tx, account lancar.ID, at int64, id string, limit int) ([]inboxRow, error) {
	return store.All(tx, func(s store.Scanner) (r inboxRow, err error) {
		var when, read int64
		err = s.Scan((*string)(&r.ID), &r.Region, &r.owner, &r.sealed, &when, &read)
		r.At, r.Read = store.Time(when), read > 0
		return r, err
	}, `SELECT id, region, owner, sealed, at, read_at FROM notify_messages
		WHERE account = $1 AND secret = 0 AND (at, id) < ($2, $3) ORDER BY at DESC, id DESC LIMIT $4`, string(account), at, id, int64(limit))
}

func countUnread(tx *store.Tx, account lancar.ID, limit int) (int, error) {
	var n int64
	err := tx.QueryRow(`SELECT count(*) FROM (SELECT id FROM notify_messages
		WHERE account = $1 AND secret = 0 AND read_at = 0 ORDER BY at DESC LIMIT $2) unread`, string(account), int64(limit)).Scan(&n)
	return int(n), err
}

func markRead(tx *store.Tx, account lancar.ID, until time.Time) error {
	_, err := tx.Exec(`UPDATE notify_messages SET read_at = $2 WHERE account = $1 AND secret = 0 AND read_at = 0 AND at <= $3`,
		string(account), store.Micros(tx.Now), store.Micros(until))
	return err
}

func selectFailures(tx *store.Tx, limit int) ([]Failure, error) {
	return store.All(tx, func(s store.Scanner) (f Failure, err error) {
		var at, changed int64
		var state string
		err = s.Scan(&f.Region, (*string)(&f.ID), (*string)(&f.Channel), &state, &f.Attempts, &f.Error, &at, &changed)
		f.Final, f.At, f.Last = state == "failed", store.Time(at), store.Time(changed)
		return f, err
	}, `SELECT region, id, channel, state, attempts, error, at, changed_at FROM notify_deliveries
		WHERE state = 'failed' OR (state = 'queued' AND attempts > 0) ORDER BY changed_at DESC LIMIT $1`, int64(limit))
}

func deleteBefore(tx *store.Tx, secret bool, before time.Time, limit int) (int, error) {
	ids, err := store.All(tx, func(s store.Scanner) (id string, err error) {
		err = s.Scan(&id)
		return id, err
	}, `SELECT id FROM notify_messages WHERE secret = $1 AND at < $2 ORDER BY at LIMIT $3`, bit(secret), store.Micros(before), int64(limit))
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		if err := tx.Queue(`DELETE FROM notify_deliveries WHERE message = $1`, id); err != nil {
			return 0, err
		}
		if err := tx.Queue(`DELETE FROM notify_messages WHERE id = $1`, id); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}
