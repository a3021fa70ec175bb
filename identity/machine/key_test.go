package machine_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"lancar"
	"lancar/identity/machine"
	"lancar/internal/store"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

// The example of RFC 7638, section 3.1.
const rfc7638 = `{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}`

func TestAThumbprintIsThatOfTheStandard(t *testing.T) {
	list, err := machine.ReadKeys(rfc7638)
	if err != nil || list[0].Thumb != "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs" || list[0].ID != "2011-04-29" {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestSecretsAndWeakKeysAreRefused(t *testing.T) {
	for what, text := range map[string]string{
		"a private key":     strings.TrimSuffix(jwk("a"), "}") + `,"d":"AAAA"}`,
		"one in capitals":   strings.TrimSuffix(jwk("a"), "}") + `,"D":"AAAA"}`,
		"a shared secret":   `{"kty":"oct","k":"AAAA"}`,
		"PEM private key":   "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
		"a point off curve": `{"kty":"EC","crv":"P-256","x":"` + strings.Repeat("A", 43) + `","y":"` + strings.Repeat("A", 43) + `"}`,
		"a short modulus":   `{"kty":"RSA","n":"` + strings.Repeat("_", 171) + `","e":"AQAB"}`,
		"exponent three":    strings.Replace(rfc7638, "AQAB", "Aw", 1),
		"an unknown curve":  `{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}`,
		"for encryption":    strings.TrimSuffix(jwk("a"), "}") + `,"use":"enc"}`,
		"an empty set":      `{"keys":[]}`,
		"a password":        "hunter2",
		"nothing":           "",
		"a novel":           "{" + strings.Repeat(" ", 40000),
		"an odd name":       strings.Replace(jwk("a"), `"a"`, `"a\"b"`, 1),
	} {
		if _, err := machine.ReadKeys(text); lancar.CodeOf(err) != lancar.Invalid {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func FuzzReadKeys(f *testing.F) {
	f.Add(rfc7638)
	f.Add(jwk("k1"))
	f.Add(`{"keys":[` + jwk("") + `]}`)
	f.Add(pemCertificate(time.Now(), time.Now().Add(time.Hour)))
	f.Fuzz(func(t *testing.T, text string) {
		list, err := machine.ReadKeys(text)
		if err != nil {
			if lancar.CodeOf(err) != lancar.Invalid {
				t.Fatal(err)
			}
			return
		}
		for _, k := range list {
			if k.Kind == machine.Certificate {
				continue
			}
			again, err := machine.ReadKeys(k.JWK)
			if err != nil || again[0].Thumb != k.Thumb || again[0].JWK != k.JWK {
				t.Fatalf("%q reads otherwise: %v", k.JWK, err)
			}
		}
	})
}

func pemCertificate(from, until time.Time) string {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(from.UnixNano()), Subject: pkix.Name{CommonName: "mesin"}, NotBefore: from, NotAfter: until},
		&x509.Certificate{}, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// valid are the names of the keys that hold now.
func (w *world) valid(id lancar.ID) (names string) {
	w.t.Helper()
	w.Must(w.DB.Read(w.t.Context(), func(tx *store.Tx) error {
		list, err := w.m.KeysTx(tx, id)
		for _, k := range list {
			names += k.ID + " "
		}
		return err
	}))
	return names
}

func TestAKeyIsChangedWithoutAPause(t *testing.T) {
	each(t, func(w *world) {
		first, next := w.keys(jwk("one")), w.keys(jwk("two"))
		next[0].From = w.Now().Add(time.Hour)
		m := w.working(func(p *machine.Proposal) { p.Keys = first })
		rita := w.actor("1001")
		_, err := w.m.AddKeys(t.Context(), rita, m.ID, next)
		w.Must(err)
		try := func(k []machine.Key, want lancar.Code) {
			t.Helper()
			_, err := w.use(machine.Use{Machine: m.ID, Key: k[0].Thumb})
			w.Refused(err, want)
		}
		try(first, "")
		try(next, lancar.Unauthenticated) // not yet: nothing the caller says of the time counts
		w.pass(time.Hour)
		try(first, "")
		try(next, "") // both, so that copies of the machine change over one by one
		if got := w.valid(m.ID); !contains(got, "one") || !contains(got, "two") {
			t.Errorf("valid: %s", got)
		}
		_, err = w.m.EndKey(t.Context(), w.actor("1004"), m.ID, first[0].Thumb)
		w.Must(err)
		try(first, lancar.Unauthenticated)
		try(next, "")
		if got := w.valid(m.ID); got != "two " {
			t.Errorf("valid: %s", got)
		}
		_, err = w.m.AddKeys(t.Context(), rita, m.ID, w.keys(jwk("two")))
		w.Refused(err, lancar.Invalid) // two keys of one name
		_, err = w.m.AddKeys(t.Context(), rita, m.ID, first)
		w.Refused(err, lancar.Invalid) // a key that ended does not come back
		_, err = w.m.AddKeys(t.Context(), w.actor("1002"), m.ID, w.keys(jwk("three")))
		w.Refused(err, lancar.Forbidden)
	})
}

func TestAKeyBelongsToOneMachine(t *testing.T) {
	each(t, func(w *world) {
		key := w.keys(jwk("k"))
		a := w.working(func(p *machine.Proposal) { p.Keys = key })
		b := w.working()
		_, err := w.m.AddKeys(t.Context(), w.actor("1001"), b.ID, key)
		w.Refused(err, lancar.Invalid)
		_, err = w.use(machine.Use{Machine: b.ID, Key: key[0].Thumb})
		w.Refused(err, lancar.Unauthenticated)
		_, err = w.use(machine.Use{Machine: a.ID, Key: key[0].Thumb})
		w.Must(err)
	})
}

func TestACertificateHoldsAsLongAsItSays(t *testing.T) {
	each(t, func(w *world) {
		list := w.keys(pemCertificate(w.Now().Add(-time.Hour), w.Now().Add(48*time.Hour)))
		m := w.working(func(p *machine.Proposal) { p.Keys = list })
		find := func(want lancar.Code) {
			t.Helper()
			w.Refused(w.DB.Read(t.Context(), func(tx *store.Tx) error {
				id, err := w.m.CertificateTx(tx, list[0].Thumb, tx.Now)
				if err == nil && id != m.ID {
					t.Errorf("it is %s's", id)
				}
				return err
			}), want)
		}
		find("")
		w.pass(48 * time.Hour)
		find(lancar.Unauthenticated)
		_, err := w.m.AddKeys(t.Context(), w.actor("1001"), m.ID, w.keys(pemCertificate(w.Now().Add(-2*time.Hour), w.Now().Add(-time.Hour))))
		w.Refused(err, lancar.Invalid)
	})
}
