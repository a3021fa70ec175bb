package app

import (
	"encoding/json"

	"lancar"
	"lancar/access/breach"
	"lancar/internal/jobs"
	"lancar/internal/store"
	"lancar/notify"
)

// openBreaches makes what keeps failures of protection, and has people and officers told of them.
func (n *node) openBreaches() {
	n.breaches = breach.New(n.db, n.queue, n.cases.AffectedTx, func(tx *store.Tx, reader, officer lancar.ID) error {
		if _, known := n.identity.OfficerNameTx(tx, reader); !known { // a machine
			return nil
		}
		return n.identity.SecondTx(tx, reader, officer)
	})
	n.queue.Subscribe(breach.EventTold, "identity", n.tellBreached)
	n.queue.Subscribe(breach.EventOpened, "identity", func(tx *store.Tx, e jobs.Event) error {
		return n.tellAbove(tx, e.Region, notify.Message{Region: e.Region, Key: "breach " + e.Key, Link: "/office/breaches",
			Title: lancar.Text{"id": "Kegagalan pelindungan data dicatat", "en": "A data breach was recorded"},
			Body: lancar.Text{"id": "Pemilik data dan lembaga pengawas harus diberi tahu dalam 3x24 jam sejak diketahui.",
				"en": "The people and the authority must be told within 72 hours of its discovery."}})
	})
	n.queue.Subscribe(breach.EventLate, "identity", func(tx *store.Tx, e jobs.Event) error {
		return n.tellAbove(tx, e.Region, notify.Message{Region: e.Region, Key: "breach late " + e.Key, Link: "/office/breaches",
			Title: lancar.Text{"id": "Pemberitahuan kegagalan pelindungan data terlambat", "en": "The notice of a data breach is late"},
			Body: lancar.Text{"id": "Batas 3x24 jam lewat sebelum semua pihak diberi tahu. Selesaikan hari ini.",
				"en": "72 hours passed before everybody was told. Finish it today."}})
	})
}

// tellBreached tells one person, to all their contacts and on their page, what came out and what is
// done about it.
func (n *node) tellBreached(tx *store.Tx, e jobs.Event) error {
	var notice breach.Notice
	if err := json.Unmarshal(e.Payload, &notice); err != nil {
		return jobs.Dead(err)
	}
	b, err := n.breaches.ForMessage(tx, notice)
	if err != nil {
		return err
	}
	office := ""
	if r := n.regions.ByCode(b.Region); r != nil {
		office = r.Name
		if a, ok := r.Agency(b.Agency); ok {
			office = a.Name.In("id") + ", " + r.Name
		}
	}
	return n.identity.TellTx(tx, notice.Account, notify.Message{Region: b.Region, Key: "breach " + string(b.ID), Link: "/me/rights",
		Title: lancar.Text{"id": "Data Anda terlihat oleh yang tidak berhak", "en": "Your data was seen by somebody without the right to it"},
		Body: lancar.Text{
			"id": "Kami wajib memberi tahu Anda.\n\nData apa: " + b.What + "\n\nKapan dan bagaimana: " + b.How + "\n\nYang kami lakukan, dan yang bisa Anda lakukan: " + b.Measures +
				"\n\nBertanya: " + b.Contact + "\n" + office,
			"en": "We must tell you this.\n\nWhich data: " + b.What + "\n\nWhen and how: " + b.How + "\n\nWhat we do, and what you can do: " + b.Measures +
				"\n\nAsk: " + b.Contact + "\n" + office}})
}
