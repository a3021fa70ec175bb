package portal

import (
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"

	"lancar"
	"lancar/access"
	"lancar/casework"
	"lancar/catalog"
	"lancar/document"
	"lancar/identity"
	"lancar/identity/machine"
	"lancar/identity/mandate"
	"lancar/identity/oidc"
	"lancar/identity/passkey"
	"lancar/identity/pin"
	"lancar/identity/upstream"
	"lancar/internal/serve"
	"lancar/notify"
	"lancar/payment"
	"lancar/publiclog"
	"lancar/region"
	"lancar/web"
)

//go:embed pages/*.html life.yaml
var files embed.FS

// Deps are the rooms that the pages ask, and what app decides.
type Deps struct {
	Regions   *region.Regions
	Catalog   *catalog.Catalog
	Finder    *catalog.Finder
	Identity  *identity.Identity
	Mandates  *mandate.Mandates
	Pins      *pin.Pins
	Passkeys  *passkey.Passkeys  // nil where the bare host's name cannot have any
	OIDC      *oidc.Provider     // apps in which people sign in
	National  *upstream.Upstream // a national provider at which people sign in; nil where there is none
	Access    *access.Access
	Machines  *machine.Machines
	Notify    *notify.Notify
	Cases     *casework.Cases
	Charges   *payment.Charges
	Documents *document.Documents
	PublicLog *publiclog.Log
	Registers func(id string) lancar.Text // name of a register, for people
	Checks    *serve.Limiter              // of an address: files that are checked; nil for no limit
	Clock     lancar.Clock
	Logger    *slog.Logger
	Home      *url.URL    // of the bare host, where sign-in lives
	WhatsApp  bool        // codes to mobile numbers may go by chat
	Rehearsal bool        // says so on every page, and shows codes that only a sandbox takes
	Sandbox   string      // base URL of the simulated outside world of a rehearsal, "" when there is none
	Moved     func() bool // whether time was moved by hand; nil for never
}

// Portal is the door.
type Portal struct {
	Deps
	templates *web.Templates
	sites     map[string]*site // by code of the region whose pack it is
	assets    *web.Assets
	keyScript string // address of the script of passkeys
	life      []lifeEvent
	kept      keptPages
	checking  chan struct{} // files that are being checked
}

// New prepares the looks of all regions and the pages.
func New(d Deps) (*Portal, error) {
	pages, err := fs.Sub(files, "pages")
	if err != nil {
		return nil, fmt.Errorf("portal: %w", err)
	}
	p := &Portal{Deps: d, sites: map[string]*site{}, checking: make(chan struct{}, atOnce)}
	if p.templates, err = web.Parse(pages); err != nil {
		return nil, fmt.Errorf("portal: %w", err)
	}
	if p.life, err = readLife(); err != nil {
		return nil, fmt.Errorf("portal: %w", err)
	}
	var looks []*web.Look
	for _, r := range d.Regions.All() {
		s, err := newSite(r)
		if err != nil {
			return nil, fmt.Errorf("portal: %w", err)
		}
		p.sites[r.Code] = s
		looks = append(looks, s.look)
	}
	p.assets, p.keyScript = web.NewAssets(looks...), web.PasskeyScript()
	return p, nil
}

// Handler serves every page of the door. Posts from other sites are refused by where they come
// from (Sec-Fetch-Site, Origin), without tokens.
func (p *Portal) Handler() http.Handler {
	mux := http.NewServeMux()
	p.routes(mux)
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(p.open(func(*visit) error {
		return lancar.Fail(lancar.Forbidden, "", "Kiriman ini datang dari situs lain. Buka halamannya di sini, lalu kirim lagi.",
			"This was sent from another site. Open the page here and send it again.")
	}))
	return guard.Handler(mux)
}

func (p *Portal) routes(mux *http.ServeMux) {
	mux.Handle("GET /assets/", p.assets)
	mux.HandleFunc("GET /manifest.webmanifest", func(w http.ResponseWriter, r *http.Request) {
		s := p.siteOf(r.Host)
		s.look.ServeManifest(w, s.language(r))
	})
	mux.HandleFunc("GET /sw.js", func(w http.ResponseWriter, r *http.Request) { p.siteOf(r.Host).look.ServeWorker(w) })
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, p.siteOf(r.Host).look.IconPath(), http.StatusFound)
	})
	for pattern, h := range map[string]handler{
		"GET /{$}":                     home,
		"GET /life/{event}":            showLife,
		"GET /services":                showServices,
		"GET /services/{slug}":         showService,
		"POST /services/{slug}/start":  begin,
		"GET /offline":                 offline,
		"GET /places":                  showPlaces,
		"GET /search":                  search,
		"GET /verify":                  verify,
		"GET /verify/{number}":         verifyNumber,
		"POST /verify":                 verifyFile,
		"GET /signin":                  signIn,
		"POST /signin":                 sendCode,
		"GET /signin/code":             showCode,
		"POST /signin/code":            confirmCode,
		"POST /signin/again":           againCode,
		"POST /signin/own":             proveOwn,
		"GET /signin/national":         toNational,
		"GET /signin/national/back":    fromNational,
		"GET /signin/stop/{token}":     askStop,
		"POST /signin/stop/{token}":    stopRecovery,
		"POST /signin/passkey":         enterByPasskey,
		"POST /signin/passkey/options": offerPasskey,
		"GET /session":                 redeem,
		"POST /signout":                signOut,
		"GET /logout":                  leave,
		"POST /logout":                 left,
		"GET /consent":                 consent,
		"POST /consent":                decide,
		"/":                            func(*visit) error { return notFound() },
	} {
		mux.HandleFunc(pattern, p.language(p.kindOf(pattern)(h)))
	}
	for _, routes := range []map[string]handler{ownRoutes(), agentRoutes()} {
		for pattern, h := range routes {
			mux.HandleFunc(pattern, p.language(p.own(h)))
		}
	}
}

