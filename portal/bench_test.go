package portal

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
)

// The pages that everyone opens, beside a bare handler that sends the same bytes.
func BenchmarkPages(b *testing.B) {
	p := publicPortal(b)
	h := p.Handler()
	for name, path := range map[string]string{"kept": "/services/pajak-bumi-bangunan", "search": "/search?q=" + url.QueryEscape("mau buka warung makan")} {
		body := fetch(h, "localhost:8053", path, "").Body.Bytes()
		serveIt := func(b *testing.B, h http.Handler) {
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequest("GET", path, nil)
				r.Host = "localhost:8053"
				r.Header.Set("Accept-Encoding", "gzip")
				h.ServeHTTP(httptest.NewRecorder(), r)
			}
		}
		b.Run(name, func(b *testing.B) { serveIt(b, h) })
		b.Run(name+"/bare", func(b *testing.B) {
			serveIt(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write(body) }))
		})
	}
}
