package machine

import (
	"lancar"
	"lancar/internal/store"
)

// WatchTx takes the steps that nobody takes by hand: it expires, orphans, stops orphans on their date,
// stops the agents of closed accounts, proposes the removal of what is unused, reminds of reviews and
// pauses what nobody signed for. It runs every minute over all nodes, a limited number of each.
func (s *Machines) WatchTx(tx *store.Tx) error {
	for _, sweep := range []func(*store.Tx) error{s.expire, s.orphan, s.lapse, s.bereave, s.propose, s.remind, s.overdue} {
		if err := sweep(tx); err != nil {
			return err
		}
	}
	return nil
}

// auto takes one step of the system's for each, and tells the owner and the office's heads.
func (s *Machines) auto(tx *store.Tx, rows []sealed, event, why string, change func(*Machine), told occasion) error {
	list, err := s.openWords(tx, rows)
	if err != nil {
		return err
	}
	for _, m := range list {
		if m.Altered {
			continue // lets nothing in; `lancar verify` names it
		}
		if m.State, err = step(m.State, event, System); err != nil {
			return err
		}
		change(&m)
		if err := s.put(tx, &m, event, lancar.TheSystem("identity.machines"), why); err != nil {
			return err
		}
		if err := s.tellOwner(tx, m, event, s.news(m, told)); err != nil {
			return err
		}
		if err := s.tellHeads(tx, m, event, s.news(m, told)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Machines) expire(tx *store.Tx) error {
	rows, err := due(tx, `expires_at <= $1`, store.Micros(tx.Now))
	if err != nil {
		return err
	}
	return s.auto(tx, rows, "expire", "", func(m *Machine) { m.Wanted = nil }, ofExpired)
}

// orphan finds machines whose owner holds no role in their office any more, dismissed or moved.
func (s *Machines) orphan(tx *store.Tx) error {
	rows, err := deserted(tx)
	if err != nil {
		return err
	}
	return s.auto(tx, rows, "orphan", "", func(m *Machine) {
		m.Stops, m.Wanted = tx.Now.Add(s.config.OrphanFor), nil
		if m.Expires.Before(m.Stops) {
			m.Stops = m.Expires
		}
	}, ofOrphaned)
}

func (s *Machines) lapse(tx *store.Tx) error {
	rows, err := due(tx, `state = 'orphaned' AND stops_at <= $1`, store.Micros(tx.Now))
	if err != nil {
		return err
	}
	return s.auto(tx, rows, "stop", "no officer took it over in time", func(*Machine) {}, ofStopped)
}

// bereave stops the agents of accounts that are closed.
func (s *Machines) bereave(tx *store.Tx) error {
	rows, err := ofClosed(tx)
	if err != nil {
		return err
	}
	return s.auto(tx, rows, "stop", "the account was closed", func(*Machine) {}, ofStopped)
}

// propose asks owners whether what was long unused is still needed.
func (s *Machines) propose(tx *store.Tx) error {
	before := store.Micros(tx.Now.Add(-s.config.UnusedFor))
	rows, err := due(tx, `state = 'active' AND unused_at = 0 AND last_used <= $1 AND kept_at <= $1`, before)
	if err != nil {
		return err
	}
	list, err := s.openWords(tx, rows)
	if err != nil {
		return err
	}
	for _, m := range list {
		if err := updateUnused(tx, m.ID); err != nil {
			return err
		}
		if err := s.tellOwner(tx, m, "unused", s.news(m, ofUnused)); err != nil {
			return err
		}
	}
	return nil
}

// remind tells owners a month before a review's date, and on it.
func (s *Machines) remind(tx *store.Tx) error {
	rows, err := due(tx, `state IN ('active', 'paused') AND kind <> 'agent' AND review_at <= $1 AND told_at < review_at - $2`,
		store.Micros(tx.Now.Add(reviewOpen)), reviewOpen.Microseconds())
	if err != nil {
		return err
	}
	late, err := due(tx, `state = 'active' AND kind <> 'agent' AND review_at <= $1 AND told_at < review_at`, store.Micros(tx.Now))
	if err != nil {
		return err
	}
	list, err := s.openWords(tx, append(rows, late...))
	if err != nil {
		return err
	}
	for _, m := range list {
		if err := updateTold(tx, m.ID); err != nil {
			return err
		}
		if err := s.tellOwner(tx, m, "review", s.news(m, ofReview)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Machines) overdue(tx *store.Tx) error {
	rows, err := due(tx, `state = 'active' AND kind <> 'agent' AND review_at <= $1`, store.Micros(tx.Now.Add(-s.config.Grace)))
	if err != nil {
		return err
	}
	return s.auto(tx, rows, "pause", "the yearly review was not signed", func(m *Machine) { m.Held = ByReview }, ofOverdue)
}
