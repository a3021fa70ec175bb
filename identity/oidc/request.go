package oidc

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"lancar"
	"lancar/identity"
)

// ask is an authorization request that was checked, as it is kept sealed until the person has
// answered it.
type ask struct {
	Client    lancar.ID
	Redirect  string
	Scope     []string
	Resources []string
	State     string
	Nonce     string
	Challenge string
	Mode      string // query or form_post
	Prompt    []string
	MaxAge    int64 // seconds, -1 for none
	ACR       []string
	MustACR   bool
	Wishes    wishes
	Hint      string // login_hint
	HintSub   string // subject of id_token_hint
	Lang      string
	JKT       string // thumbprint of the DPoP key that the code is for
	X5T       string // thumbprint of the certificate that the code is for
	At        time.Time
	Tried     bool // a voluntary step-up was offered
	trusted   bool // Redirect is the client's: errors may go there
}

const maxParam = 2 << 10

// read checks an authorization request's parameters. When it fails and a.trusted is set, the error
// may be told to the client by a redirect.
func (p *Provider) read(ctx context.Context, reg *registration, q url.Values, pushed bool) (a ask, err error) {
	a = ask{Client: reg.ID, MaxAge: -1, At: p.DB.Now()}
	if object := q.Get("request"); object != "" {
		inside, err := p.readObject(ctx, reg, object, pushed)
		if err != nil {
			return p.answerable(reg, q), err
		}
		q = inside
	} else if reg.SignedOnly {
		err = badRequest("Aplikasi ini harus mengirim permintaan yang ditandatangani.", "This client must send signed request objects")
	}
	a.Redirect, a.State, a.Mode = q.Get("redirect_uri"), q.Get("state"), q.Get("response_mode")
	if a.Redirect == "" && len(reg.Redirects) == 1 && !reg.FAPI {
		a.Redirect = reg.Redirects[0]
	}
	if !reg.redirects(a.Redirect) {
		return a, badRequest("Alamat kembali tidak terdaftar untuk aplikasi ini.", "The redirect_uri is not registered for this client")
	}
	// nobody has looked at the addresses of a client that is not admitted: no browser is sent there, not even with an error
	a.trusted = p.serves(reg.Client)
	if len(a.State) > maxParam {
		a.State = ""
		return a, badRequest("state terlalu panjang.", "The state is too long")
	}
	if a.Mode == "" {
		a.Mode = "query"
	}
	if a.Mode != "query" && a.Mode != "form_post" {
		a.Mode = "query"
		return a, badRequest("response_mode tidak didukung.", "The response_mode is not supported")
	}
	if err != nil {
		return a, err
	}
	if reg.Pushed && !pushed {
		return a, badRequest("Aplikasi ini harus mengirim permintaan lewat /oauth/par.", "This client must push its requests")
	}
	return a, a.fill(p, ctx, reg, q)
}

// redirects compares exactly; only the port of a native app's loopback address is free (RFC 8252
// section 7.3).
func (r *registration) redirects(to string) bool {
	if to == "" {
		return false
	}
	if slices.Contains(r.Redirects, to) {
		return true
	}
	u, err := url.Parse(to)
	if r.Auth != None || err != nil || u.Scheme != "http" || (u.Hostname() != "127.0.0.1" && u.Hostname() != "::1") || u.User != nil || strings.Contains(to, "#") {
		return false
	}
	if _, err := strconv.ParseUint(cmp.Or(u.Port(), "80"), 10, 16); err != nil {
		return false
	}
	return slices.ContainsFunc(r.Redirects, func(known string) bool {
		k, err := url.Parse(known)
		return err == nil && k.Scheme == "http" && k.Hostname() == u.Hostname() && k.EscapedPath() == u.EscapedPath() && k.RawQuery == u.RawQuery
	})
}

func (a *ask) fill(p *Provider, ctx context.Context, reg *registration, q url.Values) (err error) {
	for name, values := range q {
		if len(values) > 1 && name != "resource" || name != "claims" && name != "id_token_hint" && len(values[0]) > maxParam {
			return badRequest("Parameter "+clean(name)+" berulang atau terlalu panjang.", "The parameter "+clean(name)+" is repeated or too long")
		}
	}
	switch {
	case q.Get("response_type") == "":
		return badRequest("response_type tidak ada.", "The response_type is missing")
	case q.Get("response_type") != "code":
		return refuse("unsupported_response_type", "Hanya response_type=code.", "Only response_type=code")
	case !reg.allows("authorization_code"):
		return refuse("unauthorized_client", "Aplikasi ini tidak boleh memakai alur kode.", "This client may not use the code flow")
	case reg.Stage != Production && !p.config.Sandbox:
		return refuse("unauthorized_client", "Aplikasi ini belum disetujui untuk produksi.", "This client is not yet approved for production")
	}
	for _, step := range []func(*registration, url.Values) error{a.readScope, a.readPKCE, a.readPrompt, a.readWishes, a.readBinding} {
		if err := step(reg, q); err != nil {
			return err
		}
	}
	a.Nonce, a.Hint = q.Get("nonce"), q.Get("login_hint")
	if a.Resources, err = p.resources(ctx, reg, q["resource"]); err != nil {
		return err
	}
	for locale := range strings.FieldsSeq(q.Get("ui_locales")) {
		if tag, _, _ := strings.Cut(locale, "-"); a.Lang == "" && (tag == "id" || tag == "en") {
			a.Lang = tag
		}
	}
	if hint := q.Get("id_token_hint"); hint != "" {
		if a.HintSub, err = p.hintSubject(ctx, reg, hint); err != nil {
			return err
		}
	}
	return nil
}

