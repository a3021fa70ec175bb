package office

import (
	"strings"

	"lancar/identity/oidc"
)

// example shows an engineer how their app signs people in, on a common stack.
type example struct{ Stack, Code string }

// examples are filled with the app's own number and addresses. Each was run as it stands here, against
// a demonstration (the one for Android was compiled); test/interop runs those for Node.js and Go again.
func (v *visit) examples(c oidc.Client) (out []example) {
	redirect, path := "https://aplikasi.example/masuk", "/masuk"
	if len(c.Redirects) > 0 {
		redirect = c.Redirects[0]
		_, rest, _ := strings.Cut(redirect, "://")
		if _, after, ok := strings.Cut(rest, "/"); ok {
			path = "/" + after
		}
	}
	fill := strings.NewReplacer("{issuer}", v.OIDC.Issuer(), "{client}", string(c.ID), "{redirect}", redirect, "{path}", path,
		"{scope}", strings.Join(c.Scopes, " "), "{scopes}", strings.Join(c.Scopes, ","))
	list := serverExamples
	switch {
	case c.Auth == oidc.None:
		list = nativeExamples
	case c.FAPI:
		list = strictExamples
	}
	for _, e := range list() {
		out = append(out, example{e.Stack, fill.Replace(strings.TrimSpace(e.Code))})
	}
	return out
}

// keyExample makes the key pair: the private half stays in a file, the public one is printed.
const keyExample = `
node -e '
const pair = crypto.generateKeyPairSync("ec", { namedCurve: "P-256" })
const about = { kid: "kunci-1", use: "sig", alg: "ES256" }
const jwk = half => ({ ...pair[half].export({ format: "jwk" }), ...about })
fs.writeFileSync("kunci-rahasia.json", JSON.stringify(jwk("privateKey")), { mode: 0o600 })
console.log(JSON.stringify({ keys: [jwk("publicKey")] }))'`

// nodeStart opens the client that the examples for Node.js go on with.
const nodeStart = `
import { readFile } from 'node:fs/promises'
import * as client from 'openid-client'

const jwk = JSON.parse(await readFile('kunci-rahasia.json', 'utf8'))
const key = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])
const issuer = new URL('{issuer}')
const lancar = await client.discovery(issuer, '{client}', { id_token_signed_response_alg: 'ES256' },
  client.PrivateKeyJwt({ key, kid: jwk.kid }),
  { execute: issuer.protocol === 'http:' ? [client.allowInsecureRequests] : [] }) // http in a demonstration alone
`

func serverExamples() []example {
	return []example{
		{"Kunci · Node.js", keyExample},
		{"Node.js · openid-client 6", nodeStart + `
// 1. send the person here, and keep verifier, state and nonce in their session
const verifier = client.randomPKCECodeVerifier(), state = client.randomState(), nonce = client.randomNonce()
const to = client.buildAuthorizationUrl(lancar, { redirect_uri: '{redirect}', scope: '{scope}', state, nonce,
  code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' })

// 2. when they come back to url
const tokens = await client.authorizationCodeGrant(lancar, url, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce })
const sub = tokens.claims().sub
const person = await client.fetchUserInfo(lancar, tokens.access_token, sub)`},
		{"Python · Authlib 1.9", pythonExample},
		{"Java · Spring Boot 3, spring-boot-starter-oauth2-client", springExample},
	}
}

const pythonExample = `
import json
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

key = ECKey.import_key(json.load(open('kunci-rahasia.json')))
lancar = OAuth2Session('{client}', key, token_endpoint_auth_method='private_key_jwt', code_challenge_method='S256',
    scope='{scope}', redirect_uri='{redirect}')
lancar.register_client_auth_method(PrivateKeyJWT('{issuer}/oauth/token', alg='ES256'))

# 1. send the person to url, and keep verifier, state and nonce in their session
verifier, nonce = generate_token(64), generate_token()
url, state = lancar.create_authorization_url('{issuer}/oauth/authorize', code_verifier=verifier, nonce=nonce)

# 2. when they come back to back
token = lancar.fetch_token('{issuer}/oauth/token', authorization_response=back, state=state, code_verifier=verifier)
keys = KeySet.import_key_set(lancar.get('{issuer}/oauth/jwks', withhold_token=True).json())
claims = jwt.decode(token['id_token'], keys, algorithms=['ES256']).claims
jwt.JWTClaimsRegistry(iss={'essential': True, 'value': '{issuer}'}, aud={'essential': True, 'value': '{client}'},
    nonce={'essential': True, 'value': nonce}).validate(claims)
person = lancar.get('{issuer}/oauth/userinfo').json()`

