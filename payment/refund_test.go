package payment_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"lancar"
	"lancar/access"
	"lancar/identity"
	"lancar/internal/jobs"
	"lancar/internal/store"
	"lancar/payment"
	"lancar/test/outside"
)

// staff are the officers of a treasury: two treasurers, one of whom has a second employee number,
// and the superior of their agency.
type staff struct {
	first, second, again, superior, stranger lancar.Actor
}

const payerNIK = "5315054906970001"

// suspended is a desk where a person paid too late, and the payment that is due back.
func suspended(t *testing.T, d *desk) (staff, payment.Due) {
	t.Helper()
	must(t, d.db.Write(t.Context(), func(tx *store.Tx) error {
		account, subject, err := d.id.PrincipalTx(tx, identity.Holder{Kind: identity.Resident, Number: payerNIK, Nation: "IDN", Name: "MARIA GORETI", BirthDate: "1997-06-09"}, "id")
		if err != nil {
			return err
		}
		d.payer = account
		d.own, err = d.access.OwnTx(tx, account, subject, true)
		return err
	}))
	var s staff
	for i, o := range []struct {
		into              *lancar.Actor
		role, agency, nik string
	}{{&s.first, "treasurer", "bapenda", "5315050101800001"}, {&s.second, "treasurer", "bapenda", "5315050101800002"}, {&s.again, "treasurer", "bapenda", "5315050101800001"},
		{&s.superior, "superior", "bapenda", "5315050101800003"}, {&s.stranger, "superior", "dinkes", "5315050101800004"}} {
		*o.into = d.hire(t, "19800101200501100"+string(rune('1'+i)), o.nik, identity.Role{Role: o.role, Agency: o.agency, Region: "53.15"})
	}
	return s, d.late(t, s.first)
}

// late is somebody paying too late for a new charge.
func (d *desk) late(t *testing.T, officer lancar.Actor) payment.Due {
	t.Helper()
	ch := d.charge(t, "53.15.05.1025", 75000)
	code := d.code(t, ch)
	d.clock.Pass(8 * 24 * time.Hour)
	d.drain(t)
	if got := d.notify(t, note{reference: code.Reference, receipt: "R-" + string(ch.ID), amount: 75000_00}); got != "2005200" {
		t.Fatal(got)
	}
	d.drain(t)
	list, _, err := d.Due(t.Context(), officer, "")
	must(t, err)
	if len(list) == 0 || !strings.HasPrefix(code.Reference, "5315051025-") || list[len(list)-1].Kind != "late" {
		t.Fatalf("it is not due back: %+v", list)
	}
	return list[len(list)-1]
}

func (d *desk) hire(t *testing.T, number, nik string, roles ...identity.Role) lancar.Actor {
	t.Helper()
	id, err := d.id.SaveEmployee(t.Context(), identity.Employee{Number: number, Name: "Petugas " + number, Mail: number + "@kantor.example", NIK: nik, Roles: roles})
	must(t, err)
	return lancar.Actor{Kind: lancar.Officer, ID: id, Name: "Petugas " + number, Role: roles[0].Role, Agency: roles[0].Agency, Region: roles[0].Region}
}

func (d *desk) transfer(reference string) payment.Transfer {
	return payment.Transfer{Version: 2, Reference: reference, Sent: d.clock.Now().In(outside.Packs().ByCode("53.15").Zone).Format(time.DateOnly)}
}

