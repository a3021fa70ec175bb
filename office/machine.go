package office

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"lancar"
	"lancar/identity/machine"
	"lancar/web"
)

// machineView is the page of one machine: what can be done now stands first.
type machineView struct {
	Title, Path, Version string
	Tags                 []web.Tag
	Lead                 string
	Done                 bool
	Problems             []web.Problem
	Approve, Adopt, Keep bool
	Stop, Pause, Resume  bool
	Change, Cut          bool
	Why, Paste           web.Field
	Rows, Wanted         []web.Row
	Alarms               []lineOf
	Keys                 []keyView
	Uses                 []web.Row
	Steps                []web.Step
	Reviews              []string
	Waits                bool      // for another officer
	Examples             []example // of getting a token
}

type lineOf struct{ When, Text string }

type keyView struct {
	Kind, ID, From, Until, Used string
	Tag                         web.Tag
	Thumb                       string
	Open                        bool
}

func showMachine(v *visit) error { return v.machinePage(http.StatusOK, nil, nil) }

func (v *visit) machinePage(status int, sent url.Values, problems []web.Problem) error {
	s, err := v.Machines.Sheet(v.r.Context(), v.actor, lancar.ID(v.r.PathValue("id")))
	if err != nil {
		return err
	}
	row := v.machineRow(s.Machine)
	view := machineView{Title: s.Name, Path: machinePath(s.ID), Version: strconv.FormatInt(s.Version, 10), Tags: row.Tags, Lead: v.In(s.Purpose), Problems: problems,
		Done: v.r.URL.Query().Get("done") != "", Why: v.whyField(problems), Rows: v.machineFacts(s)}
	view.Why.Value = sent.Get("why")
	view.Paste = web.Field{Name: "keys", Kind: web.LongField, Label: v.T("Kunci publik atau sertifikat baru", "New public key or certificate"), Max: 32768, Value: sent.Get("keys"),
		Hint: v.T("JWK, JWK Set, atau PEM. Hanya bagian publik; kunci rahasia tetap pada mesin Anda. Kunci lama tetap berlaku sampai Anda mengakhirinya.",
			"JWK, JWK set or PEM. The public part only; the secret key stays with your machine. Old keys hold until you end them.")}
	mark(problems, &view.Paste)
	v.machineMay(&view, s)
	view.Waits, view.Examples = s.State == machine.Proposed && s.Wanted == nil && !view.Approve, v.machineExamples(s)
	if s.Wanted != nil {
		w := s.Wanted
		view.Wanted = []web.Row{{Term: v.T("Cakupan", "Scopes"), Lines: v.scopeWords(w.Scopes)}, {Term: v.T("Panggilan", "Calls"), Lines: []string{v.pace(w.Budget, w.Peak)}},
			{Term: v.T("Sampai", "Until"), Lines: []string{v.lastDay(w.Expires)}}}
	}
	for _, a := range s.Alarms {
		view.Alarms = append(view.Alarms, lineOf{v.Moment(a.At, v.now), v.In(a.Words())})
	}
	for _, k := range s.Keys {
		view.Keys = append(view.Keys, v.keyView(k, s.State.Over()))
	}
	for _, u := range s.Uses {
		what := v.T("meminta token", "asking for tokens")
		if sc, ok := machine.ScopeByID(u.Scope); ok {
			what = v.In(sc.Words)
		}
		view.Uses = append(view.Uses, web.Row{Term: what, Lines: []string{strconv.FormatInt(u.Calls, 10)}, Source: v.T("terakhir ", "last ") + v.Moment(u.Last, v.now), Num: true})
	}
	for _, e := range s.Steps {
		view.Steps = append(view.Steps, v.machineStep(e))
	}
	for _, r := range s.Reviews {
		view.Reviews = append(view.Reviews, v.When(r.At)+": "+v.officerName(r.Owner)+", "+v.verdictName(r.Verdict)+v.T(", tingkat masuk ", ", level of sign-in ")+strconv.Itoa(r.Level))
	}
	return v.showAs(status, "machine", v.title(s.Name, problems), view)
}

// machineMay says which buttons this officer has. The room decides once more.
func (v *visit) machineMay(view *machineView, s machine.Sheet) {
	owner, second := slices.Contains(s.Parts, machine.Owner), slices.Contains(s.Parts, machine.Second)
	view.Approve = second && (s.State == machine.Proposed || s.State == machine.Active && s.Wanted != nil)
	view.Adopt = s.State == machine.Orphaned
	view.Keep = owner && s.State == machine.Active && !s.Unused.IsZero()
	view.Stop = (owner || second) && !s.State.Over()
	view.Pause = (owner || second) && s.State == machine.Active
	view.Resume = s.State == machine.Paused && (owner && s.Held == machine.ByOwner || second && s.Held == machine.ByOffice)
	view.Change = owner && s.State == machine.Active
	view.Cut = (owner || second) && !s.State.Over()
	if !owner || s.State.Over() || s.State == machine.Orphaned {
		view.Paste = web.Field{}
	}
}

func (v *visit) pace(budget, peak int) string {
	return strconv.Itoa(budget) + v.T(" sehari, paling banyak ", " a day, at most ") + strconv.Itoa(peak) + v.T(" semenit", " a minute")
}

