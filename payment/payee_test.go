package payment_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/internal/store"
	"lancar/payment"
)

// signedIn is a session of the payer, as fresh as it is.
func (d *desk) signedIn(t *testing.T) identity.Session {
	t.Helper()
	var s identity.Session
	must(t, d.db.Write(t.Context(), func(tx *store.Tx) (err error) {
		_, s, err = d.id.EnterTx(tx, identity.Entry{Account: d.payer, Browser: identity.Browser{Host: "localhost", Device: "Firefox"}, Level: identity.Verified})
		return err
	}))
	return s
}

func TestThePayerSaysWhereTheirMoneyGoes(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		s, due := suspended(t, d)
		me := d.signedIn(t)
		to := payment.Payee{Bank: "Bank  Contoh", Number: "0123-456.789", Holder: "Maria Goreti"}
		for field, wrong := range map[string]payment.Payee{"bank": {Number: "123456", Holder: "Maria"}, "number": {Bank: "Bank", Number: "12345x", Holder: "Maria"},
			"holder": {Bank: "Bank", Number: "123456", Holder: "M\x00\n"}} {
			err := d.SetPayee(t.Context(), me, due.Region, due.ID, wrong)
			if e, ok := err.(*lancar.Error); !ok || e.Field != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		must(t, d.SetPayee(t.Context(), me, due.Region, due.ID, to))
		to.Number = "987654321"
		must(t, d.SetPayee(t.Context(), me, due.Region, due.ID, to))
		got, ok, err := d.Payee(t.Context(), me.Own, due.Region, due.ID)
		must(t, err)
		want := payment.Payee{Bank: "Bank Contoh", Number: "987654321", Holder: "Maria Goreti"}
		if !ok || got != want {
			t.Fatalf("%+v", got)
		}
		if _, _, err := d.Payee(t.Context(), d.other, due.Region, due.ID); lancar.CodeOf(err) != lancar.NotFound {
			t.Error("somebody else reads it:", err)
		}
		stranger := me
		stranger.Own = d.other
		refused(t, "somebody else writes it", d.SetPayee(t.Context(), stranger, due.Region, due.ID, to), lancar.NotFound)
		seen, err := d.OpenDue(t.Context(), s.first, due.Region, due.ID)
		must(t, err)
		if seen.Payee == nil || *seen.Payee != want {
			t.Fatalf("the officer sees %+v", seen.Payee)
		}
		must(t, d.db.Read(t.Context(), func(tx *store.Tx) error {
			data, err := d.Exporter().Data(tx, me.Own)
			must(t, err)
			if b, _ := json.Marshal(data); !bytes.Contains(b, []byte("987654321")) {
				t.Errorf("the payer's download lacks it: %s", b)
			}
			var sealed []byte
			must(t, tx.QueryRow("SELECT sealed FROM payment_payees").Scan(&sealed))
			if bytes.Contains(sealed, []byte("987654321")) {
				t.Error("it is not sealed")
			}
			return nil
		}))
		d.found(t, "whose account it is", "payment_payees", "UPDATE payment_payees SET account = 'x'")
		must(t, d.Record(t.Context(), s.first, due.Region, due.ID, d.transfer("TRF-000001")))
		refused(t, "after it was sent", d.SetPayee(t.Context(), me, due.Region, due.ID, to), lancar.Conflict)
		must(t, d.Confirm(t.Context(), s.second, due.Region, due.ID, 3))
		if _, ok, err := d.Payee(t.Context(), me.Own, due.Region, due.ID); err != nil || ok {
			t.Error("it is kept after the money went back", err)
		}
		other := d.late(t, s.first)
		d.clock.Pass(time.Hour)
		err = d.SetPayee(t.Context(), me, other.Region, other.ID, to)
		if e, ok := err.(*lancar.Error); !ok || e.Code != lancar.Forbidden || e.Field != "fresh" {
			t.Error("a session of yesterday leads money astray:", err)
		}
		d.drain(t)
	})
}
