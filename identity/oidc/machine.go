package oidc

import (
	"errors"
	"net/http"

	jose "github.com/go-jose/go-jose/v4"

	"lancar"
	"lancar/identity/machine"
	"lancar/internal/serve"
	"lancar/internal/store"
)

// machineClient is a client that stands in the register of machines (identity/machine): its id there
// is its client_id, its keys, scopes and state are asked there, and people never sign in to it. Why
// one may not go on is told to its engineer in words.
func (p *Provider) machineClient(tx *store.Tx, id lancar.ID) (*registration, error) {
	if p.Machines == nil {
		return nil, badClient("Aplikasi tidak dikenal.", "The client is unknown")
	}
	m, list, err := p.Machines.ProofTx(tx, id)
	if lancar.CodeOf(err) == lancar.Unauthenticated {
		return nil, machineFault(err)
	}
	if err != nil {
		return nil, err
	}
	reg := &registration{machine: true, Client: Client{ID: m.ID, Region: m.Region, Agency: m.Agency, Officer: m.Owner, Stage: Production, Made: m.Made,
		Name: lancar.Text{"id": m.Name, "en": m.Name}, Purpose: m.Purpose, Grants: []string{"client_credentials", exchangeGrant}, Scopes: m.Scopes, Auth: SelfSignedTLS}}
	if m.Stage == machine.Sandbox {
		reg.Stage = Sandbox
	}
	for _, k := range list {
		if k.Kind == machine.Certificate {
			reg.certs = append(reg.certs, k.Thumb)
			continue
		}
		var key jose.JSONWebKey
		if err := key.UnmarshalJSON([]byte(k.JWK)); err != nil {
			return nil, err
		}
		reg.Auth = PrivateKeyJWT
		reg.keys.Keys = append(reg.keys.Keys, key)
		reg.thumbs = append(reg.thumbs, k.Thumb)
	}
	reg.CertBound = reg.Auth == SelfSignedTLS // who has nothing but a certificate gets tokens that need it
	return reg, nil
}

// admit counts one token of a machine against its budget, with the credential that it used. Other
// clients have none.
func (p *Provider) admit(r *http.Request, c *call) error {
	if !c.reg.machine {
		return nil
	}
	_, err := p.Machines.Admit(r.Context(), machine.Use{Machine: c.reg.ID, Key: c.key, Address: address(r)})
	return machineFault(err)
}

func address(r *http.Request) string {
	if a := serve.Address(r.Context()); a.IsValid() {
		return a.String()
	}
	return ""
}

// machineFault says as OAuth does what the register of machines refused.
func machineFault(err error) error {
	words, ok := errors.AsType[*lancar.Error](err)
	if !ok {
		return err
	}
	switch words.Code {
	case lancar.Unauthenticated:
		return badClient(words.Text["id"], words.Text["en"])
	case lancar.TooMany:
		return refuse("slow_down", words.Text["id"], words.Text["en"]).with(http.StatusTooManyRequests).because(err)
	case lancar.Forbidden:
		return refuse("insufficient_scope", words.Text["id"], words.Text["en"]).with(http.StatusForbidden)
	}
	return err
}
