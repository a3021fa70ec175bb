package passkey

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"

	"github.com/go-webauthn/webauthn/webauthn"

	"lancar/identity"
	"lancar/internal/store"
)

// OfferRelease makes the challenge by which the session's person confirms one release with a passkey
// of the account. It opens nothing else, and nobody else's session.
func (p *Passkeys) OfferRelease(s identity.Session, r identity.Release) (Offer, error) {
	options, data, err := p.web.BeginDiscoverableLogin()
	if err != nil {
		return Offer{}, err
	}
	return p.offer(options, state{Session: s.ID, Release: r, Data: *data})
}

// Confirm takes a passkey for a release, and leaves the permission that identity.ReleaseTx uses; no
// session changes. The same lancar.Invalid on field "passkey" whatever is wrong: another account's
// key, another release, another session.
func (p *Passkeys) Confirm(ctx context.Context, s identity.Session, a Answer, r identity.Release) error {
	answer, bad := parse(a)
	if bad != nil {
		return refusal()
	}
	refused := false
	err := p.db.Write(ctx, func(tx *store.Tx) error {
		now, err := p.ident.CurrentTx(tx, s)
		if err != nil {
			return err
		}
		data, err := p.takeForTx(tx, a.State, state{Session: s.ID, Release: r})
		if err == nil {
			var row keyRow
			if row, err = p.provedTx(tx, data, answer); err == nil && row.account != now.Account {
				err = errRefused
			}
			if err == nil {
				err = useKey(tx, row)
			}
		}
		if refused = errors.Is(err, errRefused); refused {
			return nil // the use of the challenge commits, and that a copy was noticed
		}
		if err != nil {
			return err
		}
		return p.ident.PermitTx(tx, now, r, "passkey")
	})
	if err == nil && refused {
		err = refusal()
	}
	return err
}

// provedTx finds the key that gave an answer, and checks the answer: errRefused whatever is wrong.
func (p *Passkeys) provedTx(tx *store.Tx, data webauthn.SessionData, answer *assertion) (keyRow, error) {
	row, err := byCredential(tx, base64.RawURLEncoding.EncodeToString(answer.RawID))
	if err == store.ErrNone || err == nil && !row.cloned.IsZero() {
		err = errRefused
	}
	if err != nil {
		return row, err
	}
	handle, err := p.ident.HandleTx(tx, row.account)
	if err != nil {
		return row, err
	}
	owner := func(_, given []byte) (webauthn.User, error) {
		if !bytes.Equal(given, []byte(handle)) {
			return nil, errRefused
		}
		return user{handle: []byte(handle), keys: []webauthn.Credential{row.credential}}, nil
	}
	_, used, err := p.web.ValidatePasskeyLogin(owner, data, answer)
	if err != nil {
		return row, errRefused
	}
	if used.Authenticator.CloneWarning {
		return row, p.copied(tx, row)
	}
	row.credential = *used
	return row, nil
}
