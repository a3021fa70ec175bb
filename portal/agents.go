package portal

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/identity/machine"
	"lancar/web"
)

// agentRoutes are the pages about a person's own agents.
func agentRoutes() map[string]handler {
	return map[string]handler{
		"GET /me/agents":             agents,
		"GET /me/agents/new":         newAgent,
		"POST /me/agents/new":        registerAgent,
		"POST /me/agents/{id}/{act}": actAgent,
	}
}

type agentView struct {
	Name, Purpose, Path, Until, Used string
	May                              []string
	Did                              []web.Row
	Looks                            string
	Tag                              web.Tag
	Stop, Pause, Resume              bool
}

// agentCalled is one of this person's agents by the name they gave it; of one that is gone, or read
// while acting for somebody else, only what it is.
func (v *visit) agentCalled(id lancar.ID) string {
	if v.agents == nil {
		v.agents = map[lancar.ID]string{}
		list, _ := v.Machines.Mine(v.r.Context(), v.session.Own) // without a name the list is still true
		for _, m := range list {
			v.agents[m.ID] = m.Name
		}
	}
	what := v.T("Agen Anda (mesin)", "Your agent (a machine)")
	if name := v.agents[id]; name != "" {
		what += ": " + name
	}
	return what
}

// agents lists what acts for this person by itself, what it did, and the button that ends it.
func agents(v *visit) error {
	list, err := v.Machines.Mine(v.r.Context(), v.session.Own)
	if err != nil {
		return err
	}
	var open, over []agentView
	for _, m := range list {
		if m.State.Over() {
			over = append(over, v.agentView(machine.Sheet{Machine: m}))
			continue
		}
		sheet, err := v.Machines.Sheet(v.r.Context(), v.session.Actor, m.ID)
		if err != nil {
			return err
		}
		open = append(open, v.agentView(sheet))
	}
	done := v.Done(v.r, map[string][2]string{
		"new":    {"Agen terdaftar. Beri kuasa, supaya ia bisa bertindak untuk Anda.", "The agent is registered. Give it a mandate, so that it can act for you."},
		"stop":   {"Agen dihentikan. Semua panggilannya ditolak sejak sekarang.", "The agent is stopped. All its calls are refused from now."},
		"pause":  {"Agen dijeda.", "The agent is paused."},
		"resume": {"Agen bekerja lagi.", "The agent is at work again."},
	})
	return v.show("agents", v.T("Agen saya", "My agents"), map[string]any{"Open": open, "Over": over, "Done": done})
}

func (v *visit) agentView(s machine.Sheet) agentView {
	out := agentView{Name: s.Name, Purpose: v.In(s.Purpose), Path: "/me/agents/" + url.PathEscape(string(s.ID)), Until: v.lastDay(s.Expires), May: v.agentScopes(s.Scopes),
		Used: v.T("Belum pernah dipakai", "Never used"), Looks: "/me/looked?" + url.Values{"who": {string(s.ID)}}.Encode(),
		Stop: !s.State.Over(), Pause: s.State == machine.Active, Resume: s.State == machine.Paused}
	if !s.LastUsed.IsZero() {
		out.Used = v.T("Terakhir dipakai ", "Last used ") + v.Moment(s.LastUsed, v.now)
	}
	for _, u := range s.Uses {
		if sc, ok := machine.ScopeByID(u.Scope); ok {
			out.Did = append(out.Did, web.Row{Term: v.In(sc.Words), Lines: []string{v.times(u.Calls)}, Source: v.T("terakhir ", "last ") + v.Moment(u.Last, v.now), Num: true})
		}
	}
	for _, a := range s.Alarms {
		out.Did = append(out.Did, web.Row{Term: v.T("Tidak biasa", "Unusual"), Lines: []string{v.In(a.Words())}, Source: v.Moment(a.At, v.now)})
	}
	switch s.State {
	case machine.Active:
		out.Tag = web.Tag{Kind: "ok", Icon: "check", Text: v.T("Bekerja", "At work")}
	case machine.Paused:
		out.Tag = web.Tag{Kind: "warn", Text: v.T("Dijeda", "Paused")}
	case machine.Expired:
		out.Tag = web.Tag{Kind: "off", Text: v.T("Masa berlakunya habis", "Its time is over")}
	default:
		out.Tag = web.Tag{Kind: "off", Icon: "cross", Text: v.T("Dihentikan", "Stopped")}
	}
	return out
}

func (v *visit) lastDay(end time.Time) string { return v.Date(end.Add(-time.Nanosecond)) }

func (v *visit) agentScopes(ids []string) (out []string) {
	for _, id := range ids {
		if s, ok := machine.ScopeByID(id); ok {
			out = append(out, v.In(s.Words))
		}
	}
	return out
}

const proveForAgent = "/signin?to=%2Fme%2Fagents%2Fnew&fresh=1"

// newAgent asks what an agent may do; first the person proves once more that it is them.
func newAgent(v *visit) error {
	if !v.session.Fresh(v.now, identity.FreshFor) {
		return v.to(proveForAgent)
	}
	return v.newAgentPage(http.StatusOK, nil, nil)
}

