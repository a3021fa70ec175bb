package oidc

import (
	"encoding/json"
	"errors"
	"net/http"

	"lancar"
	"lancar/access"
	"lancar/identity"
	"lancar/internal/jobs"
	"lancar/internal/store"
)

// revoke ends a token at its client's wish (RFC 7009): a refresh token with all that came of it. A
// token that is unknown, not ours or not this client's is answered alike.
func (p *Provider) revoke(w http.ResponseWriter, r *http.Request, c *call) error {
	text := c.form.Get("token")
	if text == "" {
		return p.refuseAfter(r.Context(), c, badRequest("token tidak ada.", "The token is missing"))
	}
	access := ""
	if t, err := p.openAccess(r.Context(), text); err == nil && t.Client == string(c.reg.ID) {
		access = t.ID
	}
	id, _, refreshErr := p.openHandle("r", text)
	err := p.DB.Write(r.Context(), func(tx *store.Tx) error {
		if err := c.spendTx(tx); err != nil {
			return err
		}
		if access != "" {
			return errors.Join(endToken(tx, access, c.reg.ID), endExchanged(tx, access))
		}
		if refreshErr != nil {
			return nil
		}
		g, err := p.grantByID(tx, id)
		if err == store.ErrNone || err == nil && g.Client != c.reg.ID {
			return nil
		}
		if err != nil {
			return err
		}
		return endGrant(tx, id)
	})
	if err != nil {
		return p.replayed(r.Context(), c, err)
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

// Withdrawn ends what a person's withdrawn agreement was the ground of. It subscribes to
// access.EventWithdrawn.
func (p *Provider) Withdrawn(tx *store.Tx, e jobs.Event) error {
	var w access.Withdrawal
	if err := json.Unmarshal(e.Payload, &w); err != nil {
		return err
	}
	return p.WithdrawnTx(tx, w)
}

// WithdrawnTx ends what was given on an agreement, in the transaction that withdraws it
// ([access.Access.AtWithdrawal]): the next introspection, userinfo and refresh find it ended.
func (p *Provider) WithdrawnTx(tx *store.Tx, w access.Withdrawal) error {
	return endGrants(tx, w.Account, lancar.ID(w.To))
}

// SignedOutTx ends what was handed out on the strength of an account's sessions, in the transaction that
// ends them all ([identity.Identity.AtSignOut]).
func (p *Provider) SignedOutTx(tx *store.Tx, account lancar.ID) error {
	return endGrants(tx, account, "")
}

// SignedOut tells the apps whose grants [Provider.SignedOutTx] ended. What was given on a newer sign-in
// stays. It subscribes to identity.EventSignedOut.
func (p *Provider) SignedOut(tx *store.Tx, e jobs.Event) error {
	var out identity.SignedOut
	if err := json.Unmarshal(e.Payload, &out); err != nil {
		return err
	}
	return p.leaveTx(tx, out.Account, out.At)
}

// EraseTx ends all that an account gave anybody, when it is erased.
func (p *Provider) EraseTx(tx *store.Tx, account lancar.ID) error { return endGrants(tx, account, "") }
