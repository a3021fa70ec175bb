package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"time"

	"lancar/app/rehearse"
)

const (
	logins = 4_000
	signed = 64 // people who are signed in
)

// login is what a client prepares before it sends a person here: its proofs are signed by then.
type login struct {
	cookie              string
	parProof, parSelf   string // DPoP proof and client assertion
	codeProof, codeSelf string
	refProof, refSelf   string
	introSelf           string
	verifier, parForm   string
	access, refresh     string // what came of it
}

// relying is an app with its keys.
type relying struct {
	*node
	id, at     string // its name at the node, and the node's own
	self, dpop signer
	proofKey   *ecdsa.PrivateKey
}

// logins is whole sign-ins to an app (pushed request, authorize with the consent remembered, code
// for tokens; private_key_jwt and DPoP), and what follows them, beside what the same cores sign and
// verify of it.
func (b *bench) logins(ctx context.Context) (out []figure, err error) {
	err = b.onBoth(ctx, func(engine string, n *node) error {
		figures, err := b.loginsOn(ctx, engine, n)
		out = append(out, figures...)
		return err
	})
	return out, err
}

func (b *bench) loginsOn(ctx context.Context, engine string, n *node) (out []figure, err error) {
	d, err := openDesk(ctx, n)
	if err != nil {
		return nil, err
	}
	defer d.db.Close()
	key, proofKey := newKey(), newKey()
	id, err := d.app(ctx, key)
	if err != nil {
		return nil, err
	}
	app := &relying{node: n, id: string(id), at: strings.TrimPrefix(n.issuer(), "http://"), proofKey: proofKey}
	if app.self, err = newSigner(key, "JWT", false); err != nil {
		return nil, err
	}
	if app.dpop, err = newSigner(proofKey, "dpop+jwt", true); err != nil {
		return nil, err
	}
	people, err := rehearse.SignIns(ctx, rehearse.Options{Node: n.URL, Sandbox: n.Sandbox, Service: "lapak-pasar", C: 8}, signed)
	if err != nil {
		return nil, err
	}
	cookies := make([]string, signed)
	for i, jar := range people {
		for name, value := range jar {
			cookies[i] += name + "=" + value + "; "
		}
	}
	first, err := many(signed, func(i int) (*login, error) { return app.prepare(cookies[i]) })
	if err != nil {
		return nil, err
	}
	if _, err := drive(ctx, n.host(), signed, func(w *wire, i int) error { return app.login(w, first[i], true) }); err != nil { // each agrees once
		return nil, fmt.Errorf("agreeing: %w", err)
	}
	list, err := many(logins, func(i int) (*login, error) { return app.prepare(cookies[i%signed]) })
	if err != nil {
		return nil, err
	}
	for _, part := range []struct {
		what, aim     string
		verify, sign_ int // signatures that one takes at the least
		do            func(w *wire, l *login) error
	}{
		{"sign-ins to an app with PAR and DPoP", ">= 0.4", 4, 2, func(w *wire, l *login) error { return app.login(w, l, false) }},
		{"userinfo with DPoP", "report", 2, 0, app.userinfo},
		{"introspection", "report", 2, 0, app.introspect},
		{"refresh with rotation and DPoP", "report", 2, 2, app.renew},
	} {
		ours, err := drive(ctx, n.host(), logins, func(w *wire, i int) error { return part.do(w, list[i]) })
		if err != nil {
			return out, fmt.Errorf("%s: %w", part.what, err)
		}
		limit := signatures(part.verify, part.sign_)
		out = append(out, figure{part.what + ", " + engine, ours.String(), fmt.Sprintf("%d verified and %d signed %.0f/s", part.verify, part.sign_, limit), ours.perSecond / limit, part.aim})
	}
	return out, nil
}

