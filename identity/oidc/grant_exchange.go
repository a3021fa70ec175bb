package oidc

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"lancar"
	"lancar/identity/mandate"
	"lancar/internal/store"
)

// Token exchange (RFC 8693): who was given a person's token, or holds a mandate, gets a narrower one
// for one audience. It names the person by their pseudonym there (sub) and who acts for them (act,
// with whoever acted before inside it), never lives longer than what it came from, and ends with it.
const (
	exchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange"
	accessType    = "urn:ietf:params:oauth:token-type:access_token"
	mandateType   = "urn:lancar:token-type:mandate" // subject_token is a mandate's id
	actorsMost    = 4                               // who acts for whom acts …
)

// actor is the act claim. A mandate under which it acts is named in it.
type actor struct {
	Subject string          `json:"sub"`
	Mandate lancar.ID       `json:"mandate,omitempty"`
	Only    []string        `json:"services,omitempty"` // slugs that the mandate is limited to
	Machine bool            `json:"machine,omitempty"`  // sub is a machine's id
	Act     json.RawMessage `json:"act,omitempty"`
}

// exchanged is what comes of the subject token.
type exchanged struct {
	account lancar.ID // of the person it is about
	grant   lancar.ID
	parent  string // id of the subject token, "" for a mandate
	scope   []string
	actor   actor
	life    time.Duration
}

func (p *Provider) grantExchange(r *http.Request, c *call) ([]byte, error) {
	ctx := r.Context()
	x, aud, sector, err := p.readExchange(ctx, c)
	if err == nil {
		err = p.admit(r, c)
	}
	if err != nil {
		return nil, p.refuseAfter(ctx, c, err)
	}
	act, err := json.Marshal(x.actor)
	if err != nil {
		return nil, err
	}
	t, err := p.access(ctx, issue{reg: c.reg, grant: x.grant, sub: p.subjectIn(sector, x.account), scope: x.scope, aud: aud, jkt: c.jkt, x5t: c.x5t, act: act, life: x.life})
	if err != nil {
		return nil, err
	}
	lives := true
	err = p.DB.Write(ctx, func(tx *store.Tx) error {
		if err := c.spendTx(tx); err != nil {
			return err
		}
		if x.parent != "" {
			if lives, err = insertExchanged(tx, t.id, x.parent, t.expires); err != nil || !lives {
				return err
			}
		}
		return t.keepTx(tx)
	})
	switch {
	case err != nil:
		return nil, p.replayed(ctx, c, err)
	case !lives:
		return nil, badSubject()
	}
	body := t.response("", "")
	return append(body[:len(body)-1], `,"issued_token_type":"`+accessType+`"}`...), nil
}

func badSubject() error {
	return badRequest("subject_token tidak berlaku untuk aplikasi ini.", "The subject_token is not valid for this client")
}

func (p *Provider) readExchange(ctx context.Context, c *call) (x exchanged, aud []string, sector string, err error) {
	wants := c.form.Get("requested_token_type")
	switch {
	case c.reg.Auth == None:
		return x, nil, "", refuse("unauthorized_client", "Hanya untuk aplikasi yang membuktikan diri.", "For clients that authenticate")
	case wants != "" && wants != accessType:
		return x, nil, "", badRequest("requested_token_type tidak didukung.", "The requested_token_type is not supported")
	}
	if aud, sector, err = p.audienceOf(ctx, c); err != nil {
		return x, nil, "", err
	}
	switch c.form.Get("subject_token_type") {
	case accessType:
		if c.form.Get("actor_token") != "" {
			return x, nil, "", badRequest("Yang bertindak adalah aplikasi ini sendiri; actor_token tidak dibaca.", "This client itself acts, an actor_token is not read")
		}
		x, err = p.exchangeAccess(ctx, c)
	case mandateType:
		x, err = p.exchangeMandate(ctx, c, sector)
	default:
		err = badRequest("subject_token_type tidak didukung.", "The subject_token_type is not supported")
	}
	return x, aud, sector, err
}

