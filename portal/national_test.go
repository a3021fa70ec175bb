package portal

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"lancar"
	"lancar/identity"
	"lancar/identity/oidc"
	"lancar/identity/upstream"
	"lancar/internal/store"
	"lancar/services"
)

// nation is a node of the nation's, at which a region's people sign in too.
func nation(t *testing.T) (national, region *world) {
	national = newWorld(t)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	national.Must(err)
	keys, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k1", Use: "sig"}}})
	national.Must(err)
	region = newWorldAt(t, services.FS, "localhost", func(w *world, home string) *upstream.Upstream {
		back := home + "/signin/national/back"
		var client lancar.ID
		w.Must(national.DB.Write(t.Context(), func(tx *store.Tx) error {
			c, _, err := national.oidc.RegisterTx(tx, oidc.Client{Region: "53.15", Agency: "kominfo", Officer: "x", Name: lancar.Text{"id": "Portal daerah"}, AgencyName: lancar.Text{"id": "Kabupaten"},
				Purpose: lancar.Text{"id": "Masuk ke layanan daerah"}, Redirects: []string{back}, Scopes: []string{"openid", "profile", "nik"}, Auth: oidc.PrivateKeyJWT, JWKS: string(keys), Numbers: true})
			client = c.ID
			return err
		}))
		u, err := upstream.New(w.DB, w.Ring, w.Identity, upstream.Config{Issuer: national.oidc.Issuer(), ClientID: string(client), Key: key, KeyID: "k1", Redirect: back,
			Scopes: []string{"profile", "nik"}, Levels: map[string]identity.Level{identity.ACR(2): identity.Verified}})
		w.Must(err)
		return u
	})
	return national, region
}

func TestASignInAtTheNationalProvider(t *testing.T) {
	there, here := nation(t)
	b := here.browser()
	home := &browser{world: there, http: b.http} // the same browser, at the provider
	home.signIn(maria)
	b.get("/signin?to=%2Fme")
	b.shows(200, "/signin/national?to=%2Fme")
	b.get("/signin/national?to=%2Fme")
	b.shows(200, "Izinkan Portal daerah?") // by now at the provider
	home.post("/consent", "request", b.find(`name="request" value="([^"]+)"`), "agree", "no")
	if home.code == 200 || !strings.HasPrefix(home.url, "/signin/national/back") {
		t.Fatalf("who said no is signed in: %s %d", home.url, home.code)
	}
	b.get("/me")
	b.shows(200, "Masuk")

	b.get("/signin/national?to=%2Fme")
	request := b.find(`name="request" value="([^"]+)"`)
	home.post("/consent", "request", request, "agree", "yes", "kind", "nik")
	home.shows(200, "Selamat", "Maria")
	b.get("/me/devices")
	b.shows(200)
	if strings.Contains(b.body, maria) {
		t.Error("the page shows the whole number")
	}
}

// What comes back is good in the browser that set out, once, in time, and leads to this node's pages alone.
func TestANationalSignInIsOfTheBrowserThatSetOut(t *testing.T) {
	there, here := nation(t)
	victim, thief := here.browser(), here.browser()
	away := &browser{world: there, http: thief.http}
	away.signIn(yosef)
	thief.get("/signin/national?to=%2Fme") // once, so that the provider asks no more
	away.post("/consent", "request", thief.find(`name="request" value="([^"]+)"`), "agree", "yes", "kind", "nik")
	away.shows(200, "Yosef")
	answer := func(to string) (back string) { // where the provider sends the browser, not followed
		thief.http.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
			if strings.HasPrefix(r.URL.Path, "/signin/national/back") {
				back = r.URL.RequestURI()
				return http.ErrUseLastResponse
			}
			return nil
		}
		thief.get("/signin/national?to=" + url.QueryEscape(to))
		if thief.http.CheckRedirect = nil; back == "" {
			t.Fatalf("%s: %.300s", thief.url, thief.text())
		}
		return back
	}
	stolen := answer("/me")
	victim.get(stolen) // the thief sends their own answer to somebody: signed in as the thief, they would give away what they type
	if victim.code == 200 {
		t.Fatalf("%s: another browser finishes a sign-in: %d", victim.url, victim.code)
	}
	victim.get("/me")
	victim.shows(200, "Masuk")

	thief.get("/signin/national/back?state=x&code=y")
	if thief.code == 200 {
		t.Fatal("a made-up answer")
	}
	late := answer("/me")
	here.Pass(21 * time.Minute)
	there.Pass(21 * time.Minute)
	thief.get(late)
	if thief.code == 200 {
		t.Fatal("an answer that took too long")
	}
	for _, to := range []string{"https://evil.example/", "//evil.example/"} {
		thief.get(answer(to))
		if strings.Contains(thief.url, "evil") || thief.code != 200 {
			t.Fatalf("%s: %s %d", to, thief.url, thief.code)
		}
	}
}
