package api

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"lancar"
	"lancar/access"
	"lancar/casework"
	"lancar/identity"
	"lancar/identity/mandate"
)

// mountSubmit adds the steps that cannot be taken back. An agent's person is asked first: 202 with the
// question, and the same call, under the same key, once they agreed.
func (a *API) mountSubmit(h huma.API) {
	waits := "Under an agent's mandate the person is asked first: 202 with the question, which they answer on their page. Once they agreed, the same call with the same Idempotency-Key takes effect, within ten minutes, once; after a no it is 403."
	question := huma.SchemaFromType(h.OpenAPI().Components.Schemas, reflect.TypeFor[waitsBody]())
	asked := func() map[string]*huma.Response {
		return map[string]*huma.Response{"202": {Description: "The person is asked. Poll the address in Location.", Content: map[string]*huma.MediaType{"application/json": {Schema: question}}}}
	}
	huma.Register(h, huma.Operation{OperationID: "submit-draft", Method: http.MethodPost, Path: "/api/v1/drafts/{id}/submit", Summary: "Send an application",
		Description: "A draft becomes one case, however often and from wherever it is sent. " + waits, DefaultStatus: 201, MaxBodyBytes: 4 << 10, Responses: asked(),
		Security: about("cases.submit"), Middlewares: a.persons("cases.submit", access.Answers), Errors: []int{401, 403, 404, 409, 410, 422, 429}}, a.submit)
	huma.Register(h, huma.Operation{OperationID: "pay-case", Method: http.MethodPost, Path: "/api/v1/cases/{number}/payment", Summary: "The code by which the charge of an application is paid",
		Description: "A QRIS payload for any payment app in Indonesia. Call again for a new one when it ran out. " + waits, MaxBodyBytes: 4 << 10, Responses: asked(),
		Security: about("payments.make"), Middlewares: a.persons("payments.make", access.Payments), Errors: []int{401, 403, 404, 410, 422, 429, 503}}, a.pay)
	huma.Register(h, huma.Operation{OperationID: "withdraw-case", Method: http.MethodPost, Path: "/api/v1/cases/{number}/withdraw", Summary: "Take an application back",
		Description: "As long as it is not decided. It ends for good, and what was not paid is owed no more. " + waits, DefaultStatus: 204, MaxBodyBytes: 4 << 10, Responses: asked(),
		Security: about("cases.withdraw"), Middlewares: a.persons("cases.withdraw", access.Case), Errors: []int{401, 403, 404, 409, 422, 429}}, a.withdraw)
	huma.Register(h, huma.Operation{OperationID: "get-ask", Method: http.MethodGet, Path: "/api/v1/asks/{ask}", Summary: "How a question to the person stands",
		Description: "For the agent that asked, as long as its mandate is in force.", Security: needs("agent", ""), Middlewares: a.persons("", access.Case), Errors: []int{401, 404, 429}}, a.ask)
}

type askBody struct {
	ID      lancar.ID `json:"id"`
	State   string    `json:"state" enum:"waiting,agreed,refused,done,lapsed" doc:"agreed: call again, before expires."`
	Verb    string    `json:"verb" enum:"submit,pay,withdraw"`
	Service string    `json:"service"`
	Amount  int64     `json:"amount" doc:"In sen."`
	Expires time.Time `json:"expires"`
	Poll    string    `json:"poll"`
}

// waitsBody is what is answered while the person is asked.
type waitsBody struct {
	Ask askBody `json:"ask"`
}

func bodyOfAsk(p mandate.Pending) *askBody {
	return &askBody{p.ID, string(p.State), string(p.Act.Verb), p.Act.Service, p.Act.Amount.Amount, p.Expires, "/api/v1/asks/" + string(p.ID)}
}

type submitInput struct {
	ID   string `path:"id" maxLength:"32" minLength:"32"`
	Key  string `header:"Idempotency-Key" required:"true" minLength:"8" maxLength:"200" doc:"Names this act: sent again, it is the same act." example:"9f2c6f0e-5d0c-4a7e-8a55-6f0f4a1d7b11"`
	Body *struct {
		Version int64 `json:"version,omitempty" example:"3" doc:"Of the draft as it was checked: 409 when it changed since."`
	} `required:"false"`
}