// audienceOf is whom the token is for: at least one address, all of one host, each one of
// [Provider.resources].
func (p *Provider) audienceOf(ctx context.Context, c *call) (aud []string, sector string, err error) {
	aud = slices.Concat(c.form["resource"], c.form["audience"])
	bad := refuse("invalid_target", "Sebutkan untuk siapa tokennya (resource): terdaftar, dan di satu host.", "Name whom the token is for (resource), registered, and on one host")
	for _, one := range aud {
		u, err := url.Parse(one)
		if err != nil || sector != "" && sector != "host:"+u.Host {
			return nil, "", bad
		}
		sector = "host:" + u.Host
	}
	if len(aud) == 0 {
		return nil, "", bad
	}
	_, err = p.resources(ctx, c.reg, aud)
	return aud, sector, err
}

// exchangeAccess reads a person's access token: one that this client holds, or that was sent to it
// as the resource server it is for.
func (p *Provider) exchangeAccess(ctx context.Context, c *call) (x exchanged, err error) {
	t, err := p.openAccess(ctx, c.form.Get("subject_token"))
	if err != nil {
		if asFault(err).status >= http.StatusInternalServerError {
			return x, err
		}
		return x, badSubject()
	}
	own := t.Client == string(c.reg.ID)
	sent := c.reg.Server && slices.ContainsFunc(t.Audience, func(a string) bool { return slices.Contains(c.reg.Resources, a) })
	if !own && !sent || own && t.Confirm.JKT != "" && t.Confirm.JKT != c.jkt || own && t.Confirm.X5T != "" && t.Confirm.X5T != c.x5t || t.row.grant == "" {
		return x, badSubject()
	}
	var g grant
	if err := p.DB.Read(ctx, func(tx *store.Tx) error {
		g, err = p.grantByID(tx, t.row.grant)
		return err
	}); err != nil {
		return x, err
	}
	if depth(t.Act) >= actorsMost {
		return x, badRequest("Terlalu banyak yang bertindak berturut-turut.", "Too many act for one another")
	}
	all := slices.DeleteFunc(strings.Fields(t.Scope), func(s string) bool {
		return s == "openid" || s == "mandates" || s == "offline_access" || !slices.Contains(c.reg.Scopes, s) // a sign-in is not passed on
	})
	about := g.Account
	if t.Act != nil { // under a mandate it is not about who gave the grant
		about = p.accountIn(audienceSector(&t), t.Subject)
	}
	x = exchanged{account: about, grant: g.ID, parent: t.ID, life: tokenLife, actor: actor{Subject: string(c.reg.ID), Machine: c.reg.machine, Act: t.Act}}
	if c.reg.machine {
		x.life = machineLife
	}
	x.life = min(x.life, time.Unix(t.Expires, 0).Sub(p.DB.Now()))
	x.scope, err = c.scopes(all)
	return x, err
}

// exchangeMandate reads a mandate: of the machine that asks, or of the person whose access token is
// the actor_token: they must have agreed that the app uses their mandates (scope mandates).
func (p *Provider) exchangeMandate(ctx context.Context, c *call, sector string) (x exchanged, err error) {
	id, holder := lancar.ID(c.form.Get("subject_token")), c.reg.ID
	x = exchanged{life: machineLife, actor: actor{Subject: string(c.reg.ID), Machine: c.reg.machine, Mandate: id}}
	if text := c.form.Get("actor_token"); text != "" {
		t, err := p.openAccess(ctx, text)
		if err != nil || c.form.Get("actor_token_type") != accessType || t.Client != string(c.reg.ID) || t.row.grant == "" || t.Act != nil || !slices.Contains(strings.Fields(t.Scope), "mandates") {
			return x, badRequest("actor_token tidak berlaku untuk aplikasi ini.", "The actor_token is not valid for this client")
		}
		var g grant
		if err := p.DB.Read(ctx, func(tx *store.Tx) error {
			g, err = p.grantByID(tx, t.row.grant)
			return err
		}); err != nil {
			return x, err
		}
		holder, x.grant, x.parent = g.Account, g.ID, t.ID
		x.actor.Subject, x.actor.Machine = p.subjectIn(sector, holder), false
	} else if !c.reg.machine {
		return x, badRequest("Sebutkan siapa yang bertindak: actor_token.", "Name who acts by an actor_token")
	}
	own := slices.DeleteFunc(slices.Clone(c.reg.Scopes), func(s string) bool { return slices.Contains(standardScopes(), s) })
	if c.form.Get("scope") == "" {
		own = p.within(ctx, holder, id, own)
	}
	if x.scope, err = c.scopes(own); err != nil {
		return x, err
	}
	m, err := p.mandated(ctx, holder, id, x.scope)
	if err != nil {
		return x, err
	}
	if len(x.scope) == 0 {
		return x, errReach()
	}
	x.actor.Only = m.Scope.Services
	x.account, x.life = m.Principal.Account, min(x.life, m.Until.Sub(p.DB.Now()))
	return x, nil
}

