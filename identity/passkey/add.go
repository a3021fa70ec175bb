package passkey

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"unicode"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"lancar"
	"lancar/identity"
	"lancar/internal/store"
)

// OfferNew makes the challenge for adding a passkey to the session's account. The session must be
// fresh: lancar.Forbidden on field "fresh".
func (p *Passkeys) OfferNew(ctx context.Context, s identity.Session) (Offer, error) {
	name, err := p.nameOf(ctx, s)
	if err != nil {
		return Offer{}, err
	}
	u := user{name: name}
	var have []keyRow
	err = p.db.Write(ctx, func(tx *store.Tx) error {
		if err := p.ident.MayChangeTx(tx, s); err != nil {
			return err
		}
		handle, err := p.ident.HandleTx(tx, s.Account)
		if err != nil {
			return err
		}
		u.handle = []byte(handle)
		have, err = ofAccount(tx, s.Account)
		return err
	})
	if err != nil {
		return Offer{}, err
	}
	if len(have) >= most {
		return Offer{}, lancar.Fail(lancar.Conflict, "", "Sudah ada 20 kunci sandi. Hapus dulu yang tidak dipakai.", "There are 20 passkeys already. Remove one that is not used first.")
	}
	var known []protocol.CredentialDescriptor
	for _, k := range have {
		known = append(known, k.credential.Descriptor())
	}
	options, data, err := p.web.BeginRegistration(u, webauthn.WithExclusions(known))
	if err != nil {
		return Offer{}, err
	}
	return p.offer(options, state{Session: s.ID, Data: *data})
}

// nameOf is what an authenticator shows beside the key: the given name, or an officer's name.
func (p *Passkeys) nameOf(ctx context.Context, s identity.Session) (string, error) {
	name, err := s.Actor.Name, error(nil)
	if s.Kind != identity.Officer {
		name, err = p.ident.GivenName(ctx, s.Own)
	}
	if name == "" {
		name = "Lancar"
	}
	return name, err
}

// Add keeps a new passkey under the name its owner gives it ("" takes one from the device), tells
// the owner on all channels, and returns it.
func (p *Passkeys) Add(ctx context.Context, s identity.Session, a Answer, name, device string) (Passkey, error) {
	if len(a.Response) > maxAnswer || len(a.State) > maxAnswer {
		return Passkey{}, refusal()
	}
	if name = clean(name); name == "" {
		name = clean(device)
	}
	answer, err := protocol.ParseCredentialCreationResponseBytes(a.Response)
	if err != nil {
		return Passkey{}, refusal()
	}
	var added Passkey
	refused := false
	err = p.db.Write(ctx, func(tx *store.Tx) error {
		var err error
		added, err = p.addTx(tx, s, a.State, answer, name)
		if refused = errors.Is(err, errRefused); refused {
			return nil
		}
		return err
	})
	if err == nil && refused {
		err = refusal()
	}
	return added, err
}

func (p *Passkeys) addTx(tx *store.Tx, s identity.Session, sealed string, answer *protocol.ParsedCredentialCreationData, name string) (Passkey, error) {
	if err := p.ident.MayChangeTx(tx, s); err != nil {
		return Passkey{}, err
	}
	data, err := p.takeTx(tx, sealed, s.ID)
	if err != nil {
		return Passkey{}, err
	}
	handle, err := p.ident.HandleTx(tx, s.Account)
	if err != nil {
		return Passkey{}, err
	}
	credential, err := p.web.CreateCredential(user{handle: []byte(handle)}, data, answer)
	if err != nil {
		return Passkey{}, errRefused
	}
	row := keyRow{id: lancar.NewID(tx.Now), account: s.Account, level: min(s.Level, identity.Verified), credential: *credential, added: tx.Now}
	if row.name, err = p.ident.SealTx(tx, s.Account, name, namePlace(row.id)); err != nil {
		return Passkey{}, err
	}
	if fresh, err := insertKey(tx, row); err != nil || !fresh {
		return Passkey{}, errors.Join(err, errRefused)
	}
	return Passkey{ID: row.id, Name: name, Added: tx.Now, Synced: credential.Flags.BackupEligible}, p.ident.HappenedTx(tx, s.Account, identity.NewPasskey, name)
}

func namePlace(id lancar.ID) string { return "identity_passkeys " + string(id) }

// clean makes one short line of what somebody called their key.
func clean(name string) string {
	shown := func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}
	name = strings.Join(strings.Fields(strings.Map(shown, strings.ToValidUTF8(name, ""))), " ")
	if r := []rune(name); len(r) > 40 {
		name = strings.TrimSpace(string(r[:40]))
	}
	return name
}

func credentialID(c webauthn.Credential) string { return base64.RawURLEncoding.EncodeToString(c.ID) }

func decodeID(id string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(id) }
