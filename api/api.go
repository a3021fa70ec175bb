// Package api is the door for machines: a JSON API described by OpenAPI 3.1 at /openapi.json.
// What it answers without a token is public and the same for everyone. The rest is called with an
// access token of this node (identity/oidc), each operation with one scope: by an app for the person
// who signed in to it, by an agent under its person's mandate, by a registered machine
// (identity/machine) for itself.
//
// The door decides nothing. What a person may read and do at the portal, an app or agent reads and
// does here in the same rooms (casework, mandate, access), within the agreement or the mandate, which
// are asked in the transaction of each act. docs/spec/api.md tells an agent's whole story.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"lancar"
	"lancar/access"
	"lancar/casework"
	"lancar/catalog"
	"lancar/document"
	"lancar/identity/machine"
	"lancar/identity/mandate"
	"lancar/internal/serve"
	"lancar/region"
)

// Deps are the rooms that the door shows.
type Deps struct {
	Clock   lancar.Clock
	Regions *region.Regions
	Catalog *catalog.Catalog
	Finder  *catalog.Finder
	Base    func(host string) string // URL of a region's portal, without a slash at its end
	// Admit and Machines are for operations of registered machines; without them there are none.
	Admit    Admit
	Machines *machine.Machines
	Mandates *mandate.Mandates // for operations of agents; without it there are none
	// The rest is for operations about people's applications; without Enter there are none.
	Enter     Admit
	Cases     *casework.Cases
	Access    *access.Access
	Documents *document.Documents
	Log       *slog.Logger // of what failed on our side; nil for nobody to tell
}

// API answers machines.
type API struct{ Deps }

// Mount adds the API's routes to mux.
func Mount(mux *http.ServeMux, d Deps) {
	config := huma.DefaultConfig("Lancar", "1")
	config.Info.Description = "Public services: what there is and where, for everyone; and for apps and agents what their person may do: fill in, send, pay, follow and collect. " +
		"Steps that cannot be taken back want an Idempotency-Key, and an agent's wait for its person: 202, then the same call again. Errors are problem documents (RFC 9457)."
	config.DocsPath, config.SchemasPath = "", ""
	config.CreateHooks = nil // answers carry no $schema links
	config.Components.SecuritySchemes = schemes(d.issuer())
	if to := d.issuer(); to != "" {
		config.Servers = []*huma.Server{{URL: to, Description: "This node; every host that it answers serves the same."}}
	}
	a := &API{d}
	h := humago.New(mux, config)
	h.UseMiddleware(anyOrigin)
	mux.HandleFunc("OPTIONS /api/", preflight)
	mux.Handle("/api/", Sorry(lancar.NotFound))
	if d.Admit != nil {
		a.mountMachines(h)
		if d.Mandates != nil {
			a.mountMandates(h)
		}
	}
	if d.Enter != nil {
		a.mountPersons(h)
	}
	describe(h)
	huma.Register(h, huma.Operation{OperationID: "find-services", Method: http.MethodGet, Path: "/api/v1/services",
		Summary: "Find services by need", Description: "Best first, at most 20. Without q, every service by name. region is a Home Ministry code: launched there, in any region below it, or national; services not launched come last.",
		Errors: []int{422}}, a.services)
	huma.Register(h, huma.Operation{OperationID: "get-service", Method: http.MethodGet, Path: "/api/v1/services/{slug}",
		Summary: "One service", Errors: []int{404}}, a.service)
	huma.Register(h, huma.Operation{OperationID: "find-regions", Method: http.MethodGet, Path: "/api/v1/regions",
		Summary: "Find regions by name or list those inside one", Errors: []int{404, 422}}, a.regions)
}

// fail turns our errors into problem documents (RFC 9457) in both languages.
func fail(err *lancar.Error) error {
	detail := &huma.ErrorDetail{Message: err.Text.In("id") + " / " + err.Text.In("en"), Location: "query." + err.Field}
	return huma.NewError(serve.Status(err.Code), err.Text.In("en"), detail)
}

// at is the region of a query parameter; "" is the nation.
func (a *API) at(code string) (*region.Region, error) {
	if code == "" {
		code = region.Nation
	}
	if _, ok := a.Regions.Places().Lookup(code); !ok && code != region.Nation {
		return nil, fail(lancar.Fail(lancar.Invalid, "region", "Kode wilayah tidak dikenal. Contoh: 53 atau 53.15.", "Unknown region code. Write one like 53 or 53.15."))
	}
	return a.Regions.ByCode(code), nil
}

