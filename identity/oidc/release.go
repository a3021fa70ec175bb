package oidc

import (
	"slices"

	"lancar"
	"lancar/access"
	"lancar/internal/store"
)

// releaseTx gives a client what a person agreed that it may know: those of the named claims that
// the request and the agreement, as it stands now, cover. It is a look at the person's record that
// they see, with the client as reader and its purpose. Nothing personal asked for is no look. An address is
// a register's, see [Provider.residence].
func (p *Provider) releaseTx(tx *store.Tx, reg *registration, g *grant, names []string) (map[string]any, error) {
	out := map[string]any{}
	consent, agreed, err := p.Access.AgreedTx(tx, g.Subject, string(reg.ID))
	if err != nil || !agreed {
		return out, err
	}
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		kind := kindOf(name)
		return kind == "" || kind == "address" || !slices.Contains(g.Kinds, kind) || !consent.Covers(kind) || kind == "nik" && !reg.Numbers
	})
	if len(names) == 0 {
		return out, nil
	}
	look, err := p.Access.OpenTx(tx, access.Request{Who: reg.actor(), Subject: g.Subject, Region: reg.Region, What: what(names),
		Purpose: reg.Purpose, Consent: string(reg.ID), Ground: access.Agreement()})
	if lancar.CodeOf(err) == lancar.Forbidden {
		return out, nil // restricted: the person signs in, and nothing more is told
	}
	if err != nil {
		return nil, err
	}
	return out, p.fillTx(tx, look, names, out)
}

// what are the kinds of record that access knows these claims as.
func what(names []string) (kinds []string) {
	for _, name := range names {
		kind := access.Identity
		switch kindOf(name) {
		case "email", "phone":
			kind = access.Contact
		case "nik":
			kind = access.Number
		}
		if !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	if slices.Contains(kinds, access.Number) && !slices.Contains(kinds, access.Identity) {
		kinds = append(kinds, access.Identity)
	}
	return kinds
}

func (p *Provider) fillTx(tx *store.Tx, look access.Grant, names []string, out map[string]any) error {
	wants := func(kinds ...string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return slices.Contains(kinds, kindOf(n)) })
	}
	put := func(name string, value any) {
		if text, is := value.(string); slices.Contains(names, name) && (!is || text != "") {
			out[name] = value
		}
	}
	if wants("name", "birthdate", "nik") {
		h, err := p.Identity.HolderTx(tx, look)
		if err != nil {
			return err
		}
		put("name", h.Name)
		put("birthdate", h.BirthDate)
		put("nik", h.Number)
	}
	if wants("email", "phone") {
		reach, err := p.Identity.ReachTx(tx, look)
		if err != nil {
			return err
		}
		put("email", reach.Email)
		put("phone_number", reach.Phone)
		if reach.Email != "" {
			put("email_verified", true)
		}
		if reach.Phone != "" {
			put("phone_number_verified", true)
		}
	}
	return nil
}

// userinfoNames are the claims that the userinfo answer of a grant is asked for.
func (g *grant) userinfoNames() (names []string) {
	for _, s := range g.Scope {
		names = append(names, claimsOf(s)...)
	}
	for name := range g.Wishes.Userinfo {
		names = append(names, name)
	}
	return names
}

func (g *grant) idNames() (names []string) {
	for name := range g.Wishes.IDToken {
		names = append(names, name)
	}
	return names
}
