package region

import (
	"errors"
	"fmt"
	"time"
)

// Pause is a stop of the clock, [From, To): the instant To is running again. A zero To is a stop
// that has not ended.
type Pause struct {
	From, To time.Time
}

// DayState says why a day counted or did not.
type DayState string

// The states of a day, in the order in which they are decided.
const (
	DayZero    DayState = "zero"    // the local date on which the case became complete
	DayWeekend DayState = "weekend" // Saturday or Sunday
	DayHoliday DayState = "holiday" // in the region's calendar
	DayPaused  DayState = "paused"  // the clock stood in the day's last second
	DayCounted DayState = "counted"
)

// Day is one day of a term. Number is the count of working days up to and with this one.
// Holiday is set when State is [DayHoliday].
type Day struct {
	Date    Date
	State   DayState
	Number  int
	Holiday Holiday
}

// Deadline is a term counted out. At is 24:00 local time of the last day, in the zone it was
// counted in; it is zero while Open: a stop without an end holds the term. Trace lists every day
// from day 0 to the last one that could be decided.
type Deadline struct {
	From    time.Time
	Term    int // working days promised
	Counted int // days of the term that could be counted; Term unless Open
	Open    bool
	At      time.Time
	Trace   []Day
	zone    *time.Location
}

// longest is the longest span a term may take, in days; a hundred years.
const longest = 36525

// Count finds the end of a term of working days. Day 0 is the local date of from; the term ends
// at 24:00 local time of the days-th working day after it. A working day counts only if the clock
// runs in its last second, 23:59:59 local. Pauses may come in any order and overlap; an empty
// one (From = To) does nothing, one that ends before it begins is an error.
func Count(cal Calendar, zone *time.Location, from time.Time, days int, pauses []Pause) (Deadline, error) {
	if days < 1 {
		return Deadline{}, errors.New("a term has at least one working day")
	}
	if from.IsZero() {
		return Deadline{}, errors.New("a term needs the instant of completeness")
	}
	for _, p := range pauses {
		if !p.To.IsZero() && p.To.Before(p.From) {
			return Deadline{}, fmt.Errorf("the stop from %s ends before it begins, at %s",
				p.From.In(zone).Format(time.RFC3339), p.To.In(zone).Format(time.RFC3339))
		}
	}
	date := DateIn(from, zone)
	d := Deadline{From: from.In(zone), Term: days, zone: zone, Trace: []Day{{Date: date, State: DayZero}}}
	for d.Counted < days {
		date = date.AddDays(1)
		last := date.End(zone).Add(-time.Second)
		if heldForever(pauses, last) {
			d.Open = true
			return d, nil
		}
		if len(d.Trace) > longest {
			return Deadline{}, errors.New("the term does not end within a hundred years")
		}
		day := Day{Date: date, State: stateOf(cal, date, pauses, last)}
		day.Holiday, _ = cal.Holiday(date)
		if day.State == DayCounted {
			d.Counted++
		}
		day.Number = d.Counted
		d.Trace = append(d.Trace, day)
	}
	d.At = date.End(zone)
	return d, nil
}

func stateOf(cal Calendar, date Date, pauses []Pause, last time.Time) DayState {
	_, holiday := cal.Holiday(date)
	wd := date.Weekday()
	switch {
	case wd == time.Saturday || wd == time.Sunday:
		return DayWeekend
	case holiday:
		return DayHoliday
	case paused(pauses, last):
		return DayPaused
	}
	return DayCounted
}

func paused(pauses []Pause, t time.Time) bool {
	for _, p := range pauses {
		if !t.Before(p.From) && t.Before(p.To) {
			return true
		}
	}
	return false
}

// heldForever says whether a stop without an end holds the clock at t and ever after.
func heldForever(pauses []Pause, t time.Time) bool {
	for _, p := range pauses {
		if p.To.IsZero() && !t.Before(p.From) {
			return true
		}
	}
	return false
}

// Used is the number of working days that have been counted when now comes: those whose 24:00
// is not after now.
func (d Deadline) Used(now time.Time) int {
	n := 0
	for _, day := range d.Trace {
		if day.State == DayCounted && !day.Date.End(d.zone).After(now) {
			n = day.Number
		}
	}
	return n
}

// Left is the number of working days of the term that have not been counted when now comes.
func (d Deadline) Left(now time.Time) int { return d.Term - d.Used(now) }

// Passed says whether the term has ended when now comes.
func (d Deadline) Passed(now time.Time) bool { return !d.Open && !now.Before(d.At) }
