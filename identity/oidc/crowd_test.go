package oidc_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"testing"
	"time"

	"lancar/identity/oidc"
	"lancar/internal/serve"
	"lancar/internal/store"
)

func (w *world) rows(table string) (n int) {
	w.Helper()
	w.Must(w.DB.Read(w.Context(), func(tx *store.Tx) error { return tx.QueryRow("SELECT count(*) FROM " + table).Scan(&n) }))
	return n
}

// Requests that nobody finishes do not fill the database: a client has so many, and what a browser brings
// in a client's name says nothing of the client, so that one address has a share alone.
func TestUnfinishedRequestsAreBounded(t *testing.T) {
	each(t, func(w *world) {
		w.provider.CrowdForTest(6, 2)
		a, other := w.app(nil), w.app(nil)
		outside := httptest.NewServer(serve.Wrap(w.provider.Handler(), serve.Options{Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}, Log: slog.New(slog.DiscardHandler)}))
		defer outside.Close()
		ask := func(a *app, from string) int {
			req, err := http.NewRequestWithContext(w.Context(), "GET", outside.URL+"/oauth/authorize?"+a.want("openid").Encode(), nil)
			w.Must(err)
			req.Header.Set("X-Forwarded-For", from)
			r := w.do(req)
			to, err := url.Parse(r.header.Get("Location"))
			w.Must(err)
			if code := to.Query().Get("error"); code != "" && code != "temporarily_unavailable" {
				w.Fatal(code)
			}
			return map[bool]int{true: 1, false: 0}[to.Path == "/consent"]
		}
		got := 0
		for _, from := range []string{"203.0.113.1", "203.0.113.1", "203.0.113.1", "2001:db8::1", "2001:db8::2", "2001:db8::3"} {
			got += ask(a, from)
		}
		if got != 4 || ask(other, "203.0.113.1") != 1 || ask(a, "203.0.113.9") != 1 {
			w.Fatalf("%d of six requests from two lines", got)
		}
		for _, from := range []string{"203.0.113.10", "203.0.113.11", "203.0.113.12"} {
			got += ask(a, from)
		}
		if got != 5 || w.rows("identity_requests") != 7 {
			w.Fatalf("%d requests of a client, %d rows", got, w.rows("identity_requests"))
		}
		for n := range 8 {
			if r := a.call("/oauth/par", a.want("openid")); r.status != 201 && n < 6 || r.status != 429 && n >= 6 {
				w.Fatal("pushed: ", n, r.text)
			}
		}
		other.call("/oauth/par", other.want("openid")).wants(w.TB, 201, "")
		w.Pass(41 * time.Minute)
		if a.call("/oauth/par", a.want("openid")).status != 201 {
			w.Fatal("it stays shut")
		}
		w.Must(w.provider.SweepForTest(w.Context()))
		if n := w.rows("identity_requests"); n != 1 {
			w.Fatalf("%d requests are left", n)
		}
	})
}

func TestCodesThatNobodyTypesAreBounded(t *testing.T) {
	once(t, func(w *world) {
		w.provider.CrowdForTest(6, 2)
		public := func(c *oidc.Client) { c.Auth, c.JWKS = oidc.None, "" }
		tv, counter := w.kiosk(public), w.kiosk(nil)
		for n := range 4 {
			if r := tv.call("/oauth/device", url.Values{"scope": {"openid"}}); r.status != 200 && n < 2 || r.status != 429 && n >= 2 {
				t.Fatal(n, r.text)
			}
		}
		for n := range 8 {
			if r := counter.call("/oauth/bc-authorize", url.Values{"scope": {"openid"}, "login_hint": {"nobody@example.com"}}); r.status != 200 && n < 6 || r.status != 429 && n >= 6 {
				t.Fatal(n, r.text)
			}
		}
		if n := w.rows("identity_waits"); n != 8 {
			t.Fatalf("%d waits", n)
		}
		w.Pass(2 * time.Hour)
		w.Must(w.provider.SweepForTest(t.Context()))
		if n := w.rows("identity_waits"); n != 0 {
			t.Fatalf("%d waits are left", n)
		}
	})
}