// kindOf says which pages are the same for everyone.
func (p *Portal) kindOf(pattern string) func(handler) http.HandlerFunc {
	switch pattern {
	case "GET /{$}", "GET /life/{event}", "GET /services", "GET /services/{slug}", "GET /offline":
		return p.public
	}
	return p.open
}

// ownRoutes are the pages of a signed-in person.
func ownRoutes() map[string]handler {
	return map[string]handler{
		"GET /session/go":                                 handOver,
		"GET /services/{slug}/start":                      beginAsk,
		"GET /drafts/{id}":                                openDraft,
		"GET /drafts/{id}/step/{step}":                    showStep,
		"POST /drafts/{id}/step/{step}":                   saveStep,
		"POST /drafts/{id}/step/{step}/obtain/{register}": obtain,
		"POST /drafts/{id}/files/{field}":                 upload,
		"GET /drafts/{id}/files/{field}/{file}":           draftFile,
		"POST /drafts/{id}/files/{field}/{file}/remove":   removeFile,
		"GET /drafts/{id}/place/{field}":                  pickPlace,
		"POST /drafts/{id}/place/{field}":                 takePlace,
		"GET /drafts/{id}/check":                          check,
		"GET /drafts/{id}/against":                        against,
		"POST /drafts/{id}/submit":                        submit,
		"GET /drafts/{id}/discard":                        askDiscard,
		"POST /drafts/{id}/discard":                       discard,
		"GET /cases/{number}":                             showCase,
		"GET /cases/{number}/state":                       caseState,
		"POST /cases/{number}/pay":                        askBank,
		"GET /cases/{number}/pay":                         pay,
		"GET /cases/{number}/pay/qris.svg":                payImage,
		"GET /cases/{number}/files/{file}":                caseFile,
		"GET /cases/{number}/refund/{payment}/account":    askPayee,
		"POST /cases/{number}/refund/{payment}/account":   setPayee,
		"GET /cases/{number}/receipt":                     receipt,
		"GET /cases/{number}/proof":                       proof,
		"GET /cases/{number}/withdraw":                    askWithdraw,
		"POST /cases/{number}/withdraw":                   withdraw,
		"POST /cases/{number}/messages":                   say,
		"POST /cases/{number}/correction":                 correct,
		"GET /documents/{number}":                         showDocument,
		"GET /documents/{number}/file":                    documentFile,
		"GET /me":                                         me,
		"GET /me/mandates":                                mandates,
		"GET /me/mandates/{id}":                           showMandate,
		"POST /me/mandates/{id}":                          changeMandate,
		"POST /me/mandates/stop":                          stopActing,
		"POST /me/mandates/asks/{id}":                     answerAgent,
		"GET /me/mandates/new/{kind}":                     newMandate,
		"POST /me/mandates/new/{kind}":                    makeMandate,
		"GET /me/looked":                                  looked,
		"POST /me/looked/ask":                             askWhy,
		"GET /me/rights":                                  rights,
		"POST /me/rights":                                 askRight,
		"POST /me/rights/withdraw":                        withdrawRight,
		"GET /me/consents":                                consents,
		"POST /me/consents/withdraw":                      withdrawConsent,
		"POST /me/rights/free":                            unrestrict,
		"GET /me/data":                                    ownData,
		"GET /device":                                     deviceCode,
		"POST /device":                                    findDevice,
		"GET /approve":                                    approvals,
		"POST /approve":                                   answerRemote,
		"GET /me/devices":                                 devices,
		"POST /me/devices/signout":                        signOutDevice,
		"POST /me/devices/signout-all":                    signOutAll,
		"POST /me/devices/recovery":                       settleRecovery,
		"POST /me/devices/contact":                        changeContact,
		"POST /me/devices/app":                            newApp,
		"POST /me/devices/app/confirm":                    confirmApp,
		"POST /me/devices/app/remove":                     removeApp,
		"GET /me/devices/pin":                             showPin,
		"POST /me/devices/pin":                            changePin,
		"GET /release":                                    askRelease,
		"POST /release":                                   giveRelease,
		"POST /release/passkey":                           releaseByPasskey,
		"POST /release/passkey/options":                   offerRelease,
		"POST /me/devices/passkey":                        addPasskey,
		"POST /me/devices/passkey/options":                offerNewPasskey,
		"POST /me/devices/passkey/{id}":                   changePasskey,
	}
}
