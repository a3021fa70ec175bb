package payment_test

import (
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"lancar"
	"lancar/internal/jobs"
	"lancar/internal/store"
	"lancar/internal/store/storetest"
	"lancar/payment"
	"lancar/payment/snap"
	"lancar/test/outside"
)

func each(t *testing.T, fn func(t *testing.T, d *desk)) {
	c := newClock()
	storetest.EachAt(t, c.Now, func(t *testing.T, db *store.DB) { fn(t, open(t, db, c)) })
}

func (d *desk) drain(t testing.TB) {
	t.Helper()
	d.clock.Pass(5 * time.Second)
	must(t, d.db.Write(t.Context(), func(tx *store.Tx) error { // what Run does at every interval
		return errors.Join(d.queue.EnqueueTx(tx, jobs.Job{Region: "00", Queue: "payment.due"}), d.queue.EnqueueTx(tx, jobs.Job{Region: "00", Queue: "payment.fold"}))
	}))
	must(t, d.queue.Drain(t.Context()))
	must(t, d.Verify(t.Context()))
}

func (d *desk) balance(t testing.TB, region, account string) (amount int64) {
	t.Helper()
	list, err := d.Balances(t.Context(), region)
	must(t, err)
	for _, b := range list {
		if b.Account == account {
			amount += b.Amount.Amount
		}
	}
	return amount
}

func TestAChargeIsPaidNotifiedAndBooked(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ch := d.charge(t, "53.15", 50000, 25000)
		code := d.code(t, ch)
		if again := d.code(t, ch); again != code {
			t.Fatal("a second look made another code")
		}
		if code.Merchant != outside.Packs().ByCode("53.15").Treasury.Merchant {
			t.Fatal(code.Merchant)
		}
		if got := d.notify(t, note{reference: code.Reference, receipt: "R1", amount: 75000_00, status: snap.StatusPending}); got != "2005200" || d.state(t, ch) != payment.Open {
			t.Fatal("pending", got)
		}
		if got := d.notify(t, note{reference: code.Reference, receipt: "R1", amount: 75000_00}); got != "2005200" {
			t.Fatal(got)
		}
		if d.state(t, ch) != payment.Paid {
			t.Fatal("not paid")
		}
		d.drain(t)
		if len(d.settled) != 1 || d.settled[0].Case != ch.Case || d.settled[0].Amount != ch.Amount {
			t.Fatalf("%+v", d.settled)
		}
		if d.balance(t, "53.15", "bank") != 75000_00 || d.balance(t, "53.15", "revenue/53.15/4.1.02") != -75000_00 {
			t.Fatal("balances")
		}
		if _, err := d.Code(t.Context(), d.own, ch.Region, ch.ID); lancar.CodeOf(err) != lancar.Gone {
			t.Fatal("a code for a paid charge:", err)
		}
		if list, err := d.Mine(t.Context(), d.own); err != nil || len(list) != 1 || list[0].Kind != "applied" {
			t.Fatal(list, err)
		}
	})
}

func TestNotificationsRepeatedForgedWrongAndForeignChangeNothing(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ch := d.charge(t, "53.15", 1000)
		code := d.code(t, ch)
		forger, err := rsa.GenerateKey(rand.Reader, 2048)
		must(t, err)
		for want, n := range map[string]note{
			"4015200": {reference: code.Reference, receipt: "R1", amount: 1000_00, key: forger},
			"4045213": {reference: code.Reference, receipt: "R1", amount: 500_00},
			"4045201": {reference: "5315-0000", receipt: "R1", amount: 1000_00},
			"4005202": {receipt: "R1", amount: 1000_00},
		} {
			if got := d.notify(t, n); got != want || d.state(t, ch) != payment.Open {
				t.Errorf("%s, want %s", got, want)
			}
		}
		first := note{reference: code.Reference, receipt: "R1", amount: 1000_00, external: "123"}
		for range 2 { // the same message twice: the same answer
			if got := d.notify(t, first); got != "2005200" {
				t.Fatal(got)
			}
		}
		if got := d.notify(t, note{reference: code.Reference, receipt: "R2", amount: 1000_00, external: "123"}); got != "4095200" {
			t.Fatal("an external id with another body:", got)
		}
		for _, receipt := range []string{"R1", ""} { // reported again under a new id, or by a bank that gives no receipt
			if got := d.notify(t, note{reference: code.Reference, receipt: receipt, amount: 1000_00}); got != "2005200" {
				t.Fatal(got)
			}
		}
		d.drain(t)
		if len(d.settled) != 1 || len(d.refunds) != 0 || d.balance(t, "53.15", "bank") != 1000_00 {
			t.Fatal(d.settled, d.refunds)
		}
	})
}

