package portal

import (
	"net/http"

	"lancar"
	"lancar/casework"
	"lancar/payment"
	"lancar/web"
)

// pay shows the QRIS code of a case's charge, and looks again by itself until it is paid.
func pay(v *visit) error {
	c, charge, err := v.chargeOfCase()
	if err != nil {
		return err
	}
	self := "/cases/" + c.Number + "/pay"
	if charge.State != payment.Open {
		return v.to("/cases/" + c.Number)
	}
	v.watchCase(c)
	w := v.wordsOf(c.Region)
	view := map[string]any{"Title": v.In(c.Title), "Number": c.Number, "Amount": charge.Amount.String(), "Self": self, "Image": self + "/qris.svg",
		"Back": web.Link{Href: "/cases/" + c.Number, Text: v.In(c.Title)}, "Lines": v.chargeLines(charge),
		"Due": v.T("Dibayar paling lambat ", "To be paid by ") + w.Day(charge.DueAt, v.now) + ", " + w.Clock(charge.DueAt) + "."}
	code, err := v.Charges.Code(v.r.Context(), v.session.Own, charge.Region, charge.ID)
	switch lancar.CodeOf(err) {
	case "":
		view["QR"], view["Merchant"] = qrOf(code.Payload, v.T("Kode QRIS", "QRIS code")), code.Merchant
		view["Until"] = v.T("Berlaku sampai pukul ", "Valid until ") + w.Clock(code.Expires) + v.T(". Kalau habis, buka lagi halaman ini untuk kode baru.", ". After that, open this page again for a new code.")
		if v.Rehearsal {
			view["Demo"], view["Bank"] = code.Payload, v.sandbox("/bank")
		}
	case lancar.Unavailable:
		view["QR"] = ""
		view["Wait"] = v.T("Bank belum menjawab. Permohonan Anda aman, coba lagi sebentar lagi.", "The bank does not answer yet. Your application is safe; try again in a moment.")
	case lancar.Gone: // paid or ended this very moment
		return v.to("/cases/" + c.Number)
	default:
		return err
	}
	return v.show("pay", v.T("Bayar ", "Pay ")+charge.Amount.String(), view)
}

// askBank is "I have paid": where the bank's word has not come by itself, it is asked.
func askBank(v *visit) error {
	c, charge, err := v.chargeOfCase()
	if err != nil {
		return err
	}
	_, err = v.Charges.Recheck(v.r.Context(), v.session.Own, charge.Region, charge.ID)
	if err != nil && lancar.CodeOf(err) != lancar.Unavailable { // the page says how it stands
		return err
	}
	return v.to("/cases/" + c.Number + "/pay")
}

func (v *visit) chargeOfCase() (casework.Case, payment.Charge, error) {
	c, _, err := v.ownCase()
	if err != nil {
		return c, payment.Charge{}, err
	}
	if c.Charge == "" {
		return c, payment.Charge{}, notFound()
	}
	charge, err := v.Charges.Charge(v.r.Context(), v.session.Own, c.Region, c.Charge)
	if err == nil {
		err = v.paying(c, charge)
	}
	return c, charge, err
}

// payImage is the code as a picture, for those who pay with the phone they are reading on.
func payImage(v *visit) error {
	_, charge, err := v.chargeOfCase()
	if err != nil {
		return err
	}
	code, err := v.Charges.Code(v.r.Context(), v.session.Own, charge.Region, charge.ID)
	if err != nil {
		return err
	}
	svg, err := web.QRFile(code.Payload)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "image/svg+xml")
	v.w.Header().Set("Cache-Control", "no-store")
	v.w.Header().Set("Content-Disposition", `attachment; filename="qris.svg"`)
	v.w.WriteHeader(http.StatusOK)
	_, err = v.w.Write(svg)
	return err
}

func (v *visit) chargeLines(c payment.Charge) []web.Row {
	var rows []web.Row
	for _, l := range c.Lines {
		rows = append(rows, web.Row{Term: v.In(l.Label), Lines: []string{lancar.Money{Amount: l.Amount, Currency: c.Amount.Currency}.String()}, Num: true})
	}
	return append(rows, web.Row{Term: v.T("Biaya aplikasi", "Fee for this service"), Lines: []string{"Rp0"}, Num: true})
}

// chargeTag says how a charge stands.
func chargeTag(w web.Words, s payment.State) web.Tag {
	switch s {
	case payment.Paid:
		return web.Tag{Kind: "ok", Icon: "check", Text: w.T("Lunas", "Paid")}
	case payment.Expired:
		return web.Tag{Kind: "off", Text: w.T("Lewat waktu", "Expired")}
	case payment.Cancelled:
		return web.Tag{Kind: "off", Text: w.T("Dibatalkan", "Cancelled")}
	}
	return web.Tag{Kind: "warn", Text: w.T("Belum dibayar", "Not paid yet")}
}
