package region

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"lancar"
)

// How sure a holiday is. Estimates move when the joint decree of the year is published.
const (
	decreed  = "skb"              // in the joint decree of three ministers
	commonly = "pengetahuan_umum" // commonly known, the decree was not seen
	Estimate = "perkiraan"        // computed, no decree yet
)

// Holiday is a day on which offices of a region are closed. Kind is "national", "joint" (joint
// leave, a day off for the civil service) or "local". Region is the code of the pack that says so.
type Holiday struct {
	Date   Date
	Name   lancar.Text
	Kind   string
	Status string
	Region string
}

// Calendar says which days are working days: Monday to Friday outside the holidays. The zero
// Calendar has no holidays. It is never changed after it was made.
type Calendar struct {
	days map[Date]Holiday
}

// NewCalendar makes a calendar of these holidays; of two on one date the later one names it.
func NewCalendar(hs []Holiday) Calendar {
	c := Calendar{make(map[Date]Holiday, len(hs))}
	for _, h := range hs {
		c.days[h.Date] = h
	}
	return c
}

// Holiday returns the holiday of a date.
func (c Calendar) Holiday(d Date) (Holiday, bool) {
	h, ok := c.days[d]
	return h, ok
}

// Working says whether offices work on a date.
func (c Calendar) Working(d Date) bool {
	wd := d.Weekday()
	_, holiday := c.days[d]
	return wd != time.Saturday && wd != time.Sunday && !holiday
}

// between counts the working days from one date to another, both included; 400 at most.
func (c Calendar) between(from, to Date) int {
	n := 0
	for d := from; !to.Before(d) && n < 400; d = d.AddDays(1) {
		if c.Working(d) {
			n++
		}
	}
	return n
}

// Holidays lists the holidays of a year in order.
func (c Calendar) Holidays(year int) []Holiday {
	var hs []Holiday
	for d, h := range c.days {
		if d.Year == year {
			hs = append(hs, h)
		}
	}
	slices.SortFunc(hs, func(a, b Holiday) int { return a.Date.Start(time.UTC).Compare(b.Date.Start(time.UTC)) })
	return hs
}

// Knows says whether the calendar has any holiday of the year; a term that runs into a year it
// does not know will move once that year's holidays are published.
func (c Calendar) Knows(year int) bool {
	for d := range c.days {
		if d.Year == year {
			return true
		}
	}
	return false
}

// Hash names the set of closed days: deadlines computed under the same hash are the same.
func (c Calendar) Hash() string {
	h := sha256.New()
	dates := slices.SortedFunc(maps.Keys(c.days), func(a, b Date) int {
		return a.Start(time.UTC).Compare(b.Start(time.UTC))
	})
	for _, d := range dates {
		fmt.Fprintln(h, d)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
