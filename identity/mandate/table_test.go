package mandate_test

import (
	"flag"
	"os"
	"testing"

	"lancar"
	"lancar/identity/mandate"
)

var update = flag.Bool("update", false, "write docs/spec/mandate-states.md")

func TestPageIsWrittenFromTheTable(t *testing.T) {
	const file = "../../docs/spec/mandate-states.md"
	if *update {
		if err := os.WriteFile(file, []byte(mandate.Page()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != mandate.Page() {
		t.Errorf("%s differs from the table; run go test ./identity/mandate -update", file)
	}
}

func TestNobodyMakesAMandateOverOthersAlone(t *testing.T) {
	for _, tr := range mandate.Table() {
		if tr.To != mandate.Active {
			continue
		}
		switch tr.Who {
		case mandate.ByHolder: // takes what the principal offered
			if tr.From != mandate.Offered {
				t.Errorf("a holder alone puts a mandate in force: %s %s", tr.From, tr.Event)
			}
		case mandate.ByOfficer:
			t.Errorf("one officer alone puts a mandate in force: %s %s", tr.From, tr.Event)
		case mandate.ByOther:
			if tr.From != mandate.Claimed {
				t.Errorf("an officer settles what no other proposed: %s %s", tr.From, tr.Event)
			}
		}
	}
}

func TestWhatIsOverStaysOver(t *testing.T) {
	for _, tr := range mandate.Table() {
		if tr.From.Over() {
			t.Errorf("%s goes on after its end", tr.From)
		}
		if tr.From != tr.To && tr.Why["id"] == "" {
			t.Errorf("%s %s says no reason", tr.From, tr.Event)
		}
	}
}

func TestScope(t *testing.T) {
	s := mandate.Scope{Services: []string{"akta-lahir"}, Verbs: []mandate.Verb{mandate.See, mandate.Draft, mandate.Pay}, Most: lancar.Rupiah(50_000)}
	for _, c := range []struct {
		act mandate.Act
		ok  bool
	}{
		{mandate.Act{Verb: mandate.See}, true},
		{mandate.Act{Verb: mandate.Draft, Service: "akta-lahir"}, true},
		{mandate.Act{Verb: mandate.Draft, Service: "pindah"}, false},
		{mandate.Act{Verb: mandate.Submit, Service: "akta-lahir"}, false},
		{mandate.Act{Verb: mandate.Pay, Service: "akta-lahir", Amount: lancar.Rupiah(50_000)}, true},
		{mandate.Act{Verb: mandate.Pay, Service: "akta-lahir", Amount: lancar.Rupiah(50_001)}, false},
		{mandate.Act{Verb: mandate.Pay, Service: "akta-lahir", Amount: lancar.Money{Amount: 1, Currency: "USD"}}, false},
		{mandate.Act{Verb: "delegate"}, false},
		{mandate.Act{}, false},
	} {
		if s.Allows(c.act) != c.ok {
			t.Errorf("%+v: %v", c.act, !c.ok)
		}
	}
}
