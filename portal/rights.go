package portal

import (
	"net/http"

	"lancar"
	"lancar/access"
	"lancar/web"
)

type askView struct {
	ID, Region, Title, Small, Line string
	Tag                            web.Tag
	Open                           bool
}

// rights is where a person uses their rights over their data.
func rights(v *visit) error { return v.rightsPage(v.r.URL.Query().Get("right"), "", nil) }

func (v *visit) rightsPage(right, text string, problems []web.Problem) error {
	asks, err := v.Access.Asks(v.r.Context(), v.session.Own)
	if err != nil {
		return err
	}
	var list []askView
	for _, a := range asks {
		list = append(list, v.askView(a))
	}
	wrong := map[string]string{}
	for _, p := range problems {
		wrong[p.Field] = p.Text
	}
	done := ""
	if v.r.URL.Query().Get("sent") != "" {
		done = v.T("Permintaan Anda terkirim.", "Your request is sent.")
	}
	if v.r.URL.Query().Get("back") != "" {
		done = v.T("Permintaan itu ditarik.", "That request is withdrawn.")
	}
	if v.r.URL.Query().Get("free") != "" {
		done = v.T("Pembatasan berakhir.", "The restriction is over.")
	}
	choice := web.Field{Name: "right", Kind: web.ChoiceField, Label: v.T("Apa yang Anda minta?", "What do you ask?"), Error: wrong["right"]}
	for _, r := range []access.Right{access.Correct, access.Erase, access.Restrict, access.Object, access.See} {
		choice.Options = append(choice.Options, web.Option{Value: string(r), Label: v.rightName(r), Note: v.rightNote(r), Checked: string(r) == right})
	}
	status, title := http.StatusOK, v.T("Hak atas data saya", "My data rights")
	if len(problems) > 0 {
		status, title = http.StatusUnprocessableEntity, v.T("Kesalahan: ", "Error: ")+title
	}
	since, err := v.Access.Restricted(v.r.Context(), v.session.Own)
	if err != nil {
		return err
	}
	restricted := ""
	if !since.IsZero() {
		restricted = v.T("Sejak ", "Since ") + v.Moment(since, v.now) + v.T(" data Anda hanya dipakai untuk permohonan Anda yang masih berjalan.", " your data is used only for your applications that are still open.")
	}
	return v.showAs(status, "rights", title, map[string]any{"Locked": v.self.Pin != "", "Asks": list, "Done": done, "Restricted": restricted, "Problems": problems,
		"Fields": []web.Field{choice, {Name: "text", Kind: web.LongField, Value: text, Max: 2000, Optional: right != string(access.Correct), Error: wrong["text"],
			Label: v.T("Jelaskan", "Explain"), Hint: v.T("Untuk perbaikan: apa yang salah, dan bagaimana seharusnya.", "For a correction: what is wrong and what it should be.")}}})
}

// rightNote says what will happen, and by which law.
func (v *visit) rightNote(r access.Right) string {
	law := v.In(r.Law())
	switch r {
	case access.Correct:
		return v.T("Petugas memeriksa dan memperbaikinya. ", "An officer checks and corrects it. ") + law
	case access.Erase:
		return v.T("Akun Anda ditutup dan datanya dihapus. Yang wajib disimpan menurut hukum tetap ada sampai waktunya. ", "Your account is closed and its data erased. What the law has us keep stays until its time. ") + law
	case access.Restrict:
		return v.T("Data Anda hanya dipakai untuk permohonan yang masih berjalan, sampai Anda mengakhirinya. ", "Your data is used only for applications that are still open, until you end this. ") + law
	}
	return law
}

func (v *visit) rightName(r access.Right) string {
	switch r {
	case access.Why:
		return v.T("Tanya: mengapa data saya dibuka", "Question: why was my data opened")
	case access.See:
		return v.T("Penjelasan tentang data saya yang disimpan", "An account of what is held about me")
	case access.Correct:
		return v.T("Perbaiki data saya", "Correct my data")
	case access.Restrict:
		return v.T("Batasi pemakaian data saya", "Restrict the use of my data")
	case access.Object:
		return v.T("Saya keberatan atas satu pemakaian data saya", "I object to a use of my data")
	}
	return v.T("Hapus data saya", "Erase my data")
}

func (v *visit) askView(a access.Asked) askView {
	w := v.wordsOf(a.Region)
	out := askView{ID: string(a.ID), Region: a.Region, Title: v.rightName(a.Right), Line: a.Answer, Open: a.Closed.IsZero(),
		Small: v.T("Dikirim ", "Sent ") + w.Moment(a.At, v.now)}
	switch {
	case a.Late(v.now):
		out.Tag = web.Tag{Kind: "bad", Icon: "alert", Text: v.T("Terlambat", "Late")}
	case a.State == access.Done:
		out.Tag = web.Tag{Kind: "ok", Icon: "check", Text: v.T("Dijawab", "Answered")}
	case a.State == access.Refused:
		out.Tag = web.Tag{Icon: "doc", Text: v.T("Ditolak dengan alasan", "Refused, with the reason")}
	case a.State == access.Passed:
		out.Tag = web.Tag{Icon: "next", Text: v.T("Diteruskan", "Passed on")}
	case a.State == access.Withdrawn:
		out.Tag = web.Tag{Kind: "off", Text: v.T("Ditarik", "Withdrawn")}
	default:
		out.Small += " · " + v.T("dijawab paling lambat ", "answered by ") + w.Day(a.Due, v.now) + ", " + w.Clock(a.Due)
		out.Tag = web.Tag{Icon: "clock", Text: v.T("Menunggu jawaban", "Waiting for the answer")}
	}
	return out
}

func askRight(v *visit) error {
	if err := v.readForm(); err != nil {
		return err
	}
	right, text := v.r.PostForm.Get("right"), v.r.PostForm.Get("text")
	_, err := v.Access.AskFor(v.r.Context(), v.session.Own, access.Ask{Right: access.Right(right), Region: v.site.region.Code, Text: text})
	if e, ok := invalid(err); ok {
		return v.rightsPage(right, text, []web.Problem{{Field: e.Field, Text: v.In(e.Text)}})
	}
	if err != nil {
		return err
	}
	return v.to("/me/rights?sent=1")
}

func withdrawRight(v *visit) error {
	if err := v.readForm(); err != nil {
		return err
	}
	if err := v.Access.TakeBack(v.r.Context(), v.session.Own, v.r.PostForm.Get("region"), lancar.ID(v.r.PostForm.Get("id"))); err != nil {
		return err
	}
	return v.to("/me/rights?back=1")
}
