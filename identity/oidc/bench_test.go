package oidc_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lancar/internal/store/storetest"
	"lancar/test/outside"
)

// BenchmarkMachineToken is client_credentials by private_key_jwt, ES256 both ways, jti and token id
// durable before the answer. The client's own signature is made before the clock starts.
func BenchmarkMachineToken(b *testing.B) {
	w := newWorld(b, outside.Over(b, outside.NewClock(time.Now()), storetest.OpenAt(b, time.Now), people), false)
	a := w.app(nil)
	bodies := make([]string, b.N)
	for i := range bodies {
		f := url.Values{"grant_type": {"client_credentials"}, "client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {a.assertion(func(c map[string]any) { c["exp"] = time.Now().Add(5 * time.Minute).Unix() })}}
		bodies[i] = f.Encode()
	}
	h := w.provider.Handler()
	var next atomic.Int64
	b.SetParallelism(32)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r := httptest.NewRequest("POST", "/oauth/token", strings.NewReader(bodies[next.Add(1)-1]))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, r)
			if rec.Code != http.StatusOK {
				b.Fatal(rec.Body)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
}
