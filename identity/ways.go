package identity

import (
	"context"
	"strconv"
	"time"

	"lancar"
	"lancar/access"
	"lancar/internal/jobs"
	"lancar/internal/store"
	"lancar/notify"
)

// Contact is one by which an account is opened and told of things, as its owner sees it.
//
//lancar:personal
type Contact struct {
	ID       string // opaque
	Channel  notify.Channel
	Masked   string
	Since    time.Time // first proven
	Register bool      // the population register had it too
	Ends     time.Time // when it stops, zero unless it is being removed
}

const queueContact = "identity.contact"

// Contacts lists the proven contacts of the session's account, oldest first.
func (i *Identity) Contacts(ctx context.Context, s Session) (list []Contact, err error) {
	if err := s.Own.For(s.Subject, access.Contact); err != nil {
		return nil, err
	}
	err = i.db.Read(ctx, func(tx *store.Tx) error {
		list = nil
		rows, err := waysOf(tx, s.Account)
		for _, r := range rows {
			if err != nil {
				return err
			}
			if r.Masked, err = i.maskedWay(tx, s.Account, r); err == nil {
				list = append(list, Contact{r.ID, r.Channel, r.Masked, r.Since, r.Register, r.Ends})
			}
		}
		return err
	})
	return list, err
}

// RemoveContact begins to take a contact of the account away. It goes on opening the account for
// [Limits].Recovery, as a new one waits that long: every contact hears of it, and any session of the account
// can keep it ([Identity.KeepContact]), so that a stolen session shuts nobody out. The session must be
// fresh; the last contact that stays is never taken (lancar.Conflict).
func (i *Identity) RemoveContact(ctx context.Context, s Session, id string) error {
	if s.Kind == Officer {
		return lancar.Fail(lancar.Forbidden, "", "Kontak petugas diatur bagian kepegawaian.", "The personnel office keeps officers' contacts.")
	}
	if err := s.Own.For(s.Subject, access.Contact); err != nil {
		return err
	}
	return i.db.Write(ctx, func(tx *store.Tx) error {
		if err := i.MayChangeTx(tx, s); err != nil {
			return err
		}
		way, stay, err := i.wayTx(tx, s.Account, id)
		switch {
		case err != nil || !way.Ends.IsZero():
			return err
		case stay == 0:
			return lancar.Fail(lancar.Conflict, "contact", "Ini satu-satunya kontak yang tetap ada di akun Anda. Masuk dulu dengan kontak lain, lalu hapus yang ini.",
				"This is the only contact that your account would keep. Sign in with another one first, then remove this one.")
		}
		way.Ends = tx.Now.Add(i.limits.Recovery)
		if err := updateWay(tx, s.Account, id, way.Ends); err != nil {
			return err
		}
		job := jobs.Job{Region: "00", Queue: queueContact, Payload: []byte(string(s.Account) + " " + id), RunAt: way.Ends}
		if err := i.queue.EnqueueTx(tx, job); err != nil {
			return err
		}
		return i.HappenedTx(tx, s.Account, contactLeaves, way.Masked+", "+strconv.Itoa(int(i.limits.Recovery.Hours()))+" jam")
	})
}

// KeepContact stops the removal of a contact; doing it twice is no error. A session that is not fresh may:
// whoever holds it only keeps things as they were.
func (i *Identity) KeepContact(ctx context.Context, s Session, id string) error {
	if err := s.Own.For(s.Subject, access.Contact); err != nil {
		return err
	}
	return i.db.Write(ctx, func(tx *store.Tx) error {
		way, _, err := i.wayTx(tx, s.Account, id)
		if err != nil || way.Ends.IsZero() {
			return err
		}
		if err := updateWay(tx, s.Account, id, time.Time{}); err != nil {
			return err
		}
		return i.HappenedTx(tx, s.Account, contactStays, way.Masked)
	})
}

// endContact takes a contact away whose time has come, unless its owner kept it or no other would stay.
// It hears of it for the last time.
func (i *Identity) endContact(tx *store.Tx, j jobs.Job) error {
	parts := fields(string(j.Payload), 2)
	account, id := lancar.ID(parts[0]), parts[1]
	if _, err := accountByID(tx, account); err == store.ErrNone { // erased
		return nil
	} else if err != nil {
		return err
	}
	way, stay, err := i.wayTx(tx, account, id)
	switch {
	case lancar.CodeOf(err) == lancar.NotFound:
		return nil
	case err != nil || way.Ends.IsZero() || tx.Now.Before(way.Ends):
		return err
	case stay == 0:
		return updateWay(tx, account, id, time.Time{})
	}
	if err := i.HappenedTx(tx, account, contactGone, way.Masked); err != nil {
		return err
	}
	return endWay(tx, account, id)
}

// wayTx finds a contact of an account and counts those that stay beside it. It holds the account's row until
// the commit: two removals at once leave one contact.
func (i *Identity) wayTx(tx *store.Tx, account lancar.ID, id string) (way wayRow, stay int, err error) {
	if err := holdAccount(tx, account); err != nil {
		return way, 0, err
	}
	rows, err := waysOf(tx, account)
	found := false
	for _, r := range rows {
		switch {
		case r.ID == id:
			way, found = r, true
		case r.Ends.IsZero():
			stay++
		}
	}
	if err == nil && !found {
		err = lancar.Fail(lancar.NotFound, "contact", "Kontak itu tidak ada di akun Anda.", "Your account has no such contact.")
	}
	if err == nil {
		way.Masked, err = i.maskedWay(tx, account, way)
	}
	return way, stay, err
}

func (i *Identity) maskedWay(tx *store.Tx, account lancar.ID, r wayRow) (string, error) {
	value, err := i.ring.OpenTx(tx, accountOwner(account), r.sealed, []byte("identity_contacts "+r.ID))
	return mask(notify.Address{Channel: r.Channel, Value: string(value)}), err
}