// prepare signs all that one login and what follows will send. Proofs live for a minute.
func (a *relying) prepare(cookie string) (*login, error) {
	l := &login{cookie: strings.TrimSuffix(cookie, "; "), verifier: rand.Text() + rand.Text()}
	sum := sha256.Sum256([]byte(l.verifier))
	l.parForm = url.Values{"client_id": {a.id}, "response_type": {"code"}, "redirect_uri": {callback}, "scope": {"openid offline_access"}, "state": {"s"}, "nonce": {"n"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"}}.Encode()
	issuer := a.issuer()
	for _, into := range []*string{&l.parSelf, &l.codeSelf, &l.refSelf, &l.introSelf} {
		var err error
		if *into, err = a.self.assertion(a.id, issuer); err != nil {
			return nil, err
		}
	}
	for into, path := range map[*string]string{&l.parProof: "/oauth/par", &l.codeProof: "/oauth/token", &l.refProof: "/oauth/token"} {
		var err error
		if *into, err = a.proof(http.MethodPost, path, ""); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func (a *relying) proof(method, path, token string) (string, error) {
	body := map[string]any{"jti": rand.Text(), "htm": method, "htu": a.issuer() + path, "iat": time.Now().Unix()}
	if token != "" {
		sum := sha256.Sum256([]byte(token))
		body["ath"] = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return a.dpop.jwt(body)
}

// post calls an endpoint as the app; form is what it says beside its assertion, encoded.
func (a *relying) post(w *wire, path, proof, self, form string, want int, into any) error {
	head := ""
	if proof != "" {
		head = "DPoP: " + proof + "\r\n"
	}
	form += "&client_assertion_type=" + url.QueryEscape(assertionType) + "&client_assertion=" + self
	return w.post(a.at, path, head, form, want, into)
}

// login signs one person in; agree says that they are asked and say yes.
func (a *relying) login(w *wire, l *login, agree bool) error {
	var pushed struct {
		URI string `json:"request_uri"`
	}
	if err := a.post(w, "/oauth/par", l.parProof, l.parSelf, l.parForm, http.StatusCreated, &pushed); err != nil {
		return err
	}
	at, err := a.browse(w, l, "/oauth/authorize?client_id="+a.id+"&request_uri="+url.QueryEscape(pushed.URI), "")
	if err != nil {
		return err
	}
	if agree {
		if at, err = a.browse(w, l, "/consent", url.Values{"request": {at.Get("request")}, "agree": {"yes"}}.Encode()); err != nil {
			return err
		}
	}
	var got struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
	}
	form := "grant_type=authorization_code&code=" + at.Get("code") + "&redirect_uri=" + url.QueryEscape(callback) + "&code_verifier=" + l.verifier
	if err := a.post(w, "/oauth/token", l.codeProof, l.codeSelf, form, http.StatusOK, &got); err != nil {
		return err
	}
	if l.access, l.refresh = got.Access, got.Refresh; l.access == "" || l.refresh == "" {
		return fmt.Errorf("the code gave %+v", got)
	}
	return nil
}

// browse is the person's browser on one address; it returns what the address says to which that leads.
func (a *relying) browse(w *wire, l *login, path, form string) (url.Values, error) {
	method, head := http.MethodGet, "Cookie: "+l.cookie+"\r\n"
	if form != "" {
		method = http.MethodPost
		head += "Origin: " + a.issuer() + "\r\n"
	}
	res, err := w.send(request(method, a.at, path, head, form))
	if err != nil {
		return nil, err
	}
	if res.status != http.StatusSeeOther && res.status != http.StatusFound {
		return nil, fmt.Errorf("%s answered %d %.300s", path, res.status, res.body)
	}
	_, query, _ := strings.Cut(res.location, "?")
	return url.ParseQuery(query)
}

func (a *relying) userinfo(w *wire, l *login) error {
	proof, err := a.proof(http.MethodGet, "/oauth/userinfo", l.access) // holds the token's hash: cannot be signed before
	if err != nil {
		return err
	}
	res, err := w.send(request(http.MethodGet, a.at, "/oauth/userinfo", "Authorization: DPoP "+l.access+"\r\nDPoP: "+proof+"\r\n", ""))
	if err == nil && res.status != http.StatusOK {
		err = fmt.Errorf("userinfo answered %d %s", res.status, res.body)
	}
	return err
}

func (a *relying) introspect(w *wire, l *login) error {
	var got struct{ Active bool }
	err := a.post(w, "/oauth/introspect", "", l.introSelf, "token="+l.access, http.StatusOK, &got)
	if err == nil && !got.Active {
		err = fmt.Errorf("a fresh token is not active")
	}
	return err
}

func (a *relying) renew(w *wire, l *login) error {
	var got struct{}
	return a.post(w, "/oauth/token", l.refProof, l.refSelf, "grant_type=refresh_token&refresh_token="+l.refresh, http.StatusOK, &got)
}

// signatures is how often a second all cores can verify and sign so many ES256 signatures.
func signatures(verify, sign int) float64 {
	key := newKey()
	sum := sha256.Sum256([]byte("a token"))
	signature, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
	if err != nil {
		return 0
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	total := 0
	start := time.Now()
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			done := 0
			for ; time.Since(start) < 2*time.Second; done++ {
				for range verify {
					ecdsa.VerifyASN1(&key.PublicKey, sum[:], signature)
				}
				for range sign {
					_, _ = ecdsa.SignASN1(rand.Reader, key, sum[:]) // its error would have shown above
				}
			}
			mu.Lock()
			total += done
			mu.Unlock()
		})
	}
	wg.Wait()
	return float64(total) / time.Since(start).Seconds()
}
