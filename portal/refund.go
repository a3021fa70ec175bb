package portal

import (
	"time"

	"lancar/payment"
	"lancar/web"
)

// backView is a payment that nothing was owed for, on its payer's own page.
type backView struct {
	Title, Line string
	Tag         web.Tag
	Rows        []web.Row
}

// backOf says of each payment that was not applied what became of it.
func backOf(w web.Words, list []payment.Payment) []backView {
	var out []backView
	for _, p := range list {
		if p.Kind == "applied" {
			continue
		}
		view := backView{Title: p.Amount.String(), Tag: backTag(w, p.Refund), Line: whyBack(w, p.Kind)}
		view.Rows = []web.Row{{Term: w.T("Dibayar", "Paid"), Lines: []string{w.When(p.Paid)}}}
		if p.Refund.Stage == payment.Returned {
			view.Rows = append(view.Rows, web.Row{Term: w.T("Dikembalikan", "Paid back"), Lines: []string{dayOf(w, p.Refund.Sent)}},
				web.Row{Term: w.T("Nomor rujukan", "Reference"), Lines: []string{p.Refund.Reference}, Num: true})
		}
		out = append(out, view)
	}
	return out
}

func whyBack(w web.Words, kind string) string {
	switch kind {
	case "late":
		return w.T("Uang ini masuk setelah batas waktu membayar.", "This money came after the time to pay was over.")
	case "twice":
		return w.T("Tagihan ini dibayar dua kali.", "This charge was paid twice.")
	}
	return w.T("Uang ini masuk setelah permohonan ditutup.", "This money came after the application was closed.")
}

// backTag says whether money due back went back.
func backTag(w web.Words, r payment.Refund) web.Tag {
	if r.Stage == payment.Returned {
		return web.Tag{Kind: "ok", Icon: "check", Text: w.T("Sudah dikembalikan", "Paid back")}
	}
	return web.Tag{Kind: "warn", Text: w.T("Akan dikembalikan", "To be paid back")}
}

// dayOf writes a civil day ("2006-01-02") in words.
func dayOf(w web.Words, date string) string {
	t, err := time.ParseInLocation(time.DateOnly, date, w.Zone)
	if err != nil {
		return date
	}
	return w.Date(t)
}
