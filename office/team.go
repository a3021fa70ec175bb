package office

import (
	"net/url"
	"slices"

	"lancar"
	"lancar/casework"
	"lancar/identity"
	"lancar/payment"
	"lancar/web"
)

type teamRole struct {
	Name     string
	Officers []teamOfficer
}

type teamOfficer struct {
	Name, Path, Tasks string
	Away              bool
	Tag               web.Tag
}

// team is the superior's page: who holds which role in the office, how much waits for them, and
// who is away.
func team(v *visit) error {
	if err := v.only(identity.Superior); err != nil {
		return err
	}
	roles, err := v.teamRoles()
	if err != nil {
		return err
	}
	away, err := v.Cases.Away(v.r.Context(), v.actor.Region)
	if err != nil {
		return err
	}
	var view []teamRole
	for _, role := range roles {
		list, err := v.Identity.Roster(v.r.Context(), role.Region, role.Agency, role.Role)
		if err != nil {
			return err
		}
		part := teamRole{Name: v.roleName(role.Role)}
		for _, o := range list {
			box, err := v.Cases.Inbox(v.r.Context(), lancar.Actor{Kind: lancar.Officer, ID: o.Account, Role: role.Role, Agency: role.Agency, Region: role.Region}, casework.Look{Limit: 1})
			if err != nil {
				return err
			}
			one := teamOfficer{Name: o.Name, Path: "/office/team/" + url.PathEscape(string(o.Account)), Tasks: itoa(box.Total), Away: slices.Contains(away, o.Account),
				Tag: web.Tag{Kind: "ok", Icon: "check", Text: v.T("Ikut undian", "In the draw")}}
			if one.Away {
				one.Tag = web.Tag{Kind: "off", Icon: "cross", Text: v.T("Tidak masuk", "Absent")}
			}
			part.Officers = append(part.Officers, one)
		}
		view = append(view, part)
	}
	history, err := v.absences()
	if err != nil {
		return err
	}
	return v.show("team", v.T("Tim", "Team"), map[string]any{"Roles": view, "Office": v.agencyName(v.actor.Agency, v.actor.Region), "History": history})
}

// absences says who took whom out of the draw, newest first: it is kept and stands in the log.
func (v *visit) absences() (lines []string, err error) {
	list, err := v.Cases.Absences(v.r.Context(), v.actor.Region, 20)
	if err != nil {
		return nil, err
	}
	name := func(account lancar.ID) string {
		if n, ok := v.Identity.OfficerName(v.r.Context(), account); ok {
			return n
		}
		return v.T("Sistem", "The system")
	}
	for _, a := range list {
		what := v.T("masuk undian lagi", "back in the draw")
		if a.Absent {
			what = v.T("keluar dari undian", "out of the draw")
		}
		lines = append(lines, v.When(a.At)+": "+name(a.Account)+" "+what+v.T(", oleh ", ", by ")+name(a.By))
	}
	return lines, nil
}

// teamRoles are the roles of the superior's own office that are drawn for.
func (v *visit) teamRoles() (out []identity.Role, err error) {
	all, err := v.Identity.Rosters(v.r.Context())
	for _, r := range all {
		if r.Agency == v.actor.Agency && r.Region == v.actor.Region && !slices.Contains([]string{identity.Superior, identity.DataRole, identity.ClaimRole, payment.Treasurer, roleOps}, r.Role) {
			out = append(out, r)
		}
	}
	return out, err
}

// setAbsent takes an officer of the superior's own office out of draws, or back in.
func setAbsent(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	if err := v.only(identity.Superior); err != nil {
		return err
	}
	roles, err := v.teamRoles()
	if err != nil {
		return err
	}
	account := lancar.ID(v.r.PathValue("account"))
	for _, role := range roles {
		list, err := v.Identity.Roster(v.r.Context(), role.Region, role.Agency, role.Role)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(list, func(o identity.OnRoster) bool { return o.Account == account }) {
			if err := v.Cases.SetAbsent(v.r.Context(), v.actor, v.actor.Region, account, sent.Get("absent") == "yes"); err != nil {
				return err
			}
			return v.to("/office/team")
		}
	}
	return notFound()
}
