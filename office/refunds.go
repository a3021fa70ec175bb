package office

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"lancar"
	"lancar/payment"
	"lancar/web"
)

// refundRow is a line of the list of money due back.
type refundRow struct {
	Href, Number, Amount, Why, Age, Since string
	Tag                                   web.Tag
}

// refunds lists what the officer's treasury has to pay back, the longest wait first.
func refunds(v *visit) error {
	list, next, err := v.Charges.Due(v.r.Context(), v.actor, v.r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	view := struct {
		Rows       []refundRow
		More, Done string
		Empty      web.Empty
	}{Empty: web.Empty{Pattern: "edges", Title: v.T("Tidak ada yang harus dikembalikan", "Nothing to pay back"),
		Lead: v.T("Uang yang masuk terlambat, dua kali, atau untuk permohonan yang sudah ditutup akan muncul di sini.",
			"Money that comes late, twice, or for an application that was closed will stand here.")}}
	for _, d := range list {
		row := refundRow{Href: refundPath(d.Region, d.ID), Number: d.Number, Amount: d.Amount.String(), Why: v.whyBack(d.Kind), Since: v.Date(d.Since), Age: v.age(d.Since)}
		switch d.Stage {
		case payment.Asked:
			row.Tag = web.Tag{Text: v.T("Bank sedang diminta", "The bank is asked")}
		case payment.Recorded:
			row.Tag = web.Tag{Kind: "warn", Icon: "people", Text: v.T("Menunggu pengesahan", "Waits to be confirmed")}
		}
		view.Rows = append(view.Rows, row)
	}
	if next != "" {
		view.More = "/office/refunds?after=" + url.QueryEscape(next)
	}
	view.Done = v.Done(v.r, map[string][2]string{
		"recorded": {"Transfer tercatat. Petugas lain mengesahkannya setelah melihat rekening koran.", "The transfer is recorded. Another officer confirms it against the bank's statement."},
		"returned": {"Disahkan dan dibukukan. Pembayar diberi tahu.", "Confirmed and booked. The payer is told."},
		"again":    {"Catatan transfer dibatalkan. Uang itu menunggu lagi.", "The record of the transfer is taken away. The money waits again."},
	})
	return v.show("refunds", v.T("Uang yang harus dikembalikan", "Money to pay back"), view)
}

func refundPath(region string, id lancar.ID) string { return below("/office/refunds/", region, id) }

// whyBack says why money is due back.
func (v *visit) whyBack(kind string) string {
	switch kind {
	case "late":
		return v.T("Dibayar setelah batas waktu", "Paid after the time was over")
	case "twice":
		return v.T("Dibayar dua kali", "Paid twice")
	}
	return v.T("Dibayar setelah permohonan ditutup", "Paid after the application was closed")
}

// age is how many days something waits.
func (v *visit) age(since time.Time) string {
	switch days := int(v.now.Sub(since).Hours() / 24); days {
	case 0:
		return v.T("kurang dari 1 hari", "less than 1 day")
	case 1:
		return v.T("1 hari", "1 day")
	default:
		return strconv.Itoa(days) + v.T(" hari", " days")
	}
}

// refundView is the page of one payment that is due back.
type refundView struct {
	Title, Path, Version string
	Rows, Sent           []web.Row
	Fields               []web.Field
	Problems             []web.Problem
	Tag                  web.Tag
	Waiting, Recorded    bool
	Asked                bool // the bank is asked: nothing to do here
	OtherName            bool // the account to send it to is in another name than the applicant's
	Mine                 bool // this officer recorded the transfer: another confirms it
}

func showRefund(v *visit) error { return v.refundPage(url.Values{}, nil) }

// refundPage opens money due back; its payer sees that an officer looked.
func (v *visit) refundPage(sent url.Values, problems []web.Problem) error {
	region, id := v.r.PathValue("region"), lancar.ID(v.r.PathValue("id"))
	d, err := v.Charges.OpenDue(v.r.Context(), v.actor, region, id)
	if err != nil {
		return err
	}
	view := refundView{Title: d.Amount.String() + v.T(" untuk dikembalikan", " to pay back"), Path: refundPath(region, id), Version: itoa(d.Refund.Version), Problems: problems,
		Rows: v.owingRows(d), Sent: v.transferRows(d), Waiting: d.Stage == payment.Waiting, Asked: d.Stage == payment.Asked, Recorded: d.Stage == payment.Recorded, Mine: d.Recorder == v.actor.ID, OtherName: d.Payee != nil && !strings.EqualFold(d.Payee.Holder, d.Name)}
	switch d.Stage {
	case payment.Waiting:
		view.Fields = v.transferFields(sent)
		view.Tag = web.Tag{Kind: "warn", Text: v.T("Belum dikembalikan", "Not paid back yet")}
	case payment.Asked:
		view.Tag = web.Tag{Text: v.T("Bank sedang diminta mengembalikannya", "The bank is asked to return it")}
	case payment.Recorded:
		view.Tag = web.Tag{Kind: "warn", Icon: "people", Text: v.T("Menunggu pengesahan", "Waits to be confirmed")}
	default:
		view.Title = d.Amount.String() + v.T(" sudah dikembalikan", " was paid back")
		view.Tag = web.Tag{Kind: "ok", Icon: "check", Text: v.T("Sudah dikembalikan", "Paid back")}
	}
	for i := range view.Fields {
		mark(problems, &view.Fields[i])
	}
	status := http.StatusOK
	if len(problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return v.showAs(status, "refund", v.title(view.Title, problems), view)
}

func (v *visit) owingRows(d payment.Return) []web.Row {
	w := v.wordsOf(d.Region)
	name := d.Name
	if name == "" {
		name = v.T("Akunnya sudah ditutup", "The account is closed")
	}
	rows := []web.Row{{Term: v.T("Sebab", "Why"), Lines: []string{v.whyBack(d.Kind)}}, {Term: v.T("Jumlah", "Amount"), Lines: []string{d.Amount.String()}, Num: true},
		{Term: v.T("Permohonan", "Application"), Lines: []string{d.Number, v.In(d.Title)}}, {Term: v.T("Pemohon", "Applicant"), Lines: []string{name}},
		{Term: v.T("Dibayar", "Paid"), Lines: []string{w.When(d.Paid)}}, {Term: v.T("Menunggu", "Waiting"), Lines: []string{v.age(d.Since)}}}
	if d.Payee != nil {
		rows = append(rows, web.Row{Term: v.T("Rekening tujuan", "Account to send it to"), Lines: []string{d.Payee.Bank, d.Payee.Number, v.T("a.n. ", "in the name of ") + d.Payee.Holder}})
	} else if d.Stage == payment.Waiting {
		rows = append(rows, web.Row{Term: v.T("Rekening tujuan", "Account to send it to"), Lines: []string{v.T("Belum ditulis oleh pemohon", "The applicant has not written it down yet")}})
	}
	if d.Receipt != "" {
		rows = append(rows, web.Row{Term: v.T("Nomor pembayaran di bank", "The bank's number of the payment"), Lines: []string{d.Receipt}, Num: true})
	}
	return append(rows, web.Row{Term: v.T("Rujukan kode QRIS", "Reference of the QRIS code"), Lines: []string{d.Code}, Num: true})
}

func (v *visit) transferRows(d payment.Return) []web.Row {
	if d.Refund.Reference == "" {
		return nil
	}
	rows := []web.Row{{Term: v.T("Cara", "Way"), Lines: []string{v.wayBack(d.Refund.Way)}}, {Term: v.T("Nomor rujukan", "Reference"), Lines: []string{d.Refund.Reference}, Num: true},
		{Term: v.T("Tanggal", "Day"), Lines: []string{v.civil(d.Refund.Sent)}}}
	if name, ok := v.Identity.OfficerName(v.r.Context(), d.Recorder); ok {
		rows = append(rows, web.Row{Term: v.T("Dicatat oleh", "Recorded by"), Lines: []string{name}})
	}
	return rows
}

// wayBack says how money went back.
func (v *visit) wayBack(way string) string {
	if way == "bank" {
		return v.T("Oleh bank, ke rekening asal", "By the bank, to where it came from")
	}
	return v.T("Transfer dari kas daerah", "Transfer from the treasury")
}

// civil writes a day in words.
func (v *visit) civil(date string) string {
	t, err := time.ParseInLocation(time.DateOnly, date, v.Zone)
	if err != nil {
		return date
	}
	return v.Date(t)
}

func (v *visit) transferFields(sent url.Values) []web.Field {
	return []web.Field{
		{Name: "reference", Kind: web.TextField, Label: v.T("Nomor rujukan transfer", "Reference of the transfer"), Value: sent.Get("reference"), Max: 60, Width: "m",
			Hint: v.T("Seperti pada bukti transfer bank. Satu transfer untuk satu pengembalian.", "As on the bank's receipt. One transfer pays one payment back.")},
		{Name: "sent", Kind: web.DateField, Label: v.T("Tanggal transfer", "Day of the transfer"), Day: sent.Get("sent.d"), Month: sent.Get("sent.m"), Year: sent.Get("sent.y")},
	}
}

// recordRefund is the first of two officers: the money was transferred.
func recordRefund(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	t := payment.Transfer{Reference: sent.Get("reference"), Version: versionOf(sent)}
	if day, err := time.Parse("2006-1-2", dateText(sent, "sent")); err == nil {
		t.Sent = day.Format(time.DateOnly)
	}
	err = v.Charges.Record(v.r.Context(), v.actor, v.r.PathValue("region"), lancar.ID(v.r.PathValue("id")), t)
	if p, ok := v.wrong(err); ok {
		return v.refundPage(sent, []web.Problem{p})
	}
	if err != nil {
		return err
	}
	return v.to("/office/refunds?done=recorded")
}

// settleRefund is the second officer, or either who takes a wrong record away.
func settleRefund(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	region, id := v.r.PathValue("region"), lancar.ID(v.r.PathValue("id"))
	switch sent.Get("do") {
	case "confirm":
		err = v.Charges.Confirm(v.r.Context(), v.actor, region, id, versionOf(sent))
	case "again":
		err = v.Charges.SendBack(v.r.Context(), v.actor, region, id, versionOf(sent))
	default:
		err = lancar.Fail(lancar.Invalid, "", "Pilih: sahkan, atau batalkan catatannya.", "Choose: confirm it, or take the record away.")
	}
	if err != nil {
		return err
	}
	return v.to("/office/refunds?done=" + map[bool]string{true: "returned", false: "again"}[sent.Get("do") == "confirm"])
}
