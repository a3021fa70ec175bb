package identity_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/url"
	"testing"

	"lancar/identity"
	"lancar/identity/passkey"
)

// authenticator is a person's device: it makes keys and answers challenges as WebAuthn says, with
// what an attacker would change open to the test.
type authenticator struct {
	t       *testing.T
	key     *ecdsa.PrivateKey
	id      []byte
	handle  []byte
	counter uint32
	origin  string // where its browser believes to be
	rp      string
	flags   byte // UP 1, UV 4, BE 8, BS 16
}

var home = &url.URL{Scheme: "https", Host: "lancar.example"}

func newAuthenticator(t *testing.T) *authenticator {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 32)
	rand.Read(id)
	return &authenticator{t: t, key: key, id: id, origin: "https://lancar.example", rp: "lancar.example", flags: 1 | 4}
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// text and bytes are the two CBOR items (RFC 8949) that an attestation needs.
func text(s string) []byte { return append([]byte{0x60 | byte(len(s))}, s...) }
func byteString(b []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0x59}, uint16(len(b))), b...)
}

func (a *authenticator) data(extra []byte, flags byte) []byte {
	hash := sha256.Sum256([]byte(a.rp))
	out := append(hash[:], flags)
	out = binary.BigEndian.AppendUint32(out, a.counter)
	return append(out, extra...)
}

func (a *authenticator) client(kind, challenge string) []byte {
	b, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": a.origin, "crossOrigin": false})
	if err != nil {
		a.t.Fatal(err)
	}
	return b
}

type options struct {
	PublicKey struct {
		Challenge string `json:"challenge"`
		RPID      string `json:"rpId"`
		User      struct{ ID, Name string }
		RP        struct{ ID string }
	} `json:"publicKey"`
}

func (a *authenticator) read(o passkey.Offer) options {
	var opt options
	if err := json.Unmarshal(o.Options, &opt); err != nil {
		a.t.Fatal(err)
	}
	return opt
}

// make answers a challenge to make a key (attestation "none").
func (a *authenticator) make(o passkey.Offer) passkey.Answer {
	opt := a.read(o)
	a.handle, _ = base64.RawURLEncoding.DecodeString(opt.PublicKey.User.ID)
	pub, err := a.key.PublicKey.Bytes()
	if err != nil {
		a.t.Fatal(err)
	}
	cose := append([]byte{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20}, pub[1:33]...) // EC2, ES256, P-256
	cose = append(append(cose, 0x22, 0x58, 0x20), pub[33:]...)
	extra := append(make([]byte, 16), 0, byte(len(a.id)))
	data := a.data(append(append(extra, a.id...), cose...), a.flags|0x40)
	object := append([]byte{0xa3}, text("fmt")...)
	object = append(append(append(object, text("none")...), text("attStmt")...), 0xa0)
	object = append(append(object, text("authData")...), byteString(data)...)
	return a.answer(o, map[string]any{"clientDataJSON": b64(a.client("webauthn.create", opt.PublicKey.Challenge)), "attestationObject": b64(object), "transports": []string{"internal"}})
}

// sign answers a challenge to sign in.
func (a *authenticator) sign(o passkey.Offer) passkey.Answer {
	client := a.client("webauthn.get", a.read(o).PublicKey.Challenge)
	a.counter++
	data := a.data(nil, a.flags)
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
	sig, err := ecdsa.SignASN1(rand.Reader, a.key, sum[:])
	if err != nil {
		a.t.Fatal(err)
	}
	return a.answer(o, map[string]any{"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(sig), "userHandle": b64(a.handle)})
}

func (a *authenticator) answer(o passkey.Offer, response map[string]any) passkey.Answer {
	b, err := json.Marshal(map[string]any{"id": b64(a.id), "rawId": b64(a.id), "type": "public-key", "authenticatorAttachment": "platform",
		"clientExtensionResults": map[string]any{}, "response": response})
	if err != nil {
		a.t.Fatal(err)
	}
	return passkey.Answer{State: o.State, Response: b}
}

func (w *world) passkeys() *passkey.Passkeys {
	p, err := passkey.New(w.DB, w.Ring, w.Identity, home, "Lancar", w.Now)
	w.Must(err)
	return p
}

// add gives a session's account a passkey on this device.
func (w *world) add(p *passkey.Passkeys, a *authenticator, s identity.Session) passkey.Passkey {
	w.t.Helper()
	o, err := p.OfferNew(w.t.Context(), s)
	w.Must(err)
	k, err := p.Add(w.t.Context(), s, a.make(o), "HP saya", "Firefox")
	w.Must(err)
	return k
}

func (w *world) offer(p *passkey.Passkeys) passkey.Offer {
	w.t.Helper()
	o, err := p.Offer()
	w.Must(err)
	return o
}

// enter signs in with it.
func (w *world) enter(p *passkey.Passkeys, a passkey.Answer, before string) (string, identity.Session, error) {
	return p.Enter(w.t.Context(), a, identity.Browser{Address: "192.0.2.1", Host: "lancar.example", Device: "Firefox", Before: before})
}
