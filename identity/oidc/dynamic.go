package oidc

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/internal/keys"
	"lancar/internal/serve"
	"lancar/internal/store"
)

// Dynamic registration (RFC 7591, OpenID Connect Registration) and its management (RFC 7592). It is
// protected: a client is registered with an initial access token alone, one of the sandbox
// ([Provider.RegistrationToken]) or one that the office gave an engineer
// ([Provider.InvitationToken]). What registers is a sandbox client; only officers admit it to
// production.

const (
	invitationLife = 24 * time.Hour
	registerMost   = 600 // clients an hour with the sandbox's token
)

// invitation is what an initial access token of the office says; it is good for one client.
type invitation struct {
	ID              string
	Officer         lancar.ID
	Region, Agency  string
	AgencyName, Who string
	Until           time.Time
}

// InvitationToken is an initial access token that an engineer of an agency registers one client with,
// within a day. The client belongs to the officer who asked for it.
func (p *Provider) InvitationToken(by lancar.Actor) (token string, until time.Time, err error) {
	if by.Kind != lancar.Officer || by.Agency == "" || by.Region == "" {
		return "", until, lancar.Fail(lancar.Forbidden, "", "Hanya petugas yang sedang bertugas di suatu instansi.", "Only an officer who acts for an agency.")
	}
	until = p.DB.Now().Add(invitationLife)
	plain, err := json.Marshal(invitation{ID: keys.Token(), Officer: by.ID, Region: by.Region, Agency: by.Agency, Until: until})
	if err != nil {
		return "", until, err
	}
	sealed, err := p.Keys.Seal(plain, []byte("oidc invitation"))
	return "i." + b64.EncodeToString(sealed), until, err
}

var errInvitation = refuse("invalid_token", "Token pendaftaran tidak berlaku.", "The initial access token is not valid").with(http.StatusUnauthorized)

// invited says on whose behalf a registration comes; used is to be spent with it.
func (p *Provider) invited(r *http.Request) (in invitation, used []once, err error) {
	token, ok := bearerOf(r)
	if !ok {
		return in, nil, errInvitation
	}
	if p.config.Sandbox && keys.Equal([]byte(token), []byte(p.RegistrationToken())) {
		return invitation{Region: "00", Agency: "sandbox"}, nil, nil
	}
	in, ok = p.openInvitation(token)
	if !ok || !p.DB.Now().Before(in.Until) {
		return in, nil, errInvitation
	}
	return in, []once{newOnce("invitation", "", in.ID, in.Until, errInvitation)}, nil
}

func (p *Provider) openInvitation(token string) (in invitation, ok bool) {
	raw, ours := strings.CutPrefix(token, "i.")
	sealed, err := b64.DecodeString(raw)
	if !ours || err != nil {
		return in, false
	}
	plain, err := p.Keys.Open(sealed, []byte("oidc invitation"))
	return in, err == nil && json.Unmarshal(plain, &in) == nil
}

func bearerOf(r *http.Request) (string, bool) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return token, strings.EqualFold(scheme, "Bearer") && token != "" && len(token) < maxParam && len(r.Header.Values("Authorization")) == 1
}

// register takes a client's registration.
func (p *Provider) register(w http.ResponseWriter, r *http.Request) {
	noStore(w)
	if err := p.registerOne(w, r); err != nil {
		p.failBearer(w, r, "register", "", asRegistration(err))
	}
}

func (p *Provider) registerOne(w http.ResponseWriter, r *http.Request) error {
	in, used, err := p.invited(r)
	if err != nil {
		return err
	}
	m, err := readMetadata(w, r)
	if err != nil {
		return err
	}
	c, err := m.client(p.config.Sandbox && in.Officer == "")
	if err != nil {
		return err
	}
	c.Region, c.Agency, c.Officer = in.Region, in.Agency, in.Officer
	if in.Officer == "" {
		c.AgencyName = ofNobody()
	}
	if err := p.checkSector(r.Context(), c); err != nil {
		return err
	}
	if err := p.Publish(r.Context(), c.IDTokenAlg, c.UserinfoAlg); err != nil {
		return err
	}
	secret, call := "", &call{used: used}
	err = p.DB.Write(r.Context(), func(tx *store.Tx) error {
		if over, err := p.Identity.OverTx(tx, "register client", serve.Address(r.Context()).String(), time.Hour, registerMost); err != nil || over {
			return errors.Join(err, errOften)
		}
		if err := call.spendTx(tx); err != nil {
			return err
		}
		c, secret, err = p.RegisterTx(tx, c)
		return err
	})
	if err != nil {
		return p.replayed(r.Context(), call, err)
	}
	body := p.registration(c)
	body.Secret = secret
	answer(w, http.StatusCreated, body)
	return nil
}

var errOften = refuse("temporarily_unavailable", "Terlalu sering. Coba lagi nanti.", "Too often, try again later").with(http.StatusTooManyRequests)

// ofNobody is what a person reads where an app of the sandbox belongs to no agency.
func ofNobody() lancar.Text { return lancar.Text{"id": "Bukan milik instansi", "en": "Of no agency"} }

// registrationAnswer is metadata with what only the answer holds.
type registrationAnswer struct {
	metadata
	Expires int64  `json:"client_secret_expires_at"`
	Issued  int64  `json:"client_id_issued_at,omitempty"`
	Token   string `json:"registration_access_token"`
	URI     string `json:"registration_client_uri"`
	Stage   Stage  `json:"stage"` // ours
}

func (p *Provider) registration(c Client) registrationAnswer {
	return registrationAnswer{metadata: metadataOf(c), Issued: c.Made.Unix(), Token: p.handle("g", c.ID, c.Adopted), URI: p.config.Issuer + "/oauth/register/" + url.PathEscape(string(c.ID)), Stage: c.Stage}
}

