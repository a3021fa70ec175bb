package sandbox_test

import (
	"testing"

	"lancar"
	"lancar/payment/snap"
)

func TestAPaymentGoesBackOnce(t *testing.T) {
	w := start(t)
	w.generate("5315-R1", 1000)
	_, out := w.call("POST", "/bank/pay", map[string]string{"reference": "5315-R1", "mode": "double"})
	receipts := out["receipts"].([]any)
	token := w.token(w.partner())
	ask := func(number, receipt string, rupiah int64) (int, string, any) {
		t.Helper()
		status, out := w.snap(snap.Refund, token, snap.RefundRequest{MerchantID: "5315", OriginalPartnerReferenceNo: "5315-R1", PartnerRefundNo: number,
			RefundAmount: snap.AmountOf(lancar.Rupiah(rupiah)), Reason: "dua kali", AdditionalInfo: map[string]string{snap.ReceiptKey: receipt}})
		code, _ := out["responseCode"].(string)
		return status, code, out["refundNo"]
	}
	second := receipts[1].(string)
	for _, c := range []struct {
		number, receipt, code string
		rupiah                int64
	}{{"", second, "4007802", 1000}, {"N1", "unknown", "4047801", 1000}, {"N1", "", "4047801", 1000}, {"N1", second, "4047813", 999}, {"N1", second, "2007800", 1000},
		{"N1", second, "2007800", 1000}, {"N1", receipts[0].(string), "4097801", 1000}, {"N2", second, "4047800", 1000}} {
		if status, code, _ := ask(c.number, c.receipt, c.rupiah); code != c.code || status/100 != int(c.code[0]-'0') {
			t.Errorf("%+v: %d %s", c, status, code)
		}
	}
	_, _, first := ask("N1", second, 1000)
	if _, _, again := ask("N1", second, 1000); first != again || first == nil {
		t.Errorf("two returns: %v, %v", first, again)
	}
	query := func() any {
		_, out := w.snap(snap.Query, token, snap.QueryRequest{OriginalPartnerReferenceNo: "5315-R1", ServiceCode: "47"})
		return out["latestTransactionStatus"]
	}
	if got := query(); got != snap.StatusSuccess {
		t.Error("half of it went back:", got)
	}
	if _, code, _ := ask("N3", receipts[0].(string), 1000); code != "2007800" || query() != snap.StatusRefunded {
		t.Error(code, query())
	}
	if status, out := w.snap(snap.Refund, "stolen", snap.RefundRequest{}); status != 401 || out["responseCode"] != "4017801" {
		t.Error(status, out)
	}
	w.generate("5315-R2", 1000)
	w.call("POST", "/bank/pay", map[string]string{"reference": "5315-R2", "refund": "no"})
	_, out = w.snap(snap.Refund, token, snap.RefundRequest{MerchantID: "5315", OriginalPartnerReferenceNo: "5315-R2", PartnerRefundNo: "N4", RefundAmount: snap.AmountOf(lancar.Rupiah(1000))})
	if out["responseCode"] != "4037806" {
		t.Error(out)
	}
}