func refused(t *testing.T, what string, err error, code lancar.Code) {
	t.Helper()
	if lancar.CodeOf(err) != code {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

func TestMoneyThatCameTooLateGoesBackByTwoOfficers(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		s, due := suspended(t, d)
		if due.Amount != lancar.Rupiah(75000) || due.Number != "5315-TEST" || due.Stage != payment.Waiting {
			t.Fatalf("%+v", due)
		}
		open, err := d.OpenDue(t.Context(), s.first, due.Region, due.ID)
		must(t, err)
		if open.Name != "MARIA GORETI" || open.Refund.Version != 2 || open.Receipt == "" {
			t.Fatalf("%+v", open)
		}
		d.drain(t)
		looks, _, err := d.access.Looks(t.Context(), d.own, access.Filter{}, "")
		must(t, err)
		if len(looks) != 1 || looks[0].Who.ID != s.first.ID {
			t.Fatalf("the payer sees %+v", looks)
		}
		must(t, d.Record(t.Context(), s.first, due.Region, due.ID, d.transfer(" trf-2026 / 000123 ")))
		must(t, d.Record(t.Context(), s.first, due.Region, due.ID, d.transfer("TRF-2026/000123"))) // a double click
		refused(t, "another record", d.Record(t.Context(), s.second, due.Region, due.ID, d.transfer("TRF-9")), lancar.Invalid)
		refused(t, "another record", d.Record(t.Context(), s.second, due.Region, due.ID, d.transfer("TRF-999999")), lancar.Conflict)
		refused(t, "who recorded it", d.Confirm(t.Context(), s.first, due.Region, due.ID, 3), lancar.Forbidden)
		unknown := d.hire(t, "198001012005011006", "", identity.Role{Role: "treasurer", Agency: "bapenda", Region: "53.15"})
		refused(t, "somebody who may be the first", d.Confirm(t.Context(), unknown, due.Region, due.ID, 3), lancar.Forbidden)
		refused(t, "who recorded it, under another number", d.Confirm(t.Context(), s.again, due.Region, due.ID, 3), lancar.Forbidden)
		if list, err := d.Mine(t.Context(), d.own); err != nil || list[0].Refund.Stage != payment.Waiting || list[0].Refund.Reference != "" {
			t.Fatalf("the payer is told before it is confirmed: %+v, %v", list, err)
		}
		refused(t, "another version", d.Confirm(t.Context(), s.superior, due.Region, due.ID, 4), lancar.Conflict)
		d.drain(t)
		if d.balance(t, due.Region, "suspense") != -75000_00 || len(d.back) != 0 {
			t.Fatal("booked before it was confirmed")
		}
		for range 2 { // a double click
			must(t, d.Confirm(t.Context(), s.superior, due.Region, due.ID, 3))
		}
		refused(t, "confirmed by another", d.Confirm(t.Context(), s.second, due.Region, due.ID, 3), lancar.Conflict)
		refused(t, "taken away afterwards", d.SendBack(t.Context(), s.second, due.Region, due.ID, 4), lancar.Conflict)
		d.drain(t)
		if d.balance(t, due.Region, "suspense") != 0 || d.balance(t, due.Region, "bank") != 75000_00 || d.balance(t, due.Region, "treasury") != -75000_00 {
			t.Fatal("balances")
		}
		if len(d.back) != 1 || d.back[0].Reference != "TRF-2026/000123" || d.back[0].Amount != due.Amount {
			t.Fatalf("%+v", d.back)
		}
		list, err := d.Mine(t.Context(), d.own)
		must(t, err)
		if len(list) != 1 || list[0].Refund.Stage != payment.Returned || list[0].Refund.Reference != "TRF-2026/000123" {
			t.Fatalf("%+v", list)
		}
		if left, _, err := d.Due(t.Context(), s.first, ""); err != nil || len(left) != 0 {
			t.Fatal("still on the list", left, err)
		}
	})
}

func TestOnlyTheTreasuryPaysBackAndNobodyTheirOwn(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		s, due := suspended(t, d)
		payer := d.hire(t, "198001012005011009", payerNIK, identity.Role{Role: "treasurer", Agency: "bapenda", Region: "53.15"})
		above := d.hire(t, "198001012005011008", "", identity.Role{Role: "treasurer", Agency: "bapenda", Region: "53"})
		village := d.hire(t, "198001012005011007", "", identity.Role{Role: "treasurer", Agency: "desa", Region: "53.15.05.1025"})
		reviewer := s.first
		reviewer.Role = "reviewer"
		person := lancar.Actor{Kind: lancar.Person, ID: d.payer, Role: "treasurer", Region: "53.15"}
		for name, o := range map[string]lancar.Actor{"superior of another agency": s.stranger, "the province": above, "the village": village, "a reviewer": reviewer, "the payer": person} {
			_, err := d.OpenDue(t.Context(), o, due.Region, due.ID)
			refused(t, name+" opens", err, lancar.Forbidden)
			refused(t, name+" records", d.Record(t.Context(), o, due.Region, due.ID, d.transfer("TRF-000123")), lancar.Forbidden)
		}
		if _, _, err := d.Due(t.Context(), s.stranger, ""); lancar.CodeOf(err) != lancar.Forbidden {
			t.Error(err)
		}
		if list, _, err := d.Due(t.Context(), above, ""); err != nil || len(list) != 0 {
			t.Error("the province sees the regency's", list, err)
		}
		refused(t, "their own money", d.Record(t.Context(), payer, due.Region, due.ID, d.transfer("TRF-000123")), lancar.Forbidden)
		_, err := d.OpenDue(t.Context(), s.first, "53.15", "nothing")
		refused(t, "no payment", err, lancar.NotFound)
		ch := d.charge(t, "53.15", 500)
		d.notify(t, note{reference: d.code(t, ch).Reference, receipt: "A", amount: 500_00})
		paid, err := d.Payments(t.Context(), d.own, "53.15", ch.ID)
		must(t, err)
		if len(paid) != 1 || paid[0].Kind != "applied" || paid[0].Refund.Stage != "" {
			t.Fatalf("%+v", paid)
		}
		if _, err := d.Payments(t.Context(), d.other, "53.15", ch.ID); lancar.CodeOf(err) != lancar.NotFound {
			t.Error(err)
		}
	})
}

