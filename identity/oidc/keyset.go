package oidc

import (
	"encoding/json"

	jose "github.com/go-jose/go-jose/v4"
)

// keySet is the JWK set of a client. Keys that we do not take are passed over (RFC 7517 section 5): an
// app may publish them for others.
type keySet struct {
	jose.JSONWebKeySet
	other  []string // texts of those passed over
	secret bool     // a private or symmetric key is among all of them
}

func (s *keySet) UnmarshalJSON(text []byte) error {
	var raw struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(text, &raw); err != nil {
		return err
	}
	for _, one := range raw.Keys {
		var k jose.JSONWebKey
		s.secret = s.secret || holdsSecret(one)
		if k.UnmarshalJSON(one) != nil || !k.Valid() || !k.IsPublic() || keyAlgorithm(k.Key) == "" && len(k.Certificates) == 0 {
			s.other = append(s.other, string(one))
			continue
		}
		s.Keys = append(s.Keys, k)
	}
	return nil
}

// holdsSecret says whether a JWK of any kind has a member that only a secret key has (RFC 7518 section 6,
// and `priv` of the kinds after it).
func holdsSecret(key json.RawMessage) bool {
	var members map[string]json.RawMessage
	if json.Unmarshal(key, &members) != nil {
		return false
	}
	for _, name := range []string{"d", "k", "p", "q", "dp", "dq", "qi", "oth", "priv"} {
		if members[name] != nil {
			return true
		}
	}
	return false
}
