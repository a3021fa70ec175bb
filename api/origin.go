package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"lancar"
)

// anyOrigin lets apps that run in a browser read the answers. Nothing here goes by cookies, so any
// origin may.
func anyOrigin(ctx huma.Context, next func(huma.Context)) {
	ctx.SetHeader("Access-Control-Allow-Origin", "*")
	ctx.SetHeader("Access-Control-Expose-Headers", "DPoP-Nonce, Location, Retry-After, WWW-Authenticate")
	next(ctx)
}

// preflight answers a browser that asks before it calls.
func preflight(w http.ResponseWriter, _ *http.Request) {
	head := w.Header()
	head.Set("Access-Control-Allow-Origin", "*")
	head.Set("Access-Control-Allow-Methods", "GET, POST, PATCH, DELETE")
	head.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, DPoP, Idempotency-Key")
	head.Set("Access-Control-Max-Age", "3600")
	w.WriteHeader(http.StatusNoContent)
}

// Sorry answers every request with the problem document of an error, for what stands before the
// operations: a limited address, a panic, a path that is none.
func Sorry(code lancar.Code) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, en := "Ada gangguan di pihak kami.", "Something failed on our side."
		switch code {
		case lancar.NotFound:
			id, en = "Alamat ini tidak ada.", "There is no such address."
		case lancar.TooMany:
			id, en = "Terlalu banyak permintaan dari jaringan Anda.", "Too many requests from your network."
		}
		write(w, problemOf(lancar.Fail(code, "", id, en)))
	})
}