type servicesInput struct {
	Query  string `query:"q" maxLength:"200" doc:"What a person needs, in their own words."`
	Lang   string `query:"lang" enum:"id,en" default:"id"`
	Region string `query:"region" maxLength:"13" example:"53.15"`
	Limit  int    `query:"limit" minimum:"1" maximum:"20" default:"20"`
}

type servicesOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Services []service    `json:"services"`
		Advice   *lancar.Text `json:"advice,omitempty" doc:"What to do when nothing fits."`
		Help     *help        `json:"help,omitempty" doc:"A cry for help is answered first."`
	}
}

type service struct {
	Slug     string              `json:"slug"`
	Title    lancar.Text         `json:"title"`
	Summary  lancar.Text         `json:"summary"`
	Keywords map[string][]string `json:"keywords"`
	URL      string              `json:"url"`
	Launched bool                `json:"launched"`
	Offices  []office            `json:"offices,omitempty" doc:"Who decides there; at most 10."`
}

type office struct {
	Region string      `json:"region"`
	Agency string      `json:"agency"`
	Name   lancar.Text `json:"name"`
}

type help struct {
	Title    lancar.Text `json:"title"`
	Text     lancar.Text `json:"text"`
	Contacts []contact   `json:"contacts"`
}

type contact struct {
	Number    string      `json:"number"`
	Name      lancar.Text `json:"name"`
	Confirmed bool        `json:"confirmed"`
}

const maxOffices = 10

func (a *API) services(_ context.Context, in *servicesInput) (*servicesOutput, error) {
	r, err := a.at(in.Region)
	if err != nil {
		return nil, err
	}
	now := a.Clock()
	out := &servicesOutput{CacheControl: "public, max-age=60"}
	out.Body.Services = []service{}
	if strings.TrimSpace(in.Query) == "" {
		for _, def := range a.Catalog.All() {
			if len(out.Body.Services) == in.Limit {
				break
			}
			out.Body.Services = append(out.Body.Services, a.show(catalog.OfferOf(def, r, now), r))
		}
		return out, nil
	}
	found := a.Finder.Search(r, in.Query, in.Lang, in.Limit, now)
	for _, o := range found.Offers {
		out.Body.Services = append(out.Body.Services, a.show(o, r))
	}
	if len(found.Advice) > 0 {
		out.Body.Advice = &found.Advice
	}
	if h := found.Help; h != nil {
		out.Body.Help = &help{Title: h.Title, Text: h.Say}
		for _, c := range h.Contacts {
			out.Body.Help.Contacts = append(out.Body.Help.Contacts, contact{c.Number, c.Name, c.Confirmed})
		}
	}
	return out, nil
}

func (a *API) show(o catalog.Offer, r *region.Region) service {
	s := service{Slug: o.Slug, Title: o.Title, Summary: o.Summary, Keywords: o.Keywords,
		URL: a.Base(r.Host) + "/services/" + o.Slug, Launched: o.Launched()}
	for i, f := range o.Offices {
		if i == maxOffices {
			break
		}
		s.Offices = append(s.Offices, office{f.Region, f.ID, f.Name})
	}
	return s
}

type serviceInput struct {
	Slug   string `path:"slug" maxLength:"60"`
	Region string `query:"region" maxLength:"13"`
}

type serviceOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         service
}

func (a *API) service(_ context.Context, in *serviceInput) (*serviceOutput, error) {
	r, err := a.at(in.Region)
	if err != nil {
		return nil, err
	}
	def := a.Catalog.Service(in.Slug)
	if def == nil {
		return nil, fail(lancar.Fail(lancar.NotFound, "slug", "Layanan ini tidak ada.", "There is no such service."))
	}
	return &serviceOutput{"public, max-age=60", a.show(catalog.OfferOf(def, r, a.Clock()), r)}, nil
}

type regionsInput struct {
	Query  string `query:"q" maxLength:"100" doc:"A name, typing errors allowed."`
	Within string `query:"within" maxLength:"13" doc:"Home Ministry code; without q, lists what lies directly inside."`
}

type regionsOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Regions []place `json:"regions"`
	}
}

type place struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

func (a *API) regions(_ context.Context, in *regionsInput) (*regionsOutput, error) {
	out := &regionsOutput{CacheControl: "public, max-age=3600"}
	out.Body.Regions = []place{}
	r, err := a.at(in.Within)
	if err != nil {
		return nil, err
	}
	if in.Query == "" {
		for _, p := range a.Regions.Places().Children(r.Code) {
			out.Body.Regions = append(out.Body.Regions, place{p.Code, p.Name})
		}
	} else {
		for _, h := range a.Regions.Places().Search(in.Query, r.Code, 20) {
			out.Body.Regions = append(out.Body.Regions, place{h.Code, h.Name})
		}
	}
	return out, nil
}
