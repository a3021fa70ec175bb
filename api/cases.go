package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"lancar"
	"lancar/access"
)

// mountCases adds what is read about applications that were sent.
func (a *API) mountCases(h huma.API) {
	huma.Register(h, huma.Operation{OperationID: "my-cases", Method: http.MethodGet, Path: "/api/v1/cases", Summary: "The person's applications",
		Description: "Last changed first, a page at a time: hand next back as after. Under a mandate, those of its services.",
		Security:    about("cases.read"), Middlewares: a.persons("cases.read", access.Case), Errors: []int{401, 403, 429}}, a.cases)
	huma.Register(h, huma.Operation{OperationID: "get-case", Method: http.MethodGet, Path: "/api/v1/cases/{number}", Summary: "One application: how it stands, and what happens next",
		Description: "With scope cases.answers also what was filled in, asked to be corrected, decided and written. Each look is one that the person sees.",
		Security:    about("cases.read"), Middlewares: a.persons("cases.read", access.Case), Errors: []int{401, 403, 404, 429}}, a.oneCase)
	huma.Register(h, huma.Operation{OperationID: "my-looks", Method: http.MethodGet, Path: "/api/v1/me/looks", Summary: "Who looked at the person's data",
		Description: "For the person's own token alone: who acts for somebody else does not see it. This call is a look itself.",
		Security:    needs("person", "looks.read"), Middlewares: a.persons("looks.read", access.Looks), Errors: []int{401, 403, 429}}, a.looks)
	if a.Admit != nil {
		huma.Register(h, huma.Operation{OperationID: "case-status", Method: http.MethodGet, Path: "/api/v1/cases/{number}/status", Summary: "How a case of the machine's own office stands",
			Description: "For a registered system of the agency that decides the case, in its region; 404 for every other case. The applicant sees each look, with the machine's registered purpose.",
			Security:    needs("machine", "cases.read"), Middlewares: a.machines("cases.read"), Errors: []int{401, 403, 404, 429}}, a.status)
	}
}

type listedBody struct {
	Number  string      `json:"number" example:"5315-7K2M-Q9XA"`
	Service string      `json:"service" example:"lapak-pasar"`
	Title   lancar.Text `json:"title"`
	State   string      `json:"state" example:"review"`
	Due     *time.Time  `json:"due,omitempty"`
	Changed time.Time   `json:"changed"`
}

type casesInput struct {
	After string `query:"after" maxLength:"80"`
}

type casesOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Cases []listedBody `json:"cases"`
		Next  string       `json:"next,omitempty"`
	}
}

func (a *API) cases(ctx context.Context, in *casesInput) (*casesOutput, error) {
	list, next, err := a.Cases.Mine(ctx, applicant(ctx), in.After)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out := &casesOutput{CacheControl: "no-store"}
	out.Body.Cases, out.Body.Next = []listedBody{}, next
	for _, l := range list {
		out.Body.Cases = append(out.Body.Cases, listedBody{l.Number, l.Service, a.title(l.Service), string(l.State), instant(l.Due), l.Changed})
	}
	return out, nil
}

func (a *API) title(slug string) lancar.Text {
	if def := a.Catalog.Service(slug); def != nil {
		return def.Title
	}
	return lancar.Text{"id": slug}
}

// instant is nil for the zero time.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

type numberInput struct {
	Number string `path:"number" maxLength:"40"`
}

type caseOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         caseBody
}

func (a *API) oneCase(ctx context.Context, in *numberInput) (*caseOutput, error) {
	who := applicant(ctx)
	read := a.Cases.Standing
	if caller(ctx).May("cases.answers") {
		if who.App != nil {
			who.App.What = append(who.App.What, access.Answers, access.Messages)
		}
		read = a.Cases.Case
	}
	c, err := read(ctx, who, in.Number)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &caseOutput{"no-store", a.caseBody(c)}, nil
}

func (a *API) status(ctx context.Context, in *numberInput) (*caseOutput, error) {
	c := caller(ctx)
	got, err := a.Cases.StandingFor(ctx, c.Client, c.Purpose, in.Number)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &caseOutput{"no-store", a.caseBody(got)}, nil
}

type lookBody struct {
	At      time.Time   `json:"at"`
	Who     string      `json:"who" doc:"By name; an office's people with their agency."`
	Kind    string      `json:"kind" enum:"person,officer,system,machine"`
	Agency  string      `json:"agency,omitempty"`
	Region  string      `json:"region,omitempty"`
	What    lancar.Text `json:"what"`
	Purpose lancar.Text `json:"purpose"`
	Ground  lancar.Text `json:"ground"`
	For     string      `json:"for,omitempty" doc:"On whose behalf."`
	Mandate lancar.ID   `json:"mandate,omitempty"`
}

type looksOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Looks []lookBody `json:"looks"`
		Next  string     `json:"next,omitempty"`
	}
}

func (a *API) looks(ctx context.Context, in *casesInput) (*looksOutput, error) {
	who := applicant(ctx)
	if who.App == nil {
		return nil, a.problem(ctx, lancar.Fail(lancar.Forbidden, "mandate", "Catatan ini hanya untuk orangnya sendiri.", "This record is for the person alone."))
	}
	rows, next, err := a.Access.LooksBy(ctx, *who.App, who.Account, who.Subject, in.After)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out := &looksOutput{CacheControl: "no-store"}
	out.Body.Looks, out.Body.Next = []lookBody{}, next
	for _, r := range rows {
		out.Body.Looks = append(out.Body.Looks, lookBody{r.At, r.Who.Name, string(r.Who.Kind), r.Who.Agency, r.Who.Region, r.Words, r.Purpose, r.Ground, r.For, r.Mandate})
	}
	return out, nil
}

// link is a page of the portal of a region.
func (a *API) link(code, path string) string {
	host := ""
	if r := a.Regions.ByCode(code); r != nil {
		host = r.Host
	}
	return a.Base(host) + path
}
