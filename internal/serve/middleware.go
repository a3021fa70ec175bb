package serve

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"
)

// Options configure [Wrap].
type Options struct {
	Log      *slog.Logger
	Metrics  *Metrics
	Limiter  *Limiter
	Proxies  []netip.Prefix // whose X-Forwarded-For is believed
	Secure   bool           // behind TLS: adds HSTS
	MaxBody  int64          // bytes of a request body; uploads have limits of their own below it
	TooMany  http.Handler   // answers a limited address; nil: plain text
	Internal http.Handler   // answers after a panic; nil: plain text
}

type requestKey struct{}

// requestInfo is what the middleware knows of a request.
type requestInfo struct {
	id      string
	address netip.Addr
}

// RequestID names the request in logs and on error pages.
func RequestID(ctx context.Context) string {
	info, _ := ctx.Value(requestKey{}).(requestInfo)
	return info.id
}

// Address is the client's address as far as trusted proxies tell it.
func Address(ctx context.Context) netip.Addr {
	info, _ := ctx.Value(requestKey{}).(requestInfo)
	return info.address
}

// Wrap puts the shared middleware around h.
func Wrap(h http.Handler, o Options) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		info := requestInfo{id: newRequestID(), address: clientAddress(r, o.Proxies)}
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, info))
		rec := &recorder{ResponseWriter: w}
		headers(rec.Header(), o.Secure)
		rec.Header().Set("X-Request-Id", info.id)
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				o.Log.Error("panic", "request", info.id, "path", route(r), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
				if rec.status == 0 {
					fall(rec, r, o.Internal, http.StatusInternalServerError)
				}
			}
			o.Metrics.observe(r, rec.status, time.Since(start))
			o.Log.Debug("request", "request", info.id, "method", r.Method, "route", route(r), "status", rec.status, "ms", time.Since(start).Milliseconds())
		}()
		if wait := o.Limiter.Take(info.address); wait > 0 {
			rec.Header().Set("Retry-After", fmt.Sprint(int(wait.Seconds())+1))
			fall(rec, r, o.TooMany, http.StatusTooManyRequests)
			return
		}
		if !readable(r) {
			http.Error(rec, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
			return
		}
		r.Body = http.MaxBytesReader(rec, r.Body, o.MaxBody)
		h.ServeHTTP(rec, r)
	})
}

// readable refuses addresses that no page of ours has: databases take neither NUL nor what is not
// UTF-8 as text, and pages would have to repeat it.
func readable(r *http.Request) bool {
	if r.URL.RawQuery != "" {
		values, _ := url.ParseQuery(r.URL.RawQuery) // what cannot be parsed, no page sees
		for name, all := range values {
			if !text(name) || !text(strings.Join(all, "")) {
				return false
			}
		}
	}
	return text(r.URL.Path)
}

func text(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

func fall(w http.ResponseWriter, r *http.Request, h http.Handler, status int) {
	if h != nil {
		h.ServeHTTP(w, r)
		return
	}
	http.Error(w, http.StatusText(status), status)
}

func headers(h http.Header, secure bool) {
	h.Set("Content-Security-Policy", CSP)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if secure {
		h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
}

// route is the pattern that matched, so that logs and metrics hold no case numbers.
func route(r *http.Request) string {
	if r.Pattern != "" {
		return r.Pattern
	}
	return "-"
}

func newRequestID() string {
	b := make([]byte, 8)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// clientAddress walks X-Forwarded-For from the right while the speaker is a trusted proxy.
func clientAddress(r *http.Request, proxies []netip.Prefix) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	// A proxy may add a line of its own below those that the client made up.
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && trusted(addr, proxies); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = next
	}
	return addr.Unmap()
}

func trusted(a netip.Addr, proxies []netip.Prefix) bool {
	for _, p := range proxies {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
