package office

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/identity/machine"
	"lancar/web"
)

// machineRoutes are the pages about non-human identities.
func machineRoutes() map[string]handler {
	return map[string]handler{
		"GET /office/machines":              machines,
		"GET /office/machines/new":          newMachine,
		"POST /office/machines/new":         registerMachine,
		"GET /office/machines/stop":         askStopAll,
		"POST /office/machines/stop":        stopAll,
		"GET /office/machines/review":       reviewMachines,
		"POST /office/machines/review":      signMachines,
		"GET /office/machines/{id}":         showMachine,
		"GET /office/machines/{id}/change":  changeMachine,
		"POST /office/machines/{id}/change": wantMachine,
		"POST /office/machines/{id}/{act}":  actMachine,
	}
}

type machineRow struct {
	Href, Name, Kind, Owner, Used, Until string
	Tags                                 []web.Tag
	Late                                 bool
}

// machines lists the non-human identities of the officer's own office.
func machines(v *visit) error {
	over := v.r.URL.Query().Get("over") != ""
	list, err := v.Machines.Office(v.r.Context(), v.actor, over)
	if err != nil {
		return err
	}
	due, err := v.Machines.Due(v.r.Context(), v.actor)
	if err != nil {
		return err
	}
	var rows []machineRow
	for _, m := range list {
		rows = append(rows, v.machineRow(m))
	}
	return v.show("machines", machinesTitle(v, over), map[string]any{"Rows": rows, "Office": v.agencyName(v.actor.Agency, v.actor.Region), "Over": over, "Done": v.machineDone(),
		"Due": len(due), "Head": v.headOfMachines() && !over && len(list) > 0,
		"Empty": web.Empty{Pattern: "gaps", Title: v.T("Belum ada mesin", "No machines yet"),
			Lead: v.T("Sistem, bot, dan agen yang memakai platform ini didaftarkan di sini, dengan pemilik dan tombol berhenti.", "Systems, bots and agents that use this platform are registered here, with an owner and a stop button.")}})
}

// headOfMachines says whether the officer approves and stops the office's machines.
func (v *visit) headOfMachines() bool {
	return v.actor.Role == identity.Superior || v.actor.Role == machine.Role
}

func (v *visit) machineDone() string {
	n := v.r.URL.Query().Get("stopped")
	if n == "" {
		return ""
	}
	if _, err := strconv.Atoi(n); err != nil {
		return ""
	}
	return n + v.T(" mesin dihentikan. Panggilannya ditolak sejak sekarang.", " machines are stopped. Their calls are refused from now.")
}

func (v *visit) machineRow(m machine.Machine) machineRow {
	row := machineRow{Href: machinePath(m.ID), Name: m.Name, Kind: v.machineKind(m.Kind), Owner: v.officerName(m.Owner), Used: v.lastUse(m), Until: v.lastDay(m.Expires),
		Tags: []web.Tag{v.machineTag(m)}, Late: m.State == machine.Orphaned || m.Held == machine.ByReview}
	if m.Stage == machine.Sandbox {
		row.Tags = append(row.Tags, web.Tag{Kind: "off", Text: v.T("Uji coba", "Sandbox")})
	}
	if m.Wanted != nil {
		row.Tags = append(row.Tags, web.Tag{Kind: "warn", Text: v.T("Minta lebih", "Asks for more")})
	}
	if !m.Unused.IsZero() && !m.State.Over() {
		row.Tags = append(row.Tags, web.Tag{Kind: "warn", Text: v.T("Lama tidak dipakai", "Long unused")})
	}
	return row
}

// lastDay is the day before an end that falls on midnight.
func (v *visit) lastDay(end time.Time) string { return v.Date(end.Add(-time.Nanosecond)) }

func machinePath(id lancar.ID) string { return "/office/machines/" + url.PathEscape(string(id)) }

func (v *visit) lastUse(m machine.Machine) string {
	if m.LastUsed.IsZero() {
		return v.T("belum pernah", "never")
	}
	return v.Moment(m.LastUsed, v.now)
}

