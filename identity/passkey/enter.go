package passkey

import (
	"context"
	"errors"

	"github.com/go-webauthn/webauthn/protocol"

	"lancar"
	"lancar/identity"
	"lancar/internal/store"
)

// Offer makes the challenge of a sign-in. It says nothing about who has an account.
func (p *Passkeys) Offer() (Offer, error) {
	options, data, err := p.web.BeginDiscoverableLogin()
	if err != nil {
		return Offer{}, err
	}
	return p.offer(options, state{Data: *data})
}

// Answer is what the browser gave back.
type Answer struct {
	State    string // [Offer].State
	Response []byte // JSON of the PublicKeyCredential
}

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 64 << 10

// Enter signs in by passkey: the same lancar.Invalid on field "passkey" whatever is wrong, and
// lancar.TooMany for a client address that tries too often. A copied key (its counter went back) is
// refused from then on, and its owner told.
func (p *Passkeys) Enter(ctx context.Context, a Answer, b identity.Browser) (token string, s identity.Session, err error) {
	parsed, bad := parse(a)
	refused := false
	err = p.db.Write(ctx, func(tx *store.Tx) error {
		refused = false
		if err := p.ident.GuessTx(tx, b.Address); err != nil {
			return err
		}
		if bad != nil {
			refused = true
			return nil
		}
		var err error
		token, s, err = p.enterTx(tx, a.State, parsed, b)
		if errors.Is(err, errRefused) {
			refused = true
			return nil // the use of the challenge commits, and that a copy was noticed
		}
		return err
	})
	if err == nil && refused {
		err = refusal()
	}
	if err != nil {
		return "", identity.Session{}, err
	}
	return token, s, nil
}

// assertion is what an authenticator said.
type assertion = protocol.ParsedCredentialAssertionData

func parse(a Answer) (*assertion, error) {
	if len(a.Response) > maxAnswer || len(a.State) > maxAnswer {
		return nil, errRefused
	}
	return protocol.ParseCredentialRequestResponseBytes(a.Response)
}

func (p *Passkeys) enterTx(tx *store.Tx, sealed string, answer *assertion, b identity.Browser) (string, identity.Session, error) {
	data, err := p.takeTx(tx, sealed, "")
	if err != nil {
		return "", identity.Session{}, err
	}
	row, err := p.provedTx(tx, data, answer)
	if err != nil {
		return "", identity.Session{}, err
	}
	if err := p.raise(tx, &row, b.Before); err != nil {
		return "", identity.Session{}, err
	}
	if err := useKey(tx, row); err != nil {
		return "", identity.Session{}, err
	}
	return p.ident.EnterTx(tx, identity.Entry{Browser: b, Account: row.account, Level: row.gives(), Methods: row.methods()})
}

// raise lets a passkey that was added before its owner was verified count for more, once it is used
// in a session that is.
func (p *Passkeys) raise(tx *store.Tx, row *keyRow, before string) error {
	if row.level >= identity.Verified || before == "" {
		return nil
	}
	s, err := p.ident.SessionTx(tx, before)
	if lancar.CodeOf(err) == lancar.Unauthenticated {
		return nil
	}
	if err == nil && s.Account == row.account && s.Level >= identity.Verified {
		row.level = identity.Verified
	}
	return err
}

// copied refuses a key for good whose counter says that there are two of it.
func (p *Passkeys) copied(tx *store.Tx, row keyRow) error {
	if err := markCopied(tx, row.id); err != nil {
		return err
	}
	name, err := p.ident.OpenTx(tx, row.account, row.name, namePlace(row.id))
	if err != nil {
		return err
	}
	if err := p.ident.HappenedTx(tx, row.account, identity.PasskeyCopied, name); err != nil {
		return err
	}
	return errRefused
}

// gives is the level of a sign-in with this key.
func (r keyRow) gives() identity.Level {
	if r.level >= identity.Verified {
		return identity.Strong
	}
	return identity.Typed
}

// methods are its amr values: a key in hardware or a synchronised one, whose user was there and
// was verified.
func (r keyRow) methods() []string {
	if r.credential.Flags.BackupEligible {
		return []string{"swk", "user", "mfa"}
	}
	return []string{"hwk", "user", "mfa"}
}
