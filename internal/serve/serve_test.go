package serve_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"lancar/internal/serve"
)

func wrapped(h http.HandlerFunc, change func(*serve.Options)) *httptest.Server {
	o := serve.Options{Log: slog.New(slog.DiscardHandler), MaxBody: 10}
	if change != nil {
		change(&o)
	}
	return httptest.NewServer(serve.Wrap(h, o))
}

func TestPanicAnswers500AndTheServerLives(t *testing.T) {
	s := wrapped(func(w http.ResponseWriter, r *http.Request) { panic("secret detail") }, nil)
	defer s.Close()
	for range 2 {
		res, err := http.Get(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != 500 || strings.Contains(string(body), "secret") || res.Header.Get("Content-Security-Policy") != serve.CSP {
			t.Fatalf("%d %s %v", res.StatusCode, body, res.Header)
		}
	}
}

func TestBodyLimitAndRateLimit(t *testing.T) {
	s := wrapped(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			w.WriteHeader(serve.StatusOf(err))
		}
	}, func(o *serve.Options) { o.Limiter = serve.NewLimiter(0.001, 2) })
	defer s.Close()
	want := []int{413, 200, 429}
	for i, body := range []string{"far too long a body", "short", "short"} {
		res, err := http.Post(s.URL, "text/plain", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want[i] {
			t.Errorf("%d: %d, want %d", i, res.StatusCode, want[i])
		}
	}
}

func TestForwardedAddressIsBelievedFromTrustedProxiesOnly(t *testing.T) {
	for _, trusted := range []bool{true, false} {
		var got netip.Addr
		s := wrapped(func(w http.ResponseWriter, r *http.Request) { got = serve.Address(r.Context()) }, func(o *serve.Options) {
			if trusted {
				o.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
			}
		})
		req, _ := http.NewRequest("GET", s.URL, nil)
		req.Header.Set("X-Forwarded-For", "6.6.6.6, 203.0.113.9")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		s.Close()
		if want := map[bool]string{true: "203.0.113.9", false: "127.0.0.1"}[trusted]; got.String() != want {
			t.Errorf("trusted %v: %s", trusted, got)
		}
	}
}

func TestAProxysOwnLineIsTheOneBelieved(t *testing.T) {
	var got netip.Addr
	s := wrapped(func(w http.ResponseWriter, r *http.Request) { got = serve.Address(r.Context()) }, func(o *serve.Options) {
		o.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	})
	defer s.Close()
	req, _ := http.NewRequest("GET", s.URL, nil)
	req.Header["X-Forwarded-For"] = []string{"6.6.6.6", "203.0.113.9"}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if got.String() != "203.0.113.9" {
		t.Errorf("believed %s", got)
	}
}

func TestAddressesThatAreNoTextAreRefused(t *testing.T) {
	s := wrapped(func(w http.ResponseWriter, r *http.Request) {}, nil)
	defer s.Close()
	for path, want := range map[string]int{"/a?q=%c3%a9": 200, "/a%00b": 400, "/%ff": 400, "/a?q=%00": 400, "/a?q=%ff": 400, "/a?q=%zz": 200} {
		res, err := http.Get(s.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, res.StatusCode, want)
		}
	}
}

func TestRunFinishesWhatIsInFlight(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	begun := make(chan bool)
	go func() {
		ended <- serve.Run(ctx, l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			close(begun)
			time.Sleep(100 * time.Millisecond)
			io.WriteString(w, "whole")
		}), time.Second, slog.New(slog.DiscardHandler))
	}()
	got := make(chan string, 1)
	go func() {
		res, err := http.Get("http://" + l.Addr().String())
		if err != nil {
			got <- err.Error()
			return
		}
		b, _ := io.ReadAll(res.Body)
		got <- string(b)
	}()
	<-begun
	cancel()
	if g := <-got; g != "whole" {
		t.Fatal(g)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}
