// openid-client (npm) against a conformance run: every flow that it speaks.
import * as client from 'openid-client'
import { Person, run, ok, keyPair, callback } from './person.mjs'

const { pair, jwks } = await keyPair()
const archive = 'https://arsip.example/api'
const config = await client.dynamicClientRegistration(new URL(run.issuer), {
  client_name: 'openid-client', redirect_uris: [callback], post_logout_redirect_uris: ['https://rp.example/bye'], token_endpoint_auth_method: 'private_key_jwt', jwks,
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials', 'urn:ietf:params:oauth:grant-type:device_code', 'urn:openid:params:grant-type:ciba',
    'urn:ietf:params:oauth:grant-type:token-exchange'],
  scope: 'openid profile email offline_access permits.read cases.read cases.prepare looks.read', resources: [archive], id_token_signed_response_alg: 'ES256', dpop_bound_access_tokens: true, dpop_nonce_required: true,
}, client.PrivateKeyJwt({ key: pair.privateKey, kid: 'k1' }), { initialAccessToken: run.registration_token })
ok(config.clientMetadata().client_id, 'registration')

// Tokens are for addresses that a resource server of the node has.
const server = await fetch(`${run.issuer}/oauth/register`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${run.registration_token}` },
  body: JSON.stringify({ client_name: 'arsip', redirect_uris: [], grant_types: ['client_credentials'], token_endpoint_auth_method: 'private_key_jwt', jwks, resources: [archive], resource_server: true }) })
ok(server.status === 201, 'resource server')

const person = new Person(run)
const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))

const verifier = client.randomPKCECodeVerifier(), state = client.randomState(), nonce = client.randomNonce()
const to = await client.buildAuthorizationUrlWithPAR(config, { redirect_uri: callback, scope: 'openid profile email offline_access cases.read cases.prepare looks.read', state, nonce,
  code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', prompt: 'consent' }, { DPoP })
const back = await person.agree(to.href)
const tokens = await client.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true }, {}, { DPoP })
ok(tokens.token_type === 'dpop' && tokens.claims().acr, 'code with PAR, PKCE, DPoP, private_key_jwt')
const info = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub, { DPoP })
ok(info.name === run.person.sign_in.name, 'userinfo')

const api = async (method, path, body) => {
  const res = await client.fetchProtectedResource(config, tokens.access_token, new URL(run.issuer + path), method, body && JSON.stringify(body), new Headers({ 'content-type': 'application/json' }), { DPoP })
  return { status: res.status, body: await res.json() }
}
ok(Array.isArray((await api('GET', '/api/v1/cases')).body.cases), 'the API with DPoP')
const draft = await api('POST', '/api/v1/drafts', { service: 'lapak-pasar', place: '53.15.05.1025' })
ok(draft.status === 201 && draft.body.fields.some(f => f.known) && !JSON.stringify(draft.body).includes(run.person.sign_in.nik), 'a draft by the API')
ok(await api('POST', `/api/v1/drafts/${draft.body.id}/submit`, {}).then(() => false, e => e.cause?.[0]?.parameters?.error === 'insufficient_scope'), 'a scope that was not agreed to')
let seen = false
for (let i = 0; i < 40 && !seen; i++, await new Promise(r => setTimeout(r, 250))) seen = (await api('GET', '/api/v1/me/looks')).body.looks.some(l => l.who === 'openid-client' && l.kind === 'machine')
ok(seen, 'the app stands in who looked')
const fresh = await client.refreshTokenGrant(config, tokens.refresh_token, {}, { DPoP })
ok(fresh.access_token && fresh.refresh_token !== tokens.refresh_token, 'refresh')
ok((await client.tokenIntrospection(config, fresh.access_token)).active === true, 'introspection')

const exchanged = await client.genericGrantRequest(config, 'urn:ietf:params:oauth:grant-type:token-exchange', { subject_token: fresh.access_token,
  subject_token_type: 'urn:ietf:params:oauth:token-type:access_token', resource: archive, scope: 'profile' }, { DPoP })
ok(exchanged.issued_token_type && exchanged.scope === 'profile', 'token exchange')
await client.tokenRevocation(config, fresh.access_token)
ok((await client.tokenIntrospection(config, fresh.access_token)).active === false, 'revocation')
ok((await client.tokenIntrospection(config, exchanged.access_token)).active === false, 'revocation of what was exchanged')

const machine = await client.clientCredentialsGrant(config, { scope: 'permits.read' }, { DPoP })
ok(machine.expires_in === 60, 'client credentials')

const device = await client.initiateDeviceAuthorization(config, { scope: 'openid profile' })
const polled = client.pollDeviceAuthorizationGrant(config, device, {}, { DPoP })
await person.approve(device.user_code)
ok((await polled).claims().sub === tokens.claims().sub, 'device flow')

const asked = await client.initiateBackchannelAuthentication(config, { scope: 'openid', login_hint: run.person.sign_in.nik, binding_message: 'Loket 3' })
const answered = client.pollBackchannelAuthenticationGrant(config, asked, {}, { DPoP })
const driven = await fetch(`${run.ciba}?auth_req_id=${asked.auth_req_id}&action=allow`)
ok(driven.status === 204 && (await answered).claims().sub === tokens.claims().sub, 'CIBA')
const no = await client.initiateBackchannelAuthentication(config, { scope: 'openid', login_hint: run.person.sign_in.contact })
await fetch(`${run.ciba}?auth_req_id=${no.auth_req_id}&action=deny`)
ok(await client.pollBackchannelAuthenticationGrant(config, no, {}, { DPoP }).then(() => false, e => e.error === 'access_denied'), 'CIBA refused')

const bye = client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: 'https://rp.example/bye', state: 'x' })
const gone = await person.open(bye.href)
ok(gone.url.href === 'https://rp.example/bye?state=x' && ![...person.jar.keys()].includes('__Host-lancar'), 'logout')
