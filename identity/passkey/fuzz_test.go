package passkey

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"net/url"
	"testing"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
)

// Whatever a browser sends, it signs nobody in without the key, and breaks nothing.
func FuzzAnswer(f *testing.F) {
	p, err := New(nil, nil, nil, &url.URL{Scheme: "https", Host: "lancar.example"}, "Lancar", time.Now)
	if err != nil {
		f.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	pub, err := key.PublicKey.Bytes()
	if err != nil {
		f.Fatal(err)
	}
	cose := append([]byte{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20}, pub[1:33]...)
	cose = append(append(cose, 0x22, 0x58, 0x20), pub[33:]...)
	owner := func(id, handle []byte) (webauthn.User, error) {
		return user{handle: handle, keys: []webauthn.Credential{{ID: id, PublicKey: cose}}}, nil
	}
	_, data, err := p.web.BeginDiscoverableLogin()
	if err != nil {
		f.Fatal(err)
	}
	client := "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxlbmdlIjoiQUEiLCJvcmlnaW4iOiJodHRwczovL2xhbmNhci5leGFtcGxlIn0"
	f.Add([]byte(`{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"` + client +
		`","authenticatorData":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAFAAAAAQ","signature":"MAYCAQECAQE","userHandle":"AA"}}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, response []byte) {
		answer, err := parse(Answer{Response: response})
		if err != nil {
			return
		}
		if _, _, err := p.web.ValidatePasskeyLogin(owner, *data, answer); err == nil {
			t.Fatalf("%q signed in", response)
		}
	})
}

// FuzzName keeps a passkey's name to one short line.
func FuzzName(f *testing.F) {
	f.Add("  HP \n ibu ")
	f.Fuzz(func(t *testing.T, name string) {
		got := clean(name)
		if len([]rune(got)) > 40 || got != clean(got) {
			t.Fatalf("%q became %q", name, got)
		}
	})
}
