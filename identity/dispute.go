package identity

import (
	"context"
	"errors"
	"time"

	"lancar"
	"lancar/access"
	"lancar/exchange"
	"lancar/internal/store"
	"lancar/notify"
)

// Dispute is a second claim to a number that already has an account, made with the right facts
// but another contact.
type Dispute struct {
	Region   string
	ID       lancar.ID
	Account  lancar.ID // the first
	Subject  string
	Channel  notify.Channel
	Register bool // the register itself has the claimant's contact: it speaks for the claimant
	At       time.Time
	Proposed lancar.ID // the officer who proposed that the account moves; "" for none
}

// dispute writes a second claim down, once, and tells the first. The claimant learns nothing.
func (i *Identity) dispute(tx *store.Tx, a attempt) error {
	hash := i.contactHash(a.claim.To)
	sealed, err := i.ring.SealTx(tx, accountOwner(a.account), []byte(a.claim.To.Value), []byte("identity_contacts "+hash))
	if err != nil {
		return err
	}
	d := Dispute{Region: a.region, ID: lancar.NewID(tx.Now), Account: a.account, Subject: a.subject, Channel: a.claim.To.Channel, Register: a.register, At: tx.Now}
	fresh, err := insertDispute(tx, d, hash, sealed)
	if err != nil || !fresh {
		return err
	}
	if err := holdYoung(tx, a.account); err != nil {
		return err
	}
	return i.TellTx(tx, a.account, notify.Message{
		Region: a.region, Key: "dispute " + tx.Now.Format(time.DateOnly), // one a day, however many contacts are tried
		Title: lancar.Text{"id": "Ada yang mencoba masuk dengan nomor Anda", "en": "Somebody tried to sign in with your number"},
		Body: lancar.Text{
			"id": "Seseorang mencoba masuk dengan nomor, nama, dan tanggal lahir Anda, tetapi dengan kontak lain. Kami menolaknya, dan petugas akan memeriksa.\n\nItu Anda sendiri dengan kontak baru? Datang ke kantor dukcapil dengan kartu Anda.",
			"en": "Somebody tried to sign in with your number, name and date of birth, but with another contact. We refused it, and an officer will look into it.\n\nWas it you with a new contact? Visit the civil registry office with your card.",
		},
	})
}

// Disputes lists the open disputes of the officer's region and those below it, oldest first. The officer must be in
// [ClaimRole]; contacts are not in the list.
func (i *Identity) Disputes(ctx context.Context, officer lancar.Actor) (list []Dispute, err error) {
	if err := maySettle(officer, officer.Region); err != nil {
		return nil, err
	}
	err = i.db.Read(ctx, func(tx *store.Tx) error {
		list, err = openDisputes(tx, officer.Region)
		return err
	})
	return list, err
}

// OpenDispute shows who the account belongs to so far and the claimant's contact, masked. It goes
// through access: the person sees that an officer looked.
func (i *Identity) OpenDispute(ctx context.Context, officer lancar.Actor, region string, id lancar.ID) (d Dispute, h Holder, claimant string, err error) {
	if err := maySettle(officer, region); err != nil {
		return d, h, "", err
	}
	err = i.db.Write(ctx, func(tx *store.Tx) error {
		row, err := disputeByID(tx, region, id)
		if err == store.ErrNone {
			return errNoDispute()
		}
		if err != nil {
			return err
		}
		g, err := i.access.OpenTx(tx, access.Request{
			Who: officer, Subject: row.Subject, Region: region, What: []string{access.Identity, access.Contact},
			Purpose: lancar.Text{"id": "Memastikan siapa pemilik akun ini", "en": "Making sure whose account this is"}, Ground: access.PublicDuty(),
		})
		if err != nil {
			return err
		}
		if h, err = i.HolderTx(tx, g); err != nil {
			return err
		}
		value, err := i.disputed(tx, row)
		d, claimant = row.Dispute, mask(value)
		return err
	})
	return d, h, claimant, err
}

// Settle ends a dispute: keep says that the account stays with the first, and one officer can say
// so. That it moves takes two: the first proposes it (done is false), another confirms, neither of
// the person's own family; then its contacts, passkeys and sessions end and the claimant's contact
// takes their place, which still has to be proved by a code. Both sides are told.
func (i *Identity) Settle(ctx context.Context, officer lancar.Actor, region string, id lancar.ID, keep bool) (done bool, err error) {
	if err := maySettle(officer, region); err != nil {
		return false, err
	}
	family, err := i.familyOf(ctx, officer, region, id, keep)
	if err != nil {
		return false, err
	}
	err = i.db.Write(ctx, func(tx *store.Tx) error {
		done = false
		row, err := disputeByID(tx, region, id)
		if err == store.ErrNone {
			return errNoDispute()
		}
		if err != nil {
			return err
		}
		if err := i.unconflicted(tx, officer, row.Subject, family); err != nil {
			return err
		}
		if !keep && row.Proposed == "" {
			return proposeDispute(tx, region, id, officer.ID)
		}
		if !keep {
			if err := i.SecondTx(tx, row.Proposed, officer.ID); err != nil {
				return err
			}
		}
		done = true
		return i.settle(tx, officer, row, keep)
	})
	return done, err
}

