// Package upstream signs people in at a national provider of identities: this node is then an app of
// that provider (OpenID Connect code flow with PKCE, state, nonce, iss of RFC 9207, and
// private_key_jwt by ES256, ES384 or ES512). It is off unless the configuration names one, and a
// region works with or without it.
//
// What comes back is held to the provider's published keys, mapped to number, name, birth date and
// level as the configuration says, and opens the one account that the number has
// (identity.EnterVouchedTx). A browser finishes only the sign-in that it began: the request travels
// sealed in a cookie of its own.
package upstream

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"lancar"
	"lancar/identity"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// Config names the provider and what its claims mean.
type Config struct {
	Issuer   string
	ClientID string
	Key      *ecdsa.PrivateKey // P-256, P-384 or P-521
	KeyID    string
	Redirect string   // registered there, such as https://layanan.example.go.id/signin/national/back
	Scopes   []string // beside openid
	// Claims names the provider's claims; the zero value takes nik, name, birthdate.
	Claims struct{ Number, Name, BirthDate string }
	// Levels says what the provider's acr values count for here; one that is not named is Typed.
	Levels map[string]identity.Level
	HTTP   *http.Client // nil for the system's own trust and ten seconds
}

// Upstream is the room's part. It is safe for concurrent use.
type Upstream struct {
	db     *store.DB
	ring   *keys.Ring
	ident  *identity.Identity
	config Config

	mu    sync.Mutex
	about metadata
	keys  jose.JSONWebKeySet
	read  time.Time
}

type metadata struct {
	Issuer    string `json:"issuer"`
	Authorize string `json:"authorization_endpoint"`
	Token     string `json:"token_endpoint"`
	Userinfo  string `json:"userinfo_endpoint"`
	JWKS      string `json:"jwks_uri"`
	SaysIss   bool   `json:"authorization_response_iss_parameter_supported"`
}

const (
	life    = 20 * time.Minute // of a sign-in under way
	oldest  = 12 * time.Hour   // of a sign-in there that is taken here
	fresh   = 10 * time.Minute // of the provider's description and keys
	skew    = 10 * time.Second
	maxBody = 256 << 10
)

// New makes the part; it reaches nobody yet.
func New(db *store.DB, ring *keys.Ring, ident *identity.Identity, c Config) (*Upstream, error) {
	if c.HTTP == nil {
		c.HTTP = &http.Client{Timeout: 10 * time.Second}
	}
	for into, standard := range map[*string]string{&c.Claims.Number: "nik", &c.Claims.Name: "name", &c.Claims.BirthDate: "birthdate"} {
		if *into == "" {
			*into = standard
		}
	}
	if c.Issuer == "" || c.ClientID == "" || c.Redirect == "" || c.Key == nil || algorithm(c.Key) == "" {
		return nil, errors.New("upstream: issuer, client, redirect and an EC key are needed")
	}
	c.Issuer = strings.TrimSuffix(c.Issuer, "/")
	return &Upstream{db: db, ring: ring, ident: ident, config: c}, nil
}

// way is a sign-in under way, sealed in the browser's cookie.
type way struct {
	State, Nonce, Verifier, To string
	At                         time.Time
}

// Begin starts a sign-in that leads to a path of ours: where the browser goes, and what it keeps. again
// asks that the person prove themself anew there, however lately they did.
func (u *Upstream) Begin(ctx context.Context, to string, again bool) (address, cookie string, err error) {
	about, _, err := u.known(ctx, "")
	if err != nil {
		return "", "", err
	}
	w := way{State: keys.Token(), Nonce: keys.Token(), Verifier: keys.Token() + keys.Token(), To: to, At: u.db.Now()}
	plain, err := json.Marshal(w)
	if err != nil {
		return "", "", err
	}
	sealed, err := u.ring.Seal(plain, []byte("upstream"))
	if err != nil {
		return "", "", err
	}
	sum := sha256.Sum256([]byte(w.Verifier))
	q := url.Values{"response_type": {"code"}, "client_id": {u.config.ClientID}, "redirect_uri": {u.config.Redirect}, "scope": {strings.Join(append([]string{"openid"}, u.config.Scopes...), " ")},
		"state": {w.State}, "nonce": {w.Nonce}, "code_challenge": {b64.EncodeToString(sum[:])}, "code_challenge_method": {"S256"}}
	q.Set("max_age", strconv.Itoa(int(oldest.Seconds()))) // the provider must then say when (auth_time)
	if again {
		q.Set("max_age", "0")
	}
	glue := "?"
	if strings.Contains(about.Authorize, "?") {
		glue = "&"
	}
	return about.Authorize + glue + q.Encode(), b64.EncodeToString(sealed), nil
}

var b64 = base64.RawURLEncoding

// Person is whom the provider signed in.
type Person struct {
	Number, Name, BirthDate string
	Level                   identity.Level
	Methods                 []string
	At                      time.Time // when they proved themself there, long ago if it does not say
	To                      string    // where the sign-in was to lead
}