type submitOutput struct {
	Status       int
	CacheControl string `header:"Cache-Control"`
	Location     string `header:"Location"`
	RetryAfter   string `header:"Retry-After"`
	Body         struct {
		Case *caseBody `json:"case,omitempty"`
		Ask  *askBody  `json:"ask,omitempty"`
	}
}

func (a *API) submit(ctx context.Context, in *submitInput) (*submitOutput, error) {
	s := casework.Submission{Draft: lancar.ID(in.ID), Key: in.Key}
	if in.Body != nil {
		s.Version = in.Body.Version
	}
	out := &submitOutput{Status: http.StatusCreated, CacheControl: "no-store"}
	c, err := a.Cases.Submit(ctx, applicant(ctx), s)
	if w, ok := errors.AsType[*mandate.Waiting](err); ok {
		out.Status, out.Body.Ask, out.RetryAfter = http.StatusAccepted, bodyOfAsk(w.Pending), "5"
		out.Location = out.Body.Ask.Poll
		return out, nil
	}
	if err != nil {
		return nil, a.problem(ctx, answering(err))
	}
	body := a.caseBody(c)
	out.Body.Case, out.Location = &body, "/api/v1/cases/"+c.Number
	return out, nil
}

// actInput names a case and the act on it.
type actInput struct {
	Number string `path:"number" maxLength:"40"`
	Key    string `header:"Idempotency-Key" required:"true" minLength:"8" maxLength:"200" doc:"Names this act: sent again, it is the same act." example:"9f2c6f0e-5d0c-4a7e-8a55-6f0f4a1d7b11"`
}

type payOutput struct {
	Status       int
	CacheControl string `header:"Cache-Control"`
	Location     string `header:"Location"`
	RetryAfter   string `header:"Retry-After"`
	Body         struct {
		QRIS     string     `json:"qris,omitempty" doc:"What the QR picture holds."`
		Merchant string     `json:"merchant,omitempty" doc:"The name that the payer's app will show."`
		Expires  *time.Time `json:"expires,omitempty"`
		Ask      *askBody   `json:"ask,omitempty"`
	}
}

func (a *API) pay(ctx context.Context, in *actInput) (*payOutput, error) {
	out := &payOutput{Status: http.StatusOK, CacheControl: "no-store"}
	code, err := a.Cases.Pay(ctx, applicant(ctx), in.Number, in.Key)
	if w, ok := errors.AsType[*mandate.Waiting](err); ok {
		out.Status, out.Body.Ask, out.RetryAfter = http.StatusAccepted, bodyOfAsk(w.Pending), "5"
		out.Location = out.Body.Ask.Poll
		return out, nil
	}
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out.Body.QRIS, out.Body.Merchant, out.Body.Expires = code.Payload, code.Merchant, &code.Expires
	return out, nil
}

type withdrawOutput struct {
	Status       int
	CacheControl string `header:"Cache-Control"`
	Location     string `header:"Location"`
	RetryAfter   string `header:"Retry-After"`
	Body         *waitsBody
}

func (a *API) withdraw(ctx context.Context, in *actInput) (*withdrawOutput, error) {
	out := &withdrawOutput{Status: http.StatusNoContent, CacheControl: "no-store"}
	err := a.Cases.Withdraw(ctx, applicant(ctx), in.Number, 0, in.Key)
	if w, ok := errors.AsType[*mandate.Waiting](err); ok {
		ask := bodyOfAsk(w.Pending)
		out.Status, out.Body, out.RetryAfter, out.Location = http.StatusAccepted, &waitsBody{*ask}, "5", ask.Poll
		return out, nil
	}
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return out, nil
}

type askInput struct {
	Ask string `path:"ask" maxLength:"32"`
}

type askOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         askBody
}

func (a *API) ask(ctx context.Context, in *askInput) (*askOutput, error) {
	by := applicant(ctx).By
	p, err := a.Mandates.Asked(ctx, by.ID, lancar.ID(in.Ask))
	if err == nil && p.Mandate != by.Mandate {
		err = lancar.Fail(lancar.NotFound, "ask", "Pertanyaan itu tidak ada.", "There is no such question.")
	}
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &askOutput{"no-store", *bodyOfAsk(p)}, nil
}

func acrOf(level int) string { return identity.ACR(identity.Level(level)) }
