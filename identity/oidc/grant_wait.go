package oidc

import (
	"net/http"

	"lancar/internal/store"
)

const (
	deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"
	cibaGrant   = "urn:openid:params:grant-type:ciba"
)

// grantDevice is a device that asks whether its person has answered.
func (p *Provider) grantDevice(r *http.Request, c *call) ([]byte, error) {
	return p.grantWait(r, c, device, "d", c.form.Get("device_code"))
}

// grantCIBA is a counter that asks the same.
func (p *Provider) grantCIBA(r *http.Request, c *call) ([]byte, error) {
	return p.grantWait(r, c, ciba, "b", c.form.Get("auth_req_id"))
}

// grantWait answers a poll: tokens once the person agreed, else why there are none.
func (p *Provider) grantWait(r *http.Request, c *call, kind waitKind, letter, text string) ([]byte, error) {
	ctx := r.Context()
	bad := badGrant("Kode ini tidak berlaku.", "The code is not valid")
	if text == "" {
		bad = errNoParameter()
	}
	id, _, err := p.openHandle(letter, text)
	if err != nil {
		return nil, p.refuseAfter(ctx, c, bad)
	}
	var wt wait
	err = p.DB.Read(ctx, func(tx *store.Tx) error {
		wt, err = p.waitByID(tx, id)
		return err
	})
	switch {
	case err == store.ErrNone || err == nil && (wt.client != c.reg.ID || wt.kind != kind):
		return nil, p.refuseAfter(ctx, c, bad)
	case err != nil:
		return nil, err
	case wt.state != "agreed":
		return nil, p.notYet(r, c, wt)
	case wt.Ask.JKT != "" && wt.Ask.JKT != c.jkt:
		return nil, p.refuseAfter(ctx, c, badGrant("Permintaan ini terikat pada kunci DPoP lain.", "The request is bound to another DPoP key"))
	}
	var g grant
	err = p.DB.Read(ctx, func(tx *store.Tx) error {
		g, err = p.grantByID(tx, wt.grant)
		return err
	})
	switch {
	case err == store.ErrNone || err == nil && !g.ended.IsZero():
		return nil, p.refuseAfter(ctx, c, badGrant("Izin ini sudah berakhir.", "The grant has ended"))
	case err != nil:
		return nil, err
	case !g.codeAt.IsZero():
		return nil, p.endAfter(r, c, g.ID) // it was traded before
	case !p.DB.Now().Before(wt.expires):
		return nil, p.refuseAfter(ctx, c, errExpired())
	}
	return p.redeemWait(r, c, &g)
}

// redeemWait makes the first tokens of what was agreed to; a second time ends what the first made.
func (p *Provider) redeemWait(r *http.Request, c *call, g *grant) ([]byte, error) {
	ctx := r.Context()
	f, err := p.firstTokens(ctx, c, g, g.Scope, g.Resources)
	if err != nil {
		return nil, err
	}
	took := false
	err = p.DB.Write(ctx, func(tx *store.Tx) error {
		if err := c.spendTx(tx); err != nil {
			return err
		}
		if took, err = useGrant(tx, g); err != nil || !took {
			return err
		}
		return f.keepTx(tx)
	})
	switch {
	case err != nil:
		return nil, p.replayed(ctx, c, err)
	case !took:
		return nil, p.endGrantOf(r, g.ID)
	}
	return f.response(f.id, f.refresh), nil
}

func errExpired() error {
	return refuse("expired_token", "Permintaan ini sudah kedaluwarsa. Minta lagi.", "The request has expired, ask again")
}

// notYet says why there are no tokens; who asks faster than told must ask more slowly from then on.
func (p *Provider) notYet(r *http.Request, c *call, wt wait) error {
	now := p.DB.Now()
	switch {
	case wt.state == "refused":
		return p.refuseAfter(r.Context(), c, refuse("access_denied", "Orangnya tidak menyetujui.", "The person did not agree"))
	case !now.Before(wt.expires):
		return p.refuseAfter(r.Context(), c, errExpired())
	}
	why, gap := refuse("authorization_pending", "Orangnya belum menjawab.", "The person has not answered yet"), wt.gap
	if !wt.polled.IsZero() && now.Sub(wt.polled) < wt.gap {
		why, gap = refuse("slow_down", "Terlalu sering bertanya. Tambah 5 detik di antaranya.", "Asked too often, wait 5 seconds longer between"), wt.gap+pollGap
	}
	err := p.DB.Write(r.Context(), func(tx *store.Tx) error {
		if err := c.spendTx(tx); err != nil {
			return err
		}
		return pollWait(tx, wt.id, gap)
	})
	if err != nil {
		return p.replayed(r.Context(), c, err)
	}
	return why
}