func (v *visit) newAgentPage(status int, sent url.Values, problems []web.Problem) error {
	scopes := web.Field{Name: "scopes", Kind: web.ManyField, Label: v.T("Boleh apa saja", "What it may do"), Hint: v.T("Pilih sesedikit mungkin. Sebelum mengirim atau membayar, agen selalu bertanya kepada Anda.", "Choose as few as possible. Before it sends or pays anything, the agent always asks you.")}
	for _, s := range machine.Scopes() {
		if slices.Contains(s.Kinds, machine.Agent) {
			scopes.Options = append(scopes.Options, web.Option{Value: s.ID, Label: v.In(s.Words), Checked: slices.Contains(sent["scopes"], s.ID)})
		}
	}
	days := web.Field{Name: "days", Kind: web.ChoiceField, Label: v.T("Berlaku", "For")}
	for _, n := range agentDays() {
		days.Options = append(days.Options, web.Option{Value: strconv.Itoa(n), Label: strconv.Itoa(n) + v.T(" hari", " days"), Checked: sent.Get("days") == strconv.Itoa(n)})
	}
	fields := []web.Field{
		{Name: "name", Kind: web.TextField, Label: v.T("Nama agen", "Name of the agent"), Max: 60, Value: sent.Get("name")},
		{Name: "purpose", Kind: web.LongField, Label: v.T("Untuk apa", "What for"), Max: 300, Value: sent.Get("purpose")}, scopes, days,
		{Name: "keys", Kind: web.LongField, Label: v.T("Kunci publik agen", "The agent's public key"), Max: 32768, Value: sent.Get("keys"),
			Hint: v.T("Diberikan oleh pembuat agen, berupa JWK atau PEM. Jangan pernah memberikan kode masuk atau kata sandi kepada agen.", "From whoever made the agent, as JWK or PEM. Never give an agent a sign-in code or password.")}}
	for i := range fields {
		for _, p := range problems {
			if p.Field == fields[i].Name {
				fields[i].Error = p.Text
			}
		}
	}
	return v.showAs(status, "agentnew", v.T("Daftarkan agen", "Register an agent"), map[string]any{"Fields": fields, "Problems": problems})
}

func agentDays() []int { return []int{7, 30, 90, 365} }

const (
	agentBudget = 1000 // calls a day
	agentPeak   = 60   // calls a minute
)

func registerAgent(v *visit) error {
	if err := v.readForm(); err != nil {
		return err
	}
	if !v.session.Fresh(v.now, identity.FreshFor) {
		return v.to(proveForAgent)
	}
	sent := v.r.PostForm
	p := machine.Proposal{Stage: machine.Production, Name: sent.Get("name"), Purpose: lancar.Text{"id": sent.Get("purpose"), "en": sent.Get("purpose")},
		Wish: machine.Wish{Scopes: sent["scopes"], Budget: agentBudget, Peak: agentPeak}}
	if n, err := strconv.Atoi(sent.Get("days")); err == nil && slices.Contains(agentDays(), n) {
		p.Expires = v.now.Add(time.Duration(n) * 24 * time.Hour)
	}
	var err error
	if p.Keys, err = machine.ReadKeys(sent.Get("keys")); err == nil {
		_, err = v.Machines.RegisterAgent(v.r.Context(), v.session.Own, p)
	}
	if problem, ok := v.agentProblem(err); ok {
		return v.newAgentPage(http.StatusUnprocessableEntity, sent, []web.Problem{problem})
	}
	if err != nil {
		return err
	}
	return v.to("/me/agents?done=new")
}

// agentProblem puts what the register refused at its field of this form.
func (v *visit) agentProblem(err error) (web.Problem, bool) {
	e, ok := err.(*lancar.Error)
	if !ok || e.Code != lancar.Invalid || e.Field == "" {
		return web.Problem{}, false
	}
	field := e.Field
	switch field {
	case "purpose_id", "purpose_en":
		field = "purpose"
	case "expires":
		return web.Problem{Field: "days", Text: v.T("Pilih berapa lama berlaku.", "Choose for how long.")}, true
	}
	return web.Problem{Field: field, Text: v.In(e.Text)}, true
}

// actAgent stops, pauses or resumes an agent, with one click.
func actAgent(v *visit) (err error) {
	if err := v.readForm(); err != nil {
		return err
	}
	ctx, id, act := v.r.Context(), lancar.ID(v.r.PathValue("id")), v.r.PathValue("act")
	switch act {
	case "stop":
		_, err = v.Machines.Stop(ctx, v.session.Actor, id, "")
	case "pause":
		_, err = v.Machines.Pause(ctx, v.session.Actor, id, "")
	case "resume":
		_, err = v.Machines.Resume(ctx, v.session.Actor, id)
	default:
		return notFound()
	}
	if err != nil {
		return err
	}
	return v.to("/me/agents?done=" + act)
}