func TestMoneyThatComesTwiceLateOrAfterCancellationIsDueBack(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		twice, late, cancelled := d.charge(t, "53.15", 1000), d.charge(t, "53.15", 2000), d.charge(t, "53.15", 4000)
		codes := []payment.Code{d.code(t, twice), d.code(t, late), d.code(t, cancelled)}
		must(t, d.db.Write(t.Context(), func(tx *store.Tx) error { return d.CancelTx(tx, "53.15", cancelled.Case) }))
		d.notify(t, note{reference: codes[0].Reference, receipt: "R1", amount: 1000_00})
		d.clock.Pass(8 * 24 * time.Hour)
		d.drain(t)
		d.drain(t)
		if d.state(t, late) != payment.Expired || len(d.expired) != 1 || d.expired[0].Case != late.Case {
			t.Fatal(d.state(t, late), d.expired)
		}
		for i, amount := range []int64{1000_00, 2000_00, 4000_00} {
			for range 2 {
				if got := d.notify(t, note{reference: codes[i].Reference, receipt: "R9", amount: amount}); got != "2005200" {
					t.Fatal(got)
				}
			}
		}
		d.drain(t)
		reasons := map[string]int64{}
		for _, r := range d.refunds {
			reasons[r.Reason] += r.Amount.Amount
		}
		if len(d.refunds) != 3 || reasons["twice"] != 1000_00 || reasons["late"] != 2000_00 || reasons["cancelled"] != 4000_00 {
			t.Fatal(d.refunds)
		}
		if d.balance(t, "53.15", "suspense") != -7000_00 || d.balance(t, "53.15", "bank") != 8000_00 {
			t.Fatal("suspense")
		}
		if d.state(t, late) != payment.Expired || d.state(t, cancelled) != payment.Cancelled || d.state(t, twice) != payment.Paid {
			t.Fatal("a state changed")
		}
	})
}

func TestALostNotificationIsFoundByAsking(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		polled, asked, atTheEnd := d.charge(t, "53.15", 1000), d.charge(t, "34.71", 2000), d.charge(t, "91", 3000)
		codes := []payment.Code{d.code(t, polled), d.code(t, asked), d.code(t, atTheEnd)}
		d.bank.set(func() { d.bank.paid[codes[0].Reference] = "R1"; d.bank.paid[codes[1].Reference] = "R2" })
		got, err := d.Recheck(t.Context(), d.own, asked.Region, asked.ID)
		if err != nil || got.State != payment.Paid {
			t.Fatal(got.State, err)
		}
		if _, err := d.Recheck(t.Context(), d.other, asked.Region, asked.ID); lancar.CodeOf(err) != lancar.NotFound {
			t.Fatal(err)
		}
		d.clock.Pass(4 * time.Minute)
		d.drain(t)
		if d.state(t, polled) != payment.Paid || d.state(t, atTheEnd) != payment.Open {
			t.Fatal("polling")
		}
		d.bank.set(func() { d.bank.paid[codes[2].Reference] = "R3"; d.bank.down = true })
		d.clock.Pass(7 * 24 * time.Hour)
		d.drain(t)
		if d.state(t, atTheEnd) != payment.Open {
			t.Fatal("expired while the bank could not be asked")
		}
		d.bank.set(func() { d.bank.down = false })
		d.clock.Pass(time.Hour)
		d.drain(t)
		if d.state(t, atTheEnd) != payment.Paid || len(d.settled) != 3 || len(d.expired) != 0 {
			t.Fatal(d.state(t, atTheEnd), d.settled)
		}
	})
}

