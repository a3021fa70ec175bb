package portal

import (
	"errors"
	"net/http"
	"time"

	"lancar"
	"lancar/casework"
	"lancar/identity"
	"lancar/payment"
	"lancar/web"
)

// backView is a payment that nothing was owed for, on its payer's own page.
type backView struct {
	Title, Line string
	Tag         web.Tag
	Rows        []web.Row
	Href, Ask   string // where the payer says to which account it goes, while that can still be said
	Unsaid      bool   // they have not said so yet
}

// backOf says of each payment that was not applied what became of it.
func (v *visit) backOf(w web.Words, number string, list []payment.Payment) ([]backView, error) {
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
		} else if p.Refund.Stage == payment.Asked {
			view.Line += w.T(" Bank diminta mengirimnya kembali ke rekening asal.", " The bank is asked to send it back to where it came from.")
		} else if v.acting == nil {
			if err := v.wherePaid(&view, number, p); err != nil {
				return nil, err
			}
		}
		out = append(out, view)
	}
	return out, nil
}

// wherePaid says to which account money will go, and leads to where that is said.
func (v *visit) wherePaid(view *backView, number string, p payment.Payment) error {
	to, ok, err := v.Charges.Payee(v.r.Context(), v.session.Own, p.Region, p.Payment)
	if err != nil {
		return err
	}
	view.Href, view.Ask, view.Unsaid = payeePath(number, p.Payment), v.T("Tulis rekening tujuan", "Say to which account"), !ok
	if ok {
		view.Rows = append(view.Rows, web.Row{Term: v.T("Rekening tujuan", "Account"), Lines: []string{to.Bank, v.T("berakhir ", "ending in ") + to.Number[len(to.Number)-4:]}})
		view.Ask = v.T("Ganti rekening tujuan", "Change the account")
	}
	return nil
}

// askedWhere puts on the person's page, where nothing else waits for them, that somebody has to know
// to which account their money goes.
func (v *visit) askedWhere(view *meView, p payment.Payment) error {
	if p.Refund.Stage != payment.Waiting || view.Waiting != nil {
		return nil
	}
	_, said, err := v.Charges.Payee(v.r.Context(), v.session.Own, p.Region, p.Payment)
	if err == nil && !said {
		view.Waiting = &waitingView{Title: v.T("Ke rekening mana uang Anda dikirim?", "To which account should your money go?"), Action: v.T("Tulis rekening", "Write down the account"),
			Line: p.Amount.String() + v.T(" harus dikembalikan kepada Anda, dan bank tidak bisa mengirimnya ke rekening asal.", " is due back to you, and the bank cannot send it to where it came from."), Href: payeePath(p.Number, p.Payment)}
	}
	return err
}

func payeePath(number string, id lancar.ID) string {
	return "/cases/" + number + "/refund/" + string(id) + "/account"
}

// askPayee asks where money due back should go; first the person proves once more that it is them.
func askPayee(v *visit) error {
	c, _, err := v.ownCase()
	if err != nil {
		return err
	}
	if !v.session.Fresh(v.now, identity.FreshFor) && v.acting == nil {
		return v.to("/signin?" + signInFor{To: v.r.URL.Path, Fresh: true}.Query())
	}
	to, _, err := v.Charges.Payee(v.r.Context(), v.session.Own, c.Region, lancar.ID(v.r.PathValue("payment")))
	if err != nil {
		return err
	}
	return v.payeePage(c, to, nil)
}

func (v *visit) payeePage(c casework.Case, to payment.Payee, problems []web.Problem) error {
	fields := []web.Field{
		{Name: "bank", Kind: web.TextField, Label: v.T("Bank atau dompet digital", "Bank or wallet"), Value: to.Bank, Max: 60},
		{Name: "number", Kind: web.TextField, Label: v.T("Nomor rekening", "Account number"), Value: to.Number, Mode: "numeric", Width: "m", Max: 30},
		{Name: "holder", Kind: web.TextField, Label: v.T("Nama pemilik rekening", "Name on the account"), Value: to.Holder, Max: 100}}
	for i := range fields {
		for _, p := range problems {
			if p.Field == fields[i].Name {
				fields[i].Error = p.Text
			}
		}
	}
	title, status := v.T("Rekening untuk pengembalian uang", "Account for your money"), http.StatusOK
	if len(problems) > 0 {
		title, status = v.T("Kesalahan: ", "Error: ")+title, http.StatusUnprocessableEntity
	}
	return v.showAs(status, "payee", title, map[string]any{"Fields": fields, "Problems": problems, "Action": v.r.URL.Path,
		"Back": web.Link{Href: "/cases/" + c.Number, Text: v.In(c.Title)}})
}

// setPayee keeps where the person wants their money.
func setPayee(v *visit) error {
	c, _, err := v.ownCase()
	if err != nil {
		return err
	}
	if err := v.readForm(); err != nil {
		return err
	}
	to := payment.Payee{Bank: v.r.PostForm.Get("bank"), Number: v.r.PostForm.Get("number"), Holder: v.r.PostForm.Get("holder")}
	err = v.Charges.SetPayee(v.r.Context(), v.session, c.Region, lancar.ID(v.r.PathValue("payment")), to)
	e, said := errors.AsType[*lancar.Error](err)
	switch {
	case said && e.Code == lancar.Forbidden && e.Field == "fresh":
		return v.to("/signin?" + signInFor{To: v.r.URL.Path, Fresh: true}.Query())
	case said && e.Code == lancar.Invalid && e.Field != "":
		return v.payeePage(c, to, []web.Problem{{Field: e.Field, Text: v.In(e.Text)}})
	case err != nil:
		return err
	}
	return v.to("/cases/" + c.Number)
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
