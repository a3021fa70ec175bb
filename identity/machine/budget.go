package machine

import (
	"context"
	"fmt"
	"sync"
	"time"

	"lancar"
	"lancar/internal/store"
)

// Over is the cause inside a lancar.TooMany of this room: when it opens again.
type Over struct{ Opens time.Time }

func (o Over) Error() string { return "over budget until " + o.Opens.Format(time.RFC3339) }

// span is a length of time with a most of its own.
type span struct {
	name   string
	length time.Duration
}

// spans are in the order in which they are asked: who is over the minute has not used up the day.
func spans() [2]span { return [2]span{{"minute", time.Minute}, {"day", 24 * time.Hour}} }

// jakarta is where the day of a budget begins and where hours of the day are counted (UTC+7).
const jakarta = 7 * time.Hour

func (s span) slot(now time.Time) int64 {
	return now.Add(jakarta).UnixMicro() / s.length.Microseconds()
}

func (s span) ends(slot int64) time.Time {
	return time.UnixMicro((slot + 1) * s.length.Microseconds()).UTC().Add(-jakarta)
}

func (s span) most(m Machine) int {
	if s.name == "day" {
		return m.Budget
	}
	return m.Peak
}

// lot is how much of a span a node takes at once: a hundredth, so that what idle nodes hold and
// give back late keeps at most a hundredth each from the others.
func (s span) lot(m Machine) int { return min(max(s.most(m)/100, 1), 1000) }

// meter is what this node holds of the budgets of machines that call it.
type meter struct {
	mu sync.Mutex
	of map[leaseKey]*lease
}

type leaseKey struct {
	machine lancar.ID
	span    string
}

type lease struct {
	slot    int64
	left    int
	dry     int  // calls since the last lot ran out
	filling bool // a goroutine takes the next lot
	asked   bool // used since the last fold
}

// busyAt is how many calls find no lot before this node takes one.
const busyAt = 3

// spend takes one call from what the node holds; dry says that it holds nothing, fill that it
// should take a lot.
func (t *meter) spend(id lancar.ID, w span, now time.Time) (dry, fill bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.of == nil {
		t.of = map[leaseKey]*lease{}
	}
	key, slot := leaseKey{id, w.name}, w.slot(now)
	l := t.of[key]
	if l == nil || l.slot != slot {
		l = &lease{slot: slot}
		t.of[key] = l
	}
	l.asked = true
	if l.left > 0 {
		l.left--
		return false, false
	}
	l.dry++
	if l.dry >= busyAt && !l.filling {
		l.filling = true
		return true, true
	}
	return true, false
}

// filled puts a lot into the lease, or n == 0: none could be had.
func (t *meter) filled(id lancar.ID, w span, slot int64, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.of[leaseKey{id, w.name}]
	if l == nil || l.slot != slot {
		return // the slot is over, and with it the lot
	}
	l.filling, l.left = false, l.left+n
	if n > 0 {
		l.dry = busyAt - 1 // the next time the node takes a lot as soon as it is dry
	}
}

// idle takes back what nobody used since it was asked last, and forgets what is over.
func (t *meter) idle(now time.Time) map[leaseKey]lease {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := map[leaseKey]lease{}
	for _, w := range spans() {
		for key, l := range t.of {
			switch {
			case key.span != w.name:
			case l.slot != w.slot(now):
				delete(t.of, key)
			case l.asked || l.filling:
				l.asked = false
			default:
				if l.left > 0 {
					out[key] = *l
				}
				delete(t.of, key)
			}
		}
	}
	return out
}

// spendTx takes one call of every span; lancar.TooMany with [Over] when a span is used up. Busy
// machines spend what their node holds; for others one row is counted up in the caller's transaction.
func (s *Machines) spendTx(tx *store.Tx, m Machine) error {
	for _, w := range spans() {
		dry, fill := s.meter.spend(m.ID, w, tx.Now)
		if !dry {
			continue
		}
		if fill {
			go s.fill(m, w, tx.Now)
		}
		ok, err := takeBudget(tx, m.ID, w, w.slot(tx.Now), 1, w.most(m))
		if err != nil {
			return err
		}
		if !ok {
			return over(m, w, tx.Now)
		}
	}
	return nil
}

// fill takes a lot in a transaction of its own, so that a caller's rollback takes nothing with it.
func (s *Machines) fill(m Machine, w span, now time.Time) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	slot, n := w.slot(now), w.lot(m)
	if n == 1 {
		n = 0 // no better than counting
	}
	got := false
	if n > 0 {
		err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
			got, err = takeBudget(tx, m.ID, w, slot, n, w.most(m))
			return err
		})
		if err != nil {
			got = false // calls go on one by one
		}
	}
	if !got {
		n = 0
	}
	s.meter.filled(m.ID, w, slot, n)
}

func over(m Machine, w span, now time.Time) error {
	opens := w.ends(w.slot(now))
	if w.name == "day" {
		return lancar.Fail(lancar.TooMany, "budget", fmt.Sprintf("Anggaran hari ini habis (%d panggilan). Buka lagi pukul 00.00 WIB.", m.Budget),
			fmt.Sprintf("Today's budget is used up (%d calls). It opens again at 00:00 Jakarta time.", m.Budget)).Because(Over{opens})
	}
	return lancar.Fail(lancar.TooMany, "peak", fmt.Sprintf("Terlalu cepat: paling banyak %d panggilan semenit. Coba lagi pada menit berikutnya.", m.Peak),
		fmt.Sprintf("Too fast: at most %d calls a minute. Try again in the next minute.", m.Peak)).Because(Over{opens})
}
