package app

import (
	"encoding/json"
	"time"

	"lancar"
	"lancar/access"
	"lancar/internal/jobs"
	"lancar/internal/store"
	"lancar/notify"
)

const retainEvery = 5 * time.Minute

// rights connects a person's rights over their data to the rooms that must act on them.
func (n *node) rights() {
	q := n.queue
	q.HandleTx("access.overdue", n.access.OverdueTx)
	q.Every("access.retain", retainEvery, n.access.RetainTx)
	q.Subscribe(access.EventErase, "identity", func(tx *store.Tx, e jobs.Event) error {
		notice, err := readNotice(e)
		if err != nil {
			return err
		}
		return n.identity.EraseTx(tx, notice.Account)
	})
	q.Subscribe(access.EventErase, "casework", n.cases.EraseTx)
	q.Subscribe(access.EventAnswered, "identity", n.tellAnswered)
	q.Subscribe(access.EventOverdue, "identity", n.tellOverdue)
	n.access.Register([]access.Exporter{n.identity.Exporter(), n.notify.Exporter(), n.cases.Exporter(), n.charges.Exporter()},
		[]access.Rule{n.identity.Retention(), n.notify.Retention()})
}

func readNotice(e jobs.Event) (notice access.Notice, err error) {
	return notice, json.Unmarshal(e.Payload, &notice)
}

func (n *node) tellAnswered(tx *store.Tx, e jobs.Event) error {
	notice, err := readNotice(e)
	if err != nil {
		return err
	}
	return n.identity.TellTx(tx, notice.Account, notify.Message{Region: notice.Region, Key: "right " + string(notice.ID) + string(notice.State), Link: "/me/rights",
		Title: lancar.Text{"id": "Permintaan tentang data Anda dijawab", "en": "Your request about your data was answered"},
		Body:  lancar.Text{"id": "Jawabannya ada di halaman Anda.", "en": "The answer is on your page."}})
}

func (n *node) tellOverdue(tx *store.Tx, e jobs.Event) error {
	notice, err := readNotice(e)
	if err != nil {
		return err
	}
	return n.identity.TellTx(tx, notice.Account, notify.Message{Region: notice.Region, Key: "right late " + string(notice.ID), Link: "/me/rights",
		Title: lancar.Text{"id": "Jawaban tentang data Anda terlambat", "en": "The answer about your data is late"},
		Body:  lancar.Text{"id": "Maaf, batas 3x24 jam lewat. Permintaan Anda sudah naik ke atasan.", "en": "Sorry, the term of 72 hours has passed. Your request has gone up to a superior."}})
}