const springExample = `
# application.yml
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
            scope: {scopes}
        provider:
          lancar:
            issuer-uri: {issuer}

// Lancar.java
import com.nimbusds.jose.jwk.JWK;
import java.nio.file.*;
import org.springframework.context.annotation.*;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.client.endpoint.*;
import org.springframework.security.oauth2.client.oidc.authentication.OidcIdTokenDecoderFactory;
import org.springframework.security.oauth2.client.registration.*;
import org.springframework.security.oauth2.client.web.*;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.JwtDecoderFactory;
import org.springframework.security.web.SecurityFilterChain;

@Configuration
class Lancar {
  @Bean SecurityFilterChain web(HttpSecurity http, ClientRegistrationRepository apps) throws Exception {
    var requests = new DefaultOAuth2AuthorizationRequestResolver(apps, "/oauth2/authorization");
    requests.setAuthorizationRequestCustomizer(OAuth2AuthorizationRequestCustomizers.withPkce());
    return http.authorizeHttpRequests(all -> all.anyRequest().authenticated())
      .oauth2Login(login -> login.authorizationEndpoint(at -> at.authorizationRequestResolver(requests))
        .redirectionEndpoint(at -> at.baseUri("{path}"))).build();
  }

  @Bean RestClientAuthorizationCodeTokenResponseClient tokens() throws Exception {
    var key = JWK.parse(Files.readString(Path.of("kunci-rahasia.json")));
    var tokens = new RestClientAuthorizationCodeTokenResponseClient();
    tokens.addParametersConverter(new NimbusJwtClientAuthenticationParametersConverter<>(app -> key));
    return tokens;
  }

  @Bean JwtDecoderFactory<ClientRegistration> idTokens() {
    var idTokens = new OidcIdTokenDecoderFactory();
    idTokens.setJwsAlgorithmResolver(app -> SignatureAlgorithm.ES256);
    return idTokens;
  }
}`

// strictExamples push requests and bind tokens, as an app of the highest level must.
func strictExamples() []example {
	return []example{
		{"Kunci · Node.js", keyExample},
		{"Node.js · openid-client 6", nodeStart + `
// 1. send the person here, and keep verifier, state, nonce and the DPoP key with their session
const DPoP = client.getDPoPHandle(lancar, await client.randomDPoPKeyPair('ES256'))
const verifier = client.randomPKCECodeVerifier(), state = client.randomState(), nonce = client.randomNonce()
const to = await client.buildAuthorizationUrlWithPAR(lancar, { redirect_uri: '{redirect}', scope: '{scope}', state, nonce,
  code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' }, { DPoP })

// 2. when they come back to url
const tokens = await client.authorizationCodeGrant(lancar, url, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce }, {}, { DPoP })
const sub = tokens.claims().sub
const person = await client.fetchUserInfo(lancar, tokens.access_token, sub, { DPoP })`},
	}
}

func nativeExamples() []example {
	return []example{
		{"Peramban · oidc-client-ts 3", `
import { UserManager } from 'oidc-client-ts' // it adds PKCE and state by itself

const lancar = new UserManager({ authority: '{issuer}', client_id: '{client}', redirect_uri: '{redirect}', scope: '{scope}' })

await lancar.signinRedirect()               // 1. sends the person here
const user = await lancar.signinCallback()  // 2. on the page of the redirect address
console.log(user.profile.sub)`},
		{"Go · golang.org/x/oauth2, coreos/go-oidc", `
provider, err := oidc.NewProvider(ctx, "{issuer}")
config := oauth2.Config{ClientID: "{client}", Endpoint: provider.Endpoint(), RedirectURL: "{redirect}",
	Scopes: strings.Fields("{scope}")}

// 1. open this address in the person's browser
state, nonce, verifier := rand.Text(), rand.Text(), oauth2.GenerateVerifier()
to := config.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier), oidc.Nonce(nonce))

// 2. when they come back with state and code
token, err := config.Exchange(ctx, code, oauth2.VerifierOption(verifier))
raw, _ := token.Extra("id_token").(string)
id, err := provider.Verifier(&oidc.Config{ClientID: "{client}"}).Verify(ctx, raw) // then compare id.Nonce with nonce
person, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))`},
		{"PHP dan lain-lain di balik Apache · mod_auth_openidc 2.4", `
# apt install libapache2-mod-auth-openidc; a2enmod auth_openidc
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client}
OIDCProviderTokenEndpointAuth none
OIDCPKCEMethod S256
OIDCIDTokenSignedResponseAlg ES256
OIDCRedirectURI {redirect}
OIDCScope "{scope}"
OIDCCryptoPassphrase "ganti dengan teks acak yang panjang"
<Location />
  AuthType openid-connect
  Require valid-user
</Location>
# the app reads OIDC_CLAIM_sub, OIDC_CLAIM_name and so on from its environment`},
		{"Android · AppAuth 0.11, Kotlin", `
import android.app.Activity
import android.content.Intent
import android.net.Uri
import net.openid.appauth.*

class SignIn : Activity() {
  private val service by lazy { AuthorizationService(this) }

  fun signIn() = AuthorizationServiceConfiguration.fetchFromIssuer(Uri.parse("{issuer}")) { lancar, error ->
    val request = AuthorizationRequest.Builder(lancar ?: throw error!!, "{client}", ResponseTypeValues.CODE, Uri.parse("{redirect}"))
      .setScope("{scope}").build() // AppAuth adds PKCE, state and nonce by itself
    startActivityForResult(service.getAuthorizationRequestIntent(request), 1)
  }

  override fun onActivityResult(asked: Int, result: Int, data: Intent?) {
    val back = AuthorizationResponse.fromIntent(data ?: return) ?: return // AuthorizationException.fromIntent says why
    service.performTokenRequest(back.createTokenExchangeRequest()) { tokens, error -> println(tokens?.idToken ?: error) }
  }
}`},
	}
}
