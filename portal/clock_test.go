package portal

import (
	"strings"
	"testing"
	"time"

	"lancar/casework"
	"lancar/catalog/flow"
	"lancar/region"
	"lancar/web"
)

var wita = web.Words{Lang: "id", Zone: time.FixedZone("WITA", 8*3600), Abbr: "WITA"}

func localTime(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", s, wita.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func running5(t *testing.T, from string, pauses ...region.Pause) casework.Case {
	t.Helper()
	d, err := region.Count(region.NewCalendar(nil), wita.Zone, localTime(t, from), 5, pauses)
	if err != nil {
		t.Fatal(err)
	}
	return casework.Case{Number: "X", State: flow.Review, Clock: d, Due: d.At}
}

func cellsOf(days []web.Day) string {
	short := map[string]string{"done": "#", "now": "@", "left": "_", "off": ".", "hold": "/", "over": "!"}
	var b strings.Builder
	for _, d := range days {
		b.WriteString(short[d.State])
	}
	return b.String()
}

func TestClockCellsFollowTheCount(t *testing.T) {
	cal := region.NewCalendar(nil)
	c := running5(t, "2026-11-16 10:00") // a Monday: the term is Tuesday to the next Monday
	for now, want := range map[string]string{
		"2026-11-16 11:00": "____._", "2026-11-18 09:00": "#@__._", "2026-11-21 09:00": "####._", "2026-11-23 09:00": "####.@",
		"2026-11-25 09:00": "####.#!!",
	} {
		clock := clockOf(wita, c, cal, localTime(t, now))
		if got := cellsOf(clock.Days); got != want {
			t.Errorf("at %s: %s, want %s", now, got, want)
		}
	}
	if got := clockOf(wita, c, cal, localTime(t, "2026-11-18 09:00")); got.Figure != 4 || !strings.Contains(got.Heading, "Senin, 23 November") {
		t.Errorf("%d left, %q", got.Figure, got.Heading)
	}
	late := clockOf(wita, c, cal, localTime(t, "2026-11-25 09:00"))
	if late.State != "bad" || late.Figure != 2 {
		t.Errorf("late: %q %d", late.State, late.Figure)
	}
}

func TestClockStandsStillWhileTheApplicantIsAsked(t *testing.T) {
	asked := localTime(t, "2026-11-18 09:00")
	c := running5(t, "2026-11-16 10:00", region.Pause{From: asked})
	c.State, c.Correction = flow.Correction, &casework.Correction{Asked: asked, Until: localTime(t, "2026-12-16 00:00")}
	got := clockOf(wita, c, region.NewCalendar(nil), localTime(t, "2026-11-18 12:00"))
	if got.State != "warn" || got.Figure != 4 || !strings.Contains(got.Must, "15 Desember") || got.Link == nil {
		t.Errorf("%+v", got)
	}
	if cells := cellsOf(got.Days); cells != "#/____" {
		t.Errorf("cells %s", cells)
	}
}

func TestLongTermsShowWeeks(t *testing.T) {
	d, err := region.Count(region.NewCalendar(nil), wita.Zone, localTime(t, "2026-11-16 10:00"), 14, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := clockOf(wita, casework.Case{State: flow.Review, Clock: d}, region.NewCalendar(nil), localTime(t, "2026-11-25 09:00"))
	if cells := cellsOf(got.Days); cells != "#@_" {
		t.Errorf("weeks %s", cells)
	}
}
