package document

import (
	"errors"

	"lancar"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// RevokeTx withdraws a document. The reason is shown to everyone who checks it, so it names
// nobody. NotFound, or Conflict when it is not valid any more.
func (d *Documents) RevokeTx(tx *store.Tx, region, number string, reason lancar.Text, by lancar.Actor) (Document, error) {
	if reason.In("id") == "" {
		return Document{}, lancar.Fail(lancar.Invalid, "reason", "Tulis alasan pencabutan.", "Write the reason for the revocation.")
	}
	return d.changeTx(tx, region, number, change{State: Revoked, Reason: reason}, by)
}

func (d *Documents) supersedeTx(tx *store.Tx, region, number, successor string, by lancar.Actor) error {
	_, err := d.changeTx(tx, region, number, change{State: Superseded, ReplacedBy: successor}, by)
	return err
}

type change struct {
	State      State
	Reason     lancar.Text
	ReplacedBy string
}

// changeTx ends a valid document, once.
func (d *Documents) changeTx(tx *store.Tx, region, number string, c change, by lancar.Actor) (Document, error) {
	doc, err := find(tx, region, coreOf(number))
	if err != nil {
		return Document{}, err
	}
	if doc.State != Valid {
		return Document{}, ended()
	}
	doc.State, doc.Reason, doc.ReplacedBy, doc.ChangedAt = c.State, c.Reason, c.ReplacedBy, tx.Now
	doc.version++
	if ok, err := saveState(tx, doc); err != nil || !ok {
		if err == nil {
			err = ended()
		}
		return Document{}, err
	}
	record := map[string]any{"type": "document." + string(c.State), "number": doc.Number, "facts": doc.facts(), "at": store.Micros(tx.Now)}
	if c.ReplacedBy != "" {
		record["successor"] = c.ReplacedBy
	}
	var key *keys.DataKey
	switch found, err := d.ring.KeyTx(tx, doc.owner); {
	case err == nil:
		key = &found
	case !errors.Is(err, keys.ErrDestroyed): // an erased document can be revoked, only nobody can prove it
		return Document{}, err
	}
	return doc, d.eventTx(tx, key, doc, string(c.State), by, record)
}

func ended() error {
	return lancar.Fail(lancar.Conflict, "", "Dokumen ini sudah tidak berlaku.", "This document is no longer valid.")
}
