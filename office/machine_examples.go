package office

import (
	"strings"

	"lancar/identity/machine"
)

// machineExamples show the owner how a machine gets its short token by its own key, and uses it. The
// library openid-client runs in test/interop.
func (v *visit) machineExamples(s machine.Sheet) []example {
	if s.State.Over() || s.Kind == machine.Agent {
		return nil
	}
	kid := "kunci-1"
	if len(s.Keys) > 0 {
		kid = s.Keys[0].ID
	}
	fill := strings.NewReplacer("{issuer}", v.OIDC.Issuer(), "{client}", string(s.ID), "{kid}", kid, "{scope}", strings.Join(s.Scopes, " "))
	return []example{{"Node.js · openid-client 6", fill.Replace(strings.TrimSpace(`
import * as client from 'openid-client'

const lancar = await client.discovery(new URL('{issuer}'), '{client}', undefined,
  client.PrivateKeyJwt({ key: privateKey, kid: '{kid}' }))

// a token lives for 60 seconds at most: ask for a new one, there is no refresh token
const token = await client.clientCredentialsGrant(lancar, { scope: '{scope}' })
const answer = await fetch('{issuer}/api/v1/services', { headers: { Authorization: 'Bearer ' + token.access_token } })`))}}
}
