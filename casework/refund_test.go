package casework_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"lancar"
	"lancar/casework"
	"lancar/internal/jobs"
	"lancar/internal/store"
	"lancar/payment"
)

func TestAReturnOfMoneyStandsInTheHistoryAndThePayerIsTold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, _ := w.staff()
		who, c := w.paid()
		w.run()
		before := w.read(who, c.Number)
		officer, task := w.task(reviewers, c.Number)
		payload, err := json.Marshal(payment.Refunded{Region: c.Region, Charge: c.ID, Case: c.ID, Payment: "p", Amount: lancar.Rupiah(75000), Way: "transfer", Reference: "TRF-1", Sent: "2026-11-24"})
		w.Must(err)
		w.Must(w.DB.Write(t.Context(), func(tx *store.Tx) error {
			return w.Cases.Refunded(tx, jobs.Event{Region: c.Region, Name: payment.EventRefunded, Key: string(c.ID) + "/p", Payload: payload})
		}))
		w.run()
		after := w.read(who, c.Number)
		if last := after.Events[len(after.Events)-1]; last.Kind != "refund" || last.Leaf == "" || after.State != before.State || after.Due != before.Due {
			t.Errorf("%+v in %s", last, after.State)
		}
		if !slices.ContainsFunc(w.Mail("maria@example.com"), func(m string) bool {
			return strings.Contains(m, "24 November 2026") && strings.Contains(m, "TRF-1") && !strings.Contains(m, maria)
		}) {
			t.Error(w.Mail("maria@example.com"))
		}
		w.Must(w.Cases.Ask(t.Context(), officer, c.Number, task.Version, casework.Ask{Requirement: "goods", Reason: "Tulis barangnya."}))
		w.run()
		w.verified()
	})
}
