package office

import (
	"strings"

	"lancar/identity/machine"
)

// machineExamples show the owner how a machine gets its short token by its own key, and uses it. They
// are run by test/interop as they stand.
func (v *visit) machineExamples(s machine.Sheet) []example {
	if s.State.Over() || s.Kind == machine.Agent {
		return nil
	}
	kid := "kunci-1"
	if len(s.Keys) > 0 {
		kid = s.Keys[0].ID
	}
	fill := strings.NewReplacer("{issuer}", v.OIDC.Issuer(), "{client}", string(s.ID), "jwk.kid", "'"+kid+"'", "{scope}", strings.Join(s.Scopes, " "))
	return []example{{"Kunci · Node.js", strings.TrimSpace(keyExample)}, {"Node.js · openid-client 6", fill.Replace(strings.TrimSpace(nodeStart + `
// a token lives for 60 seconds at most: ask for a new one, there is no refresh token
const token = await client.clientCredentialsGrant(lancar, { scope: '{scope}' })
const answer = await fetch('{issuer}/api/v1/machine', { headers: { Authorization: 'Bearer ' + token.access_token } })`))}}
}
