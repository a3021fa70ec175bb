package oidc

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"time"

	"lancar"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// call is one request of a client that has proven who it is.
type call struct {
	form url.Values
	reg  *registration
	used []once // what the request may be made with once; spent with the answer
	jkt  string // thumbprint of the DPoP key that the request is signed with, "" for none
	x5t  string // thumbprint of the TLS certificate, "" for none
	key  string // of a machine: thumbprint of the credential by which it proved itself
}

// once is an id that is good for one use.
type once struct {
	id    string
	until time.Time
	fault *fault // what a second use is answered with
}

func newOnce(kind, owner, id string, until time.Time, f *fault) once {
	sum := sha256.Sum256([]byte(kind + "\n" + owner + "\n" + id))
	return once{hex.EncodeToString(sum[:16]), until, f}
}

// machine serves an endpoint for clients that authenticate: it reads the form, finds the client and
// has it prove itself. What the handler returns as error is answered and kept in the client's log.
func (p *Provider) machine(endpoint string, h func(http.ResponseWriter, *http.Request, *call) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		noStore(w)
		c := &call{}
		var err error
		if c.form, err = form(w, r); err == nil {
			err = p.authenticate(r, c)
		}
		if err == nil {
			err = p.proof(w, r, c)
		}
		if err == nil {
			err = h(w, r, c)
		}
		if err != nil {
			client := lancar.ID("")
			if c.reg != nil {
				client = c.reg.ID
			}
			p.fail(w, r, endpoint, client, err)
		}
	}
}

func noStore(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Pragma", "no-cache")
}

// form reads a form that stands in the body alone, each name once but for those that the standards
// let repeat.
func form(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, badRequest("Kirim formulir (application/x-www-form-urlencoded).", "Send a form (application/x-www-form-urlencoded)")
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return nil, badRequest("Formulir tidak terbaca atau terlalu besar.", "The form cannot be read or is too large").because(err)
	}
	for name, values := range r.PostForm {
		if len(values) > 1 && name != "resource" && name != "audience" || len(values) > maxValues {
			return nil, badRequest("Parameter "+clean(name)+" berulang.", "The parameter "+clean(name)+" is repeated")
		}
	}
	return r.PostForm, nil
}

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// authenticate finds out which client calls, by the one method that it is registered with.
func (p *Provider) authenticate(r *http.Request, c *call) (err error) {
	user, password, basic := r.BasicAuth()
	assertion := c.form.Get("client_assertion")
	secret := c.form.Get("client_secret")
	if basic && (assertion != "" || secret != "") || assertion != "" && secret != "" || len(r.Header.Values("Authorization")) > 1 {
		return badRequest("Aplikasi membuktikan diri dengan lebih dari satu cara.", "The client authenticates in more than one way")
	}
	id, method := c.form.Get("client_id"), None
	switch {
	case basic:
		method = SecretBasic
		if user, err = url.QueryUnescape(user); err == nil {
			password, err = url.QueryUnescape(password)
		}
		if err != nil || id != "" && id != user {
			return badClient("client_id tidak sama.", "The client_id differs")
		}
		id, secret = user, password
	case assertion != "":
		return p.byAssertion(r, c, assertion)
	case secret != "":
		method = SecretPost
	}
	reg, err := p.client(r.Context(), id)
	if err != nil {
		return err
	}
	c.reg = reg
	switch {
	case method == SecretBasic || method == SecretPost:
		if reg.Auth != method || !p.config.Sandbox || !keys.Equal(reg.secret, p.secretHash(reg.ID, secret)) {
			return badClient("Aplikasi tidak bisa dipastikan.", "The client could not be authenticated")
		}
	case reg.Auth == TLS || reg.Auth == SelfSignedTLS:
		return p.byCertificate(r, c)
	case reg.Auth != None:
		return badClient("Aplikasi harus membuktikan diri.", "The client must authenticate")
	}
	return p.certificate(r, c)
}

// byAssertion is private_key_jwt (RFC 7523, OpenID Connect Core section 9): signed by a key of the
// client, for us, short-lived and good once.
func (p *Provider) byAssertion(r *http.Request, c *call, text string) error {
	bad := badClient("Bukti diri aplikasi (client_assertion) tidak sah.", "The client_assertion is not valid")
	if c.form.Get("client_assertion_type") != assertionType {
		return badClient("client_assertion_type tidak dikenal.", "The client_assertion_type is unknown")
	}
	token, err := p.heads.parse(text, algorithms())
	if err != nil {
		return bad.because(err)
	}
	var said claims
	if err := decode(token.payload, &said); err != nil {
		return bad.because(err)
	}
	if id := c.form.Get("client_id"); said.Issuer != said.Subject || id != "" && id != said.Subject {
		return badClient("iss, sub dan client_id harus sama.", "iss, sub and client_id must be the same")
	}
	reg, err := p.client(r.Context(), said.Subject)
	if err != nil {
		return err
	}
	c.reg = reg
	if reg.Auth != PrivateKeyJWT {
		return badClient("Aplikasi ini terdaftar dengan cara lain.", "The client is registered with another method")
	}
	set, err := p.keysOf(r.Context(), reg, token.kid)
	if err != nil {
		return err
	}
	at, err := token.among(set)
	if err != nil {
		return bad.because(err)
	}
	if reg.machine {
		c.key = reg.thumbs[at]
	}
	if err := p.assertionClaims(r, reg, said); err != nil {
		return err
	}
	c.used = append(c.used, newOnce("assertion", string(reg.ID), said.ID, said.Expires.time().Add(skew),
		badClient("client_assertion ini sudah pernah dipakai.", "The client_assertion was used before")))
	return p.certificate(r, c)
}