func (v *visit) officerName(account lancar.ID) string {
	if name, ok := v.Identity.OfficerName(v.r.Context(), account); ok {
		return name
	}
	return v.T("tidak dikenal", "unknown")
}

func (v *visit) machineKind(k machine.Kind) string {
	switch k {
	case machine.Service:
		return v.T("Sistem", "System")
	case machine.Bot:
		return v.T("Bot", "Bot")
	}
	return v.T("Agen", "Agent")
}

func (v *visit) machineTag(m machine.Machine) web.Tag {
	if m.Altered && !m.State.Over() {
		return web.Tag{Kind: "bad", Icon: "alert", Text: v.T("Catatan rusak, ditolak", "Record damaged, refused")}
	}
	switch m.State {
	case machine.Proposed:
		return web.Tag{Kind: "warn", Icon: "clock", Text: v.T("Menunggu persetujuan", "Waits for approval")}
	case machine.Active:
		return web.Tag{Kind: "ok", Icon: "check", Text: v.T("Bekerja", "Working")}
	case machine.Paused:
		if m.Held == machine.ByReview {
			return web.Tag{Kind: "bad", Icon: "alert", Text: v.T("Dijeda: tinjauan belum ditandatangani", "Paused: review not signed")}
		}
		return web.Tag{Kind: "off", Text: v.T("Dijeda", "Paused")}
	case machine.Orphaned:
		return web.Tag{Kind: "bad", Icon: "alert", Text: v.T("Tanpa pemilik, berhenti ", "No owner, stops ") + v.Day(m.Stops, v.now)}
	case machine.Expired:
		return web.Tag{Kind: "off", Text: v.T("Masa berlaku habis", "Expired")}
	}
	return web.Tag{Kind: "off", Icon: "cross", Text: v.T("Dihentikan", "Stopped")}
}

// scopeWords are scopes as a list in plain words.
func (v *visit) scopeWords(ids []string) (out []string) {
	for _, id := range ids {
		if s, ok := machine.ScopeByID(id); ok {
			out = append(out, v.In(s.Words))
		}
	}
	return out
}

// askStopAll asks once more before everything of the office stops.
func askStopAll(v *visit) error { return v.stopAllPage(200, nil) }

func (v *visit) stopAllPage(status int, problems []web.Problem) error {
	list, err := v.Machines.Office(v.r.Context(), v.actor, false)
	if err != nil {
		return err
	}
	if err := v.only(identity.Superior, machine.Role); err != nil {
		return err
	}
	var names []string
	for _, m := range list {
		names = append(names, m.Name)
	}
	title := v.T("Hentikan semua mesin kantor ini?", "Stop every machine of this office?")
	why := v.whyField(problems)
	return v.showAs(status, "machinestop", v.title(title, problems), map[string]any{"Names": strings.Join(names, ", "), "Count": len(names), "Why": why, "Problems": problems,
		"Office": v.agencyName(v.actor.Agency, v.actor.Region)})
}

func (v *visit) whyField(problems []web.Problem) web.Field {
	f := web.Field{Name: "why", Kind: web.TextField, Label: v.T("Alasan", "Reason"), Max: 500, Hint: v.T("Tercatat dan terbaca di kantor Anda.", "Recorded, and read in your office.")}
	mark(problems, &f)
	return f
}

func stopAll(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	n, err := v.Machines.StopAll(v.r.Context(), v.actor, sent.Get("why"))
	if p, ok := v.wrong(err); ok {
		return v.stopAllPage(422, []web.Problem{p})
	}
	if err != nil {
		return err
	}
	return v.to("/office/machines?stopped=" + strconv.Itoa(n))
}

// machinesTitle tells the two lists apart.
func machinesTitle(v *visit, over bool) string {
	if over {
		return v.T("Mesin yang sudah berakhir", "Machines that are over")
	}
	return v.T("Mesin", "Machines")
}
