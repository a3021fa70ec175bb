package office

import (
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"

	"lancar"
	"lancar/access"
	"lancar/access/breach"
	"lancar/casework"
	"lancar/catalog"
	"lancar/document"
	"lancar/identity"
	"lancar/identity/machine"
	"lancar/identity/mandate"
	"lancar/identity/oidc"
	"lancar/identity/passkey"
	"lancar/internal/jobs"
	"lancar/notify"
	"lancar/payment"
	"lancar/publiclog"
	"lancar/region"
	"lancar/web"
)

//go:embed pages/*.html
var files embed.FS

// Deps are the rooms that the pages ask, and what app decides.
type Deps struct {
	Regions   *region.Regions
	Catalog   *catalog.Catalog
	Identity  *identity.Identity
	Mandates  *mandate.Mandates
	Passkeys  *passkey.Passkeys // nil where the bare host's name cannot have any
	Access    *access.Access
	Breaches  *breach.Breaches
	Notify    *notify.Notify
	Cases     *casework.Cases
	Charges   *payment.Charges
	Machines  *machine.Machines
	OIDC      *oidc.Provider
	Documents *document.Documents
	PublicLog *publiclog.Log
	Queue     *jobs.Queue
	Registers func(id string) lancar.Text // name of a register, for people
	Clock     lancar.Clock
	Logger    *slog.Logger
	Home      *url.URL    // of the bare host, where officers work
	Rehearsal bool        // says so on every page
	Sandbox   string      // address of the simulated outside world, "" in production
	Moved     func() bool // whether time was moved by hand; nil for never
}

// Office is the door.
type Office struct {
	Deps
	templates *web.Templates
	looks     map[string]*web.Look // by code of the region whose pack it is
	assets    *web.Assets
	keyScript string // address of the script of passkeys, "" where there are none
}

// languages are those in which the pages have texts.
func languages() []string { return []string{"id", "en"} }

// New prepares the looks of all regions and the pages.
func New(d Deps) (*Office, error) {
	pages, err := fs.Sub(files, "pages")
	if err != nil {
		return nil, fmt.Errorf("office: %w", err)
	}
	o := &Office{Deps: d, looks: map[string]*web.Look{}}
	if o.templates, err = web.Parse(pages); err != nil {
		return nil, fmt.Errorf("office: %w", err)
	}
	var all []*web.Look
	for _, r := range d.Regions.All() {
		l, err := web.NewLook(brand(r))
		if err != nil {
			return nil, fmt.Errorf("office: %w", err)
		}
		o.looks[r.Code] = l
		all = append(all, l)
	}
	o.assets = web.NewAssets(all...)
	if d.Passkeys != nil {
		o.keyScript = web.PasskeyScript()
	}
	return o, nil
}

// brand is a region's pack as the look wants it.
func brand(r *region.Region) web.Brand {
	return web.Brand{Code: r.Code, AppName: r.AppName, Title: r.Title, Owner: r.Owner, Tile: r.Tile, Mark: r.Mark,
		Light: r.Palette.Light, Dark: r.Palette.Dark}
}

// Handler serves everything under /office, and the pages' own files under /assets/ for hosts where
// no other door does. Officers work on the bare host; a region's host leads there. Posts from
// other sites are refused by where they come from (Sec-Fetch-Site, Origin), without tokens.
func (o *Office) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", o.assets)
	for pattern, h := range openRoutes() {
		mux.HandleFunc(pattern, o.open(h))
	}
	for _, routes := range []map[string]handler{officerRoutes(), machineRoutes(), appRoutes(), dataRoutes()} {
		for pattern, h := range routes {
			mux.HandleFunc(pattern, o.officer(h))
		}
	}
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(o.open(func(*visit) error {
		return lancar.Fail(lancar.Forbidden, "", "Kiriman ini datang dari situs lain. Buka halamannya di sini, lalu kirim lagi.",
			"This was sent from another site. Open the page here and send it again.")
	}))
	return guard.Handler(mux)
}

// openRoutes are the pages on the way in.
func openRoutes() map[string]handler {
	return map[string]handler{
		"GET /office/signin":                  signIn,
		"POST /office/signin":                 sendCode,
		"GET /office/signin/code":             showCode,
		"POST /office/signin/code":            confirmCode,
		"POST /office/signin/passkey":         enterByPasskey,
		"POST /office/signin/passkey/options": offerPasskey,
		"GET /office/role":                    roles,
		"POST /office/role":                   chooseRole,
		"POST /office/signout":                signOut,
		"/office/":                            func(*visit) error { return notFound() },
	}
}

// officerRoutes are the pages of an officer who has chosen a role.
func officerRoutes() map[string]handler {
	return map[string]handler{
		"GET /office":                               inbox,
		"GET /office/{$}":                           inbox,
		"GET /office/find":                          find,
		"GET /office/keys":                          shortcuts,
		"GET /office/cases/{number}":                showCase,
		"GET /office/cases/{number}/draw":           draws,
		"GET /office/cases/{number}/files/{file}":   caseFile,
		"POST /office/cases/{number}/preview":       preview,
		"POST /office/cases/{number}/edit":          edit,
		"POST /office/cases/{number}/decide":        decide,
		"POST /office/cases/{number}/sign":          sign,
		"POST /office/cases/{number}/return":        sendBack,
		"GET /office/cases/{number}/recuse":         askRecuse,
		"POST /office/cases/{number}/recuse":        recuse,
		"POST /office/cases/{number}/messages":      tell,
		"GET /office/late":                          late,
		"GET /office/team":                          team,
		"POST /office/team/{account}":               setAbsent,
		"GET /office/documents":                     documents,
		"GET /office/documents/{number}":            showDocument,
		"POST /office/documents/{number}/revoke":    revoke,
		"GET /office/rights":                        rights,
		"GET /office/rights/{region}/{id}":          showRight,
		"POST /office/rights/{region}/{id}":         answerRight,
		"GET /office/claims":                        claims,
		"GET /office/claims/{region}/{id}":          showClaim,
		"POST /office/claims/{region}/{id}":         settleClaim,
		"GET /office/mandates":                      mandates,
		"POST /office/mandates":                     proposeHeir,
		"POST /office/mandates/{id}":                settleHeir,
		"POST /office/mandates/over":                findMandates,
		"POST /office/mandates/{id}/stop":           stopMandate,
		"GET /office/refunds":                       refunds,
		"GET /office/refunds/{region}/{id}":         showRefund,
		"POST /office/refunds/{region}/{id}":        settleRefund,
		"POST /office/refunds/{region}/{id}/record": recordRefund,
		"GET /office/trouble":                       trouble,
		"GET /office/number":                        askNumber,
		"POST /office/number":                       changeNumber,
		"GET /office/devices":                       devices,
		"POST /office/devices/signout":              signOutDevice,
		"POST /office/devices/signout-all":          signOutAll,
		"POST /office/devices/passkey":              addPasskey,
		"POST /office/devices/passkey/options":      offerNewPasskey,
		"POST /office/devices/passkey/{id}":         removePasskey,
	}
}
