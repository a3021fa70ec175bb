package office

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"lancar"
	"lancar/access"
	"lancar/web"
)

type askedRow struct {
	Href, What, Asked, Due, Left string
	Late                         bool
	Tag                          web.Tag
}

// rights lists what people ask about their data, soonest due first: 3×24 hours each.
func rights(v *visit) error {
	if err := v.only(access.OfficerRole); err != nil {
		return err
	}
	list, err := v.Access.Pending(v.r.Context(), v.actor)
	if err != nil {
		return err
	}
	var rows []askedRow
	for _, a := range list {
		row := askedRow{Href: below("/office/rights/", a.Region, a.ID), What: v.rightName(a.Right), Asked: v.Moment(a.At, v.now), Due: v.Moment(a.Due, v.now),
			Late: a.Late(v.now), Left: v.hours(a.Due), Tag: web.Tag{Text: v.T("Baru", "New")}}
		if a.State == access.Working {
			row.Tag = web.Tag{Kind: "off", Text: v.T("Sedang dikerjakan", "Being worked on")}
		}
		if row.Late {
			row.Tag = web.Tag{Kind: "bad", Icon: "alert", Text: v.T("Terlambat, naik ke atasan", "Late, gone to the superior")}
		}
		rows = append(rows, row)
	}
	done := ""
	if v.r.URL.Query().Get("done") != "" {
		done = v.T("Jawaban terkirim. Pemohon diberi tahu.", "The answer was sent. The person is told.")
	}
	return v.show("rights", v.T("Hak data", "Data rights"), map[string]any{"Rows": rows, "Done": done,
		"Empty": web.Empty{Pattern: "gaps", Title: v.T("Tidak ada permintaan", "No requests"),
			Lead: v.T("Belum ada orang di daerah ini yang menunggu jawaban tentang datanya.", "Nobody in this region waits for an answer about their data.")}})
}

// below is the address of what lies in the officer's own region or in one below it.
func below(base, region string, id lancar.ID) string {
	return base + url.PathEscape(region) + "/" + url.PathEscape(string(id))
}

// hours says how much of a term in hours is left, or over; what is long over counts in days.
func (v *visit) hours(due time.Time) string {
	d := due.Sub(v.now)
	switch {
	case d <= -72*time.Hour:
		return fmt.Sprintf(v.T("Lewat %d hari", "%d days over"), int(-d/(24*time.Hour)))
	case d < 0:
		return fmt.Sprintf(v.T("Lewat %d jam", "%d hours over"), int(-d/time.Hour))
	case d < time.Hour:
		return v.T("Kurang dari 1 jam", "Less than an hour")
	}
	return fmt.Sprintf(v.T("%d jam lagi", "%d hours left"), int(d/time.Hour))
}

func (v *visit) rightName(r access.Right) string {
	switch r {
	case access.Why:
		return v.T("Kenapa data saya dilihat?", "Why was my data looked at?")
	case access.See:
		return v.T("Data apa yang disimpan tentang saya?", "What data is held about me?")
	case access.Correct:
		return v.T("Perbaiki data saya", "Correct my data")
	case access.Restrict:
		return v.T("Batasi pemakaian data saya", "Restrict the use of my data")
	case access.Object:
		return v.T("Saya keberatan atas satu pemakaian data saya", "I object to a use of my data")
	}
	return v.T("Hapus data saya", "Erase my data")
}

type askedView struct {
	What, Law, Text, Asked, Due, Left, Path, Effect string
	Late, Erase                                     bool
	Look                                            []web.Row
	Answer                                          web.Field
	Result                                          web.Field
	Sure                                            web.Field
	Problems                                        []web.Problem
}

func showRight(v *visit) error { return v.rightPage(nil, nil) }

