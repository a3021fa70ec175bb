package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"lancar"
	"lancar/identity/machine"
	"lancar/identity/oidc"
	"lancar/internal/serve"
)

// Admit lets one call in with its access token, which must have the scope ("" for any), or answers it
// and returns false: Require of identity/oidc for machines that call for themselves, Enter for who
// calls for a person.
type Admit func(w http.ResponseWriter, r *http.Request, scope string) (oidc.Caller, bool)

type callerKey struct{}

// machines is the middleware of operations that registered machines call for themselves, with one
// scope ("" for any machine). [caller] is who called.
func (a *API) machines(scope string) huma.Middlewares {
	return huma.Middlewares{func(ctx huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(ctx)
		if c, ok := a.Admit(w, r, scope); ok {
			next(huma.WithValue(ctx, callerKey{}, c))
		}
	}}
}

func caller(ctx context.Context) oidc.Caller {
	c, _ := ctx.Value(callerKey{}).(oidc.Caller)
	return c
}

func actor(ctx context.Context) lancar.Actor { return caller(ctx).Client }

// mountMachines adds what machines ask about themselves.
func (a *API) mountMachines(h huma.API) {
	huma.Register(h, huma.Operation{OperationID: "get-machine", Method: http.MethodGet, Path: "/api/v1/machine",
		Summary: "Who I am, what I may do, and what is left of my budget", Description: "For registered machines, with an access token of this node (client_credentials). A machine that was stopped is refused within a second.",
		Security: needs("machine", ""), Middlewares: a.machines(""), Errors: []int{401, 403, 429}}, a.machine)
}

type machineOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		ID       lancar.ID   `json:"id"`
		Kind     string      `json:"kind" enum:"service,bot,agent"`
		Stage    string      `json:"stage" enum:"sandbox,production"`
		State    string      `json:"state" enum:"active,orphaned" doc:"Orphaned: its owner left; it stops at stops unless another officer takes it over."`
		Stops    *time.Time  `json:"stops,omitempty"`
		Name     string      `json:"name"`
		Purpose  lancar.Text `json:"purpose"`
		Scopes   []string    `json:"scopes"`
		Budget   int         `json:"budget" doc:"Calls a day, from midnight in Jakarta."`
		Used     int         `json:"used" doc:"Of today's budget; a little ahead of the truth, because nodes take it in lots."`
		Peak     int         `json:"peak" doc:"Calls in one minute."`
		Expires  time.Time   `json:"expires"`
		Reviewed time.Time   `json:"review" doc:"Its owner must sign for it by then."`
	}
}

func (a *API) machine(ctx context.Context, _ *struct{}) (*machineOutput, error) {
	m, used, err := a.Machines.Self(ctx, actor(ctx))
	if err != nil {
		return nil, huma.NewError(serve.StatusOf(err), "the register of machines does not answer")
	}
	out := &machineOutput{CacheControl: "no-store"}
	b := &out.Body
	b.ID, b.Kind, b.Stage, b.State, b.Name, b.Purpose = m.ID, string(m.Kind), string(m.Stage), string(m.State), m.Name, m.Purpose
	b.Scopes, b.Budget, b.Used, b.Peak, b.Expires, b.Reviewed = m.Scopes, m.Budget, used, m.Peak, m.Expires, m.Review
	if m.State == machine.Orphaned {
		b.Stops = &m.Stops
	}
	return out, nil
}