func (p *Provider) assertionClaims(r *http.Request, reg *registration, said claims) error {
	now := p.DB.Now()
	here := p.config.Issuer + r.URL.Path
	strict := reg.FAPI && !reg.Draft
	ours := func(aud string) bool {
		return aud == p.config.Issuer || !strict && (aud == here || aud == p.config.Issuer+"/oauth/token" || aud == p.config.MTLS+r.URL.Path || aud == p.config.MTLS+"/oauth/token")
	}
	switch {
	case len(said.Audience) == 0 || strict && len(said.Audience) != 1 || !anyOf(said.Audience, ours):
		return badClient("aud client_assertion bukan penerbit ini.", "The client_assertion's aud is not this issuer")
	case said.Expires == 0 || !now.Before(said.Expires.time().Add(skew)):
		return badClient("client_assertion kedaluwarsa. Periksa jam server Anda.", "The client_assertion expired, check your clock")
	case said.Expires.time().Sub(now) > assertionMax+skew:
		return badClient("client_assertion berlaku terlalu lama.", "The client_assertion lives too long")
	case said.NotBefore.time().After(now.Add(skew)) || said.Issued.time().After(now.Add(skew)):
		return badClient("client_assertion dari masa depan. Periksa jam server Anda.", "The client_assertion is from the future, check your clock")
	case said.ID == "" || len(said.ID) > maxParam:
		return badClient("client_assertion tanpa jti.", "The client_assertion has no jti")
	}
	return nil
}

func anyOf(list []string, ok func(string) bool) bool {
	for _, s := range list {
		if ok(s) {
			return true
		}
	}
	return false
}

// certificate notes the TLS certificate of the connection, for tokens that are bound to it.
func (p *Provider) certificate(r *http.Request, c *call) error {
	if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
		c.x5t = thumbprint(r.TLS.PeerCertificates[0].Raw)
	}
	return nil
}

// byCertificate is mutual TLS (RFC 8705): the certificate of the connection itself, never one that a
// header names.
func (p *Provider) byCertificate(r *http.Request, c *call) error {
	bad := badClient("Sertifikat TLS aplikasi tidak ada atau bukan yang terdaftar.", "The TLS certificate is missing or not the registered one")
	if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
		return bad
	}
	leaf := r.TLS.PeerCertificates[0]
	c.x5t = thumbprint(leaf.Raw)
	if c.reg.Auth == SelfSignedTLS {
		set, err := p.keysOf(r.Context(), c.reg, "")
		if err != nil {
			return err
		}
		if !anyOf(append(thumbprints(set), c.reg.certs...), func(s string) bool { return s == c.x5t }) {
			return bad
		}
		if c.reg.machine {
			c.key = c.x5t
		}
		return nil
	}
	if p.config.ClientCAs == nil {
		return bad
	}
	between := x509.NewCertPool()
	for _, more := range r.TLS.PeerCertificates[1:] {
		between.AddCert(more)
	}
	_, err := leaf.Verify(x509.VerifyOptions{Roots: p.config.ClientCAs, Intermediates: between, CurrentTime: p.DB.Now(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	if err != nil {
		return bad.because(err)
	}
	if leaf.Subject.String() != c.reg.TLSName && !anyOf(leaf.DNSNames, func(s string) bool { return s == c.reg.TLSName }) {
		return bad
	}
	return nil
}

// spendTx uses up what the request was made with. Each endpoint does it in the transaction of its
// answer, so that a client never holds an answer to a proof that could be used again.
func (c *call) spendTx(tx *store.Tx) error {
	return insertUsed(tx, c.used...)
}

// replayed turns the conflict of a proof that was used before into the fault it deserves; other
// errors it leaves.
func (p *Provider) replayed(ctx context.Context, c *call, err error) error {
	if !store.IsConflict(err) {
		return err
	}
	for _, o := range c.used {
		var before bool
		if rerr := p.DB.Read(ctx, func(tx *store.Tx) (err error) {
			before, err = wasUsed(tx, o.id)
			return err
		}); rerr != nil {
			return errors.Join(rerr, err)
		}
		if before {
			return o.fault
		}
	}
	return err
}

// refuseAfter spends what a refused request was made with, so that it cannot be tried again, and
// returns why it was refused.
func (p *Provider) refuseAfter(ctx context.Context, c *call, why error) error {
	if len(c.used) == 0 {
		return why
	}
	if err := p.DB.Append(ctx, c.spendTx); err != nil {
		return p.replayed(ctx, c, err)
	}
	return why
}
