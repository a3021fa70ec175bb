package oidc

import (
	"net/url"

	"lancar"
)

// subject is the name by which a client knows a person (OpenID Connect Core section 8.1): pairwise by
// the client's sector, or the same for every public client. It is made of the account, so that a
// changed identity number changes nothing, and says nothing about the person.
func (p *Provider) subject(reg *registration, account lancar.ID) string {
	sector := ""
	if reg.Subject != "public" {
		sector = reg.sector()
	}
	return b64.EncodeToString(p.Keys.MAC("oidc subject", []byte(sector+"\n"+string(account)))[:18])
}

// sector is the host that stands for a client and its siblings.
func (r *registration) sector() string {
	if r.Sector != "" {
		return "sector:" + r.Sector
	}
	if len(r.Redirects) > 0 {
		if u, err := url.Parse(r.Redirects[0]); err == nil && u.Scheme == "https" {
			return "host:" + u.Host
		}
	}
	return "client:" + string(r.ID)
}
