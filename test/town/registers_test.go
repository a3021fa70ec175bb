package town_test

import (
	"testing"

	"lancar/test/town"
)

func TestRegistersFindEveryRecordByItsKey(t *testing.T) {
	people := town.People()
	for _, r := range town.Registers(people) {
		if len(r.Rows) == 0 {
			t.Errorf("%s is empty", r.Name)
		}
		for i, f := range r.Fields {
			if f != r.Keys[0] {
				continue
			}
			seen := map[string]bool{}
			for _, row := range r.Rows {
				if seen[row[i]] || row[i] == "" {
					t.Fatalf("%s: %q stands twice", r.Name, row[i])
				}
				seen[row[i]] = true
			}
		}
	}
}
