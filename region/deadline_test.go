package region

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// wita is Central Indonesian time, the zone of most examples here.
func wita() *time.Location { return time.FixedZone("WITA", 8*3600) }

func at(t testing.TB, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func closed(t testing.TB, dates ...string) Calendar {
	t.Helper()
	var hs []Holiday
	for _, s := range dates {
		d, err := ParseDate(s)
		if err != nil {
			t.Fatal(err)
		}
		hs = append(hs, Holiday{Date: d})
	}
	return NewCalendar(hs)
}

func TestCount(t *testing.T) {
	cal := closed(t, "2026-01-01", "2026-01-16")
	for _, c := range []struct {
		name, from string
		days       int
		pauses     [][2]string
		want       string
	}{
		{"a Monday, five days, over a weekend", "2026-01-05T09:00:00+08:00", 5, nil, "2026-01-13T00:00:00+08:00"},
		{"day 0 is the local date, not the date in UTC", "2026-01-04T17:00:00Z", 1, nil, "2026-01-07T00:00:00+08:00"},
		{"complete on a Friday evening", "2026-01-09T23:59:59+08:00", 1, nil, "2026-01-13T00:00:00+08:00"},
		{"a holiday does not count", "2026-01-15T08:00:00+08:00", 1, nil, "2026-01-20T00:00:00+08:00"},
		{"a stop on day 0 costs nothing", "2026-01-05T09:00:00+08:00", 1, [][2]string{{"2026-01-05T10:00:00+08:00", "2026-01-05T12:00:00+08:00"}}, "2026-01-07T00:00:00+08:00"},
		{"a stop ending at 00:00 costs the day before", "2026-01-05T09:00:00+08:00", 1, [][2]string{{"2026-01-06T10:00:00+08:00", "2026-01-07T00:00:00+08:00"}}, "2026-01-08T00:00:00+08:00"},
		{"a stop beginning at 00:00 does not", "2026-01-05T09:00:00+08:00", 2, [][2]string{{"2026-01-07T00:00:00+08:00", "2026-01-07T23:59:59+08:00"}}, "2026-01-08T00:00:00+08:00"},
		{"a stop from the last second on costs the day", "2026-01-05T09:00:00+08:00", 1, [][2]string{{"2026-01-06T23:59:59+08:00", "2026-01-07T00:00:00+08:00"}}, "2026-01-08T00:00:00+08:00"},
		{"overlapping stops cost a day once", "2026-01-05T09:00:00+08:00", 1, [][2]string{{"2026-01-06T20:00:00+08:00", "2026-01-07T01:00:00+08:00"}, {"2026-01-06T10:00:00+08:00", "2026-01-07T00:30:00+08:00"}}, "2026-01-08T00:00:00+08:00"},
		{"an open stop after the end changes nothing", "2026-01-05T09:00:00+08:00", 1, [][2]string{{"2026-01-07T00:00:00+08:00", ""}}, "2026-01-07T00:00:00+08:00"},
		{"an open stop before the end holds it", "2026-01-05T09:00:00+08:00", 3, [][2]string{{"2026-01-07T10:00:00+08:00", ""}}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var ps []Pause
			for _, p := range c.pauses {
				q := Pause{From: at(t, p[0])}
				if p[1] != "" {
					q.To = at(t, p[1])
				}
				ps = append(ps, q)
			}
			d, err := Count(cal, wita(), at(t, c.from), c.days, ps)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if !d.Open {
				got = d.At.Format(time.RFC3339)
			}
			if got != c.want {
				t.Errorf("deadline %q, want %q; trace %v", got, c.want, d.Trace)
			}
		})
	}
}

func TestCountTellsWhatIsLeft(t *testing.T) {
	d, err := Count(Calendar{}, wita(), at(t, "2026-01-05T09:00:00+08:00"), 3, []Pause{{From: at(t, "2026-01-07T10:00:00+08:00")}})
	if err != nil {
		t.Fatal(err)
	}
	if !d.Open || d.Counted != 1 || !d.At.IsZero() {
		t.Fatalf("an open stop: %+v", d)
	}
	if left := d.Left(at(t, "2026-01-06T23:59:59+08:00")); left != 3 {
		t.Errorf("within the first day %d are left, want 3", left)
	}
	if left := d.Left(at(t, "2026-02-01T00:00:00+08:00")); left != 2 || d.Passed(at(t, "2036-01-01T00:00:00Z")) {
		t.Errorf("after the stop %d are left, want 2", left)
	}
}

