package oidc

import (
	"context"
	"slices"
	"strings"

	"lancar"
	"lancar/access"
	"lancar/identity"
	"lancar/internal/store"
)

// postal is where a person lives, as the claim of that name says it (OpenID Connect Core section
// 5.1.1): of its members those that the population register has. It is read at the moment, never kept.
type postal struct {
	Formatted string `json:"formatted"`
	Street    string `json:"street_address,omitempty"`
	Locality  string `json:"locality,omitempty"` // regency or city
	Country   string `json:"country"`
}

// residence adds the address to what userinfo tells, where the person agreed to it, and had been sure
// enough at the sign-in that registers' data is open to them. A silent register gives no address and no
// error: the claim is voluntary.
func (p *Provider) residence(ctx context.Context, reg *registration, g *grant, names []string, into map[string]any) error {
	if !slices.Contains(names, "address") || !slices.Contains(g.Kinds, "address") || g.level() < identity.Verified {
		return nil
	}
	var look access.Grant
	open := false
	err := p.DB.Write(ctx, func(tx *store.Tx) error {
		consent, agreed, err := p.Access.AgreedTx(tx, g.Subject, string(reg.ID))
		if open = agreed && err == nil && consent.Covers("address"); !open {
			return err
		}
		look, err = p.Access.OpenTx(tx, access.Request{Who: reg.actor(), Subject: g.Subject, Region: reg.Region, What: []string{access.Register + "/population"},
			Purpose: reg.Purpose, Consent: string(reg.ID), Ground: access.Agreement()})
		if lancar.CodeOf(err) == lancar.Forbidden { // restricted
			open, err = false, nil
		}
		return err
	})
	if err != nil || !open {
		return err
	}
	record, err := p.Identity.Residence(ctx, look, reg.actor(), reg.Region, reg.Purpose)
	if lancar.CodeOf(err) == lancar.Unavailable {
		return nil
	}
	if a := postalOf(record); err == nil && a.Formatted != "" {
		into["address"] = a
	}
	return err
}

// postalOf writes a record of the register as a letter's address.
func postalOf(r map[string]string) postal {
	if r["address"] == "" {
		return postal{}
	}
	street := r["address"]
	if r["rt"] != "" && r["rw"] != "" {
		street += ", RT " + r["rt"] + "/RW " + r["rw"]
	}
	a := postal{Street: street, Locality: r["regency"], Country: "Indonesia"}
	var place []string
	for _, s := range []string{r["village"], r["district"]} {
		if s != "" {
			place = append(place, s)
		}
	}
	lines := []string{street}
	for _, line := range []string{strings.Join(place, ", "), r["regency"], a.Country} {
		if line != "" {
			lines = append(lines, line)
		}
	}
	a.Formatted = strings.Join(lines, "\n")
	return a
}
