package oidc

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"lancar"
	"lancar/identity"
	"lancar/identity/machine"
	"lancar/internal/store"
)

// Caller is who calls this node's API with an access token: an app or a registered machine, and the
// person for whom it calls.
type Caller struct {
	Client  lancar.Actor // the app or machine, as people read it in their list of who looked
	Purpose lancar.Text  // what it was registered for
	Machine bool         // it stands in the register of machines
	Scopes  []string     // of the token
	Bound   bool         // it is bound to a key: DPoP is its scheme

	Account lancar.ID // of the person; "" for nobody: a machine for itself
	Subject string    // the person's, "" where they are known by the mandate alone
	Level   identity.Level
	Mandate lancar.ID // under which Holder acts for the person; "" for the person's own token
	Holder  lancar.ID // account or machine
}

// May says whether the token has a scope.
func (c Caller) May(scope string) bool { return slices.Contains(c.Scopes, scope) }

// Enter admits one request about a person to an endpoint of this node: its access token holds and is
// bound to who sends it, was made for this issuer and has the scope ("" for any), it is about a person,
// everybody in its act claim may still act, and the register lets a machine go on within its budget.
// When it refuses, it has answered, as RFC 6750 section 3, RFC 9449 section 7.1 and RFC 9457 want it,
// and returns false.
func (p *Provider) Enter(w http.ResponseWriter, r *http.Request, scope string) (Caller, bool) {
	return p.enter(w, r, scope, func(t bearer) error {
		if t.Act == nil && t.row.grant == "" {
			return refuse("insufficient_scope", "Token ini tidak tentang siapa pun. Tukar kuasa dengan token dulu.", "The token is about nobody: exchange a mandate for one that is").with(http.StatusForbidden)
		}
		return nil
	})
}

// Require is [Provider.Enter] for registered machines that call for themselves: their token is about
// nobody else.
func (p *Provider) Require(w http.ResponseWriter, r *http.Request, scope string) (Caller, bool) {
	return p.enter(w, r, scope, func(t bearer) error {
		reg, err := p.client(r.Context(), t.Client)
		if err == nil && (!reg.machine || t.Act != nil || t.Subject != t.Client) {
			err = errScope()
		}
		return err
	})
}

func (p *Provider) enter(w http.ResponseWriter, r *http.Request, scope string, fits func(bearer) error) (c Caller, ok bool) {
	noStore(w)
	t, err := p.present(w, r)
	if err == nil {
		err = fits(t)
	}
	if err == nil {
		c, err = p.caller(r, t, scope)
	}
	if err != nil {
		p.refuseCall(w, r, lancar.ID(t.Client), scope, err)
		return Caller{}, false
	}
	return c, true
}

func (p *Provider) caller(r *http.Request, t bearer, scope string) (Caller, error) {
	c := Caller{Scopes: strings.Fields(t.Scope), Bound: t.Confirm.JKT != ""}
	reg, err := p.client(r.Context(), t.Client)
	if err != nil {
		return c, err
	}
	if !slices.Contains(t.Audience, p.config.Issuer) {
		return c, badToken("Token ini untuk layanan lain.", "The token is for another resource")
	}
	if scope != "" && !c.May(scope) {
		return c, errScope()
	}
	c.Client, c.Purpose, c.Machine = reg.actor(), reg.Purpose, reg.machine
	if c.Machine {
		if c.Client, err = p.Machines.Admit(r.Context(), machine.Use{Machine: reg.ID, Scope: scope, Address: address(r)}); err != nil {
			return c, machineFault(err)
		}
	}
	switch {
	case t.Act != nil:
		return c, p.acted(r, &c, t)
	case t.row.grant != "":
		g, err := p.givenBy(r, t)
		c.Account, c.Subject, c.Level = g.Account, g.Subject, g.level()
		return c, err
	}
	return c, nil
}

