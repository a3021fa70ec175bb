package oidc

import (
	"crypto/rand"
	"net/http"
	"strings"

	"lancar"
	"lancar/internal/serve"
	"lancar/internal/store"
)

// The code that a device shows: letters that nobody takes for another, no vowels, so that no word
// comes of it (RFC 8628 section 6.1). 20^8 codes, each good for ten minutes, against [codeGuesses].
const (
	codeAlphabet = "BCDFGHJKLMNPQRSTVWXZ"
	codeLetters  = 8
	codeGuesses  = 20 // an hour, of an account; ten times as many of an address
)

func newCode() string {
	out := make([]byte, 0, codeLetters)
	var b [1]byte
	for len(out) < codeLetters {
		rand.Read(b[:])
		if b[0] < 240 { // 12 times 20: every letter is as likely
			out = append(out, codeAlphabet[b[0]%20])
		}
	}
	return string(out)
}

// readCode takes a code as people type it.
func readCode(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(codeAlphabet, r) {
			return r
		}
		return -1
	}, strings.ToUpper(s))
}

func showCode(code string) string {
	if len(code) != codeLetters {
		return code
	}
	return code[:4] + "-" + code[4:]
}

// device begins the flow of a device without a browser (RFC 8628 section 3.1).
func (p *Provider) device(w http.ResponseWriter, r *http.Request, c *call) error {
	a, err := p.readWait(r, c, deviceGrant)
	if err != nil {
		return p.refuseAfter(r.Context(), c, err)
	}
	if err := p.crowd.take(r, crowdWaits, c.reg.ID, c.reg.Auth != None, a.At); err != nil {
		return p.refuseAfter(r.Context(), c, err)
	}
	now := p.DB.Now()
	wt := wait{id: lancar.NewID(now), kind: device, client: c.reg.ID, gap: pollGap, expires: now.Add(waitLife),
		waited: waited{Ask: a, Code: newCode(), From: serve.Address(r.Context()).String()}}
	err = p.DB.Write(r.Context(), func(tx *store.Tx) error {
		if err := c.spendTx(tx); err != nil {
			return err
		}
		return p.insertWait(tx, wt)
	})
	if err != nil {
		return p.replayed(r.Context(), c, err)
	}
	at := p.config.Issuer + "/device"
	answer(w, http.StatusOK, map[string]any{"device_code": p.handle("d", wt.id, 0), "user_code": showCode(wt.Code), "verification_uri": at,
		"verification_uri_complete": at + "?user_code=" + showCode(wt.Code), "expires_in": int(waitLife.Seconds()), "interval": int(pollGap.Seconds())})
	return nil
}

// readWait reads what the request asks for, as an authorization request would.
func (p *Provider) readWait(r *http.Request, c *call, grant string) (a ask, err error) {
	a = ask{Client: c.reg.ID, MaxAge: -1, At: p.DB.Now(), JKT: c.jkt}
	switch {
	case !c.reg.allows(grant):
		return a, refuse("unauthorized_client", "Aplikasi ini tidak terdaftar untuk alur itu.", "The client is not registered for this flow")
	case c.reg.Stage != Production && !p.config.Sandbox:
		return a, refuse("unauthorized_client", "Aplikasi ini belum disetujui untuk produksi.", "This client is not yet approved for production")
	}
	if err := a.readScope(c.reg, c.form); err != nil {
		return a, err
	}
	if err := a.readWishes(c.reg, c.form); err != nil {
		return a, err
	}
	a.Resources, err = p.resources(r.Context(), c.reg, c.form["resource"])
	return a, err
}