// verbOf is what a mandate must permit for a scope; "" for scopes that concern nobody's record.
func verbOf(scope string) mandate.Verb {
	switch scope {
	case "cases.read", "cases.answers", "cases.files", "payments.read", "messages.read", "person.read", "looks.read":
		return mandate.See
	case "cases.prepare":
		return mandate.Draft
	case "cases.submit":
		return mandate.Submit
	case "cases.reply":
		return mandate.Answer
	case "cases.withdraw":
		return mandate.Withdraw
	case "payments.make":
		return mandate.Pay
	case "documents.read":
		return mandate.Collect
	}
	return ""
}

// officeOwn are scopes of an office, which no mandate gives.
func officeOwn(scope string) bool {
	return slices.Contains([]string{"register.read", "person.match", "messages.send"}, scope)
}

func errReach() *fault {
	return refuse("invalid_scope", "Kuasanya tidak sampai ke sana.", "The mandate does not reach that far")
}

// within are those of a holder's scopes that a mandate reaches: who names none gets them.
func (p *Provider) within(ctx context.Context, holder, id lancar.ID, scopes []string) []string {
	var m mandate.Mandate
	if p.Mandates != nil && len(id) <= 64 {
		m, _ = p.Mandates.Check(ctx, holder, id, mandate.Act{Verb: mandate.See}) // what is wrong with it, mandated says
	}
	return slices.DeleteFunc(scopes, func(s string) bool {
		v := verbOf(s)
		return officeOwn(s) || v != "" && !m.Scope.Allows(mandate.Act{Verb: v})
	})
}

// mandated checks a mandate of a holder against what is asked under it.
func (p *Provider) mandated(ctx context.Context, holder, id lancar.ID, scope []string) (m mandate.Mandate, err error) {
	if p.Mandates == nil || len(id) > 64 {
		return m, badSubject()
	}
	verbs := []mandate.Verb{}
	for _, s := range scope {
		if officeOwn(s) {
			return m, refuse("invalid_scope", "Cakupan itu milik kantor, bukan bagian kuasa.", "That scope is an office's own, no mandate gives it")
		}
		if v := verbOf(s); v != "" && !slices.Contains(verbs, v) {
			verbs = append(verbs, v)
		}
	}
	if len(verbs) == 0 {
		verbs = []mandate.Verb{mandate.See}
	}
	for _, v := range verbs {
		m, err = p.Mandates.Check(ctx, holder, id, mandate.Act{Verb: v})
		switch lancar.CodeOf(err) {
		case lancar.Forbidden:
			return m, errReach().because(err)
		case lancar.NotFound, lancar.Gone:
			return m, badSubject()
		}
		if err != nil {
			return m, err
		}
	}
	return m, nil
}

// actsOn says whether everybody in a token's act claim may still act: a mandate that was taken back,
// or a machine that was stopped, ends it at once.
func (p *Provider) actsOn(ctx context.Context, t *bearer) bool {
	if t.Act == nil {
		return true
	}
	sector, text := audienceSector(t), t.Act
	for range actorsMost + 1 {
		var a actor
		if json.Unmarshal(text, &a) != nil {
			return false
		}
		holder := lancar.ID(a.Subject)
		if a.Machine && (p.Machines == nil || !p.Machines.Alive(ctx, holder)) {
			return false
		}
		if a.Mandate != "" {
			if !a.Machine {
				holder = p.accountIn(sector, a.Subject)
			}
			if _, err := p.mandated(ctx, holder, a.Mandate, strings.Fields(t.Scope)); err != nil {
				return false
			}
		}
		if text = a.Act; text == nil {
			return true
		}
	}
	return false
}

// audienceSector is the sector of an exchanged token's pseudonyms.
func audienceSector(t *bearer) string {
	if len(t.Audience) == 0 {
		return ""
	}
	u, err := url.Parse(t.Audience[0])
	if err != nil {
		return ""
	}
	return "host:" + u.Host
}

func depth(act json.RawMessage) (n int) {
	for act != nil {
		var a actor
		if n++; json.Unmarshal(act, &a) != nil {
			return actorsMost
		}
		act = a.Act
	}
	return n
}
