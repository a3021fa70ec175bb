// Package serve is what every HTTP door of a node shares: the server with its time-outs and
// graceful end, security headers, limits, the access log without personal data, metrics, and
// the one place where errors become HTTP statuses.
package serve

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"lancar"
)

// CSP is the content security policy of every page: nothing inline, nothing from elsewhere.
const CSP = "default-src 'none'; style-src 'self'; img-src 'self' blob:; script-src 'self'; connect-src 'self'; " +
	"manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Status maps an error code to its HTTP status.
func Status(code lancar.Code) int {
	switch code {
	case "":
		return http.StatusOK
	case lancar.Invalid:
		return http.StatusUnprocessableEntity
	case lancar.Unauthenticated:
		return http.StatusUnauthorized
	case lancar.Forbidden:
		return http.StatusForbidden
	case lancar.NotFound:
		return http.StatusNotFound
	case lancar.Conflict:
		return http.StatusConflict
	case lancar.Gone:
		return http.StatusGone
	case lancar.TooMany:
		return http.StatusTooManyRequests
	case lancar.TooLarge:
		return http.StatusRequestEntityTooLarge
	case lancar.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// StatusOf is Status of err's code; a body over its limit counts as too large.
func StatusOf(err error) int {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return http.StatusRequestEntityTooLarge
	}
	return Status(lancar.CodeOf(err))
}

// Run serves h on l until ctx ends, then lets what is in flight finish, for at most grace.
func Run(ctx context.Context, l net.Listener, h http.Handler, grace time.Duration, log *slog.Logger) error {
	srv := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       5 * time.Minute, // an upload over a bad network
		WriteTimeout:      5 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := srv.Shutdown(stop); err != nil {
		return srv.Close()
	}
	return nil
}