func TestABankThatIsDownLiesOrForgets(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ch := d.charge(t, "53.15", 1000)
		d.bank.set(func() { d.bank.down = true })
		if _, err := d.Code(t.Context(), d.own, ch.Region, ch.ID); lancar.CodeOf(err) != lancar.Unavailable {
			t.Fatal(err)
		}
		d.bank.set(func() { d.bank.down = false; d.bank.lie = 1 })
		if _, err := d.Code(t.Context(), d.own, ch.Region, ch.ID); lancar.CodeOf(err) != lancar.Unavailable {
			t.Fatal("a code with another amount:", err)
		}
		d.bank.set(func() { d.bank.lie = 0 })
		d.clock.Pass(10 * time.Second)
		d.drain(t) // the job that went on asking
		code := d.code(t, ch)
		if len(d.bank.codes) != 1 {
			t.Fatal("asked under several references")
		}
		d.bank.set(func() { d.bank.forget = true })
		if got, err := d.Recheck(t.Context(), d.own, ch.Region, ch.ID); err != nil || got.State != payment.Open {
			t.Fatal(got, err)
		}
		d.clock.Pass(31 * time.Minute)
		if fresh := d.code(t, ch); fresh.Reference == code.Reference {
			t.Fatal("an expired code was shown")
		}
		if _, err := d.Code(t.Context(), d.other, ch.Region, ch.ID); lancar.CodeOf(err) != lancar.NotFound {
			t.Fatal(err)
		}
	})
}

func TestReportsAtOnceSettleOnce(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ch := d.charge(t, "53.15", 1000)
		code := d.code(t, ch)
		var group sync.WaitGroup
		for i := range 8 {
			group.Go(func() {
				receipt := []string{"R1", "R2"}[i%2]
				if got := d.notify(t, note{reference: code.Reference, receipt: receipt, amount: 1000_00}); got != "2005200" {
					t.Error(got)
				}
			})
		}
		group.Wait()
		d.drain(t)
		if len(d.settled) != 1 || len(d.refunds) != 1 || d.balance(t, "53.15", "bank") != 2000_00 {
			t.Fatal(d.settled, d.refunds)
		}
	})
}

// Many pay one code at once: every report is taken, one settles, the rest of the money is due back.
func TestManyReceiptsAtOnceAreAllTaken(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ch := d.charge(t, "53.15", 1000)
		code := d.code(t, ch)
		var group sync.WaitGroup
		for i := range 24 {
			group.Go(func() {
				if got := d.notify(t, note{reference: code.Reference, receipt: fmt.Sprint("R", i), amount: 1000_00}); got != "2005200" {
					t.Error(got)
				}
			})
		}
		group.Wait()
		d.drain(t)
		if len(d.settled) != 1 || len(d.refunds) != 23 || d.balance(t, "53.15", "bank") != 24_000_00 {
			t.Fatal(d.settled, len(d.refunds), d.balance(t, "53.15", "bank"))
		}
	})
}

