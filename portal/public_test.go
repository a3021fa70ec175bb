package portal

import (
	"bytes"
	"compress/gzip"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"lancar"
	"lancar/catalog"
	"lancar/services"
	"lancar/test/outside"
)

// publicPortal is a portal with the real regions and services and no rooms behind it: enough for
// every page that asks nobody. All tests share it.
func publicPortal(t testing.TB) *Portal {
	t.Helper()
	p, err := sharedPortal()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var sharedPortal = sync.OnceValues(func() (*Portal, error) {
	cat, problems := catalog.Load(services.FS)
	for _, p := range problems {
		return nil, p
	}
	return New(Deps{Regions: outside.Packs(), Catalog: cat, Finder: catalog.NewFinder(cat), Home: &url.URL{Scheme: "http", Host: "localhost:8053"},
		Logger: slog.New(slog.DiscardHandler), Rehearsal: true, Clock: func() time.Time { return time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC) },
		Registers: func(id string) lancar.Text { return lancar.Text{"id": "Dukcapil"} }})
})

// hosts are the bare host and every region's.
func hosts(p *Portal) []string {
	list := []string{"localhost:8053"}
	for _, r := range p.Regions.All() {
		h := r.Host + ".localhost:8053"
		if r.Host != "" && !strings.Contains(strings.Join(list, " "), h) {
			list = append(list, h)
		}
	}
	return list
}

