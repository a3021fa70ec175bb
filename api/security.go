package api

import (
	"github.com/danielgtaylor/huma/v2"

	"lancar/identity/machine"
)

func (d Deps) issuer() string {
	if d.Base == nil {
		return ""
	}
	return d.Base("")
}

// schemes are the ways in, as OpenAPI names them. Every token is one of ours; where it is bound to a
// key, the Authorization scheme is DPoP and a proof goes with each call (RFC 9449).
func schemes(issuer string) map[string]*huma.SecurityScheme {
	scopes := map[string]string{}
	for _, s := range machine.Scopes() {
		scopes[s.ID] = s.Words.In("en")
	}
	return map[string]*huma.SecurityScheme{
		"dpop": {Type: "http", Scheme: "dpop", Description: "Not a way in of its own: a token that is bound to a key goes with Authorization: DPoP and a fresh proof in the header DPoP, good once (RFC 9449)."},
		"machine": {Type: "oauth2", Description: "A registered machine for itself: client_credentials with its own key (private_key_jwt or mutual TLS).",
			Flows: &huma.OAuthFlows{ClientCredentials: &huma.OAuthFlow{TokenURL: issuer + "/oauth/token", Scopes: scopes}}},
		"person": {Type: "oauth2", Description: "An app for the person who signed in to it: the code flow, with PKCE.",
			Flows: &huma.OAuthFlows{AuthorizationCode: &huma.OAuthFlow{AuthorizationURL: issuer + "/oauth/authorize", TokenURL: issuer + "/oauth/token", RefreshURL: issuer + "/oauth/token", Scopes: scopes}}},
		"agent": {Type: "oauth2", Description: "An agent under its person's mandate: token exchange (RFC 8693) at /oauth/token with subject_token the mandate's id, subject_token_type urn:lancar:token-type:mandate and resource this node. The token lives 60 seconds and ends with the mandate.",
			Flows: &huma.OAuthFlows{ClientCredentials: &huma.OAuthFlow{TokenURL: issuer + "/oauth/token", Scopes: scopes}}},
	}
}

// needs is what an operation asks of a token: one of the ways in, with a scope ("" for any).
func needs(way, scope string) []map[string][]string {
	list := []string{}
	if scope != "" {
		list = append(list, scope)
	}
	return []map[string][]string{{way: list}}
}
