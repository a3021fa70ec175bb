package office

import (
	"strings"

	"lancar/identity/oidc"
)

// example shows an engineer how their app signs people in, on a common stack.
type example struct{ Stack, Code string }

// examples are filled with the app's own number and address. The libraries openid-client, x/oauth2 and
// go-oidc run in test/interop; the other stacks are written from their own documentation.
func (v *visit) examples(c oidc.Client) (out []example) {
	redirect := "https://aplikasi.example/masuk"
	if len(c.Redirects) > 0 {
		redirect = c.Redirects[0]
	}
	fill := strings.NewReplacer("{issuer}", v.OIDC.Issuer(), "{client}", string(c.ID), "{redirect}", redirect, "{scope}", strings.Join(c.Scopes, " "))
	list := serverExamples
	if c.Auth == oidc.None {
		list = nativeExamples
	}
	for _, e := range list() {
		out = append(out, example{e.Stack, fill.Replace(strings.TrimSpace(e.Code))})
	}
	return out
}

func serverExamples() []example {
	return []example{
		{"Node.js · openid-client 6", `
import * as client from 'openid-client'

const lancar = await client.discovery(new URL('{issuer}'), '{client}', undefined,
  client.PrivateKeyJwt({ key: privateKey, kid: 'kunci-1' }))

// 1. send the person here, and keep verifier and state with their session
const verifier = client.randomPKCECodeVerifier()
const state = client.randomState()
const to = client.buildAuthorizationUrl(lancar, { redirect_uri: '{redirect}', scope: '{scope}', state,
  code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' })

// 2. when they come back
const tokens = await client.authorizationCodeGrant(lancar, new URL(request.url), { pkceCodeVerifier: verifier, expectedState: state })
console.log(tokens.claims().sub)`},
		{"Python · Authlib", `
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT

lancar = OAuth2Session('{client}', private_key, token_endpoint_auth_method='private_key_jwt',
    scope='{scope}', redirect_uri='{redirect}', code_challenge_method='S256')
lancar.register_client_auth_method(PrivateKeyJWT('{issuer}/oauth/token', alg='ES256'))

url, state = lancar.create_authorization_url('{issuer}/oauth/authorize', code_verifier=verifier)
token = lancar.fetch_token('{issuer}/oauth/token', authorization_response=request_url, code_verifier=verifier)
person = lancar.get('{issuer}/oauth/userinfo').json()`},
		{"Java · Spring Security", `
spring:
  security:
    oauth2:
      client:
        registration:
          lancar:
            client-id: {client}
            client-authentication-method: private_key_jwt
            authorization-grant-type: authorization_code
            redirect-uri: {redirect}
            scope: {scope}
        provider:
          lancar:
            issuer-uri: {issuer}
# The key: a NimbusJwtClientAuthenticationParametersConverter that resolves your ES256 JWK.`},
	}
}

func nativeExamples() []example {
	return []example{
		{"Go · golang.org/x/oauth2, coreos/go-oidc", `
provider, err := oidc.NewProvider(ctx, "{issuer}")
config := oauth2.Config{ClientID: "{client}", Endpoint: provider.Endpoint(), RedirectURL: "{redirect}",
	Scopes: strings.Fields("{scope}")}

verifier := oauth2.GenerateVerifier()
send(config.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier)))

token, err := config.Exchange(ctx, code, oauth2.VerifierOption(verifier))
person, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))`},
		{"Android, iOS · AppAuth", `
AuthorizationServiceConfiguration.fetchFromIssuer("{issuer}") { lancar, error ->
  val request = AuthorizationRequest.Builder(lancar, "{client}", ResponseTypeValues.CODE, Uri.parse("{redirect}"))
    .setScope("{scope}").build() // AppAuth adds PKCE by itself
}`},
	}
}