func TestWhatIsNoTransferIsRefused(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		s, due := suspended(t, d)
		other := d.late(t, s.first)
		today := d.transfer("").Sent
		tomorrow := d.clock.Now().AddDate(0, 0, 2).Format(time.DateOnly)
		for field, list := range map[string][]payment.Transfer{
			"reference": {{Reference: "", Sent: today}, {Reference: "12345", Sent: today}, {Reference: "TRANSFER", Sent: today}, {Reference: strings.Repeat("1", 41), Sent: today},
				{Reference: "TRF-1<script>", Sent: today}, {Reference: "TRF 1'; --", Sent: today}, {Reference: "TRF-1\x00000", Sent: today}, {Reference: "-----1", Sent: today}},
			"sent": {{Reference: "TRF-000123", Sent: ""}, {Reference: "TRF-000123", Sent: "2026-02-30"}, {Reference: "TRF-000123", Sent: tomorrow}, {Reference: "TRF-000123", Sent: "2026-11-23"},
				{Reference: "TRF-000123", Sent: "yesterday"}},
		} {
			for _, tr := range list {
				err := d.Record(t.Context(), s.first, due.Region, due.ID, tr)
				if e, ok := err.(*lancar.Error); !ok || e.Code != lancar.Invalid || e.Field != field {
					t.Errorf("%+v: %v", tr, err)
				}
			}
		}
		must(t, d.Record(t.Context(), s.first, due.Region, due.ID, d.transfer("TRF-000123")))
		err := d.Record(t.Context(), s.first, other.Region, other.ID, d.transfer("TRF-000123"))
		refused(t, "one transfer for two payments", err, lancar.Invalid)
		must(t, d.SendBack(t.Context(), s.second, due.Region, due.ID, 3))
		must(t, d.SendBack(t.Context(), s.second, due.Region, due.ID, 3))
		refused(t, "what was taken away", d.Confirm(t.Context(), s.second, due.Region, due.ID, 3), lancar.Conflict)
		must(t, d.Record(t.Context(), s.first, other.Region, other.ID, d.transfer("TRF-000123")))
		late := d.transfer("TRF-000124")
		refused(t, "a form from before", d.Record(t.Context(), s.second, due.Region, due.ID, late), lancar.Conflict)
		late.Version = 4
		must(t, d.Record(t.Context(), s.second, due.Region, due.ID, late))
		d.drain(t)
	})
}

// Two officers and two tabs of each, all at once: one transfer is recorded, money goes back once.
func TestOfficersAtOncePayBackOnce(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		s, due := suspended(t, d)
		errs := make([]error, 8)
		var group sync.WaitGroup
		for i := range errs {
			group.Go(func() {
				o := []lancar.Actor{s.first, s.second}[i%2]
				errs[i] = d.Record(t.Context(), o, due.Region, due.ID, d.transfer([]string{"TRF-000001", "TRF-000002"}[i%2]))
			})
		}
		group.Wait()
		won := map[int]int{}
		for i, err := range errs {
			if err == nil {
				won[i%2]++
			} else {
				refused(t, "the other officer", err, lancar.Conflict)
			}
		}
		if len(won) != 1 {
			t.Fatal("recorded by", won)
		}
		for i := range errs {
			group.Go(func() {
				o := []lancar.Actor{s.superior, s.first, s.second, s.again}[i%4]
				errs[i] = d.Confirm(t.Context(), o, due.Region, due.ID, 3)
			})
		}
		group.Wait()
		d.drain(t)
		if len(d.back) != 1 || d.balance(t, due.Region, "suspense") != 0 || d.balance(t, due.Region, "treasury") != -75000_00 {
			t.Fatal(d.back, errs)
		}
	})
}

