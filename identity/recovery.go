package identity

import (
	"context"
	"errors"
	"strconv"
	"time"

	"lancar"
	"lancar/access"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/notify"
)

// A person who lost every contact signs in with one that the register has now. That contact is new
// to the account, and registers can be changed by whoever wants the account: so it opens nothing
// yet. It waits [Limits].Recovery, counted from when we first saw it; all contacts in use hear of it
// at once and twice more; any of them, and any session, can stop it. What the register says about
// how long it has had the contact shortens nothing.

// Recovery is such a waiting way back, as the owner sees it.
type Recovery struct {
	ID           lancar.ID
	Contact      string // masked
	Begun, Ready time.Time
	account      lancar.ID
	region       string
	hash, state  string
	channel      notify.Channel
	sealed       []byte
	stop         string
}

const (
	queueRemind  = "identity.recovery"
	recoveryOpen = 7 * 24 * time.Hour  // how long after the wait it can be finished
	recoveryRest = 30 * 24 * time.Hour // how long after a stop the same contact needs an officer
)

// recover is a code that came back from a contact that the account does not have: it begins the
// wait, or ends it. A nil failure says that the attempt may enter.
func (i *Identity) recover(tx *store.Tx, a attempt) (failure error, err error) {
	hash := i.contactHash(a.claim.To)
	r, err := lastRecovery(tx, a.account, hash)
	switch {
	case err == store.ErrNone:
		return i.beginRecovery(tx, a)
	case err != nil:
		return nil, err
	case r.state == "stopped" && tx.Now.Before(r.Begun.Add(recoveryRest)):
		return errStopped(), i.dispute(tx, a)
	case r.state != "waiting":
		return i.beginRecovery(tx, a)
	case tx.Now.Before(r.Ready):
		return errWaiting(r.Ready.Sub(tx.Now)), nil
	case !tx.Now.Before(r.Ready.Add(recoveryOpen)):
		if err := endRecovery(tx, r, "lapsed"); err != nil {
			return nil, err
		}
		return i.beginRecovery(tx, a)
	}
	return nil, i.finishRecovery(tx, a, r)
}

func (i *Identity) beginRecovery(tx *store.Tx, a attempt) (failure error, err error) {
	hash := i.contactHash(a.claim.To)
	sealed, err := i.ring.SealTx(tx, accountOwner(a.account), []byte(a.claim.To.Value), []byte("identity_contacts "+hash))
	if err != nil {
		return nil, err
	}
	token := keys.Token()
	r := Recovery{ID: lancar.NewID(tx.Now), Contact: mask(a.claim.To), Begun: tx.Now, Ready: tx.Now.Add(i.limits.Recovery), account: a.account,
		region: a.region, hash: hash, channel: a.claim.To.Channel, sealed: sealed, stop: hashToken(token)}
	if err := insertRecovery(tx, r); err != nil {
		return nil, err
	}
	if err := i.noteTx(tx, a.account, lancar.NewID(tx.Now), RecoveryBegun, r.Contact); err != nil {
		return nil, err
	}
	if err := i.tellOfRecovery(tx, r, token, "0"); err != nil {
		return nil, err
	}
	for n := range 2 { // again, at a third and two thirds of the wait
		payload, err := i.ring.Seal([]byte(string(r.account)+" "+string(r.ID)+" "+token+" "+strconv.Itoa(n+1)), []byte(queueRemind))
		if err != nil {
			return nil, err
		}
		err = i.queue.EnqueueTx(tx, jobs.Job{Region: r.region, Queue: queueRemind, Payload: payload, RunAt: tx.Now.Add(time.Duration(n+1) * i.limits.Recovery / 3)})
		if err != nil {
			return nil, err
		}
	}
	return errWaiting(i.limits.Recovery), nil
}

// remind tells the contacts again while a recovery waits.
func (i *Identity) remind(tx *store.Tx, j jobs.Job) error {
	plain, err := i.ring.Open(j.Payload, []byte(queueRemind))
	if err != nil {
		return err
	}
	parts := fields(string(plain), 4)
	r, err := recoveryByID(tx, lancar.ID(parts[0]), lancar.ID(parts[1]))
	if err == store.ErrNone || err == nil && r.state != "waiting" {
		return nil
	}
	if err == nil {
		r.Contact, err = i.maskedContact(tx, r)
	}
	if errors.Is(err, keys.ErrDestroyed) {
		return nil
	}
	if err != nil {
		return err
	}
	return i.tellOfRecovery(tx, r, parts[2], parts[3])
}

func (i *Identity) tellOfRecovery(tx *store.Tx, r Recovery, token, times string) error {
	hours := strconv.Itoa(int(r.Ready.Sub(tx.Now).Round(time.Hour).Hours()))
	return i.TellTx(tx, r.account, notify.Message{Region: "00", Key: "recovery " + string(r.ID) + " " + times, Link: "/signin/stop/" + token,
		Title: lancar.Text{"id": "Ada yang ingin memulihkan akun Anda", "en": "Somebody wants to recover your account"},
		Body: lancar.Text{
			"id": "Seseorang dengan nomor, nama, dan tanggal lahir Anda memakai kontak lain yang sekarang tercatat di data kependudukan: " + r.Contact + "\nDalam " + hours + " jam kontak itu menggantikan kontak Anda.\n\nBukan Anda? Batalkan lewat tautan ini. Tidak perlu masuk dulu.",
			"en": "Somebody with your number, name and date of birth used another contact that the population register has now: " + r.Contact + "\nIn " + hours + " hours it replaces your contacts.\n\nNot you? Stop it by this link. You need not sign in.",
		},
		Short: lancar.Text{"id": "Ada yang ingin memulihkan akun Anda lewat " + r.Contact + " dalam " + hours + " jam. Bukan Anda? Batalkan:", "en": "Somebody wants to recover your account through " + r.Contact + " in " + hours + " hours. Not you? Stop it:"},
	})
}

