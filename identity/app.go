package identity

import (
	"context"
	"time"

	"lancar"
	"lancar/identity/totp"
	"lancar/internal/store"
)

// A code app (RFC 6238) is a fall-back where messages do not arrive: its code is typed instead of
// the one that was sent, after the same three facts and a contact of the account. It counts as the
// session in which it was added, for identity.Verified at most.

// App is an authenticator app that is being added.
type App struct {
	Secret string // base32, for typing
	URI    string // for scanning
}

// NewApp makes a secret for the session's account; it counts for nothing until [Identity.ConfirmApp].
// The session must be fresh (lancar.Forbidden on field "fresh"); lancar.Conflict when there is one.
func (i *Identity) NewApp(ctx context.Context, s Session, issuer string) (App, error) {
	secret := totp.Secret()
	err := i.db.Write(ctx, func(tx *store.Tx) error {
		if err := i.MayChangeTx(tx, s); err != nil {
			return err
		}
		sealed, err := i.SealTx(tx, s.Account, string(secret), "identity_totp")
		if err != nil {
			return err
		}
		fresh, err := insertApp(tx, s, sealed)
		if err == nil && !fresh {
			err = lancar.Fail(lancar.Conflict, "", "Sudah ada aplikasi kode. Hapus dulu yang lama.", "There is a code app already. Remove it first.")
		}
		return err
	})
	return App{Secret: totp.Text(secret), URI: totp.URI(secret, issuer, "akun")}, err
}

// ConfirmApp takes the first code of the app and so begins to accept it; the owner is told. A wrong
// code is lancar.Invalid on field "code"; ten in an hour are lancar.TooMany.
func (i *Identity) ConfirmApp(ctx context.Context, s Session, code string) error {
	wrong := false
	err := i.db.Write(ctx, func(tx *store.Tx) error {
		wrong = false
		if err := i.MayChangeTx(tx, s); err != nil {
			return err
		}
		if err := i.count(tx, []limit{{what: "app", value: string(s.Account), window: time.Hour, most: 10}}); err != nil {
			return err
		}
		app, err := appOf(tx, s.Account)
		if err == store.ErrNone || err == nil && !app.confirmed.IsZero() {
			wrong = true
			return nil
		}
		if err != nil {
			return err
		}
		if wrong, err = i.spendApp(tx, s.Account, app, code); wrong || err != nil {
			return err
		}
		if err := confirmApp(tx, s.Account); err != nil {
			return err
		}
		return i.HappenedTx(tx, s.Account, NewApp, "")
	})
	if err == nil && wrong {
		err = lancar.Fail(lancar.Invalid, "code", "Kode dari aplikasi itu tidak cocok. Tunggu kode berikutnya, dan pastikan jam HP Anda benar.",
			"The code of that app does not fit. Wait for the next one, and make sure that your phone's clock is right.")
	}
	return err
}

// RemoveApp takes the code app away; the session must be fresh.
func (i *Identity) RemoveApp(ctx context.Context, s Session) error {
	return i.db.Write(ctx, func(tx *store.Tx) error {
		if err := i.MayChangeTx(tx, s); err != nil {
			return err
		}
		app, err := appOf(tx, s.Account)
		if err == store.ErrNone {
			return nil
		}
		if err == nil {
			err = deleteApp(tx, s.Account)
		}
		if err != nil || app.confirmed.IsZero() {
			return err
		}
		return i.HappenedTx(tx, s.Account, AppGone, "")
	})
}

// AppSince is since when the account takes codes of an app, zero if it does not.
func (i *Identity) AppSince(ctx context.Context, s Session) (since time.Time, err error) {
	err = i.db.Read(ctx, func(tx *store.Tx) error {
		app, err := appOf(tx, s.Account)
		if err == store.ErrNone {
			return nil
		}
		since = app.confirmed
		return err
	})
	return since, err
}

// spendApp takes a code of the app, each step once. True: it is wrong, or was used.
func (i *Identity) spendApp(tx *store.Tx, account lancar.ID, app appRow, code string) (wrong bool, err error) {
	secret, err := i.OpenTx(tx, account, app.secret, "identity_totp")
	if err != nil {
		return true, err
	}
	step, ok := totp.Find([]byte(secret), code, tx.Now, app.step)
	if !ok {
		return true, nil
	}
	used, err := useApp(tx, account, app.step, step)
	return !used, err
}

// byApp says whether the code typed for an attempt comes from the app of its account, and what that
// counts for. The attempt must be one to which a code was sent, to a contact that the account has.
// While somebody guesses about the number, only a browser that was here before may use the app: its
// codes cannot grow.
func (i *Identity) byApp(tx *store.Tx, a attempt, code, mark string) (Level, error) {
	if a.state != "sent" || a.account == "" || len(code) != 6 {
		return 0, nil
	}
	app, err := appOf(tx, a.account)
	if err == store.ErrNone || err == nil && app.confirmed.IsZero() {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if a.kind != Officer {
		has, err := activeContact(tx, a.account, i.contactHash(a.claim.To))
		if err != nil || !has {
			return 0, err
		}
	}
	guessed, err := i.reached(tx, wrongAbout(a.subject))
	if err != nil {
		return 0, err
	}
	if guessed {
		known, err := browserKnown(tx, a.account, i.markName("browser", mark))
		if err != nil || !known {
			return 0, err
		}
	}
	wrong, err := i.spendApp(tx, a.account, app, code)
	if err != nil || wrong {
		return 0, err
	}
	return min(app.level, Verified), nil
}
