package oidc

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/internal/store"
)

// given is what a code says, sealed: whose answer it is to which request. The request itself stays in
// its row until the code is used, and the grant that comes of it has the request's id, so that a
// request gives tokens once, however many codes were made of it.
type given struct {
	Request  lancar.ID
	Account  lancar.ID
	Session  lancar.ID
	Subject  string   // the person's, for access
	Kinds    []string // kinds of data agreed to
	AuthTime int64    // seconds
	Level    identity.Level
	Methods  []string
	At       int64 // microseconds
}

func sayGiven(request lancar.ID, s identity.Session, kinds []string, now time.Time) given {
	return given{request, s.Account, s.ID, s.Subject, kinds, s.Authenticated.Unix(), s.Level, s.Methods, store.Micros(now)}
}

// code is the answer of a person to a request, for the client.
func (p *Provider) code(request lancar.ID, s identity.Session, kinds []string) (string, error) {
	plain, err := json.Marshal(sayGiven(request, s, kinds, p.DB.Now()))
	if err != nil {
		return "", err
	}
	sealed, err := p.Keys.Seal(plain, []byte("oidc code"))
	return "c." + b64.EncodeToString(sealed), err
}

// openCode is the inverse of code.
func (p *Provider) openCode(text string) (g given, err error) {
	rest, ok := strings.CutPrefix(text, "c.")
	sealed, err := b64.DecodeString(rest)
	if !ok || err != nil {
		return g, errHandle
	}
	plain, err := p.Keys.Open(sealed, []byte("oidc code"))
	if err != nil {
		return g, errHandle
	}
	return g, json.Unmarshal(plain, &g)
}

// grantOf is what a person gave a client by their answer.
func (p *Provider) grantOf(a ask, reg *registration, said given) grant {
	g := grant{ID: said.Request, Client: reg.ID, Account: said.Account, Session: said.Session}
	g.granted = granted{Redirect: a.Redirect, Challenge: a.Challenge, Nonce: a.Nonce, Scope: a.Scope, Resources: a.Resources, Kinds: said.Kinds, Wishes: a.Wishes,
		Subject: said.Subject, Sub: p.subject(reg, said.Account), AuthTime: said.AuthTime, ACR: a.reached(said.Level), Methods: said.Methods, JKT: a.JKT, X5T: a.X5T}
	if g.Methods == nil {
		g.Methods = []string{}
	}
	return g
}

// readCode finds what a code stands for: the request that it answers, while the person is signed in and
// has not withdrawn their agreement. used says that the request gave tokens before.
func (p *Provider) readCode(ctx context.Context, c *call) (g grant, said given, used bool, err error) {
	if c.form.Get("code") == "" {
		return g, said, false, errNoParameter()
	}
	if said, err = p.openCode(c.form.Get("code")); err != nil {
		return g, said, false, errNoGrant()
	}
	var a ask
	still := false
	err = p.DB.Read(ctx, func(tx *store.Tx) error {
		a, err = p.requestByID(tx, said.Request)
		if err == store.ErrNone {
			g, err = p.grantByID(tx, said.Request)
			used = err == nil
			return err
		}
		if err == nil {
			still, err = p.stillTx(tx, said, c.reg.ID)
		}
		return err
	})
	switch {
	case err == store.ErrNone || err == nil && (used && g.Client != c.reg.ID || !used && a.Client != c.reg.ID):
		return g, said, false, errNoGrant()
	case err != nil || used:
		return g, said, used, err
	case !still:
		return g, said, false, badGrant("Orangnya sudah keluar atau menarik persetujuannya.", "The person has signed out or withdrawn their agreement")
	}
	return p.grantOf(a, c.reg, said), said, false, nil
}

// stillTx says whether the person's answer still holds.
func (p *Provider) stillTx(tx *store.Tx, said given, client lancar.ID) (bool, error) {
	signed, err := p.Identity.StillTx(tx, said.Session)
	if err != nil || !signed {
		return false, err
	}
	_, agreed, err := p.Access.AgreedTx(tx, said.Subject, string(client))
	return agreed, err
}

// answers are the pushed requests that this copy of the node answered straight, so that none is
// answered twice before its code is used, which removes it. It holds those of the last two spans.
type answers struct {
	mu          sync.Mutex
	slot        int64
	now, before map[lancar.ID]struct{}
}

const answeredSpan = 2 * time.Minute // longer than a request and its code are good

// take notes an answer; false when there was one before.
func (a *answers) take(id lancar.ID, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.has(id, now) {
		return false
	}
	a.now[id] = struct{}{}
	return true
}

func (a *answers) was(id lancar.ID, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.has(id, now)
}

func (a *answers) has(id lancar.ID, now time.Time) bool {
	if slot := now.UnixNano() / int64(answeredSpan); slot != a.slot || a.now == nil {
		if a.before = nil; slot == a.slot+1 {
			a.before = a.now
		}
		a.now, a.slot = map[lancar.ID]struct{}{}, slot
	}
	if _, is := a.now[id]; is {
		return true
	}
	_, is := a.before[id]
	return is
}
