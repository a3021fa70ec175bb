package oidc

import (
	"errors"
	"net/http"

	"lancar"
)

// fault is an error as OAuth tells it to a machine, with words for the engineer who reads the
// client's log in the office. Everything that is not a fault is server_error.
type fault struct {
	code   string // RFC 6749 section 5.2 and the extensions
	status int    // of the answer; 400 mostly
	words  lancar.Text
	cause  error
}

func (f *fault) Error() string {
	s := f.code + ": " + f.words["en"]
	if f.cause != nil {
		s += ": " + f.cause.Error()
	}
	return s
}

func (f *fault) Unwrap() error { return f.cause }

// refuse makes a fault. The English words go to the client as error_description, so they hold
// nothing but printable ASCII without quotes and backslashes.
func refuse(code, id, en string) *fault {
	return &fault{code: code, status: http.StatusBadRequest, words: lancar.Text{"id": id, "en": en}}
}

func (f *fault) with(status int) *fault { c := *f; c.status = status; return &c }

func (f *fault) because(cause error) *fault { c := *f; c.cause = cause; return &c }

func badClient(id, en string) *fault {
	return refuse("invalid_client", id, en).with(http.StatusUnauthorized)
}

func badRequest(id, en string) *fault { return refuse("invalid_request", id, en) }

func badGrant(id, en string) *fault { return refuse("invalid_grant", id, en) }

// asFault turns any error into the fault that the caller is told.
func asFault(err error) *fault {
	if f, ok := errors.AsType[*fault](err); ok {
		return f
	}
	if lancar.CodeOf(err) == lancar.Unavailable {
		return refuse("temporarily_unavailable", "Layanan sedang terganggu. Coba lagi sebentar.", "The service is disturbed, try again shortly").with(http.StatusServiceUnavailable).because(err)
	}
	return refuse("server_error", "Ada gangguan di pihak kami.", "Something failed on our side").with(http.StatusInternalServerError).because(err)
}

// fail answers a machine with an error and keeps it in the client's log.
func (p *Provider) fail(w http.ResponseWriter, r *http.Request, endpoint string, client lancar.ID, err error) {
	f := asFault(err)
	if f.status >= 500 {
		p.Log.Error("oidc failed", "endpoint", endpoint, "error", err)
	}
	p.note(r.Context(), client, endpoint, f)
	if f.status == http.StatusUnauthorized && f.code == "invalid_client" {
		w.Header().Set("WWW-Authenticate", `Basic realm="lancar"`)
	}
	answer(w, f.status, map[string]any{"error": f.code, "error_description": f.words["en"]})
}
