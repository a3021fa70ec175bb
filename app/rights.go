package app

import (
	"encoding/json"
	"errors"
	"time"

	"lancar"
	"lancar/access"
	"lancar/identity"
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
		if err := n.tellErased(tx, notice); err != nil {
			return err
		}
		if err := n.mandates.EraseTx(tx, notice.Account); err != nil {
			return err
		}
		if err := n.machines.EraseTx(tx, notice.Account); err != nil {
			return err
		}
		return n.identity.EraseTx(tx, notice.Account)
	})
	q.Subscribe(identity.EventMoved, "identity", func(tx *store.Tx, e jobs.Event) error {
		var moved identity.SignedOut
		if err := json.Unmarshal(e.Payload, &moved); err != nil {
			return err
		}
		return errors.Join(n.mandates.MovedTx(tx, moved.Account), n.machines.MovedTx(tx, moved.Account))
	})
	q.Subscribe(access.EventErase, "access", n.access.EraseTx)
	q.Subscribe(access.EventAsked, "identity", n.tellOffice)
	q.Subscribe(access.EventErase, "casework", n.cases.EraseTx)
	q.Subscribe(access.EventAnswered, "identity", n.tellAnswered)
	q.Subscribe(access.EventOverdue, "identity", n.tellOverdue)
	n.openBreaches()
	n.access.Cases(n.cases.BroughtTx)
	n.access.Register([]access.Exporter{n.identity.Exporter(), n.mandates.Exporter(), n.machines.Exporter(), n.notify.Exporter(), n.cases.Exporter(), n.charges.Exporter()},
		append(append(n.cases.Retention(), n.identity.Retention(), n.identity.HappeningsRetention(), n.machines.Retention(), n.notify.Retention()), n.mandates.Retention()...))
	n.access.Declare(n.identity.Processing, n.cases.Processing, n.charges.Processing)
}

func readNotice(e jobs.Event) (notice access.Notice, err error) {
	return notice, json.Unmarshal(e.Payload, &notice)
}

// onDuty tells everyone who holds a role for a region; the nearest region above that has one stands
// in for one that has none.
func (n *node) onDuty(tx *store.Tx, region, role string, m notify.Message) error {
	path := []string{region}
	if r := n.regions.ByCode(region); r != nil {
		path = r.Path()
	}
	list, err := n.identity.OnDutyTx(tx, path, role)
	if err != nil {
		return err
	}
	for _, o := range list {
		one := m
		one.Key += " " + string(o.Account)
		if err := n.identity.TellTx(tx, o.Account, one); err != nil {
			return err
		}
	}
	return nil
}

// tellOffice tells the data officers that somebody uses a right; not who, and not what they wrote.
func (n *node) tellOffice(tx *store.Tx, e jobs.Event) error {
	notice, err := readNotice(e)
	if err != nil {
		return err
	}
	return n.onDuty(tx, notice.Region, access.OfficerRole, notify.Message{Region: notice.Region, Key: "asked " + string(notice.ID), Link: "/office/rights",
		Title: lancar.Text{"id": "Ada permintaan hak data", "en": "A request about somebody's data"},
		Body: lancar.Text{"id": "Seseorang memakai haknya atas data. Permintaannya harus dijawab dalam 3x24 jam.",
			"en": "Somebody uses a right over their data. The request must be answered within 72 hours."}})
}

// tellErased goes to the person's contacts a moment before they are erased.
func (n *node) tellErased(tx *store.Tx, notice access.Notice) error {
	return n.identity.TellLastTx(tx, notice.Account, notify.Message{Region: notice.Region,
		Title: lancar.Text{"id": "Data Anda dihapus", "en": "Your data is erased"},
		Body: lancar.Text{"id": "Sesuai permintaan Anda, akun dan data Anda dihapus. Permohonan yang wajib disimpan menurut hukum tetap ada sampai masa simpannya habis, lalu ikut dihapus. Anda boleh mendaftar lagi kapan saja.",
			"en": "As you asked, your account and your data are erased. Applications that the law says must be kept stay until their time is over, and are erased then. You may sign up again at any time."}})
}

func (n *node) tellAnswered(tx *store.Tx, e jobs.Event) error {
	notice, err := readNotice(e)
	if err != nil || notice.Right == access.Erase && notice.State == access.Done { // told with the erasure
		return err
	}
	if notice.State == access.Passed {
		return n.identity.TellTx(tx, notice.Account, notify.Message{Region: notice.Region, Key: "right " + string(notice.ID) + string(notice.State), Link: "/me/rights",
			Title: lancar.Text{"id": "Permintaan tentang data Anda diteruskan", "en": "Your request about your data was passed on"},
			Body: lancar.Text{"id": "Datanya disimpan kantor lain. Permintaan Anda sekarang di sana, dengan batas waktu yang sama.",
				"en": "Another office keeps that data. Your request is there now, with the same term."}})
	}
	return n.identity.TellTx(tx, notice.Account, notify.Message{Region: notice.Region, Key: "right " + string(notice.ID) + string(notice.State), Link: "/me/rights",
		Title: lancar.Text{"id": "Permintaan tentang data Anda dijawab", "en": "Your request about your data was answered"},
		Body:  lancar.Text{"id": "Jawabannya ada di halaman Anda.", "en": "The answer is on your page."}})
}

// tellOverdue tells the person, and whoever stands above the office that has not answered.
func (n *node) tellOverdue(tx *store.Tx, e jobs.Event) error {
	notice, err := readNotice(e)
	if err != nil {
		return err
	}
	err = n.identity.TellTx(tx, notice.Account, notify.Message{Region: notice.Region, Key: "right late " + string(notice.ID), Link: "/me/rights",
		Title: lancar.Text{"id": "Jawaban tentang data Anda terlambat", "en": "The answer about your data is late"},
		Body:  lancar.Text{"id": "Maaf, batas 3x24 jam lewat. Permintaan Anda sudah naik ke atasan.", "en": "Sorry, the term of 72 hours has passed. Your request has gone up to a superior."}})
	if err != nil {
		return err
	}
	return n.tellAbove(tx, notice.Region, notify.Message{Region: notice.Region, Key: "asked late " + string(notice.ID), Link: "/office/rights",
		Title: lancar.Text{"id": "Permintaan hak data terlambat dijawab", "en": "A request about somebody's data is late"},
		Body: lancar.Text{"id": "Batas 3x24 jam lewat tanpa jawaban. Pastikan pejabat pelindungan data menjawabnya hari ini.",
			"en": "The term of 72 hours passed without an answer. Make sure that the data protection officer answers today."}})
}

// tellAbove tells the superiors of a region, its data officers and those of the region above it.
func (n *node) tellAbove(tx *store.Tx, region string, m notify.Message) error {
	if err := n.onDuty(tx, region, identity.Superior, m); err != nil {
		return err
	}
	if err := n.onDuty(tx, region, access.OfficerRole, m); err != nil {
		return err
	}
	r := n.regions.ByCode(region)
	if r == nil || r.Up() == nil {
		return nil
	}
	return n.onDuty(tx, r.Up().Code, access.OfficerRole, m) // the same people once more are told once: the key
}
