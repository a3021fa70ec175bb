package casework

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"lancar"
	"lancar/identity/mandate"
	"lancar/internal/store"
)

// maxMessage bounds a message about a case, in characters.
const maxMessage = 4000

// maxMessages bounds how many a case may have.
const maxMessages = 300

type messageRow struct {
	id   lancar.ID
	at   time.Time
	from lancar.ActorKind
	body []byte
}

func messagesOf(tx *store.Tx, region string, id lancar.ID) ([]messageRow, error) {
	return store.All(tx, func(s store.Scanner) (messageRow, error) {
		var r messageRow
		var at int64
		err := s.Scan((*string)(&r.id), &at, (*string)(&r.from), &r.body)
		r.at = store.Time(at)
		return r, err
	}, `SELECT id, at, actor_kind, body FROM casework_messages WHERE region = $1 AND case_id = $2 ORDER BY id`, region, string(id))
}

// Say adds a message of the applicant to their case; the officer finds it there.
func (c *Cases) Say(ctx context.Context, who Applicant, number, text string) error {
	return c.db.Write(ctx, func(tx *store.Tx) error {
		d, err := c.ownTx(tx, who, number)
		if err != nil {
			return err
		}
		if err := c.actTx(tx, who, d.on(mandate.Answer)); err != nil {
			return err
		}
		m := Message{From: who.actor().Kind, Name: who.By.Name, Text: text}
		if t := who.through(); t != nil {
			m.App = t.Name
		}
		_, err = c.sayTx(tx, d, who.actor().ID, m)
		return err
	})
}

// Tell sends the applicant a message from the office.
func (c *Cases) Tell(ctx context.Context, officer lancar.Actor, number, text string) error {
	return c.db.Write(ctx, func(tx *store.Tx) error {
		d, err := c.officeTx(tx, officer, number)
		if err != nil {
			return err
		}
		id, err := c.sayTx(tx, d, officer.ID, Message{From: officer.Kind, Name: officer.Name, Text: text})
		if err != nil {
			return err
		}
		return c.informMessage(tx, d, id)
	})
}

func (c *Cases) sayTx(tx *store.Tx, d *dossier, from lancar.ID, m Message) (lancar.ID, error) {
	text := strings.TrimSpace(m.Text)
	switch {
	case text == "":
		return "", lancar.Fail(lancar.Invalid, "text", "Tulis pesannya dahulu.", "Write the message first.")
	case len([]rune(text)) > maxMessage:
		return "", lancar.Fail(lancar.Invalid, "text", "Pesan ini terlalu panjang. Paling banyak 4.000 huruf.", "This message is too long. The limit is 4,000 characters.")
	}
	said, err := messagesOf(tx, d.region, d.id)
	if err != nil {
		return "", err
	}
	if len(said) >= maxMessages {
		return "", lancar.Fail(lancar.TooMany, "text", "Pesan untuk permohonan ini sudah sangat banyak. Hubungi kantornya langsung.",
			"There are very many messages about this application already. Please contact the office directly.")
	}
	key, err := c.keyOf(tx, d)
	if err != nil {
		return "", err
	}
	m.At, m.Text = tx.Now, text
	b, err := json.Marshal(m)
	if err != nil {
		return "", err
	}
	id := lancar.NewID(tx.Now)
	return id, tx.Queue(`INSERT INTO casework_messages (region, case_id, id, at, actor_kind, actor, body) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		d.region, string(d.id), string(id), store.Micros(tx.Now), string(m.From), string(from), key.Seal(b, aad("messages", id, 0)))
}
