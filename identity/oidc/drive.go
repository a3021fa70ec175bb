package oidc

import (
	"context"
	"encoding/json"

	"lancar"
	"lancar/identity"
	"lancar/internal/store"
)

// What a conformance run needs beside the protocol (docs/spec/oidc.md). A provider without a sandbox
// refuses all of it.

func errNoSandbox() error {
	return lancar.Fail(lancar.Forbidden, "", "Hanya di uji coba.", "In a sandbox alone.")
}

// SeedTx registers a client with the id and secret that its file says, in place of one of before.
// text is the JSON of a registration (RFC 7591) with client_id.
func (p *Provider) SeedTx(tx *store.Tx, text []byte) (id lancar.ID, err error) {
	var m metadata
	if err := json.Unmarshal(text, &m); err != nil {
		return "", err
	}
	if !p.config.Sandbox || m.ClientID == "" || len(m.ClientID) > 64 {
		return "", errNoSandbox()
	}
	c, err := m.client(true)
	if err != nil {
		return "", err
	}
	c.ID, c.Region, c.Agency, c.Stage, c.Made = lancar.ID(m.ClientID), "00", "sandbox", Sandbox, tx.Now
	c.AgencyName = ofNobody()
	c.fill()
	if err := p.check(c); err != nil {
		return "", err
	}
	if c.SectorAt != "" {
		return "", wrong("sector", "sector_identifier_uri hanya lewat pendaftaran.", "A sector_identifier_uri only by registration.")
	}
	var hash []byte
	if m.Secret != "" {
		hash = p.secretHash(c.ID, m.Secret)
	}
	if err := deleteClient(tx, c.ID); err != nil {
		return "", err
	}
	return c.ID, insertClient(tx, c, hash)
}

// Drive answers for the person whom a CIBA request names, by its auth_req_id, as if they did it on
// their page.
func (p *Provider) Drive(ctx context.Context, authReqID string, agree bool) error {
	id, _, err := p.openHandle("b", authReqID)
	if err != nil || !p.config.Sandbox {
		return errNoSandbox()
	}
	return p.DB.Write(ctx, func(tx *store.Tx) error {
		wt, err := p.waitByID(tx, id)
		if err == store.ErrNone || err == nil && (wt.state != "waiting" || wt.account == "") {
			return errNoWait()
		}
		if err != nil {
			return err
		}
		_, s, err := p.Identity.EnterTx(tx, identity.Entry{Account: wt.account, Level: identity.Verified, Methods: []string{"otp"}, Browser: identity.Browser{Host: "conformance", Device: "conformance"}})
		if err != nil {
			return err
		}
		return p.answerTx(tx, wt, s, agree, nil)
	})
}