func TestVerifyFindsAlteredRefunds(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		s, due := suspended(t, d)
		other := d.late(t, s.first)
		d.late(t, s.first)
		must(t, d.Record(t.Context(), s.first, due.Region, due.ID, d.transfer("TRF-000001")))
		must(t, d.Confirm(t.Context(), s.second, due.Region, due.ID, 3))
		must(t, d.Record(t.Context(), s.first, other.Region, other.ID, d.transfer("TRF-000002")))
		d.drain(t)
		for _, c := range strings.Fields("payment id charge amount currency stage way reference sent_on recorded_by recorded_at confirmed_by at version mac") {
			value := map[string]string{"amount": "amount + 7", "recorded_at": "recorded_at + 7", "at": "at + 7", "version": "version + 7", "stage": "'waiting'", "way": "CASE way WHEN 'bank' THEN 'transfer' ELSE 'bank' END"}[c]
			if value == "" {
				value = "'x'"
			}
			for _, stage := range []string{"returned", "recorded"} {
				d.found(t, stage+" "+c, "payment_refunds", "UPDATE payment_refunds SET "+c+" = "+value+" WHERE stage = '"+stage+"'")
			}
		}
		d.found(t, "a refund removed", "payment_refunds", "DELETE FROM payment_refunds WHERE stage = 'returned'")
		d.found(t, "a refund invented", "payment_refunds", "UPDATE payment_refunds SET stage = 'returned', confirmed_by = 'x' WHERE stage = 'recorded'")
		d.found(t, "its entries removed", "payment_entries", "DELETE FROM payment_entries WHERE account IN ('treasury') OR account = 'suspense' AND amount > 0")
		d.found(t, "its history removed", "payment_history", "DELETE FROM payment_history WHERE event = 'refund'")
		for _, c := range []string{"region", "place", "payment", "charge"} {
			d.found(t, "list "+c, "payment_due", "UPDATE payment_due SET "+c+" = 'x' WHERE payment = (SELECT min(payment) FROM payment_due)")
		}
		d.found(t, "list at", "payment_due", "UPDATE payment_due SET at = at + 7")
		d.found(t, "list emptied", "payment_due", "DELETE FROM payment_due")
		must(t, d.Verify(t.Context()))
	})
}

func TestTheBankGivesMoneyBackByItself(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.bank.set(func() { d.bank.gives, d.bank.dull = true, true })
		twice, late := d.charge(t, "53.15", 1000), d.charge(t, "53.15", 2000)
		codes := []payment.Code{d.code(t, twice), d.code(t, late)}
		for _, receipt := range []string{"R1", "R2"} {
			d.notify(t, note{reference: codes[0].Reference, receipt: receipt, amount: 1000_00})
		}
		d.clock.Pass(8 * 24 * time.Hour)
		d.drain(t)
		d.notify(t, note{reference: codes[1].Reference, receipt: "R3", amount: 2000_00})
		d.drain(t)
		d.drain(t)
		if len(d.back) != 2 || len(d.refused) != 0 || d.back[0].Way != "bank" || d.back[0].Reference != "RB" || len(d.back[1].Reference) != 32 {
			t.Fatalf("%+v, %+v", d.back, d.refused)
		}
		for number, receipt := range d.bank.back {
			if receipt != "R2" && receipt != "R3" {
				t.Errorf("%s returns %s", number, receipt)
			}
		}
		if d.balance(t, "53.15", "suspense") != 0 || d.balance(t, "53.15", "bank") != 1000_00 || d.balance(t, "53.15", "treasury") != 0 {
			t.Fatal("balances")
		}
		list, err := d.Payments(t.Context(), d.own, "53.15", late.ID)
		must(t, err)
		if len(list) != 1 || list[0].Refund.Stage != payment.Returned || list[0].Refund.Way != "bank" {
			t.Fatalf("%+v", list)
		}
		d.found(t, "by hand after all", "payment_refunds", "UPDATE payment_refunds SET way = 'transfer'")
	})
}

// Answers get lost, the bank is down, or says duplicate: it is asked again under the same number.
func TestTheBankIsAskedAgainUnderOneNumber(t *testing.T) {
	for name, twice := range map[string]string{"the same answer": "", "a duplicate": "409", "no valid status": "404"} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, d *desk) {
				d.bank.set(func() { d.bank.gives, d.bank.lost, d.bank.twice = true, 2, twice })
				ch := d.charge(t, "53.15", 1000)
				code := d.code(t, ch)
				d.notify(t, note{reference: code.Reference, receipt: "R1", amount: 1000_00})
				d.notify(t, note{reference: code.Reference, receipt: "R2", amount: 1000_00})
				d.bank.set(func() { d.bank.down = true })
				d.drain(t)
				list, err := d.Payments(t.Context(), d.own, "53.15", ch.ID)
				must(t, err)
				if list[0].Refund.Stage != payment.Asked && list[1].Refund.Stage != payment.Asked {
					t.Fatalf("%+v", list)
				}
				d.bank.set(func() { d.bank.down = false })
				for range 5 {
					d.clock.Pass(time.Minute)
					d.drain(t)
				}
				if len(d.bank.back) != 1 || len(d.back) != 1 || d.balance(t, "53.15", "suspense") != 0 {
					t.Fatal(d.bank.back, d.back)
				}
			})
		})
	}
}