func readMetadata(w http.ResponseWriter, r *http.Request) (m metadata, err error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return m, badMetadata("Kirim JSON (application/json).", "Send JSON (application/json)")
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
	if err != nil {
		return m, badMetadata("Pendaftaran terlalu besar.", "The registration is too large").because(err)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, badMetadata("Pendaftaran tidak terbaca sebagai objek JSON.", "The registration cannot be read as a JSON object").because(err)
	}
	return m, nil
}

// asRegistration tells what is wrong with a client in the words of RFC 7591 section 3.2.2.
func asRegistration(err error) error {
	e, ok := errors.AsType[*lancar.Error](err)
	if !ok || e.Code != lancar.Invalid && e.Code != lancar.Conflict {
		return err
	}
	code := "invalid_client_metadata"
	if e.Field == "redirects" {
		code = "invalid_redirect_uri"
	}
	return refuse(code, e.Text["id"], printable(e.Text["en"])).because(err)
}

// printable is a text as error_description may hold it (RFC 6749 section 5.2).
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			return -1
		}
		return r
	}, s)
}

// managed finds the client whose registration access token the request carries. Another client's
// token, that of one that has ended, or of one whose engineer left the agency, is none.
func (p *Provider) managed(r *http.Request) (reg registration, err error) {
	bad := badToken("Token pendaftaran tidak berlaku.", "The registration access token is not valid")
	token, ok := bearerOf(r)
	id, serial, err := p.openHandle("g", token)
	if !ok || err != nil || string(id) != r.PathValue("id") {
		return reg, bad
	}
	err = p.DB.Read(r.Context(), func(tx *store.Tx) error {
		reg, err = clientByID(tx, id)
		return err
	})
	if err == store.ErrNone || err == nil && (reg.Stage == Ended || reg.Adopted != serial) {
		return registration{}, bad
	}
	if err == nil && reg.Officer != "" { // an engineer who left takes no token along
		var roles []identity.Role
		roles, err = p.Identity.Roles(r.Context(), identity.Session{Account: reg.Officer})
		if err == nil && !slices.ContainsFunc(roles, func(o identity.Role) bool { return o.Agency == reg.Agency }) {
			return registration{}, bad
		}
	}
	return reg, err
}

// registered tells a client how it is registered.
func (p *Provider) registered(w http.ResponseWriter, r *http.Request) {
	noStore(w)
	reg, err := p.managed(r)
	if err != nil {
		p.failBearer(w, r, "register", "", err)
		return
	}
	answer(w, http.StatusOK, p.registration(reg.Client))
}

// reregister replaces a client's registration, as a whole (RFC 7592 section 2.2).
func (p *Provider) reregister(w http.ResponseWriter, r *http.Request) {
	noStore(w)
	reg, err := p.managed(r)
	if err == nil {
		reg.Client, err = p.replace(w, r, reg)
	}
	if err != nil {
		p.failBearer(w, r, "register", reg.ID, asRegistration(err))
		return
	}
	answer(w, http.StatusOK, p.registration(reg.Client))
}

func (p *Provider) replace(w http.ResponseWriter, r *http.Request, old registration) (c Client, err error) {
	m, err := readMetadata(w, r)
	if err != nil {
		return c, err
	}
	if m.ClientID != string(old.ID) || m.Secret != "" && !keys.Equal(old.secret, p.secretHash(old.ID, m.Secret)) {
		return c, badMetadata("client_id dan client_secret harus yang sekarang.", "client_id and client_secret must be the present ones")
	}
	if c, err = m.client(p.config.Sandbox && old.Officer == ""); err != nil {
		return c, err
	}
	if c.Auth != old.Auth {
		return c, badMetadata("Cara membuktikan diri tidak bisa diganti. Daftarkan aplikasi baru.", "The authentication method cannot be changed, register another client")
	}
	c.ID, c.Region, c.Agency, c.Officer, c.Stage, c.Made, c.AgencyName, c.Editor, c.Adopted = old.ID, old.Region, old.Agency, old.Officer, old.Stage, old.Made, old.AgencyName, old.Editor, old.Adopted
	c.fill()
	if err := errors.Join(p.check(c), p.checkSector(r.Context(), c)); err != nil {
		return c, err
	}
	if old.Stage == Production {
		now := old.Client
		if now.JWKS = c.JWKS; !same(now, c) {
			return c, badMetadata("Aplikasi di produksi hanya bisa mengganti kunci.", "A client in production changes its keys alone")
		}
	}
	if c.Stage == Waiting {
		c.Stage = Sandbox // what changed is asked for anew: nobody approves it unseen
	}
	err = p.DB.Write(r.Context(), func(tx *store.Tx) (err error) {
		if c.Stage == Production {
			c, err = p.rotateKeysTx(tx, old.Client, c, old.Officer)
			return err
		}
		return updateClient(tx, c, old.Version, c.Stage)
	})
	p.clients.forget(c.ID)
	return c, err
}

// unregister ends a client at its own wish, with all that was issued to it.
func (p *Provider) unregister(w http.ResponseWriter, r *http.Request) {
	noStore(w)
	reg, err := p.managed(r)
	if err == nil {
		err = p.endClient(r.Context(), reg)
	}
	if err != nil {
		p.failBearer(w, r, "register", reg.ID, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (p *Provider) endClient(ctx context.Context, reg registration) error {
	err := p.DB.Write(ctx, func(tx *store.Tx) error { return stageClient(tx, reg.ID, reg.Version, Ended, "") })
	p.clients.forget(reg.ID)
	return err
}

// forget drops what this node remembers of a client.
func (c *clientCache) forget(id lancar.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.of, id)
}
