package oidc

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	jose "github.com/go-jose/go-jose/v4"

	"lancar"
	"lancar/internal/store"
	"lancar/notify"
)

// CIBA (OpenID Connect Client-Initiated Backchannel Authentication Core 1.0), poll and ping: a
// counter or kiosk names a person, who approves on their own page. Whether there is such a person
// is never told: a request for nobody waits and expires like one that nobody answered.

const (
	messageMost = 100 // letters of a binding_message
	askedMost   = 10  // requests an hour of which a person is told, unless [Config] says otherwise
)

// bearerSyntax is that of client_notification_token (RFC 6750 section 2.1).
func bearerSyntax(s string) bool {
	core := strings.TrimRight(s, "=")
	return core != "" && len(s) <= 1024 && !strings.ContainsFunc(core, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._~+/-", r))
	})
}

// backchannel begins a CIBA request (section 7).
func (p *Provider) backchannel(w http.ResponseWriter, r *http.Request, c *call) error {
	wt, err := p.readBackchannel(r, c)
	if err != nil {
		return p.refuseAfter(r.Context(), c, err)
	}
	hint, err := p.readHints(r.Context(), c)
	if err != nil {
		return p.refuseAfter(r.Context(), c, err)
	}
	if err := p.crowd.take(r, crowdWaits, c.reg.ID, true, wt.Ask.At); err != nil {
		return p.refuseAfter(r.Context(), c, err)
	}
	err = p.DB.Write(r.Context(), func(tx *store.Tx) error {
		if err := c.spendTx(tx); err != nil {
			return err
		}
		if wt.account = hint.account; hint.text != "" {
			if wt.account, err = p.Identity.FindTx(tx, hint.text); err != nil {
				return err
			}
		}
		if err := p.askPersonTx(tx, c.reg, &wt); err != nil {
			return err
		}
		return p.insertWait(tx, wt)
	})
	if err != nil {
		return p.replayed(r.Context(), c, err)
	}
	answer(w, http.StatusOK, map[string]any{"auth_req_id": p.handle("b", wt.id, 0), "expires_in": int(wt.expires.Sub(wt.Ask.At).Seconds()), "interval": int(wt.gap.Seconds())})
	return nil
}

// askPersonTx tells the person that somebody waits for their answer. One who is asked too often is
// left alone: the request then waits for nobody.
func (p *Provider) askPersonTx(tx *store.Tx, reg *registration, wt *wait) error {
	if wt.account == "" {
		return nil
	}
	over, err := p.Identity.OverTx(tx, "ciba account", string(wt.account), time.Hour, cmp.Or(p.config.Asked, askedMost))
	if err != nil || over {
		wt.account = ""
		return err
	}
	name, agency := reg.Name, reg.AgencyName
	return p.Identity.TellTx(tx, wt.account, notify.Message{Region: "00", Link: p.config.Issuer + "/approve", Key: "ciba " + string(wt.id),
		Title: lancar.Text{"id": "Persetujuan Anda diminta: " + name.In("id"), "en": "Your approval is asked for: " + name.In("en")},
		Body: lancar.Text{"id": name.In("id") + " (" + agency.In("id") + ") meminta Anda masuk. Setujui hanya kalau Anda sendiri yang memulainya di loket atau perangkat mereka sekarang. Kalau bukan, tolak.",
			"en": name.In("en") + " (" + agency.In("en") + ") asks you to sign in. Approve only if you yourself have just begun this at their counter or device. If not, refuse."}})
}

// readBackchannel reads everything but the hint. A signed request's parameters replace those of the
// form (section 7.1.1).
func (p *Provider) readBackchannel(r *http.Request, c *call) (wt wait, err error) {
	if wt, err = p.checkBackchannel(r.Context(), c); err != nil {
		return wt, err
	}
	if wt.Ask, err = p.readWait(r, c, cibaGrant); err != nil {
		return wt, err
	}
	if !strings.Contains(" "+strings.Join(wt.Ask.Scope, " ")+" ", " openid ") {
		return wt, refuse("invalid_scope", "scope harus memuat openid.", "The scope must contain openid")
	}
	wt.Ask.ACR = strings.Fields(c.form.Get("acr_values"))
	life := cibaLife
	if text := c.form.Get("requested_expiry"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return wt, badRequest("requested_expiry bukan bilangan positif.", "The requested_expiry is no positive number")
		}
		life = min(time.Duration(n)*time.Second, waitLife)
	}
	now := p.DB.Now()
	wt.id, wt.kind, wt.client, wt.gap, wt.expires = lancar.NewID(now), ciba, c.reg.ID, pollGap, now.Add(life)
	wt.Ask.At = now
	return wt, nil
}