func (v *visit) machineFacts(s machine.Sheet) []web.Row {
	stage := v.T("Produksi", "Production")
	if s.Stage == machine.Sandbox {
		stage = v.T("Uji coba: hanya orang buatan", "Sandbox: synthetic people only")
	}
	one := func(id, en, value string) web.Row { return web.Row{Term: v.T(id, en), Lines: []string{value}} }
	return []web.Row{one("Jenis", "Kind", v.machineKind(s.Kind)), one("Tahap", "Stage", stage), one("Pemilik", "Owner", v.officerName(s.Owner)+", "+v.agencyName(s.Agency, s.Region)),
		{Term: v.T("Boleh", "May"), Lines: v.scopeWords(s.Scopes)},
		{Term: v.T("Panggilan", "Calls"), Lines: []string{v.pace(s.Budget, s.Peak), v.T("hari ini ", "today ") + strconv.Itoa(s.Today)}, Num: true},
		one("Terakhir dipakai", "Last used", v.lastUse(s.Machine)), one("Berlaku sampai", "Valid until", v.lastDay(s.Expires)), one("Tinjauan berikutnya", "Next review", v.Date(s.Review)),
		one("Nomor (client_id)", "Number (client_id)", string(s.ID)), one("Alamat token", "Token endpoint", v.OIDC.Issuer()+"/oauth/token")}
}

func (v *visit) keyView(k machine.Key, over bool) keyView {
	out := keyView{Kind: v.T("Kunci", "Key"), ID: k.ID, Thumb: k.Thumb, From: v.When(k.From), Until: v.When(k.Until), Used: v.T("belum pernah", "never"),
		Tag: web.Tag{Kind: "ok", Icon: "check", Text: v.T("Berlaku", "Valid")}, Open: k.Ended.IsZero() && v.now.Before(k.Until)}
	if k.Kind == machine.Certificate {
		out.Kind = v.T("Sertifikat", "Certificate")
	}
	if !k.LastUsed.IsZero() {
		out.Used = v.Moment(k.LastUsed, v.now)
	}
	switch {
	case over:
		out.Open, out.Tag = false, web.Tag{Kind: "off", Text: v.T("Berakhir bersama mesinnya", "Ended with its machine")}
	case !out.Open:
		out.Tag = web.Tag{Kind: "off", Text: v.T("Berakhir", "Ended")}
	case v.now.Before(k.From):
		out.Tag = web.Tag{Kind: "warn", Text: v.T("Belum berlaku", "Not yet valid")}
	}
	return out
}

func (v *visit) machineStep(e machine.Step) web.Step {
	who := v.T("Sistem", "The system")
	if e.By.Kind == lancar.Officer {
		who = v.officerName(e.By.ID)
	}
	out := web.Step{State: "done", Title: v.eventName(e.Event), When: v.Moment(e.At, v.now) + ", " + who}
	if e.Why != "" {
		out.Lines = []string{e.Why}
	}
	return out
}

// eventName is a step of a machine's life in words.
func (v *visit) eventName(event string) string {
	words := map[string][2]string{"propose": {"Didaftarkan, menunggu orang kedua", "Registered, waiting for a second person"}, "begin": {"Didaftarkan", "Registered"},
		"approve": {"Disetujui", "Approved"}, "refuse": {"Ditolak", "Refused"}, "want": {"Pemilik mengubah cakupan atau anggaran", "The owner changed scopes or budget"},
		"widen": {"Permintaan disetujui", "The request was approved"}, "deny": {"Permintaan ditolak", "The request was refused"}, "key": {"Kunci ditambah", "A key was added"},
		"cut": {"Kunci diakhiri", "A key was ended"}, "sign": {"Tinjauan ditandatangani", "The review was signed"}, "keep": {"Masih perlu", "Still needed"},
		"pause": {"Dijeda", "Paused"}, "resume": {"Dibuka lagi", "Lifted"}, "orphan": {"Pemilik keluar", "The owner left"}, "adopt": {"Pemilik baru", "A new owner"},
		"stop": {"Dihentikan", "Stopped"}, "expire": {"Masa berlaku habis", "Expired"}}[event]
	return v.T(words[0], words[1])
}

func (v *visit) verdictName(x machine.Verdict) string {
	switch x {
	case machine.Keep:
		return v.T("tetap", "kept")
	case machine.Reduce:
		return v.T("dikurangi", "reduced")
	}
	return v.T("diakhiri", "ended")
}

// actMachine is every button of a machine's page.
func actMachine(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	ctx, id, why := v.r.Context(), lancar.ID(v.r.PathValue("id")), sent.Get("why")
	switch v.r.PathValue("act") {
	case "approve":
		version, _ := strconv.ParseInt(sent.Get("version"), 10, 64) // 0 is no version: a conflict
		_, err = v.Machines.Approve(ctx, v.actor, id, version)
	case "refuse":
		_, err = v.Machines.Refuse(ctx, v.actor, id, why)
	case "stop":
		_, err = v.Machines.Stop(ctx, v.actor, id, why)
	case "pause":
		_, err = v.Machines.Pause(ctx, v.actor, id, why)
	case "resume":
		_, err = v.Machines.Resume(ctx, v.actor, id)
	case "adopt":
		_, err = v.Machines.Adopt(ctx, v.actor, id)
	case "keep":
		_, err = v.Machines.Keep(ctx, v.actor, id)
	case "key":
		var keys []machine.Key
		if keys, err = machine.ReadKeys(sent.Get("keys")); err == nil {
			_, err = v.Machines.AddKeys(ctx, v.actor, id, keys)
		}
	case "cut":
		_, err = v.Machines.EndKey(ctx, v.actor, id, sent.Get("thumb"))
	default:
		return notFound()
	}
	if p, ok := v.wrong(err); ok {
		return v.machinePage(http.StatusUnprocessableEntity, sent, []web.Problem{p})
	}
	if err != nil {
		return err
	}
	return v.to(machinePath(id) + "?done=1")
}