// acted is a call under a mandate. A token that was passed on without one is the person's word to
// somebody else than us. How sure a machine's call is comes from its person, who gave the mandate at
// [identity.Verified] at least; how sure a person's is, from their own sign-in.
func (p *Provider) acted(r *http.Request, c *Caller, t bearer) error {
	var a actor
	if err := json.Unmarshal(t.Act, &a); err != nil {
		return badToken("Token tidak berlaku.", "The token is not valid")
	}
	if a.Mandate == "" || a.Act != nil {
		return refuse("insufficient_scope", "Token yang diteruskan tidak dipakai di sini.", "A token that was passed on is not taken here").with(http.StatusForbidden)
	}
	sector := audienceSector(&t)
	c.Account, c.Mandate, c.Holder, c.Level = p.accountIn(sector, t.Subject), a.Mandate, lancar.ID(a.Subject), identity.Verified
	if a.Machine {
		return nil
	}
	g, err := p.givenBy(r, t)
	c.Holder, c.Level = p.accountIn(sector, a.Subject), g.level()
	return err
}

// givenBy is what a person gave the app, of which the token came.
func (p *Provider) givenBy(r *http.Request, t bearer) (g grant, err error) {
	err = p.DB.Read(r.Context(), func(tx *store.Tx) error {
		g, err = p.grantByID(tx, t.row.grant)
		return err
	})
	return g, err
}

// level is how sure the sign-in was.
func (g *grant) level() identity.Level {
	for l := identity.Strong; l > 0; l-- {
		if g.ACR == identity.ACR(l) {
			return l
		}
	}
	return 0
}

func errScope() *fault {
	return refuse("insufficient_scope", "Token ini bukan untuk itu.", "The token is not for this").with(http.StatusForbidden)
}

// refuseCall answers a refused call with a problem document that carries the OAuth error.
func (p *Provider) refuseCall(w http.ResponseWriter, r *http.Request, client lancar.ID, scope string, err error) {
	if over, ok := errors.AsType[machine.Over](err); ok {
		w.Header().Set("Retry-After", strconv.Itoa(max(1, int(over.Opens.Sub(p.DB.Now()).Seconds())+1)))
	}
	f := asFault(err)
	if f.code == "invalid_client" { // whose token it is may not go on: to a resource, the token is what is wrong
		f = refuse("invalid_token", f.words["id"], f.words["en"]).with(http.StatusUnauthorized).because(err)
	}
	if f.status >= http.StatusInternalServerError {
		p.Log.Error("a call of the API failed", "error", err)
	}
	p.note(r.Context(), client, "api", f)
	if challenge := p.challenge(r, f); challenge != "" {
		if f.code == "insufficient_scope" && scope != "" {
			challenge += `, scope="` + scope + `"`
		}
		w.Header().Set("WWW-Authenticate", challenge)
	}
	text, merr := json.Marshal(map[string]any{"type": "about:blank", "title": http.StatusText(f.status), "status": f.status, "detail": f.words["en"],
		"error": f.code, "error_description": f.words["en"]})
	if merr != nil {
		http.Error(w, "server_error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(f.status)
	_, _ = w.Write(text) // the caller may have left
}

// challenge is the WWW-Authenticate of a refusal, "" where there is none.
func (p *Provider) challenge(r *http.Request, f *fault) string {
	if f.status != http.StatusUnauthorized && f.status != http.StatusForbidden {
		return ""
	}
	sent := r.Header.Get("Authorization")
	if sent == "" && r.PostForm.Get("access_token") == "" { // who brought nothing is told how, not what is wrong (RFC 6750 section 3.1)
		return `Bearer realm="lancar"`
	}
	scheme := "Bearer"
	if word, _, _ := strings.Cut(sent, " "); strings.EqualFold(word, "DPoP") || f.code == "use_dpop_nonce" || f.code == "invalid_dpop_proof" {
		scheme = "DPoP"
	}
	out := scheme + ` error="` + f.code + `", error_description="` + f.words["en"] + `"`
	if scheme == "DPoP" {
		out += `, algs="ES256 EdDSA PS256"`
	}
	return out
}
