package flow

import (
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write docs/spec/states.md")

func TestPageIsWrittenFromTheTable(t *testing.T) {
	const file = "../../docs/spec/states.md"
	if *update {
		if err := os.WriteFile(file, []byte(Page()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != Page() {
		t.Errorf("%s differs from the table; run go test ./catalog/flow -update", file)
	}
}

func TestEveryStateIsReachedAndEnds(t *testing.T) {
	reached := map[State]bool{Draft: true}
	leaves := map[State]bool{}
	for range Table() {
		for _, tr := range Table() {
			if reached[tr.From] {
				reached[tr.To] = true
			}
			if tr.From != tr.To {
				leaves[tr.From] = true
			}
		}
	}
	for _, tr := range Table() {
		if !reached[tr.From] {
			t.Errorf("%s cannot be reached", tr.From)
		}
		if tr.From.Over() {
			t.Errorf("%s is over, yet %s leads on", tr.From, tr.Event)
		}
		if !tr.To.Over() && !leaves[tr.To] {
			t.Errorf("nothing leads out of %s", tr.To)
		}
		if tr.Why["id"] == "" || tr.Why["en"] == "" {
			t.Errorf("%s %s says no reason", tr.From, tr.Event)
		}
	}
}

func TestTheTableIsUnambiguous(t *testing.T) {
	seen := map[[3]string]bool{}
	for _, tr := range Table() {
		key := [3]string{string(tr.From), string(tr.Event), string(tr.When)}
		if seen[key] {
			t.Errorf("%v stands twice", key)
		}
		seen[key] = true
		if tr.When != Always && seen[[3]string{key[0], key[1], ""}] {
			t.Errorf("%v is also always possible", key)
		}
	}
}

func TestNext(t *testing.T) {
	if tr, ok := Next(Signing, Sign, ToRefuse); !ok || tr.To != Refused {
		t.Errorf("a signed refusal leads to %s", tr.To)
	}
	if _, ok := Next(Granted, Withdraw); ok {
		t.Error("what is over can be withdrawn")
	}
	if _, ok := Next(Correction, Deem, HasDeemed); ok {
		t.Error("granted by law while the clock stands still")
	}
}
