// Package passkey signs people and officers in with a passkey (W3C Web Authentication Level 3): a
// key pair on their own device, opened by finger, face or PIN, that answers this node's one sign-in
// host and no other. Nothing that somebody could be talked out of leaves the device.
//
// Passkeys are discoverable (no number is typed) and always verify their user. An account is known
// to authenticators by a random handle, never by its number. A passkey counts as much as the
// session in which it was added: one added at identity.Verified, or later used in such a session,
// gives identity.Strong, any other gives identity.Typed.
//
// A challenge is sealed and handed to the page, so that asking for one touches no database; it is
// good once, for five minutes, for the one thing it was made for. Every refusal of a sign-in is the
// same lancar.Invalid on field "passkey".
package passkey

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"lancar"
	"lancar/identity"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// Passkeys is the part of the room. It is safe for concurrent use.
type Passkeys struct {
	db    *store.DB
	ring  *keys.Ring
	ident *identity.Identity
	web   *webauthn.WebAuthn
	clock lancar.Clock
}

// life is how long a challenge is good; most is how many passkeys an account may have.
const (
	life = 5 * time.Minute
	most = 20
)

// New makes the part. home is the URL of the one host where people sign in: its host name is the
// relying party's id and its origin the only one taken. An address that is no domain (127.0.0.1)
// cannot be one: that is an error.
func New(db *store.DB, ring *keys.Ring, ident *identity.Identity, home *url.URL, name string, clock lancar.Clock) (*Passkeys, error) {
	w, err := webauthn.New(&webauthn.Config{
		RPID: home.Hostname(), RPDisplayName: name, RPOrigins: []string{home.Scheme + "://" + home.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(), UserVerification: protocol.VerificationRequired},
	})
	if err == nil {
		err = protocol.ValidateRPID(home.Hostname())
	}
	if err != nil {
		return nil, fmt.Errorf("passkeys for %s: %w", home.Host, err)
	}
	return &Passkeys{db: db, ring: ring, ident: ident, web: w, clock: clock}, nil
}

// Offer is a challenge for a page: what its script hands to the browser, and what goes back with
// the browser's answer.
type Offer struct {
	Options []byte // JSON of a CredentialCreationOptions or CredentialRequestOptions, with its "publicKey"
	State   string // opaque
}

// Send writes the offer for a page's script: {"options": {"publicKey": …}, "state": "…"}.
func (o Offer) Send(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	return json.NewEncoder(w).Encode(map[string]any{"options": json.RawMessage(o.Options), "state": o.State})
}

// Passkey is one in its owner's list.
type Passkey struct {
	ID     lancar.ID
	Name   string // as its owner called it
	Added  time.Time
	Used   time.Time // zero if never
	Synced bool      // it may be on several devices of the owner
	Copied bool      // two copies of its key were noticed; it is refused
}

// user is an account as the library wants it.
type user struct {
	handle []byte
	name   string
	keys   []webauthn.Credential
}

func (u user) WebAuthnID() []byte                         { return u.handle }
func (u user) WebAuthnName() string                       { return u.name }
func (u user) WebAuthnDisplayName() string                { return u.name }
func (u user) WebAuthnCredentials() []webauthn.Credential { return u.keys }

var errRefused = errors.New("passkey: refused")

func refusal() error {
	return lancar.Fail(lancar.Invalid, "passkey", "Kunci sandi ini tidak bisa dipakai di sini. Coba lagi, atau masuk dengan kode.",
		"This passkey cannot be used here. Try again, or sign in with a code.")
}