// rightPage opens a request; with that it is taken, and the person sees that it was read.
func (v *visit) rightPage(sent url.Values, problems []web.Problem) error {
	if err := v.only(access.OfficerRole); err != nil {
		return err
	}
	region, id := v.r.PathValue("region"), lancar.ID(v.r.PathValue("id"))
	a, err := v.Access.Take(v.r.Context(), v.actor, region, id)
	if err != nil {
		return err
	}
	view := askedView{What: v.rightName(a.Right), Law: v.In(a.Right.Law()), Text: a.Text, Asked: v.When(a.At), Due: v.When(a.Due), Left: v.hours(a.Due), Late: a.Late(v.now),
		Path: below("/office/rights/", region, id), Erase: a.Right == access.Erase, Effect: v.effect(a.Right), Problems: problems}
	if a.Right == access.Why {
		if view.Look, err = v.askedLook(id); err != nil {
			return err
		}
	}
	view.Result = web.Field{Name: "result", Kind: web.ChoiceField, Label: v.T("Jawaban", "Answer"), Options: []web.Option{
		{Value: "done", Label: v.T("Dipenuhi", "Met"), Note: view.Effect, Checked: sent.Get("result") == "done"},
		{Value: "refuse", Label: v.T("Tidak bisa dipenuhi", "Cannot be met"), Note: v.T("Hanya dengan alasan yang dibolehkan undang-undang.", "Only for a reason that the law allows."), Checked: sent.Get("result") == "refuse"}}}
	if a.Right != access.Why {
		to, err := v.otherOffices(a, sent.Get("to"))
		if err != nil {
			return err
		}
		if len(to.Options) > 0 {
			mark(problems, &to)
			view.Result.Options = append(view.Result.Options, web.Option{Value: "pass", Label: v.T("Teruskan", "Pass it on"), Opens: []web.Field{to},
				Note: v.T("Kantor lain menyimpan datanya. Batas waktunya tetap.", "Another office keeps the data. The term stays."), Checked: sent.Get("result") == "pass"})
		}
	}
	view.Answer = web.Field{Name: "text", Kind: web.LongField, Label: v.T("Penjelasan untuk orang ini", "Explanation to the person"), Max: 8000, Value: sent.Get("text"),
		Hint: v.T("Terbaca persis seperti ini di halamannya.", "Read exactly as written on their page.")}
	view.Sure = web.Field{Name: "sure", Kind: web.YesField, Label: v.T("Kepastian", "Make sure"), Options: []web.Option{
		{Value: "yes", Label: v.T("Saya paham data yang dihapus tidak bisa dikembalikan", "I understand that erased data cannot be brought back"), Checked: sent.Get("sure") == "yes"}}}
	mark(problems, &view.Result, &view.Answer, &view.Sure)
	status := http.StatusOK
	if len(problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return v.showAs(status, "right", v.title(view.What, problems), view)
}

// otherOffices are the offices with a data officer, to which a request can be passed on.
func (v *visit) otherOffices(a access.Asked, chosen string) (web.Field, error) {
	f := web.Field{Name: "to", Kind: web.SelectField, Label: v.T("Kantor yang menyimpan datanya", "The office that keeps the data")}
	roles, err := v.Identity.Rosters(v.r.Context())
	for _, r := range roles {
		if r.Role != access.OfficerRole || r.Region == a.Region && r.Agency == v.actor.Agency {
			continue
		}
		value := r.Region + " " + r.Agency
		f.Options = append(f.Options, web.Option{Value: value, Label: v.agencyName(r.Agency, r.Region) + ", " + v.regionName(r.Region), Checked: value == chosen})
	}
	return f, err
}

// askedLook is the look that the person asks about.
func (v *visit) askedLook(id lancar.ID) ([]web.Row, error) {
	look, err := v.Access.LookAsked(v.r.Context(), v.actor, v.r.PathValue("region"), id)
	if lancar.CodeOf(err) == lancar.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	who := look.Who.Name
	if look.Who.Kind == lancar.Machine {
		who += v.T(" (mesin)", " (a machine)")
	}
	if look.Who.Agency != "" {
		who += ", " + v.agencyName(look.Who.Agency, look.Who.Region)
	}
	return []web.Row{{Term: v.T("Siapa", "Who"), Lines: []string{who}}, {Term: v.T("Kapan", "When"), Lines: []string{v.When(look.At)}},
		{Term: v.T("Yang dilihat", "What"), Lines: []string{v.In(look.What)}}, {Term: v.T("Untuk apa", "What for"), Lines: []string{v.In(look.Purpose)}},
		{Term: v.T("Dasar", "Ground"), Lines: []string{v.In(look.Legal)}}}, nil
}

// effect is what happens when a request is met.
func (v *visit) effect(r access.Right) string {
	switch r {
	case access.Restrict, access.Object:
		return v.T("Pembatasan berlaku seketika. Permohonan yang diajukan orang ini sendiri tetap berjalan.", "The restriction takes effect at once. Applications that the person brought go on.")
	case access.Erase:
		return v.T("Akun dan datanya dihapus. Yang wajib disimpan menurut hukum tetap ada sampai waktunya.", "The account and its data are erased. What the law says must be kept stays until its time.")
	case access.Correct:
		return v.T("Perbaiki dulu di register asalnya, lalu jawab di sini.", "Correct it in its register first, then answer here.")
	}
	return v.T("Penjelasan dikirim.", "The explanation is sent.")
}

// answerRight closes a request.
func answerRight(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	if err := v.only(access.OfficerRole); err != nil {
		return err
	}
	var problems []web.Problem
	result := sent.Get("result")
	if result != "done" && result != "refuse" && result != "pass" {
		problems = append(problems, web.Problem{Field: "result", Text: v.T("Pilih jawabannya dulu.", "Choose the answer first.")})
	}
	if sent.Get("erase") != "" && result == "done" && sent.Get("sure") != "yes" {
		problems = append(problems, web.Problem{Field: "sure", Text: v.T("Centang bahwa Anda paham data ini tidak bisa dikembalikan.", "Tick that you understand that this data cannot be brought back.")})
	}
	if len(problems) == 0 {
		region, id := v.r.PathValue("region"), lancar.ID(v.r.PathValue("id"))
		if result == "pass" {
			to, agency, _ := strings.Cut(sent.Get("to"), " ")
			_, err = v.Access.Pass(v.r.Context(), v.actor, region, id, to, agency, sent.Get("text"))
		} else {
			err = v.Access.Answer(v.r.Context(), v.actor, region, id, result == "refuse", sent.Get("text"))
		}
		if p, ok := v.wrong(err); ok {
			problems = append(problems, p)
		} else if err != nil {
			return err
		}
	}
	if len(problems) > 0 {
		return v.rightPage(sent, problems)
	}
	return v.to("/office/rights?done=1")
}
