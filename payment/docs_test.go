package payment_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"lancar/payment"
)

// table is the life of a charge as docs/spec/payment.md shows it.
func table() string {
	var b strings.Builder
	b.WriteString("| from | event | to | who | why |\n|---|---|---|---|---|\n")
	for _, t := range payment.Transitions() {
		from := string(t.From)
		if from == "" {
			from = "(new)"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", from, t.Event, t.To, t.Who, t.Why)
	}
	return b.String()
}

func TestTheDocumentedTableIsTheTable(t *testing.T) {
	doc, err := os.ReadFile("../docs/spec/payment.md")
	must(t, err)
	if !strings.Contains(string(doc), table()) {
		t.Fatalf("docs/spec/payment.md does not hold:\n%s", table())
	}
	for _, event := range []string{payment.EventSettled, payment.EventExpired, payment.EventRefundDue, payment.EventRefunded, payment.EventRefundRefused, payment.NotifyPath} {
		if !strings.Contains(string(doc), "`"+event+"`") {
			t.Errorf("docs/spec/payment.md does not name %s", event)
		}
	}
}
