package oidc

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"

	"lancar/identity"
)

// discovery is the provider's own description (OpenID Connect Discovery, RFC 8414), the same on every
// host.
func (p *Provider) discovery(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=300")
	answer(w, http.StatusOK, p.metadata())
}

func (p *Provider) metadata() map[string]any {
	i := p.config.Issuer
	methods := []Method{PrivateKeyJWT, None}
	if p.mutual {
		methods = append(methods, SelfSignedTLS)
	}
	if p.mutual && p.config.ClientCAs != nil {
		methods = append(methods, TLS)
	}
	if p.config.Sandbox {
		methods = append(methods, SecretBasic, SecretPost)
	}
	m := map[string]any{
		"issuer":                                i,
		"authorization_endpoint":                i + "/oauth/authorize",
		"token_endpoint":                        i + "/oauth/token",
		"userinfo_endpoint":                     i + "/oauth/userinfo",
		"jwks_uri":                              i + "/oauth/jwks",
		"pushed_authorization_request_endpoint": i + "/oauth/par",
		"introspection_endpoint":                i + "/oauth/introspect",
		"revocation_endpoint":                   i + "/oauth/revoke",
		"device_authorization_endpoint":         i + "/oauth/device",
		"backchannel_authentication_endpoint":   i + "/oauth/bc-authorize",
		"end_session_endpoint":                  i + "/oauth/logout",
		"registration_endpoint":                 i + "/oauth/register",

		"response_types_supported":         []string{"code"},
		"response_modes_supported":         []string{"query", "form_post"},
		"grant_types_supported":            slices.Sorted(maps.Keys(grantTypes())),
		"subject_types_supported":          []string{"pairwise", "public"},
		"scopes_supported":                 slices.Concat(standardScopes(), apiScopes()),
		"claims_supported":                 []string{"sub", "iss", "auth_time", "acr", "amr", "sid", "name", "birthdate", "email", "email_verified", "phone_number", "phone_number_verified", "address", "nik"},
		"claim_types_supported":            []string{"normal"},
		"claims_parameter_supported":       true,
		"acr_values_supported":             []string{identity.ACR(1), identity.ACR(2), identity.ACR(3)},
		"ui_locales_supported":             []string{"id", "en"},
		"prompt_values_supported":          []string{"none", "login", "consent", "select_account"},
		"code_challenge_methods_supported": []string{"S256"},

		"id_token_signing_alg_values_supported":                    idTokenAlgorithms(),
		"userinfo_signing_alg_values_supported":                    idTokenAlgorithms(),
		"request_object_signing_alg_values_supported":              algorithmNames(),
		"token_endpoint_auth_methods_supported":                    methods,
		"token_endpoint_auth_signing_alg_values_supported":         algorithmNames(),
		"introspection_endpoint_auth_methods_supported":            slices.DeleteFunc(slices.Clone(methods), func(m Method) bool { return m == None }),
		"introspection_endpoint_auth_signing_alg_values_supported": algorithmNames(),
		"revocation_endpoint_auth_methods_supported":               methods,
		"revocation_endpoint_auth_signing_alg_values_supported":    algorithmNames(),
		"dpop_signing_alg_values_supported":                        algorithmNames(),

		"backchannel_token_delivery_modes_supported":                      []string{"poll", "ping"},
		"backchannel_authentication_request_signing_alg_values_supported": algorithmNames(),
		"backchannel_logout_supported":                                    true,
		"backchannel_logout_session_supported":                            true,
		"backchannel_user_code_parameter_supported":                       false,

		"request_parameter_supported":                    true,
		"request_uri_parameter_supported":                false,
		"require_request_uri_registration":               true,
		"authorization_response_iss_parameter_supported": true,
		"tls_client_certificate_bound_access_tokens":     p.mutual,
	}
	if p.config.MTLS != i {
		at := map[string]string{}
		for _, name := range []string{"token", "userinfo", "introspection", "revocation", "pushed_authorization_request", "device_authorization", "backchannel_authentication"} {
			if url, ok := m[name+"_endpoint"].(string); ok {
				at[name+"_endpoint"] = p.config.MTLS + url[len(i):]
			}
		}
		m["mtls_endpoint_aliases"] = at
	}
	return m
}

// answer writes a JSON answer.
func answer(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		http.Error(w, "server_error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text) // the caller may have left
}

// crossOrigin lets apps that run in a browser read an answer. Nothing here goes by cookies, so any
// origin may.
func (p *Provider) crossOrigin(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		head := w.Header()
		head.Set("Access-Control-Allow-Origin", "*")
		head.Set("Access-Control-Expose-Headers", "DPoP-Nonce, WWW-Authenticate")
		head.Set("Cross-Origin-Resource-Policy", "cross-origin")
		if r.Method == http.MethodOptions {
			head.Set("Access-Control-Allow-Methods", "GET, POST")
			head.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, DPoP")
			head.Set("Access-Control-Max-Age", "3600")
		}
		h(w, r)
	}
}