func TestWhatTheBankDoesNotReturnIsLeftToPeople(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		s, due := suspended(t, d)
		if len(d.refused) != 1 || d.refused[0].Amount != due.Amount {
			t.Fatalf("refused: %+v", d.refused)
		}
		d.bank.set(func() { d.bank.gives, d.bank.lost = true, 1<<20 })
		silent := d.late(t, s.first)
		if silent.Stage != payment.Asked {
			t.Fatal(silent.Stage)
		}
		refused(t, "while the bank is asked", d.Record(t.Context(), s.first, silent.Region, silent.ID, payment.Transfer{Version: 1, Reference: "TRF-000001", Sent: d.transfer("").Sent}), lancar.Conflict)
		d.clock.Pass(25 * time.Hour)
		d.drain(t)
		if len(d.refused) != 2 || len(d.back) != 0 {
			t.Fatal("a bank that is silent for a day is waited for", d.refused)
		}
		must(t, d.Record(t.Context(), s.first, silent.Region, silent.ID, d.transfer("TRF-000001")))
		must(t, d.Confirm(t.Context(), s.second, silent.Region, silent.ID, 3))
		d.drain(t)
		if len(d.back) != 1 || d.back[0].Way != "transfer" || d.balance(t, due.Region, "treasury") != -75000_00 {
			t.Fatal(d.back)
		}
	})
}

func TestMoneyDueBackFollowsItsTreasury(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		s, due := suspended(t, d)
		must(t, d.db.Write(t.Context(), func(tx *store.Tx) error {
			if _, err := tx.Exec("UPDATE payment_due SET region = place"); err != nil { // as if the village had had a treasury of its own
				return err
			}
			return d.queue.EnqueueTx(tx, jobs.Job{Region: "00", Queue: "payment.rehome"})
		}))
		d.drain(t)
		if list, _, err := d.Due(t.Context(), s.first, ""); err != nil || len(list) != 1 || list[0].ID != due.ID {
			t.Fatal(list, err)
		}
	})
}

func TestOneTransferRecordedForTwoPaymentsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		s, first := suspended(t, d)
		second := d.late(t, s.first)
		list := []payment.Due{first, second}
		for i := range list { // recorded and taken away before, so that both are changed rows, not new ones
			must(t, d.Record(t.Context(), s.first, list[i].Region, list[i].ID, d.transfer("TRF-00000"+string(rune('1'+i)))))
			must(t, d.SendBack(t.Context(), s.first, list[i].Region, list[i].ID, 3))
		}
		errs := make([]error, 8)
		var group sync.WaitGroup
		for i := range errs {
			group.Go(func() {
				tr := d.transfer("TRF-000009")
				tr.Version = 4
				errs[i] = d.Record(t.Context(), []lancar.Actor{s.first, s.second}[i%2], list[i%2].Region, list[i%2].ID, tr)
			})
		}
		group.Wait()
		won := map[int]bool{}
		for i, err := range errs {
			if err == nil {
				won[i%2] = true
			} else if code := lancar.CodeOf(err); code != lancar.Invalid && code != lancar.Conflict {
				t.Error(err)
			}
		}
		if len(won) != 1 {
			t.Fatal("one transfer paid back", won, errs)
		}
		d.drain(t)
	})
}

// Two payments of one code are due back. What the bank says of the code when the first went back
// says nothing of the second: nobody books it by that.
func TestWhatIsSaidOfACodeIsNotSaidOfItsSecondPayment(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.bank.set(func() { d.bank.gives = true })
		ch := d.charge(t, "53.15", 1000)
		code := d.code(t, ch)
		d.clock.Pass(8 * 24 * time.Hour)
		d.drain(t)
		d.notify(t, note{reference: code.Reference, receipt: "R1", amount: 1000_00})
		d.drain(t)
		d.bank.set(func() { d.bank.twice, d.bank.wholly = "404", true })
		d.notify(t, note{reference: code.Reference, receipt: "R2", amount: 1000_00})
		d.drain(t)
		if len(d.back) != 1 || len(d.refused) != 1 || d.balance(t, "53.15", "suspense") != -1000_00 {
			t.Fatal(d.back, d.refused)
		}
	})
}