func TestCountRefusesNonsense(t *testing.T) {
	from := at(t, "2026-01-05T09:00:00+08:00")
	bad := []Pause{{From: from, To: from.Add(-time.Second)}}
	if _, err := Count(Calendar{}, wita(), from, 1, bad); err == nil {
		t.Error("a stop that ends before it begins was accepted")
	}
	if _, err := Count(Calendar{}, wita(), from, 0, nil); err == nil {
		t.Error("a term of no days was accepted")
	}
	if _, err := Count(Calendar{}, wita(), from, 1<<30, nil); err == nil {
		t.Error("a term of a billion days was accepted")
	}
	if _, err := Count(Calendar{}, wita(), time.Time{}, 1, nil); err == nil {
		t.Error("a term without a beginning was accepted")
	}
}

// The oracle walks the clock second by second where it matters: it marks the running seconds of
// the last minute of every day and asks for the final one.
func TestCountAgreesWithWalkingTheClock(t *testing.T) {
	zones := []*time.Location{time.FixedZone("WIB", 7*3600), wita(), time.FixedZone("WIT", 9*3600)}
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(zones).Draw(t, "zone")
		base := time.Date(2026, 1, 1, 0, 0, 0, 0, zone)
		instant := rapid.Custom(func(t *rapid.T) time.Time {
			day := rapid.IntRange(0, 40).Draw(t, "day")
			sec := rapid.OneOf(rapid.SampledFrom([]int{0, 1, 86398, 86399, 43200}), rapid.IntRange(0, 86399)).Draw(t, "second")
			return base.AddDate(0, 0, day).Add(time.Duration(sec) * time.Second)
		})
		var hs []Holiday
		for _, n := range rapid.SliceOfN(rapid.IntRange(0, 60), 0, 12).Draw(t, "holidays") {
			hs = append(hs, Holiday{Date: DateIn(base, zone).AddDays(n)})
		}
		var ps []Pause
		for range rapid.IntRange(0, 5).Draw(t, "pauses") {
			a, b := instant.Draw(t, "a"), instant.Draw(t, "b")
			if b.Before(a) {
				a, b = b, a
			}
			ps = append(ps, Pause{a.UTC(), b.UTC()})
		}
		from, days := instant.Draw(t, "from"), rapid.IntRange(1, 15).Draw(t, "days")
		cal := NewCalendar(hs)
		d, err := Count(cal, zone, from.UTC(), days, ps)
		if err != nil {
			t.Fatal(err)
		}
		if want := walk(hs, zone, from, days, ps); !d.At.Equal(want) {
			t.Fatalf("deadline %v, want %v", d.At, want)
		}
		if d.Used(d.At) != days || d.Used(d.At.Add(-time.Second)) != days-1 || !d.Passed(d.At) || d.Passed(d.At.Add(-1)) {
			t.Fatalf("used %d at the end, %d a second before", d.Used(d.At), d.Used(d.At.Add(-time.Second)))
		}
		rev := make([]Pause, 0, len(ps))
		for i := len(ps) - 1; i >= 0; i-- {
			rev = append(rev, ps[i], ps[i])
		}
		if again, _ := Count(cal, zone, from, days, rev); !again.At.Equal(d.At) {
			t.Fatal("order or repetition of stops changed the deadline")
		}
		if more, _ := Count(cal, zone, from, days, append(ps, Pause{from, d.At})); more.At.Before(d.At) {
			t.Fatal("one more stop brought the deadline nearer")
		}
	})
}

// walk is the naive rule: take every second, look whether the clock runs, and at each local
// midnight ask whether it ran in the second that just ended.
func walk(hs []Holiday, zone *time.Location, from time.Time, days int, ps []Pause) time.Time {
	shut := map[string]bool{}
	for _, h := range hs {
		shut[h.Date.String()] = true
	}
	day0 := from.In(zone).Format(time.DateOnly)
	counted, ran := 0, false
	for t := from; ; t = t.Add(time.Second) {
		local := t.In(zone)
		h, m, s := local.Clock()
		if h < 23 || m < 59 {
			t = t.Add(time.Duration(59-s) * time.Second)
			continue // nothing that matters happens before the last minute of a day
		}
		ran = true
		for _, p := range ps {
			if !t.Before(p.From) && t.Before(p.To) {
				ran = false
			}
		}
		date := local.Format(time.DateOnly)
		wd := local.Weekday()
		if s == 59 && date > day0 && wd != time.Saturday && wd != time.Sunday && !shut[date] && ran {
			if counted++; counted == days {
				return t.Add(time.Second)
			}
		}
	}
}

func TestRunningYearsOfStops(t *testing.T) {
	from := at(t, "2026-01-05T09:00:00+08:00")
	d, err := Count(Calendar{}, wita(), from, 1, []Pause{{from, from.AddDate(3, 0, 0)}})
	if err != nil || d.At.Year() != 2029 {
		t.Errorf("three years of stop: %v %v", d.At, err)
	}
	if _, err := Count(Calendar{}, wita(), from, 1, []Pause{{from, from.AddDate(5000, 0, 0)}}); err == nil {
		t.Error("a stop of 5000 years gave a deadline")
	}
}
