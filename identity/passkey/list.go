package passkey

import (
	"context"

	"lancar"
	"lancar/identity"
	"lancar/internal/store"
)

// List gives the passkeys of the session's account, oldest first.
func (p *Passkeys) List(ctx context.Context, s identity.Session) (list []Passkey, err error) {
	err = p.db.Read(ctx, func(tx *store.Tx) error {
		rows, err := ofAccount(tx, s.Account)
		list = nil
		for _, r := range rows {
			name, err := p.ident.OpenTx(tx, s.Account, r.name, namePlace(r.id))
			if err != nil {
				return err
			}
			list = append(list, Passkey{ID: r.id, Name: name, Added: r.added, Used: r.used, Synced: r.credential.Flags.BackupEligible, Copied: !r.cloned.IsZero()})
		}
		return err
	})
	return list, err
}

// Rename calls one otherwise. lancar.NotFound for one of another account.
func (p *Passkeys) Rename(ctx context.Context, s identity.Session, id lancar.ID, name string) error {
	if name = clean(name); name == "" {
		return lancar.Fail(lancar.Invalid, "name", "Tulis nama untuk kunci sandi ini.", "Give this passkey a name.")
	}
	return p.db.Write(ctx, func(tx *store.Tx) error {
		sealed, err := p.ident.SealTx(tx, s.Account, name, namePlace(id))
		if err != nil {
			return err
		}
		return found(renameKey(tx, s.Account, id, sealed))
	})
}

// Remove takes a passkey away and tells the owner. The session must be fresh (lancar.Forbidden on
// field "fresh"); the last way into an account stays (lancar.Conflict).
func (p *Passkeys) Remove(ctx context.Context, s identity.Session, id lancar.ID) error {
	return p.db.Write(ctx, func(tx *store.Tx) error {
		if err := p.ident.MayChangeTx(tx, s); err != nil {
			return err
		}
		row, err := byID(tx, s.Account, id)
		if err == store.ErrNone {
			return found(false, nil)
		}
		if err != nil {
			return err
		}
		name, err := p.ident.OpenTx(tx, s.Account, row.name, namePlace(id))
		if err != nil {
			return err
		}
		contacts, err := p.ident.ContactsTx(tx, s.Account)
		if err != nil {
			return err
		}
		others, err := ofAccount(tx, s.Account)
		if err != nil {
			return err
		}
		if contacts == 0 && len(others) <= 1 {
			return lancar.Fail(lancar.Conflict, "", "Ini satu-satunya cara masuk ke akun ini.", "This is the only way into this account.")
		}
		if err := deleteKey(tx, s.Account, id); err != nil {
			return err
		}
		return p.ident.HappenedTx(tx, s.Account, identity.PasskeyGone, name)
	})
}

func found(ok bool, err error) error {
	if err == nil && !ok {
		return lancar.Fail(lancar.NotFound, "", "Kunci sandi itu tidak ada.", "There is no such passkey.")
	}
	return err
}