func wrong(cause string) error {
	return lancar.Fail(lancar.Invalid, "upstream", "Masuk lewat penyedia identitas nasional tidak berhasil. Mulai lagi.", "Signing in at the national identity provider failed. Begin again.").Because(errors.New("upstream: " + cause))
}

// Finish reads what the browser brought back: only for the sign-in that it began, from the provider
// that it was sent to, once and in time.
func (u *Upstream) Finish(ctx context.Context, q url.Values, cookie string) (p Person, err error) {
	w, err := u.openWay(cookie)
	about, _, kerr := u.known(ctx, "")
	switch {
	case err != nil:
		return p, err
	case kerr != nil:
		return p, kerr
	case !keys.Equal([]byte(q.Get("state")), []byte(w.State)):
		return p, wrong("state")
	case q.Get("iss") != u.config.Issuer && (about.SaysIss || q.Get("iss") != ""):
		return p, wrong("iss: another provider answers")
	case q.Get("error") == "access_denied":
		return p, lancar.Fail(lancar.Invalid, "upstream", "Anda tidak jadi masuk lewat penyedia identitas nasional.", "You did not sign in at the national identity provider.")
	case q.Get("error") != "" || q.Get("code") == "":
		return p, wrong("error " + q.Get("error"))
	}
	fresh := false
	if err := u.db.Write(ctx, func(tx *store.Tx) (err error) {
		fresh, err = u.ident.OnceTx(tx, "upstream "+w.State, tx.Now.Add(life))
		return err
	}); err != nil {
		return p, err
	}
	if !fresh {
		return p, wrong("used before")
	}
	said, err := u.redeem(ctx, about, q.Get("code"), w)
	if err != nil {
		return p, err
	}
	text := func(name string) string { s, _ := said[name].(string); return s }
	p = Person{Number: text(u.config.Claims.Number), Name: text(u.config.Claims.Name), BirthDate: text(u.config.Claims.BirthDate), Level: u.config.Levels[text("acr")], To: w.To}
	if p.Level == 0 {
		p.Level = identity.Typed
	}
	p.At = u.db.Now().Add(-oldest)
	if at, ok := said["auth_time"].(float64); ok && at > 0 && at < 1<<40 {
		p.At = time.Unix(int64(at), 0)
	}
	if list, ok := said["amr"].([]any); ok {
		for _, m := range list {
			if s, ok := m.(string); ok && len(p.Methods) < 8 && len(s) < 20 && !strings.ContainsAny(s, " \n") {
				p.Methods = append(p.Methods, s)
			}
		}
	}
	return p, nil
}

func (u *Upstream) openWay(cookie string) (w way, err error) {
	sealed, err := b64.DecodeString(cookie)
	if err != nil {
		return w, wrong("cookie")
	}
	plain, err := u.ring.Open(sealed, []byte("upstream"))
	if err != nil || json.Unmarshal(plain, &w) != nil || u.db.Now().Sub(w.At) > life {
		return w, wrong("cookie")
	}
	return w, nil
}

// Enter opens a session for the person in this browser.
func (u *Upstream) Enter(ctx context.Context, p Person, b identity.Browser, lang string) (token string, s identity.Session, err error) {
	err = u.db.Write(ctx, func(tx *store.Tx) error {
		token, s, err = u.ident.EnterVouchedTx(tx, identity.Entry{Browser: b, Level: p.Level, Methods: p.Methods, At: p.At},
			identity.Holder{Number: p.Number, Name: p.Name, BirthDate: p.BirthDate}, lang)
		return err
	})
	return token, s, err
}

// known is the provider's description and keys, read anew when they are old or lack a key.
func (u *Upstream) known(ctx context.Context, kid string) (metadata, jose.JSONWebKeySet, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	age := time.Since(u.read)
	lacks := kid != "" && !slices.ContainsFunc(u.keys.Keys, func(k jose.JSONWebKey) bool { return k.KeyID == kid })
	if u.about.Issuer != "" && (age < fresh && !lacks || age < 10*time.Second) {
		return u.about, u.keys, nil
	}
	var about metadata
	var set jose.JSONWebKeySet
	err := u.get(ctx, u.config.Issuer+"/.well-known/openid-configuration", "", &about)
	if err == nil && about.Issuer != u.config.Issuer {
		err = errors.New("upstream: the description names another issuer")
	}
	if err == nil {
		err = u.get(ctx, about.JWKS, "", &set)
	}
	if err != nil {
		if u.about.Issuer != "" {
			return u.about, u.keys, nil // a disturbance there is none here, while what we know still serves
		}
		return about, set, lancar.Fail(lancar.Unavailable, "upstream", "Penyedia identitas nasional tidak menjawab. Masuk dengan cara lain, atau coba lagi.",
			"The national identity provider does not answer. Sign in another way, or try again.").Because(err)
	}
	u.about, u.keys, u.read = about, set, time.Now()
	return about, set, nil
}
