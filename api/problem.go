package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"lancar"
	"lancar/identity"
	"lancar/identity/oidc"
	"lancar/internal/serve"
)

// problem is an error of ours as RFC 9457 has it: detail is the text for people, in English, and
// errors hold it in both languages at the field it is about. What a token lacks carries the OAuth
// error beside it.
type problem struct {
	huma.ErrorModel
	OAuth string `json:"error,omitempty" doc:"The error as OAuth names it, where the token or the mandate is what lacks."`
}

// describe adds to the description's model of errors what ours carry beside it.
func describe(h huma.API) {
	schemas := h.OpenAPI().Components.Schemas
	huma.SchemaFromType(schemas, reflect.TypeFor[huma.ErrorModel]())
	if model := schemas.Map()["ErrorModel"]; model != nil {
		for name, doc := range map[string]string{"error": "The error as OAuth names it, where the token or what stands behind it is what lacks.", "error_description": "The same in words."} {
			model.Properties[name] = &huma.Schema{Type: huma.TypeString, Description: doc}
		}
	}
}

// problem turns an error into its answer. What is no [lancar.Error] is logged and not shown.
func (a *API) problem(ctx context.Context, err error) error {
	p := &problem{}
	p.Status = serve.StatusOf(err)
	e, ok := errors.AsType[*lancar.Error](err)
	if !ok || p.Status == http.StatusInternalServerError {
		if a.Log != nil && ctx.Err() == nil {
			a.Log.Error("a call of the API failed", "request", serve.RequestID(ctx), "error", err.Error())
		}
		p.Title, p.Detail = http.StatusText(p.Status), "this cannot be answered now"
		return p
	}
	challenge := p.oauth(e, caller(ctx))
	p.fill(e)
	if p.Status == http.StatusTooManyRequests {
		return huma.ErrorWithHeaders(p, http.Header{"Retry-After": {"60"}})
	}
	if challenge != "" {
		return huma.ErrorWithHeaders(p, http.Header{"Www-Authenticate": {challenge}})
	}
	return p
}

// problemOf is an error that no token has a part in.
func problemOf(e *lancar.Error) error {
	p := &problem{}
	p.Status = serve.Status(e.Code)
	p.fill(e)
	return p
}

func (p *problem) fill(e *lancar.Error) {
	p.Title, p.Detail = http.StatusText(p.Status), e.Text.In("en")
	p.Errors = []*huma.ErrorDetail{{Message: e.Text.In("id") + " / " + e.Text.In("en"), Location: location(e.Field)}}
}

// oauth says what of the token or of what stands behind it lacks (RFC 6750 section 3.1, RFC 9470). A
// token under a mandate that is over is worth nothing.
func (p *problem) oauth(e *lancar.Error, c oidc.Caller) (challenge string) {
	scheme := "Bearer"
	if c.Bound {
		scheme = "DPoP"
	}
	over := c.Mandate != "" && e.Field == "mandate" && (e.Code == lancar.Gone || e.Code == lancar.NotFound)
	switch {
	case e.Code == lancar.Unauthenticated, over:
		p.Status, p.OAuth = http.StatusUnauthorized, "invalid_token"
	case e.Code == lancar.Forbidden && e.Field == "level":
		p.Status, p.OAuth = http.StatusUnauthorized, "insufficient_user_authentication"
		return scheme + ` error="` + p.OAuth + `", acr_values="` + identity.ACR(identity.Strong) + `"`
	case e.Code == lancar.Forbidden && (e.Field == "mandate" || e.Field == "consent"):
		p.OAuth = "insufficient_scope"
	case e.Code == lancar.Forbidden:
		p.OAuth = "access_denied"
		return ""
	default:
		return ""
	}
	return scheme + ` error="` + p.OAuth + `"`
}

// location is where in the call a field stands, as far as its name says.
func location(field string) string {
	switch {
	case field == "":
		return ""
	case field == "Idempotency-Key":
		return "header." + field
	case strings.ContainsAny(field, " \n"):
		return "body"
	}
	return "body." + field
}

// write answers outside of an operation, where a middleware refuses.
func write(w http.ResponseWriter, err error) {
	if h, ok := errors.AsType[huma.HeadersError](err); ok {
		for name, values := range h.GetHeaders() {
			w.Header()[name] = values
		}
	}
	p, ok := errors.AsType[*problem](err)
	if !ok {
		p = &problem{}
		p.Status = http.StatusInternalServerError
	}
	text, merr := json.Marshal(p)
	if merr != nil {
		http.Error(w, http.StatusText(p.Status), p.Status)
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_, _ = w.Write(text) // the caller may have left
}
