// oauth4webapi (npm) against a conformance run: a public app with PKCE, and a machine.
import * as oauth from 'oauth4webapi'
import { Person, run, ok, callback } from './person.mjs'

const issuer = new URL(run.issuer)
const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer))
ok(as.issuer === run.issuer, 'discovery')
const registered = await oauth.processDynamicClientRegistrationResponse(await oauth.dynamicClientRegistrationRequest(as,
  { client_name: 'oauth4webapi', redirect_uris: [callback], token_endpoint_auth_method: 'none', id_token_signed_response_alg: 'ES256' }, { initialAccessToken: run.registration_token }))
const client = { client_id: registered.client_id, id_token_signed_response_alg: 'ES256' }, auth = oauth.None()

const verifier = oauth.generateRandomCodeVerifier(), state = oauth.generateRandomState(), nonce = oauth.generateRandomNonce()
const to = new URL(as.authorization_endpoint)
for (const [k, v] of Object.entries({ client_id: client.client_id, redirect_uri: callback, response_type: 'code', scope: 'openid email', state, nonce,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' })) to.searchParams.set(k, v)
const params = oauth.validateAuthResponse(as, client, await new Person(run).agree(to.href), state)
const answer = await oauth.authorizationCodeGrantRequest(as, client, auth, params, callback, verifier)
const tokens = await oauth.processAuthorizationCodeResponse(as, client, answer, { expectedNonce: nonce, requireIdToken: true })
await oauth.validateApplicationLevelSignature(as, answer)
const sub = oauth.getValidatedIdTokenClaims(tokens).sub
const info = await oauth.processUserInfoResponse(as, client, sub, await oauth.userInfoRequest(as, client, tokens.access_token))
ok(info.email === run.person.sign_in.contact, 'code with PKCE, ID token by JWKS, userinfo')