func fetch(h http.Handler, host, path, lang string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	r.Host = host
	r.Header.Set("Accept-Encoding", "gzip")
	if lang != "" {
		r.AddCookie(&http.Cookie{Name: "lang", Value: lang})
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func plain(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	zr, err := gzip.NewReader(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		return w.Body.String()
	}
	b, err := io.ReadAll(zr)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// publicPaths are the pages that anyone can open, every service's among them.
func publicPaths(p *Portal) []string {
	paths := []string{"/", "/services", "/offline", "/places", "/verify", "/signin", "/signin?kind=passport", "/search?q=mau+buka+warung",
		"/search?q=saya+mau+bunuh+diri", "/search?q=xqzw", "/search", "/no-such-page", "/places?name=labuan+bajo"}
	for _, e := range p.life {
		paths = append(paths, "/life/"+e.ID)
	}
	for _, d := range p.Catalog.All() {
		if d.Kind != "decision" { // these ask for a forecast
			paths = append(paths, "/services/"+d.Slug)
		}
	}
	return paths
}

var (
	inline = regexp.MustCompile(`(?i)<script>|<style|\sstyle="|\son[a-z]+="|ZgotmplZ|<no value>|%!`)
	links  = regexp.MustCompile(`(?:href|action|formaction|src)="(/[^"#]*)`)
	ids    = regexp.MustCompile(`\sid="([^"]*)"`)
)

func TestPublicPagesAreLightWholeAndClean(t *testing.T) {
	p := publicPortal(t)
	h := p.Handler()
	most := 0
	for _, host := range hosts(p) {
		sheet := len(p.siteOf(host).look.Sheet.Gzip)
		for _, lang := range []string{"id", "en"} {
			for i, path := range publicPaths(p) {
				if i > 1 && host != "localhost:8053" && !strings.HasPrefix(path, "/search?q=mau") {
					continue // the same for every region but for its colours and names
				}
				w := fetch(h, host, path, lang)
				if w.Code != 200 && !(w.Code == 404 && path == "/no-such-page") && !(w.Code == 303 && strings.HasPrefix(path, "/signin")) {
					t.Errorf("%s%s: %d", host, path, w.Code)
					continue
				}
				size := w.Body.Len() + sheet
				most = max(most, size)
				if size > 14336 {
					t.Errorf("%s%s in %s: first load is %d bytes, want at most 14,336", host, path, lang, size)
				}
				checkPage(t, host+path+" "+lang, plain(t, w), w.Code)
			}
		}
	}
	t.Logf("heaviest first load: %d bytes", most)
}

func checkPage(t *testing.T, name, body string, code int) {
	t.Helper()
	if code == 303 {
		return
	}
	if m := inline.FindString(body); m != "" {
		t.Errorf("%s: %q is on the page", name, m)
	}
	if strings.Count(body, "<h1") != 1 && !strings.Contains(body, `type="search" autocomplete="off"`) {
		t.Errorf("%s: %d main headings", name, strings.Count(body, "<h1"))
	}
	seen := map[string]bool{}
	for _, m := range ids.FindAllStringSubmatch(body, -1) {
		if seen[m[1]] {
			t.Errorf("%s: the id %q stands twice", name, m[1])
		}
		seen[m[1]] = true
	}
}

func TestNoPageLinksToWhatIsNotBuilt(t *testing.T) {
	p := publicPortal(t)
	mux := http.NewServeMux()
	p.routes(mux)
	h := p.Handler()
	for _, path := range publicPaths(p) {
		if path == "/no-such-page" {
			continue
		}
		for _, m := range links.FindAllStringSubmatch(plain(t, fetch(h, "localhost:8053", path, "")), -1) {
			target := strings.ReplaceAll(m[1], "&amp;", "&")
			r := httptest.NewRequest("GET", target, nil)
			if _, pattern := mux.Handler(r); pattern != "/" {
				continue
			}
			r.Method = "POST"
			if _, pattern := mux.Handler(r); pattern == "/" {
				t.Errorf("%s links to %s, which nothing answers", path, m[1])
			}
		}
	}
}

func TestLanguageIsKeptByACookie(t *testing.T) {
	h := publicPortal(t).Handler()
	w := fetch(h, "localhost:8053", "/services?lang=en", "")
	if w.Code != 303 || w.Header().Get("Location") != "/services" || !strings.Contains(w.Header().Get("Set-Cookie"), "lang=en") {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	if body := plain(t, fetch(h, "localhost:8053", "/services", "en")); !strings.Contains(body, `<html lang="en">`) {
		t.Error("not in English")
	}
	if w := fetch(h, "localhost:8053", "//evil.example/?lang=en", ""); strings.HasPrefix(w.Header().Get("Location"), "//") {
		t.Errorf("open redirect to %s", w.Header().Get("Location"))
	}
}

func TestPostsFromOtherSitesAreRefused(t *testing.T) {
	h := publicPortal(t).Handler()
	r := httptest.NewRequest("POST", "/signin", strings.NewReader("number=1"))
	r.Host = "localhost:8053"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden {
		t.Errorf("got %d", w.Code)
	}
}

func TestOwnPagesLeadToSignInOnTheOneHost(t *testing.T) {
	p := publicPortal(t)
	h := p.Handler()
	if got := fetch(h, "localhost:8053", "/me", "").Header().Get("Location"); got != "/signin?to=%2Fme" {
		t.Errorf("bare host: %q", got)
	}
	region := hosts(p)[1]
	w := fetch(h, region, "/me", "")
	got, err := url.Parse(w.Header().Get("Location"))
	if err != nil || got.Host != "localhost:8053" || got.Path != "/session/go" || !strings.HasPrefix(got.Query().Get("to"), "http://"+region+"/session?to=%2Fme&way=") {
		t.Errorf("region's host: %v", got)
	}
	if c := w.Result().Cookies(); len(c) != 1 || !c[0].HttpOnly || strings.Contains(got.String(), c[0].Value) {
		t.Errorf("cookies: %v", c)
	}
	// A ticket that somebody else sent is good for nothing in a browser that never set out.
	if w := fetch(h, region, "/session?to=/me&ticket=abc", ""); w.Code != http.StatusUnauthorized {
		t.Errorf("a ticket from elsewhere: %d", w.Code)
	}
}

func TestPortalInstallsUnderItsOwnName(t *testing.T) {
	p := publicPortal(t)
	h := p.Handler()
	for _, host := range hosts(p) {
		w := fetch(h, host, "/manifest.webmanifest", "")
		if w.Code != 200 {
			t.Fatalf("%s: %d", host, w.Code)
		}
		body := plain(t, w)
		name := regexp.MustCompile(`"short_name":"([^"]+)"`).FindStringSubmatch(body)
		icon := regexp.MustCompile(`"src":"([^"]+\.png)"`).FindStringSubmatch(body)
		if name == nil || icon == nil {
			t.Fatalf("%s: %s", host, body)
		}
		if want := p.siteOf(host).region.AppName; name[1] != want {
			t.Errorf("%s installs as %q, want %q", host, name[1], want)
		}
		if w := fetch(h, host, icon[1], ""); w.Code != 200 || w.Header().Get("Content-Type") != "image/png" {
			t.Errorf("%s: icon %d %s", host, w.Code, w.Header().Get("Content-Type"))
		}
		if w := fetch(h, host, "/sw.js", ""); w.Code != 200 || !strings.Contains(plain(t, w), `"/offline"`) {
			t.Errorf("%s: service worker %d", host, w.Code)
		}
	}
}

func TestStartingUnsignedLeadsThroughSignInBackToTheService(t *testing.T) {
	p := publicPortal(t)
	slug := p.Catalog.All()[0].Slug
	r := httptest.NewRequest("POST", "/services/"+slug+"/start", nil)
	r.Host = "localhost:8053"
	w := httptest.NewRecorder()
	p.Handler().ServeHTTP(w, r)
	if want := "/signin?to=" + url.QueryEscape("/services/"+slug+"/start"); w.Code != 303 || w.Header().Get("Location") != want {
		t.Errorf("%d %q, want %q", w.Code, w.Header().Get("Location"), want)
	}
}

func TestATicketIsHandedToThisNodesPortalsAlone(t *testing.T) {
	p := publicPortal(t)
	v := p.visitor(httptest.NewRecorder(), httptest.NewRequest("GET", "http://localhost:8053/session/go", nil))
	host := p.Regions.All()[1].Host
	for to, want := range map[string]bool{
		"http://" + host + ".localhost:8053/session": true, "http://" + host + ".localhost:9999/session": false,
		"https://" + host + ".localhost:8053/session": false, "http://" + host + ".localhost.evil.example:8053/session": false,
		"http://evil.localhost:8053/session": false, "http://evil.example/session": false, "http://localhost:8053/session": false,
	} {
		u, err := url.Parse(to)
		if err != nil {
			t.Fatal(err)
		}
		if got := v.ours(u); got != want {
			t.Errorf("%s: %v, want %v", to, got, want)
		}
	}
}

// Browsers hold redirects after a form to form-action: a region's page must allow the one host
// where sign-in lives, and no other.
func TestFormsMayEndWhereSignInLives(t *testing.T) {
	p := publicPortal(t)
	h := p.Handler()
	if got := fetch(h, "localhost:8053", "/services", "").Header().Get("Content-Security-Policy"); got != "" {
		t.Errorf("the bare host changes the policy: %q", got)
	}
	got := fetch(h, hosts(p)[1], "/services", "").Header().Get("Content-Security-Policy")
	if !strings.Contains(got, "form-action 'self' http://localhost:8053;") || !strings.Contains(got, "default-src 'none'") {
		t.Errorf("a region's host has the policy %q", got)
	}
}