// finishRecovery moves the account to the new contact: everything that opened it before ends.
func (i *Identity) finishRecovery(tx *store.Tx, a attempt, r Recovery) error {
	if err := endRecovery(tx, r, "done"); err != nil {
		return err
	}
	if err := i.HappenedTx(tx, a.account, Recovered, mask(a.claim.To)); err != nil { // to the old contacts, while they are there
		return err
	}
	return errors.Join(endContactsExcept(tx, a.account, r.hash), endWays(tx, a.account), i.endSessions(tx, a.account), i.emit(tx, EventMoved, a.account), capAccount(tx, a.account, tx.Now.Add(recoveryCap)))
}

// Recoveries lists those that wait for the session's account.
func (i *Identity) Recoveries(ctx context.Context, s Session) (list []Recovery, err error) {
	if err := s.Own.For(s.Subject, access.Contact); err != nil {
		return nil, err
	}
	err = i.db.Read(ctx, func(tx *store.Tx) error {
		if list, err = waitingRecoveries(tx, s.Account); err != nil {
			return err
		}
		for n := range list {
			if list[n].Contact, err = i.maskedContact(tx, list[n]); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

// StopRecovery ends a waiting recovery of the session's account; lancar.NotFound when there is none.
func (i *Identity) StopRecovery(ctx context.Context, s Session, id lancar.ID) error {
	if err := s.Own.For(s.Subject, access.Contact); err != nil {
		return err
	}
	return i.db.Write(ctx, func(tx *store.Tx) error {
		r, err := recoveryByID(tx, s.Account, id)
		return i.stop(tx, r, err)
	})
}

// StopRecoveryBy ends it by the token of a message to one of the account's contacts.
func (i *Identity) StopRecoveryBy(ctx context.Context, token string) error {
	return i.db.Write(ctx, func(tx *store.Tx) error {
		r, err := recoveryByStop(tx, hashToken(token))
		return i.stop(tx, r, err)
	})
}

func (i *Identity) stop(tx *store.Tx, r Recovery, err error) error {
	if err == store.ErrNone || err == nil && r.state != "waiting" {
		return errNoRecovery()
	}
	if err == nil {
		r.Contact, err = i.maskedContact(tx, r)
	}
	if err != nil {
		return err
	}
	if err := endRecovery(tx, r, "stopped"); err != nil {
		return err
	}
	return i.HappenedTx(tx, r.account, RecoveryStopped, r.Contact)
}

// AllowRecovery says that the new contact is the owner's own: it joins the account's contacts at
// once, and nothing ends. The session must be fresh.
func (i *Identity) AllowRecovery(ctx context.Context, s Session, id lancar.ID) error {
	if err := s.Own.For(s.Subject, access.Contact); err != nil {
		return err
	}
	return i.db.Write(ctx, func(tx *store.Tx) error {
		if err := i.MayChangeTx(tx, s); err != nil {
			return err
		}
		r, err := recoveryByID(tx, s.Account, id)
		if err == store.ErrNone || err == nil && r.state != "waiting" {
			return errNoRecovery()
		}
		if err != nil {
			return err
		}
		if err := endRecovery(tx, r, "done"); err != nil {
			return err
		}
		if r.Contact, err = i.maskedContact(tx, r); err != nil {
			return err
		}
		return errors.Join(upsertContact(tx, r.account, r.hash, string(r.channel), r.sealed, true, true), i.HappenedTx(tx, r.account, contactJoins, r.Contact))
	})
}

func (i *Identity) maskedContact(tx *store.Tx, r Recovery) (string, error) {
	value, err := i.ring.OpenTx(tx, accountOwner(r.account), r.sealed, []byte("identity_contacts "+r.hash))
	return mask(notify.Address{Channel: r.channel, Value: string(value)}), err
}

func errWaiting(left time.Duration) error {
	hours := strconv.Itoa(max(1, int(left.Round(time.Hour).Hours())))
	return lancar.Fail(lancar.Conflict, "recovery",
		"Akun ini biasanya dibuka lewat kontak lain. Kontak itu sudah kami beri tahu. Kalau tidak ada yang membatalkan, masuk lagi dengan kontak ini sesudah "+hours+" jam, paling lambat tujuh hari kemudian.",
		"This account is usually opened through another contact, which we have told. If nobody stops it, sign in again with this contact after "+hours+" hours, at most seven days later.")
}

func errNoRecovery() error {
	return lancar.Fail(lancar.NotFound, "", "Pemulihan itu tidak ada, atau sudah selesai.", "There is no such recovery, or it is over.")
}

func errStopped() error {
	return lancar.Fail(lancar.Conflict, "recovery", "Pemulihan lewat kontak ini dibatalkan oleh pemilik akun. Kalau itu akun Anda, datang ke kantor dukcapil dengan kartu Anda.",
		"The account's owner stopped the recovery through this contact. If it is your account, visit the civil registry office with your card.")
}
