package machine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"lancar"
	"lancar/internal/store"
)

// Rule is one way in which use can be unusual. The rules are few and can be said in a sentence.
type Rule string

// The rules.
const (
	RuleRate  Rule = "rate"  // this hour has more than four times the calls of the busiest hour before
	RuleNet   Rule = "net"   // a network from which it never called
	RuleHour  Rule = "hour"  // a time of day at which it never worked
	RuleScope Rule = "scope" // a scope that it has but never used
)

// Alarm is unusual use, at most once a rule and day.
type Alarm struct {
	Machine     lancar.ID
	Rule        Rule
	At          time.Time
	Seen, Usual string // in figures: a number of calls, a network, an hour, a scope's id
}

const (
	remembered = 28 * 24 * time.Hour // what is usual
	learning   = 7 * 24 * time.Hour  // since the first use, in which nothing is unusual
	learnDays  = 4                   // days of use before anything is
	quietRate  = 100                 // calls an hour that are never too many
	timesRate  = 4
)

// Words says in a sentence what is unusual.
func (a Alarm) Words() lancar.Text {
	switch a.Rule {
	case RuleRate:
		return lancar.Text{"id": a.Seen + " panggilan dalam satu jam; jam tersibuk sebelumnya " + a.Usual, "en": a.Seen + " calls in one hour; the busiest hour before had " + a.Usual}
	case RuleNet:
		return lancar.Text{"id": "dipanggil dari jaringan baru " + a.Seen, "en": "called from a new network, " + a.Seen}
	case RuleHour:
		return lancar.Text{"id": "bekerja pukul " + a.Seen + " WIB; biasanya pukul " + a.Usual, "en": "at work at " + a.Seen + " Jakarta time; usually at " + a.Usual}
	}
	s, _ := ScopeByID(a.Seen)
	return lancar.Text{"id": "pertama kali memakai cakupan: " + s.Words["id"], "en": "used a scope for the first time: " + s.Words["en"]}
}

// judge compares what was just folded with what was usual before.
func (s *Machines) judge(tx *store.Tx, id lancar.ID, before []calls, u *used, fresh []string) error {
	for _, a := range unusual(before, u, fresh) {
		a.Machine, a.At = id, tx.Now
		rang, err := insertAlarm(tx, a)
		if err != nil || !rang {
			if err != nil {
				return err
			}
			continue
		}
		m, err := s.readTx(tx, id)
		if err != nil {
			return err
		}
		if err := s.tellAlarm(tx, m, a); err != nil {
			return err
		}
	}
	return nil
}

// unusual is what the rules say; pure. before is the history until this fold, oldest first.
func unusual(before []calls, u *used, fresh []string) (out []Alarm) {
	now := hourOf(u.last)
	var busiest, this int64
	totals, days, hours, scopes := map[int64]int64{}, map[int64]bool{}, map[int64]bool{}, map[string]bool{}
	for _, c := range before {
		totals[c.hour] += c.n
		days[(c.hour+7)/24] = true
		scopes[c.scope] = true
		if c.hour != now { // the hour that runs is not its own measure
			hours[(c.hour+7)%24] = true
		}
	}
	if len(before) == 0 || now-before[0].hour < int64(learning/time.Hour) || len(days) < learnDays {
		return nil
	}
	for h, n := range totals {
		if h != now {
			busiest = max(busiest, n)
		}
	}
	this = totals[now]
	for at, n := range u.calls {
		if at.hour == now {
			this += n
		}
		if at.scope != "" && !scopes[at.scope] {
			out = append(out, Alarm{Rule: RuleScope, Seen: at.scope})
		}
	}
	if this > quietRate && this > timesRate*busiest {
		out = append(out, Alarm{Rule: RuleRate, Seen: strconv.FormatInt(this, 10), Usual: strconv.FormatInt(busiest, 10)})
	}
	if h := (now + 7) % 24; !hours[h] && !hours[(h+23)%24] && !hours[(h+1)%24] {
		out = append(out, Alarm{Rule: RuleHour, Seen: fmt.Sprintf("%02d.00", h), Usual: hourWords(hours)})
	}
	for _, net := range fresh {
		out = append(out, Alarm{Rule: RuleNet, Seen: net})
	}
	return out
}

// hourWords writes hours of the day as ranges: "07–09, 14".
func hourWords(hours map[int64]bool) string {
	var parts []string
	for h := int64(0); h < 24; h++ {
		if !hours[h] {
			continue
		}
		end := h
		for hours[end+1] {
			end++
		}
		if end == h {
			parts = append(parts, fmt.Sprintf("%02d", h))
		} else {
			parts = append(parts, fmt.Sprintf("%02d–%02d", h, end))
		}
		h = end
	}
	return strings.Join(slices.Compact(parts), ", ")
}
