package office

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"lancar"
	"lancar/access"
	"lancar/identity"
	"lancar/internal/store"
	"lancar/payment"
	"lancar/payment/snap"
	"lancar/test/outside"
)

// paysLate is the applicant paying a charge after its time was over.
func (w *world) paysLate(s identity.Session, number string) {
	w.t.Helper()
	ch := payment.Charge{Region: "53.15.05.1025", Case: lancar.NewID(w.Now()), Number: number, Account: s.Account, Title: lancar.Text{"id": "Izin uji", "en": "Test permit"},
		Lines: []payment.Line{{Label: lancar.Text{"id": "Retribusi"}, Amount: 75000_00, Revenue: "4.1.02"}}, Amount: lancar.Rupiah(75000), DueAt: w.Now().AddDate(0, 0, 7)}
	w.Must(w.DB.Write(w.t.Context(), func(tx *store.Tx) (err error) { ch.ID, err = w.Charges.ChargeTx(tx, ch); return err }))
	code, err := w.Charges.Code(w.t.Context(), s.Own, ch.Region, ch.ID)
	w.Must(err)
	w.Must(w.DB.Write(w.t.Context(), func(tx *store.Tx) error { return w.Charges.CancelTx(tx, ch.Region, ch.Case) }))
	now := w.Now()
	body, err := json.Marshal(snap.Notification{OriginalReferenceNo: "B1", OriginalPartnerReferenceNo: code.Reference, LatestTransactionStatus: snap.StatusSuccess,
		Amount: snap.AmountOf(ch.Amount), AdditionalInfo: map[string]string{snap.ReceiptKey: "RRN" + number, snap.PaidTimeKey: snap.Stamp(now)}})
	w.Must(err)
	r := httptest.NewRequest("POST", payment.NotifyPath, bytes.NewReader(body))
	w.Must(snap.SignNotification(r, payment.NotifyPath, body, outside.BankKey(), "node", snap.ExternalID(now), now))
	answer := httptest.NewRecorder()
	w.Charges.Handler().ServeHTTP(answer, r)
	if answer.Code != http.StatusOK {
		w.t.Fatal(answer.Body)
	}
}

// firstRefund is the address of the first line of the list.
func firstRefund(t *testing.T, p page) string {
	t.Helper()
	_, rest, ok := strings.Cut(p.body, `href="/office/refunds/`)
	path, _, _ := strings.Cut(rest, `"`)
	if !ok {
		t.Fatalf("nothing is due back:\n%s", p.body)
	}
	return "/office/refunds/" + path
}

func TestTwoOfficersPayMoneyBack(t *testing.T) {
	w := newWorld(t)
	w.staff()
	elisBefore := w.enter(elis, "")
	elisBefore.get("/office/late").is(200).lacks("Pengembalian")
	elisBefore.get("/office/refunds").is(403)
	w.hire("197501012000011002", "Tena Adil", "treasurer")
	w.hire("197501012000011003", "Rina Setia", "treasurer")
	_, s := w.person()
	w.paysLate(s, "5315-KASUS-00001")
	w.enter("197501012000011002", "").get("/office/refunds").has("5315-KASUS-00001")
	w.run() // the bank says that it returns nothing
	w.Pass(49 * time.Hour)
	tena, rina := w.enter("197501012000011002", ""), w.enter("197501012000011003", "")
	at := firstRefund(t, tena.get("/office/refunds").is(200).has("Uang yang harus dikembalikan", "Rp75.000", "Dibayar setelah permohonan ditutup", "5315-KASUS-00001", "2 hari").lacks("MARIA"))
	p := tena.get(at).is(200).has("MARIA GORETI JEHALUT", "RRN5315-KASUS-00001", "Catat transfernya").lacks(maria)
	w.run()
	looks, _, err := w.Access.Looks(t.Context(), s.Own, access.Filter{}, "")
	w.Must(err)
	if len(looks) == 0 || looks[0].Purpose.In("id") != "Mengembalikan uang yang Anda bayar" {
		t.Errorf("the payer sees %+v", looks)
	}
	form := url.Values{"version": {p.hidden("version")}, "reference": {"TRF<b>"}, "sent.d": {"25"}, "sent.m": {"11"}, "sent.y": {"2026"}}
	tena.post(at+"/record", form).is(422).has("Tulis nomor rujukan transfer", `value="TRF<b>"`)
	form.Set("reference", "TRF-2026/000123")
	form.Set("sent.y", "2027")
	tena.post(at+"/record", form).is(422).has("Tanggal transfer belum tiba", "TRF-2026/000123")
	form.Set("sent.y", "2026")
	tena.post(at+"/record", form).is(200).has("Transfer tercatat", "Menunggu pengesahan")
	form.Set("reference", "TRF-2026/000124")
	rina.post(at+"/record", form).is(409).has("Petugas lain sudah mencatat")
	mine := tena.get(at).is(200).has("TRF-2026/000123", "25 November 2026", "Tena Adil", "Anda yang mencatat").lacks(`value="confirm"`)
	tena.post(at, url.Values{"do": {"confirm"}, "version": {mine.hidden("version")}}).is(403).has("Petugas lain yang mengesahkan")
	w.enter(anna, "").post(at, url.Values{"do": {"confirm"}, "version": {"1"}}).is(403)
	rina.post(at, url.Values{"do": {"again"}, "version": {mine.hidden("version")}}).is(200).has("Uang itu menunggu lagi")
	form.Set("version", tena.get(at).hidden("version"))
	rina.post(at+"/record", form).is(200)
	elis := w.enter(elis, "")
	elis.get("/office/late").has("Pengembalian")
	seen := elis.get(at).is(200).has("TRF-2026/000124", "Rina Setia", "Sahkan")
	for range 2 {
		elis.post(at, url.Values{"do": {"confirm"}, "version": {seen.hidden("version")}}).is(200).has("Disahkan dan dibukukan", "Tidak ada yang harus dikembalikan")
	}
	rina.post(at, url.Values{"do": {"confirm"}, "version": {seen.hidden("version")}}).is(409)
	elis.get(at).is(200).has("Sudah dikembalikan").lacks("<form action=\"/office/refunds")
	elis.post(at, url.Values{"version": {"4"}}).is(422)
	w.Must(w.Charges.Verify(t.Context()))
}

func TestTheListOfMoneyDueBackGoesOn(t *testing.T) {
	w := newWorld(t)
	w.hire("197501012000011002", "Tena Adil", "treasurer")
	_, s := w.person()
	for range 52 {
		w.Pass(time.Second)
		w.paysLate(s, "5315-"+string(lancar.NewID(w.Now())))
	}
	tena := w.enter("197501012000011002", "")
	p := tena.get("/office/refunds").is(200)
	if n := strings.Count(p.body, `href="/office/refunds/`); n != 50 {
		t.Fatal(n)
	}
	more := p.link(`/office/refunds\?after=`)
	if n := strings.Count(tena.get(more).is(200).body, `href="/office/refunds/`); n != 2 {
		t.Fatal(n)
	}
	tena.get("/office/refunds?after=x-y").is(404)
}
