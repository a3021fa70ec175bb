package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"lancar"
	"lancar/access"
	"lancar/casework"
	"lancar/identity"
	"lancar/identity/oidc"
)

type applicantKey struct{}

// persons is the middleware of operations about a person's applications, with one scope. [applicant]
// is for whom the call is, and who makes it; what is opened are the kinds of data that it shows.
func (a *API) persons(scope string, opened ...string) huma.Middlewares {
	return huma.Middlewares{func(ctx huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(ctx)
		c, ok := a.Enter(w, r, scope)
		if !ok {
			return
		}
		who, err := a.applicantOf(r, c, scope, opened)
		if err != nil {
			write(w, a.problem(context.WithValue(r.Context(), callerKey{}, c), err))
			return
		}
		next(huma.WithValue(huma.WithValue(ctx, callerKey{}, c), applicantKey{}, who))
	}}
}

// applicant is for whom a call is.
func applicant(ctx context.Context) casework.Applicant {
	who, _ := ctx.Value(applicantKey{}).(casework.Applicant)
	return who
}

// applicantOf is the person of a token: under a mandate its principal, with the holder, else who signed
// in to the app, with the app.
func (a *API) applicantOf(r *http.Request, c oidc.Caller, scope string, opened []string) (casework.Applicant, error) {
	who := casework.Applicant{Account: c.Account, Subject: c.Subject, Level: c.Level, Register: c.Level >= identity.Verified}
	if c.Mandate == "" {
		who.App = &access.App{Who: c.Client, Purpose: c.Purpose, Scope: scope, What: opened}
		return who, nil
	}
	acting, err := a.Mandates.Acting(r.Context(), identity.Session{Account: c.Holder, Mandate: c.Mandate})
	if err != nil {
		return who, err
	}
	p := acting.Mandate.Principal
	if p.Account != c.Account {
		return who, lancar.Fail(lancar.Unauthenticated, "", "Token ini bukan untuk kuasa itu.", "The token is not for that mandate.")
	}
	who.Subject, who.Register, who.By = p.Subject, acting.Mandate.Register, acting.By
	if !c.Machine {
		who.Via = &casework.Through{App: c.Client.ID, Name: c.Client.Name}
	}
	return who, nil
}

// about are the ways in to operations about a person.
func about(scope string) []map[string][]string {
	return append(needs("person", scope), needs("agent", scope)...)
}

// mountPersons adds what apps and agents do for a person, and what agencies' systems ask about a case.
func (a *API) mountPersons(h huma.API) {
	a.mountCases(h)
	a.mountDrafts(h)
	a.mountSubmit(h)
	a.mountAnswers(h)
}