func (p *Provider) checkBackchannel(ctx context.Context, c *call) (wt wait, err error) {
	switch object := c.form.Get("request"); {
	case c.reg.Auth == None:
		return wt, refuse("unauthorized_client", "CIBA hanya untuk aplikasi yang membuktikan diri.", "CIBA is for clients that authenticate")
	case object != "":
		if err := p.readSigned(ctx, c, object); err != nil {
			return wt, err
		}
	case c.reg.SignedOnly || c.reg.FAPI || c.reg.CIBAAlg != "":
		return wt, badRequest("Aplikasi ini harus mengirim permintaan yang ditandatangani.", "This client must send signed requests")
	}
	wt.Message, wt.Token = c.form.Get("binding_message"), c.form.Get("client_notification_token")
	switch {
	case c.reg.Delivery == "ping" && !bearerSyntax(wt.Token):
		return wt, badRequest("client_notification_token tidak ada atau tidak sah.", "The client_notification_token is missing or not valid")
	case c.reg.Delivery != "ping":
		wt.Token = ""
	}
	if utf8.RuneCountInString(wt.Message) > messageMost || strings.Contains(wt.Message, "://") || strings.ContainsFunc(wt.Message, unreadable) {
		return wt, refuse("invalid_binding_message", "binding_message terlalu panjang, memuat alamat, atau huruf yang tidak ada di setiap layar.", "The binding_message is too long, holds an address, or letters that not every screen shows")
	}
	return wt, nil
}

// unreadable are the letters that a counter's screen or the person may not know: of a message that is
// compared by eye, Latin letters, digits and the marks of a keyboard are left.
func unreadable(r rune) bool {
	latin := r < 0x250 || r >= 0x2010 && r <= 0x2026 // with dashes and quotation marks
	return !latin || !unicode.IsPrint(r)
}

// readSigned opens a signed request and puts its parameters in the place of the form's. It must say
// who, for whom, from when to when, and be new.
func (p *Provider) readSigned(ctx context.Context, c *call, text string) error {
	bad := badRequest("Permintaan yang ditandatangani tidak sah.", "The signed request is not valid")
	var raw map[string]json.RawMessage
	var said claims
	by := algorithms()
	if c.reg.CIBAAlg != "" {
		by = []jose.SignatureAlgorithm{jose.SignatureAlgorithm(c.reg.CIBAAlg)}
	}
	err := p.verifyOf(ctx, c.reg, text, by, &raw)
	if err == nil {
		err = verifiedClaims(raw, &said)
	}
	now := p.DB.Now()
	switch {
	case err != nil:
		return bad.because(err)
	case said.Issuer != string(c.reg.ID) || !p.forUs(said.Audience):
		return badRequest("iss atau aud permintaan salah.", "The iss or aud of the request is wrong")
	case said.Expires == 0 || said.NotBefore == 0 || said.Issued == 0 || said.ID == "" || len(said.ID) > maxParam:
		return badRequest("Permintaan harus memuat exp, nbf, iat dan jti.", "The request must hold exp, nbf, iat and jti")
	case !now.Before(said.Expires.time().Add(skew)) || said.NotBefore.time().After(now.Add(skew)) || said.Issued.time().After(now.Add(skew)) || said.Expires.time().Sub(said.NotBefore.time()) > time.Hour || now.Sub(said.NotBefore.time()) > time.Hour+skew:
		return badRequest("Permintaan kedaluwarsa, belum berlaku, atau berlaku lebih dari satu jam.", "The request expired, is not valid yet, or lives longer than an hour")
	}
	q := url.Values{}
	for name, value := range raw {
		switch name {
		case "iss", "aud", "exp", "nbf", "iat", "jti":
			continue
		}
		if q[name], err = parameter(value); err != nil {
			return bad.because(err)
		}
	}
	if id := q.Get("client_id"); id != "" && id != string(c.reg.ID) || q.Get("request") != "" {
		return bad
	}
	c.form = q
	c.used = append(c.used, newOnce("ciba request", string(c.reg.ID), said.ID, said.Expires.time().Add(skew), badRequest("Permintaan ini sudah pernah dipakai.", "The request was used before")))
	return nil
}

// hinted is whom a request names: an account, or a text that the register of accounts is asked with.
type hinted struct {
	account lancar.ID
	text    string
}

// readHints reads the one hint of a request: an identity number or contact (login_hint), an ID token
// that the client was given (id_token_hint), or a JWT of the client with the claim login_hint, so
// that the number stands in no log of a proxy (login_hint_token).
func (p *Provider) readHints(ctx context.Context, c *call) (hinted, error) {
	login, token, ours := c.form.Get("login_hint"), c.form.Get("login_hint_token"), c.form.Get("id_token_hint")
	given := 0
	for _, s := range []string{login, token, ours} {
		if s != "" {
			given++
		}
	}
	if given != 1 {
		return hinted{}, badRequest("Sebutkan orangnya dengan tepat satu petunjuk.", "Name the person by exactly one hint")
	}
	switch {
	case login != "":
		return hinted{text: login}, nil
	case ours != "":
		sub, err := p.hintSubject(ctx, c.reg, ours)
		return hinted{account: p.accountOf(c.reg, sub)}, err
	}
	var said struct {
		claims
		Hint string `json:"login_hint"`
	}
	if err := p.verifyOf(ctx, c.reg, token, algorithms(), &said); err != nil {
		return hinted{}, badRequest("login_hint_token tidak sah.", "The login_hint_token is not valid").because(err)
	}
	now := p.DB.Now()
	switch {
	case said.Issuer != string(c.reg.ID) || !p.forUs(said.Audience) || said.Hint == "" || said.Expires == 0:
		return hinted{}, badRequest("login_hint_token tidak sah.", "The login_hint_token is not valid").because(errors.New("iss, aud, exp or login_hint"))
	case !now.Before(said.Expires.time().Add(skew)):
		return hinted{}, refuse("expired_login_hint_token", "login_hint_token sudah kedaluwarsa.", "The login_hint_token has expired")
	}
	return hinted{text: said.Hint}, nil
}
