package office

import (
	"net/http"
	"net/url"

	"lancar/casework"
	"lancar/web"
)

// signView is the step of the second person: the letter, and two ways on.
type signView struct {
	Letter *letterView
	Reason web.Field
}

func (v *visit) signForm(l *letterView, sent url.Values, problems []web.Problem) *signView {
	f := web.Field{Name: "reason", Kind: web.LongField, Label: v.T("Alasan mengembalikan", "Reason for sending it back"), Max: 2000, Value: sent.Get("reason"),
		Hint: v.T("Dibaca pemutus, bukan pemohon.", "Read by the decider, not by the applicant.")}
	mark(problems, &f)
	return &signView{Letter: l, Reason: f}
}

// sign signs what somebody else decided.
func sign(v *visit) error {
	return v.once("sign", func(number string, version int64, _ string) error {
		return v.Cases.Sign(v.r.Context(), v.actor, number, version)
	})
}

// sendBack returns a decision unsigned.
func sendBack(v *visit) error {
	return v.once("return", func(number string, version int64, reason string) error {
		return v.Cases.SendBack(v.r.Context(), v.actor, number, version, reason)
	})
}

// once does one thing to the case named in the path, with the version and the reason that were
// sent, and goes back to the inbox; what is wrong with the reason is said at its field.
func (v *visit) once(name string, do func(number string, version int64, reason string) error) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	number, _, err := casework.ParseNumber(v.r.PathValue("number"))
	if err != nil {
		return notFound()
	}
	err = do(number, versionOf(sent), sent.Get("reason"))
	if p, ok := v.wrong(err); ok {
		if name == "recuse" {
			return v.recusePage(number, sent, []web.Problem{p})
		}
		return v.casePage(sent, []web.Problem{p})
	}
	if err != nil {
		return err
	}
	return v.to("/office?done=" + name + "&number=" + url.QueryEscape(number))
}

// askRecuse asks why the officer must not or cannot go on.
func askRecuse(v *visit) error {
	number, _, err := casework.ParseNumber(v.r.PathValue("number"))
	if err != nil {
		return notFound()
	}
	held, err := v.Cases.Holds(v.r.Context(), v.actor, number)
	if err != nil {
		return err
	}
	if !held {
		return v.to(casePath(number))
	}
	return v.recusePage(number, v.r.URL.Query(), nil)
}

func (v *visit) recusePage(number string, sent url.Values, problems []web.Problem) error {
	f := web.Field{Name: "reason", Kind: web.LongField, Label: v.T("Kenapa Anda tidak bisa memutus berkas ini?", "Why can you not decide this file?"), Max: 2000, Value: sent.Get("reason"),
		Hint: v.T("Misalnya pemohon keluarga, tetangga, atau rekan usaha Anda. Alasan disimpan tertutup; catatan publik hanya memuat bahwa undian diulang.",
			"For example, the applicant is family, a neighbour or a business partner. The reason is kept closed; the public log only shows that the lot was drawn again.")}
	mark(problems, &f)
	status := http.StatusOK
	if len(problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return v.showAs(status, "recuse", v.title(v.T("Mengundurkan diri dari berkas", "Withdraw from a file"), problems),
		map[string]any{"Number": number, "Path": casePath(number), "Version": sent.Get("version"), "Reason": f, "Problems": problems})
}

// recuse has the case drawn again without this officer.
func recuse(v *visit) error {
	return v.once("recuse", func(number string, version int64, reason string) error {
		return v.Cases.Recuse(v.r.Context(), v.actor, number, version, reason)
	})
}

// tell sends the applicant a message.
func tell(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	number, _, err := casework.ParseNumber(v.r.PathValue("number"))
	if err != nil {
		return notFound()
	}
	err = v.Cases.Tell(v.r.Context(), v.actor, number, sent.Get("text"))
	if p, ok := v.wrong(err); ok {
		return v.casePage(sent, []web.Problem{p})
	}
	if err != nil {
		return err
	}
	return v.to(casePath(number) + "#messages")
}