func (i *Identity) settle(tx *store.Tx, officer lancar.Actor, row disputeRow, keep bool) error {
	won, err := settleDispute(tx, row.Region, row.ID, officer.ID, keep)
	if err != nil || !won {
		return err
	}
	claimant, err := i.disputed(tx, row)
	if err != nil {
		return err
	}
	if err := unholdYoung(tx, row.Account); err != nil {
		return err
	}
	if err := i.TellTx(tx, row.Account, settled(row.Region, row.ID, keep, false)); err != nil {
		return err
	}
	to := settled(row.Region, row.ID, keep, true)
	to.To, to.Lang, to.Secret = []notify.Address{claimant}, "id", true
	if err := i.notify.SendTx(tx, to); err != nil || keep {
		return err
	}
	err = errors.Join(endContactsExcept(tx, row.Account, row.hash), i.endSessions(tx, row.Account), i.emit(tx, EventMoved, row.Account), endWays(tx, row.Account),
		capAccount(tx, row.Account, tx.Now.Add(recoveryCap)), stopRecoveries(tx, row.Account),
		i.noteTx(tx, row.Account, lancar.NewID(tx.Now), Recovered, mask(claimant)))
	if err != nil {
		return err
	}
	return i.saveContact(tx, row.Account, claimant, false, row.Register)
}

// familyOf writes down, where the person sees it, that an officer decides whose account it is, and
// asks the register for the person's family card, so that nobody decides for their own family. An
// account moves only where the register answers.
func (i *Identity) familyOf(ctx context.Context, officer lancar.Actor, region string, id lancar.ID, keep bool) (string, error) {
	var g access.Grant
	var h Holder
	purpose := lancar.Text{"id": "Memutus siapa pemilik akun ini", "en": "Settling whose account this is"}
	err := i.db.Write(ctx, func(tx *store.Tx) error {
		row, err := disputeByID(tx, region, id)
		if err == store.ErrNone {
			return errNoDispute()
		}
		if err != nil {
			return err
		}
		g, err = i.access.OpenTx(tx, access.Request{Who: officer, Subject: row.Subject, Region: region, Purpose: purpose, Ground: access.PublicDuty(),
			What: []string{access.Identity, access.Number, access.Contact, access.Register + "/population"}})
		if err != nil {
			return err
		}
		h, err = i.HolderTx(tx, g)
		return err
	})
	if err != nil || h.Kind != Resident {
		return "", err
	}
	got, err := i.exchange.Read(ctx, g, exchange.Question{Source: "population", Key: h.Number, Names: []string{"family_card"}, Subject: h.Subject,
		Region: region, Who: officer, Purpose: purpose})
	if keep && lancar.CodeOf(err) == lancar.Unavailable {
		return "", nil
	}
	return got["family_card"], err
}

// unconflicted refuses an officer who would decide about themself or their own family.
func (i *Identity) unconflicted(tx *store.Tx, officer lancar.Actor, subject, familyCard string) error {
	own, err := i.ConflictedTx(tx, []lancar.ID{officer.ID}, subject, familyCard)
	if err == nil && own[officer.ID] {
		return lancar.Fail(lancar.Forbidden, "", "Akun sendiri atau keluarga sendiri diputus petugas lain.", "Another officer settles one's own account, or that of one's family.")
	}
	return err
}

func (i *Identity) disputed(tx *store.Tx, d disputeRow) (notify.Address, error) {
	value, err := i.ring.OpenTx(tx, accountOwner(d.Account), d.contact, []byte("identity_contacts "+d.hash))
	return notify.Address{Channel: d.Channel, Value: string(value)}, err
}

func settled(region string, id lancar.ID, keep, claimant bool) notify.Message {
	m := notify.Message{Region: region, Key: "settled " + string(id), Title: lancar.Text{"id": "Pemilik akun sudah diperiksa", "en": "The owner of the account was checked"}}
	if keep != claimant {
		m.Body = lancar.Text{"id": "Petugas sudah memeriksa. Akun ini tetap milik Anda dan kontak Anda tetap dipakai.", "en": "An officer has checked. The account stays yours and your contact stays in use."}
		if claimant {
			m.Body = lancar.Text{"id": "Petugas sudah memeriksa. Anda sekarang bisa masuk dengan kontak ini.", "en": "An officer has checked. You can now sign in with this contact."}
		}
		return m
	}
	m.Body = lancar.Text{"id": "Petugas sudah memeriksa. Kontak ini tidak dipakai untuk akun itu. Tidak setuju? Datang ke kantor dukcapil dengan kartu Anda.",
		"en": "An officer has checked. This contact is not used for that account. If you disagree, visit the civil registry office with your card."}
	return m
}

func maySettle(officer lancar.Actor, region string) error {
	if officer.Kind == lancar.Officer && officer.Role == ClaimRole && access.Within(region, officer.Region) {
		return nil
	}
	return lancar.Fail(lancar.Forbidden, "", "Hanya petugas akun daerah ini yang dapat memutus.", "Only this region's officer for accounts can settle this.")
}

func errNoDispute() error {
	return lancar.Fail(lancar.NotFound, "", "Perkara itu tidak ada atau sudah selesai.", "There is no such dispute, or it is settled.")
}
