package casework

import (
	"lancar"
	"lancar/internal/store"
	"lancar/notify"
)

// draftsTx reminds people of drafts that will end, and ends those whose time is over.
func (c *Cases) draftsTx(tx *store.Tx) error {
	if err := forgetHands(tx); err != nil {
		return err
	}
	if err := forgetRequests(tx); err != nil {
		return err
	}
	due, err := dueDrafts(tx, sweepMax)
	if err != nil {
		return err
	}
	for _, d := range due {
		if !tx.Now.Before(d.Expires) {
			if err = c.dropTx(tx, d, "expired"); err == nil {
				err = c.access.RetainedTx(tx, keptDrafts, 1)
			}
		} else if err = setDraftRemind(tx, d, store.Micros(d.Expires)); err == nil {
			err = c.remindDraft(tx, d)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *Cases) remindDraft(tx *store.Tx, d draftRow) error {
	title := lancar.Text{"id": d.Service, "en": d.Service}
	if def := c.catalog.Service(d.Service); def != nil {
		title = def.Title
	}
	return c.identity.TellTx(tx, d.account, notify.Message{Region: region00, Key: "draft/" + string(d.ID), Link: "/drafts/" + string(d.ID),
		Title: lancar.Text{"id": "Draf Anda akan berakhir", "en": "Your draft will end"},
		Body: lancar.Text{"id": "Draf untuk " + title.In("id") + " belum dikirim. Draf ini dihapus tujuh hari lagi.",
			"en": "Your draft for " + title.In("en") + " was not submitted. It will be erased in seven days."}})
}
