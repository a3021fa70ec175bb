// Package oidc is the OpenID provider of a node: one sign-in for every app of every agency.
//
// An app ([Client]) sends a person here, they sign in and agree, the app gets a code and trades it
// for tokens. It speaks OpenID Connect Core (code flow alone) and OAuth 2.0 with PKCE, pushed
// requests (RFC 9126), DPoP (RFC 9449), private_key_jwt and mutual TLS (RFC 8705), resource
// indicators (RFC 8707), iss in responses (RFC 9207), JWT access tokens (RFC 9068), introspection
// (RFC 7662), revocation (RFC 7009); the FAPI 2.0 Security Profile is an option of a client. There
// is no implicit flow, no password grant and no alg "none".
//
// The room serves its protocol itself ([Provider.Handler]) and renders no page. /oauth/authorize
// answers by itself when nothing is left to ask; else it keeps the request and sends the browser to
// the portal's /consent, which asks [Provider.Pending] what to do next and ends with
// [Provider.Decide] or [Provider.Refuse].
//
// What an app learns is the least it asked for and the person agreed to (access.Consent), each
// release is a look that the person sees, and who they are is a pairwise pseudonym unless the
// client was agreed otherwise.
//
// Where things stand: a file per endpoint (par.go, authorize.go, token.go, userinfo.go, ...), a file
// per grant (grant_*.go, listed in token.go), client authentication in authenticate.go, sender
// constraints in dpop.go, tokens made in issue.go, errors in fault.go, SQL in store*.go.
package oidc

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"lancar/access"
	"lancar/identity"
	"lancar/identity/machine"
	"lancar/identity/mandate"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// Rooms are what the provider stands on.
type Rooms struct {
	DB       *store.DB
	Queue    *jobs.Queue
	Keys     *keys.Ring
	Identity *identity.Identity
	Access   *access.Access
	Mandates *mandate.Mandates // nil where nobody acts for another
	Machines *machine.Machines // nil: no client is a machine
	Log      *slog.Logger
}

// Config is what app decides.
type Config struct {
	Issuer string // the node's base URL without a slash at its end; every host names this one
	MTLS   string // base URL of the port that asks for client certificates, perhaps Issuer; "" where none does
	// Sandbox permits sandbox clients to use what certification's basic plan needs (client_secret_*,
	// no PKCE). A production node never sets it.
	Sandbox bool
	// Inside lets addresses of clients that we call lie in our own network: a demonstration's do.
	Inside bool
	// ClientCAs issue the certificates of clients that authenticate by tls_client_auth; nil for none.
	ClientCAs *x509.CertPool
	// CallTLS is how addresses of clients are called (logout, ping); nil for the system's own trust.
	CallTLS   *tls.Config
	OrphanFor time.Duration // how long an app in production goes on after its officer left; 0: 14 days
	Asked     int           // CIBA requests an hour that reach one person; 0: 10
	// Sorry shows a page to the person in the browser when a request is wrong and the app's address
	// is not trusted, so that there is nowhere to go back to.
	Sorry func(w http.ResponseWriter, r *http.Request, err error)
}

// Lifetimes. A machine's token lives 60 s, so that its kill switch needs no list; a person's may be
// introspected.
const (
	skew         = 10 * time.Second // how far clients' clocks may be off
	pushedLife   = 60 * time.Second // of a pushed request (FAPI 2.0: below 10 minutes)
	askingLife   = 20 * time.Minute // of a request on its way through sign-in and consent
	codeLife     = 60 * time.Second
	keptLife     = codeLife + time.Minute // of a request whose code may come yet
	tokenLife    = 5 * time.Minute        // of a person's access token
	machineLife  = 60 * time.Second
	idLife       = 10 * time.Minute
	grantLife    = 60 * 24 * time.Hour // of a family of refresh tokens
	assertionMax = time.Hour           // how far ahead a client assertion may expire: libraries there are say an hour
	proofLife    = 60 * time.Second    // of a DPoP proof
	maxForm      = 64 << 10
)

