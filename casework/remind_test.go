package casework

import (
	"testing"
	"time"
)

func TestRemindersHaveTheirTimeInEveryTerm(t *testing.T) {
	asked := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	for _, c := range []struct{ term, first, second time.Duration }{
		{28 * 24 * time.Hour, 14 * 24 * time.Hour, 25 * 24 * time.Hour},
		{12 * 24 * time.Hour, 6 * 24 * time.Hour, 9 * 24 * time.Hour},
		{4 * 24 * time.Hour, 2 * 24 * time.Hour, 3 * 24 * time.Hour},
		{40 * time.Hour, 20 * time.Hour, 30 * time.Hour},
	} {
		if got := remindersOf(asked, asked.Add(c.term)); !got[0].Equal(asked.Add(c.first)) || !got[1].Equal(asked.Add(c.second)) {
			t.Errorf("a term of %s: %s", c.term, got)
		}
	}
}
