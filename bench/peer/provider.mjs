// The peer: oidc-provider with its own in-memory store, one client that proves itself by
// private_key_jwt, and ES256 JWT access tokens of sixty seconds. Prints its issuer and client as JSON.
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { Provider } from 'oidc-provider'

const server = createServer()
await new Promise((done) => server.listen(0, '127.0.0.1', done))
const issuer = `http://localhost:${server.address().port}`
const client = 'bench'
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const provider = new Provider(issuer, {
  clients: [{
    client_id: client, redirect_uris: [], response_types: [], grant_types: ['client_credentials'], token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256', id_token_signed_response_alg: 'ES256', jwks: JSON.parse(process.argv[2]),
  }],
  clientAuthMethods: ['private_key_jwt'],
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256', kid: 'k' }] },
  scopes: ['services.read'],
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => issuer,
      getResourceServerInfo: () => ({ scope: 'services.read', audience: issuer, accessTokenFormat: 'jwt', accessTokenTTL: 60, jwt: { sign: { alg: 'ES256' } } }),
    },
  },
})
server.on('request', provider.callback())
console.log(JSON.stringify({ issuer, client }))