func (a *ask) readScope(reg *registration, q url.Values) error {
	for s := range strings.FieldsSeq(q.Get("scope")) {
		if s == "nik" && !reg.Numbers && slices.Contains(reg.Scopes, s) {
			return refuse("invalid_scope", "Nomor identitas hanya untuk aplikasi yang disetujui memakainya.", "Identity numbers are for clients that were agreed to see them")
		}
		if asked(s) && (s == "openid" || slices.Contains(reg.Scopes, s)) && !slices.Contains(a.Scope, s) {
			a.Scope = append(a.Scope, s)
		}
	}
	if q.Get("scope") != "" && len(a.Scope) == 0 {
		return refuse("invalid_scope", "Tidak satu pun scope itu terdaftar untuk aplikasi ini.", "None of these scopes is registered for this client")
	}
	return nil
}

func (a *ask) readPKCE(reg *registration, q url.Values) error {
	a.Challenge = q.Get("code_challenge")
	switch {
	case a.Challenge == "" && reg.Basic:
		return nil
	case a.Challenge == "":
		return badRequest("code_challenge tidak ada: PKCE wajib.", "The code_challenge is missing: PKCE is required")
	case q.Get("code_challenge_method") != "S256":
		return badRequest("code_challenge_method harus S256.", "The code_challenge_method must be S256")
	}
	if raw, err := b64.DecodeString(a.Challenge); err != nil || len(raw) != 32 {
		return badRequest("code_challenge bukan SHA-256 dalam base64url.", "The code_challenge is no SHA-256 in base64url")
	}
	return nil
}

func (a *ask) readPrompt(_ *registration, q url.Values) error {
	a.Prompt = strings.Fields(q.Get("prompt"))
	for _, s := range a.Prompt {
		if !slices.Contains([]string{"none", "login", "consent", "select_account"}, s) || s == "none" && len(a.Prompt) > 1 {
			return badRequest("prompt tidak dikenal.", "The prompt is unknown")
		}
	}
	if text := q.Get("max_age"); text != "" {
		n, err := strconv.ParseInt(text, 10, 40)
		if err != nil || n < 0 {
			return badRequest("max_age bukan bilangan.", "The max_age is no number")
		}
		a.MaxAge = n
	}
	return nil
}

func (a *ask) readWishes(reg *registration, q url.Values) (err error) {
	if a.Wishes, err = parseWishes(q.Get("claims")); err != nil {
		return err
	}
	for _, section := range []map[string]wish{a.Wishes.Userinfo, a.Wishes.IDToken} {
		for name := range section {
			kind := kindOf(name)
			if kind != "" && (!slices.Contains(reg.Scopes, scopeOf(kind)) || kind == "nik" && !reg.Numbers) {
				delete(section, name)
			}
		}
	}
	a.ACR = strings.Fields(q.Get("acr_values"))
	if w, ok := a.Wishes.IDToken["acr"]; ok && len(w.Values) > 0 {
		a.ACR, a.MustACR = w.Values, w.Essential
	}
	if a.MustACR && a.level() == 0 {
		return refuse("unmet_authentication_requirements", "Tingkat masuk yang diharuskan tidak ada di sini.", "None of the acr values demanded exists here")
	}
	return nil
}

func (a *ask) readBinding(_ *registration, q url.Values) error {
	if a.JKT = q.Get("dpop_jkt"); a.JKT != "" {
		if raw, err := b64.DecodeString(a.JKT); err != nil || len(raw) != 32 {
			return badRequest("dpop_jkt bukan sidik kunci.", "The dpop_jkt is no thumbprint")
		}
	}
	return nil
}

// level is the least level that the request asks for, 0 for none.
func (a *ask) level() identity.Level {
	for _, v := range a.ACR {
		for l := identity.Level(1); l <= 3; l++ {
			if v == identity.ACR(l) {
				return l
			}
		}
	}
	return 0
}

// reached is the acr that an answer names: that of the sign-in or, for an app that insists on certain
// ones, the surest of these that it satisfies, "" for none (OpenID Connect Core section 5.5.1.1).
func (a *ask) reached(l identity.Level) string {
	for ; l > 0; l-- {
		if name := identity.ACR(l); !a.MustACR || slices.Contains(a.ACR, name) {
			return name
		}
	}
	return ""
}

// clean keeps of a foreign word what may stand in an error.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == '_' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
	return s[:min(len(s), 40)]
}
