package office

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"lancar/identity/machine"
	"lancar/web"
)

type reviewedMachine struct {
	Name, Purpose, Used, Due string
	ID, Version              string
	Verdict                  web.Field
	Tag                      web.Tag
}

// reviewMachines is the yearly review: what the officer's machines may do, and whether that is still
// right.
func reviewMachines(v *visit) error { return v.reviewMachinesPage(http.StatusOK, nil, nil) }

func (v *visit) reviewMachinesPage(status int, sent url.Values, problems []web.Problem) error {
	list, err := v.Machines.Due(v.r.Context(), v.actor)
	if err != nil {
		return err
	}
	var rows []reviewedMachine
	for _, m := range list {
		rows = append(rows, v.reviewedMachine(m, sent, problems))
	}
	title := v.T("Tinjauan tahunan", "Yearly review")
	sure := web.Field{Name: "sure", Kind: web.YesField, Label: v.T("Tanda tangan", "Signature"), Options: []web.Option{{Value: "yes",
		Label: v.T("Saya memeriksa setiap mesin ini dan menjawab atas jawaban saya", "I have looked at each of these machines and answer for what I say"), Checked: sent.Get("sure") == "yes"}}}
	mark(problems, &sure)
	done := ""
	if v.r.URL.Query().Get("done") != "" {
		done = v.T("Tinjauan Anda tercatat. Berikutnya setahun lagi.", "Your review is recorded. The next is in a year.")
	}
	return v.showAs(status, "machinereview", v.title(title, problems), map[string]any{"Rows": rows, "Sure": sure, "Done": done, "Problems": problems, "Level": int(v.session.Level),
		"Empty": web.Empty{Pattern: "gaps", Title: v.T("Tidak ada yang perlu ditinjau", "Nothing to review"), Lead: v.T("Tinjauan dibuka sebulan sebelum jatuh tempo.", "A review opens a month before its date.")}})
}

func (v *visit) reviewedMachine(m machine.Machine, sent url.Values, problems []web.Problem) reviewedMachine {
	id := string(m.ID)
	scopes := web.Field{Name: "scopes_" + id, Kind: web.ManyField, Label: v.T("Yang tinggal", "What remains")}
	for _, s := range m.Scopes {
		if words := v.scopeWords([]string{s}); len(words) == 1 {
			scopes.Options = append(scopes.Options, web.Option{Value: s, Label: words[0], Checked: slices.Contains(sent["scopes_"+id], s)})
		}
	}
	mark(problems, &scopes)
	is := func(x machine.Verdict) bool { return sent.Get("verdict_"+id) == string(x) }
	out := reviewedMachine{Name: m.Name, Purpose: v.In(m.Purpose), Used: v.lastUse(m), Due: v.Date(m.Review), ID: id, Version: strconv.FormatInt(m.Version, 10), Tag: v.machineTag(m)}
	out.Verdict = web.Field{Name: "verdict_" + id, Kind: web.ChoiceField, Label: v.T("Menurut Anda?", "What do you say?"), Options: []web.Option{
		{Value: string(machine.Keep), Label: v.T("Tetap seperti ini", "Keep it as it is"), Checked: is(machine.Keep)},
		{Value: string(machine.Reduce), Label: v.T("Kurangi", "Reduce it"), Checked: is(machine.Reduce), Opens: []web.Field{scopes}},
		{Value: string(machine.End), Label: v.T("Akhiri", "End it"), Note: v.T("Tidak bisa dibatalkan.", "This cannot be undone."), Checked: is(machine.End)}}}
	mark(problems, &out.Verdict)
	return out
}

// signMachines signs for all that is due, or none.
func signMachines(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	list, err := v.Machines.Due(v.r.Context(), v.actor)
	if err != nil {
		return err
	}
	var opinions []machine.Opinion
	var problems []web.Problem
	for _, m := range list {
		id := string(m.ID)
		version, _ := strconv.ParseInt(sent.Get("version_"+id), 10, 64) // 0 is no version: a conflict
		o := machine.Opinion{Machine: m.ID, Version: version, Verdict: machine.Verdict(sent.Get("verdict_" + id)), Scopes: sent["scopes_"+id]}
		if o.Verdict == "" {
			problems = append(problems, web.Problem{Field: "verdict_" + id, Text: v.T("Pilih untuk ", "Choose for ") + m.Name + "."})
		}
		opinions = append(opinions, o)
	}
	if sent.Get("sure") != "yes" {
		problems = append(problems, web.Problem{Field: "sure", Text: v.T("Centang tanda tangan Anda.", "Tick your signature.")})
	}
	if len(problems) == 0 {
		err = v.Machines.Sign(v.r.Context(), v.session, int(v.session.Level), opinions)
		if p, ok := v.wrong(err); ok {
			problems = append(problems, p)
		} else if err != nil {
			return err
		}
	}
	if len(problems) > 0 {
		return v.reviewMachinesPage(http.StatusUnprocessableEntity, sent, problems)
	}
	return v.to("/office/machines/review?done=1")
}
