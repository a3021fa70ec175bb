package passkey

import (
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"lancar"
	"lancar/identity"
	"lancar/internal/store"
)

// state is what a ceremony remembers, sealed, while it is with the browser.
type state struct {
	Session lancar.ID            `json:"session,omitempty"` // of who adds a passkey, or confirms a release; "" for a sign-in
	Release identity.Release     `json:"release,omitzero"`  // that is confirmed
	Data    webauthn.SessionData `json:"data"`
	Until   time.Time            `json:"until"`
}

const place = "identity_passkeys challenge"

func (p *Passkeys) offer(options any, s state) (Offer, error) {
	s.Until = p.clock().Add(life)
	shown, err := json.Marshal(options)
	if err != nil {
		return Offer{}, err
	}
	plain, err := json.Marshal(s)
	if err != nil {
		return Offer{}, err
	}
	sealed, err := p.ring.Seal(plain, []byte(place))
	return Offer{Options: shown, State: base64.RawURLEncoding.EncodeToString(sealed)}, err
}

// takeTx opens a state once. errRefused: it is not ours, late, for something else, or was used.
func (p *Passkeys) takeTx(tx *store.Tx, sealed string, session lancar.ID) (webauthn.SessionData, error) {
	return p.takeForTx(tx, sealed, state{Session: session})
}

func (p *Passkeys) takeForTx(tx *store.Tx, sealed string, want state) (webauthn.SessionData, error) {
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		return webauthn.SessionData{}, errRefused
	}
	plain, err := p.ring.Open(raw, []byte(place))
	if err != nil {
		return webauthn.SessionData{}, errRefused
	}
	var s state
	if err := json.Unmarshal(plain, &s); err != nil || s.Session != want.Session || s.Release != want.Release || !tx.Now.Before(s.Until) {
		return webauthn.SessionData{}, errRefused
	}
	first, err := p.ident.OnceTx(tx, "passkey "+s.Data.Challenge, s.Until)
	if err == nil && !first {
		err = errRefused
	}
	return s.Data, err
}
