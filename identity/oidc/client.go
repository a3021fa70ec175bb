package oidc

import (
	"slices"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"lancar"
)

// Method is how a client proves who it is (token_endpoint_auth_method).
type Method string

// The methods. Secrets are for certification's basic plan in a sandbox alone; [None] is for native
// apps, which hold no secret and are known by PKCE and redirect.
const (
	PrivateKeyJWT Method = "private_key_jwt"
	TLS           Method = "tls_client_auth"
	SelfSignedTLS Method = "self_signed_tls_client_auth"
	SecretBasic   Method = "client_secret_basic"
	SecretPost    Method = "client_secret_post"
	None          Method = "none"
)

// Stage is how far a client has come.
type Stage string

// The stages. A waiting client works as a sandbox client until another person approves it.
const (
	Sandbox    Stage = "sandbox"
	Waiting    Stage = "waiting"
	Production Stage = "production"
	Ended      Stage = "ended"
)

// Client is an app that people sign in to, or a machine that gets tokens for itself.
type Client struct {
	ID           lancar.ID `json:"-"`
	Region       string    `json:"-"` // where its agency sits
	Agency       string    `json:"-"`
	Officer      lancar.ID `json:"-"` // the engineer who answers for it
	Stage        Stage     `json:"-"`
	Made         time.Time `json:"-"`
	ApprovedBy   lancar.ID `json:"-"`
	Approved     time.Time `json:"-"`
	Version      int64     `json:"-"`          // for [Provider.Approve]
	Stops        time.Time `json:"-"`          // when it ends because its officer left, zero while somebody answers for it
	Wanted       *Wanted   `json:"-"`          // keys that wait for a second officer; [Provider.Clients] alone fills it
	Adopted      int64     `json:",omitempty"` // how often another officer took it over
	Editor       lancar.ID `json:",omitempty"` // the officer who changed it last, "" for nobody since it was registered
	Name         lancar.Text
	AgencyName   lancar.Text // as the person reads it
	Purpose      lancar.Text // why it wants what it asks for, in the person's words
	Grants       []string    // authorization_code, refresh_token, client_credentials, ...
	Redirects    []string    // compared exactly; loopback addresses of native apps without their port
	LogoutTo     []string    // post_logout_redirect_uris
	Scopes       []string    // what it may ask for at most
	Resources    []string    // what it may ask tokens for (RFC 8707), or is itself as a resource server
	Auth         Method
	JWKS         string   // its public keys, a JWK set as JSON
	Certificates []string // SHA-256 thumbprints, base64url, of certificates for mutual TLS
	TLSName      string   // subject DN (RFC 4514) or DNS name for tls_client_auth
	Subject      string   // pairwise (default) or public
	Sector       string   // groups an agency's clients under one pseudonym; "" takes the redirects' host
	IDTokenAlg   string   // ES256 (default), EdDSA, PS256, RS256
	UserinfoAlg  string   // the same for a signed userinfo answer, "" for plain JSON
	Opaque       bool     // access tokens are opaque; default a JWT (RFC 9068)
	DPoP         bool     // every token must be bound to a key by DPoP
	Nonce        bool     // DPoP proofs must carry a nonce of ours
	CertBound    bool     // every token must be bound to the TLS certificate
	Pushed       bool     // requests must be pushed
	SignedOnly   bool     // requests must be signed request objects
	FAPI         bool     // FAPI 2.0 Security Profile
	Numbers      bool     // by agreement it may see identity numbers (scope nik)
	Server       bool     // it is a resource server: it may introspect tokens for its Resources
	Basic        bool     // sandbox only: as certification's basic plan has it, secrets and no PKCE
	LogoutURI    string   // backchannel_logout_uri: is told when a sign-in that it knows of ends
	Delivery     string   // of CIBA tokens: poll (default) or ping
	NotifyTo     string   // backchannel_client_notification_endpoint, for ping
	KeysAt       string   `json:",omitempty"` // jwks_uri, in a sandbox alone: in production two officers change keys
	SectorAt     string   `json:",omitempty"` // sector_identifier_uri, whose list holds every redirect
	Draft        bool     `json:",omitempty"` // FAPI 2.0 as its second implementer's draft has it: an assertion may name our endpoints
	CIBAAlg      string   `json:",omitempty"` // its CIBA requests must be signed, by this; "" for either
	Returned     string   `json:",omitempty"` // why an officer sent it back from approval, "" if nobody did
	Native       bool     // registered with application_type native
}

// registration is a client with what is parsed once.
type registration struct {
	Client
	secret  []byte // keyed hash
	keys    jose.JSONWebKeySet
	certs   []string // thumbprints: listed ones and those of x5c
	machine bool     // stands in the register of machines
	thumbs  []string // of a machine: thumbprints of keys, in their order
}

func (c *Client) allows(grant string) bool { return slices.Contains(c.Grants, grant) }

// sender says whether tokens must be bound to a key of the client.
func (c *Client) bound() bool { return c.DPoP || c.CertBound || c.FAPI }

// actor is the client as a reader of people's records.
func (c *Client) actor() lancar.Actor {
	return lancar.Actor{Kind: lancar.Machine, ID: c.ID, Name: c.Name.In("id"), Region: c.Region, Agency: c.Agency}
}

// algorithms are those that anything signed may use, ours and clients'.
func algorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{jose.ES256, jose.EdDSA, jose.PS256}
}

// idTokenAlgorithms are those by which we sign what a client reads. RS256 is there because OpenID
// Connect Discovery (section 3) demands it; nothing that a client signs may use it.
func idTokenAlgorithms() []string { return append(algorithmNames(), "RS256") }

func algorithmNames() []string { return []string{"ES256", "EdDSA", "PS256"} }