// Provider is the room. It is safe for concurrent use.
type Provider struct {
	Rooms
	config    Config
	mutual    bool // clients may come with certificates
	signing   signing
	heads     heads
	clients   clientCache
	published keyCache
	errors    errorThrottle
	crowd     crowd
	answered  answers
	servers   servers
}

// New makes the room and registers its periodic work.
func New(rooms Rooms, config Config) *Provider {
	config.Issuer = strings.TrimSuffix(config.Issuer, "/")
	mutual := config.MTLS != ""
	config.MTLS = cmp.Or(strings.TrimSuffix(config.MTLS, "/"), config.Issuer)
	if config.OrphanFor == 0 {
		config.OrphanFor = orphanFor
	}
	p := &Provider{Rooms: rooms, config: config, mutual: mutual, crowd: crowd{most: crowds()}}
	p.Queue.Every("oidc.keys", time.Hour, p.rotateTx)
	p.Queue.Every("oidc.sweep", sweepEvery, p.sweepTx)
	p.Queue.Every("oidc.waits", time.Hour, deleteWaits)
	p.Queue.Every("oidc.orphans", time.Minute, p.orphansTx)
	p.Queue.Handle(pingQueue, p.ping)
	p.Queue.Handle(logoutQueue, p.tellLeft)
	p.Queue.HandleTx("oidc.sweep.more", func(tx *store.Tx, _ jobs.Job) error { return p.sweepTx(tx) })
	return p
}

// Issuer is the provider's one name.
func (p *Provider) Issuer() string { return p.config.Issuer }

// Handler serves the protocol. It stands beside the doors, outside their protection against other
// sites' forms: its callers are machines and other sites.
func (p *Provider) Handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, h := range p.endpoints() {
		mux.HandleFunc(pattern, h)
	}
	p.opened(mux)
	return mux
}

// Paths are where app mounts [Provider.Handler].
func Paths() []string {
	return []string{"/oauth/", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"}
}

func (p *Provider) endpoints() map[string]http.HandlerFunc {
	open := p.crossOrigin // browsers' apps may read the answer
	return map[string]http.HandlerFunc{
		"GET /.well-known/openid-configuration":       open(p.discovery),
		"GET /.well-known/oauth-authorization-server": open(p.discovery),
		"GET /oauth/jwks":                             open(p.jwks),
		"GET /oauth/authorize":                        p.authorize,
		"POST /oauth/authorize":                       p.authorize,
		"HEAD /oauth/authorize":                       noHead,
		"POST /oauth/par":                             open(p.machine("par", p.par)),
		"POST /oauth/token":                           open(p.machine("token", p.token)),
		"GET /oauth/userinfo":                         open(p.userinfo),
		"POST /oauth/userinfo":                        open(p.userinfo),
		"POST /oauth/introspect":                      p.machine("introspect", p.introspect),
		"POST /oauth/revoke":                          open(p.machine("revoke", p.revoke)),
		"POST /oauth/device":                          p.machine("device", p.device),
		"POST /oauth/bc-authorize":                    p.machine("ciba", p.backchannel),
		"GET /oauth/logout":                           p.logout,
		"POST /oauth/logout":                          p.logout,
		"POST /oauth/register":                        p.register,
		"GET /oauth/register/{id}":                    p.registered,
		"PUT /oauth/register/{id}":                    p.reregister,
		"DELETE /oauth/register/{id}":                 p.unregister,
	}
}

// opened answers the question before a script's request at those endpoints that scripts may call, and at
// no other: the authorization endpoint is for browsers that go there (RFC 9700 section 2.6).
func (p *Provider) opened(mux *http.ServeMux) {
	for _, path := range []string{"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/oauth/jwks", "/oauth/par", "/oauth/token", "/oauth/userinfo", "/oauth/revoke"} {
		mux.HandleFunc("OPTIONS "+path, p.crossOrigin(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	}
}