func TestAnOpsenLineGoesToTheOtherTreasury(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ch := payment.Charge{Region: "53", Case: "c1", Number: "53-X", Account: "account-1", DueAt: d.clock.Now().Add(time.Hour), Amount: lancar.Rupiah(166),
			Lines: []payment.Line{{Amount: 100_00, Revenue: "4.1.01.01"}, {Amount: 66_00, Region: "53.15", Revenue: "4.1.01.20"}}}
		must(t, d.db.Write(t.Context(), func(tx *store.Tx) (err error) { ch.ID, err = d.ChargeTx(tx, ch); return err }))
		d.notify(t, note{reference: d.code(t, ch).Reference, receipt: "R", amount: 166_00})
		d.drain(t)
		if d.balance(t, "53", "revenue/53/4.1.01.01") != -100_00 || d.balance(t, "53", "revenue/53.15/4.1.01.20") != -66_00 {
			t.Fatal("split")
		}
	})
}

// One charge is paid, then paid twice; every column of every table is altered alone.
func TestVerifyFindsWhatWasAltered(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ch := d.charge(t, "53.15", 1000)
		code := d.code(t, ch)
		d.notify(t, note{reference: code.Reference, receipt: "R", amount: 1000_00})
		d.notify(t, note{reference: code.Reference, receipt: "S", amount: 1000_00})
		d.code(t, d.charge(t, "53.15", 500))
		d.drain(t)
		d.drain(t)
		must(t, d.Verify(t.Context()))
		for table, columns := range map[string]string{
			"payment_charges":  "number account title lines amount currency state due_at created_at paid_at settled_at version mac",
			"payment_history":  "event at version mac",
			"payment_payments": "reference receipt id charge kind amount currency acquirer paid_at at mac",
			"payment_entries":  "account amount currency at",
			"payment_balances": "account amount currency entries",
			"payment_codes":    "reference charge state payload merchant created_at expires_at mac",
			"payment_notices":  "day external_id reference hash http result at mac",
			"payment_mine":     "account settled_at region charge",
		} {
			for _, c := range strings.Fields(columns) {
				value := "'x'"
				switch c {
				case "amount", "due_at", "created_at", "paid_at", "settled_at", "at", "expires_at", "version", "http", "entries":
					value = c + " + 7"
				case "title":
					value = `'{"id":"x"}'`
				case "lines":
					value = `'[]'`
				case "kind":
					value = "CASE WHEN kind = 'applied' THEN 'late' ELSE 'twice' END"
				case "event":
					value = "'expire'"
				}
				if c == "state" {
					value = map[string]string{"payment_charges": "'expired'", "payment_codes": "'asked'"}[table]
				}
				which := map[string]string{"payment_charges": "state = 'paid'", "payment_history": "version = 1", "payment_payments": "kind = 'applied'", "payment_entries": "seq = 0",
					"payment_balances": "account = 'bank'", "payment_codes": "state = 'live'"}[table]
				if which == "" {
					which = "1 = 1"
				}
				key := map[string]string{"payment_codes": "reference", "payment_notices": "external_id", "payment_mine": "settled_at"}[table]
				if key != "" { // one row
					which += " AND " + key + " = (SELECT min(" + key + ") FROM " + table + " WHERE " + which + ")"
				}
				d.found(t, table+"."+c, table, "UPDATE "+table+" SET "+c+" = "+value+" WHERE "+which)
			}
			if table != "payment_notices" { // one that is gone cannot be told from one that never came
				d.found(t, table+" removed", table, "DELETE FROM "+table)
			}
		}
		must(t, d.Verify(t.Context()))
	})
}

// found alters a table behind the room's back, wants Verify to notice, and puts it back.
func (d *desk) found(t *testing.T, name, table, sql string) {
	t.Helper()
	do := func(list ...string) {
		t.Helper()
		must(t, d.db.Write(t.Context(), func(tx *store.Tx) error {
			for _, s := range list {
				if _, err := tx.Exec(s); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	do("CREATE TABLE IF NOT EXISTS saved_"+table+" AS SELECT * FROM "+table, sql)
	if err := d.Verify(t.Context()); err == nil {
		t.Errorf("not found: %s", name)
	} else {
		t.Logf("%s: %.120s", name, err)
	}
	do("DELETE FROM "+table, "INSERT INTO "+table+" SELECT * FROM saved_"+table)
}
