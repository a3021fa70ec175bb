package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"lancar"
	"lancar/identity"
	"lancar/identity/mandate"
)

// mountMandates adds what an agent asks about the mandate of its person.
func (a *API) mountMandates(h huma.API) {
	security := needs("machine", "cases.read")
	huma.Register(h, huma.Operation{OperationID: "find-mandates", Method: http.MethodGet, Path: "/api/v1/mandates", Summary: "For whom I may act",
		Description: "For an agent: the mandates in force that its person gave it. Whom they are for is not named here.", Security: security, Middlewares: a.machines("cases.read"), Errors: []int{401, 403, 429}}, a.mandates)
	huma.Register(h, huma.Operation{OperationID: "get-mandate", Method: http.MethodGet, Path: "/api/v1/mandates/{mandate}", Summary: "One mandate, with the name of whom it is for",
		Description: "A look, which the person sees. 410 as soon as it was taken back.", Security: security, Middlewares: a.machines("cases.read"), Errors: []int{401, 403, 404, 410, 429}}, a.mandate)
}

type mandateBody struct {
	ID       lancar.ID `json:"id"`
	For      string    `json:"for,omitempty" doc:"The person, by name; only of one mandate at a time."`
	Services []string  `json:"services" doc:"Slugs; empty for all."`
	Verbs    []string  `json:"verbs" doc:"Of see, draft, submit, pay, answer, withdraw, collect. Of submit, pay and withdraw the person is asked again each time."`
	Most     int64     `json:"most" doc:"In sen; 0 for no limit."`
	Until    time.Time `json:"until"`
}

type mandatesOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Mandates []mandateBody `json:"mandates"`
	}
}

func (a *API) mandates(ctx context.Context, _ *struct{}) (*mandatesOutput, error) {
	held, err := a.Mandates.Held(ctx, identity.Session{Account: actor(ctx).ID})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out := &mandatesOutput{CacheControl: "no-store"}
	out.Body.Mandates = []mandateBody{}
	for _, m := range held {
		if m.State == mandate.Active && a.Clock().Before(m.Until) {
			out.Body.Mandates = append(out.Body.Mandates, bodyOf(m))
		}
	}
	return out, nil
}

type mandateInput struct {
	Mandate string `path:"mandate" maxLength:"32"`
}

type mandateOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         mandateBody
}

func (a *API) mandate(ctx context.Context, in *mandateInput) (*mandateOutput, error) {
	acting, err := a.Mandates.Acting(ctx, identity.Session{Account: actor(ctx).ID, Mandate: lancar.ID(in.Mandate)})
	if err == nil {
		_, err = a.Mandates.See(ctx, acting, mandate.Act{Verb: mandate.See})
	}
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out := &mandateOutput{CacheControl: "no-store", Body: bodyOf(acting.Mandate)}
	out.Body.For = acting.Mandate.Principal.Name
	return out, nil
}

func bodyOf(m mandate.Mandate) mandateBody {
	out := mandateBody{ID: m.ID, Services: append([]string{}, m.Scope.Services...), Verbs: []string{}, Most: m.Scope.Most.Amount, Until: m.Until}
	for _, v := range m.Scope.Verbs {
		out.Verbs = append(out.Verbs, string(v))
	}
	return out
}
