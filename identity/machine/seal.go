package machine

import (
	"context"
	"fmt"
	"strconv"

	"lancar"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// seal is the keyed hash of everything that decides over a machine. Whoever writes into the database
// beside the program cannot make it: a row without its seal lets nothing in ([Machine.Altered]).
func (s *Machines) seal(m Machine, wanted string) []byte {
	return s.mac("machine", string(m.ID), string(m.Kind), string(m.Stage), string(m.State), string(m.Held), string(m.Owner), m.Region, m.Agency, join(m.Scopes),
		strconv.Itoa(m.Budget), strconv.Itoa(m.Peak), wanted, micros(store.Micros(m.Made)), micros(store.Micros(m.Expires)), micros(store.Micros(m.Stops)),
		micros(store.Micros(m.Review)), micros(m.Version))
}

// sealKey is the same of a credential.
func (s *Machines) sealKey(id lancar.ID, k Key) []byte {
	return s.mac("machine key", string(id), string(k.Kind), k.ID, k.Thumb, k.JWK, micros(store.Micros(k.From)), micros(store.Micros(k.Until)),
		micros(store.Micros(k.Added)), micros(store.Micros(k.Ended)))
}

func (s *Machines) mac(what string, fields ...string) []byte {
	return s.ring.MAC("identity "+what, fmt.Appendf(nil, "%q", fields))[:16]
}

func micros(n int64) string { return strconv.FormatInt(n, 10) }

// keysTx are all credentials of a machine, newest first; one without its seal counts as ended.
func (s *Machines) keysTx(tx *store.Tx, id lancar.ID) ([]Key, error) {
	list, err := selectKeys(tx, id)
	for i, k := range list {
		if !keys.Equal(k.seal, s.sealKey(id, k)) {
			list[i].Ended, list[i].altered = k.Added, true
		}
	}
	return list, err
}

// ownerOf finds whose credential this is; store.ErrNone for one that is unknown or without its seal.
func (s *Machines) ownerOf(tx *store.Tx, thumb string) (lancar.ID, Key, error) {
	id, k, err := machineOfKey(tx, thumb)
	if err == nil && !keys.Equal(k.seal, s.sealKey(id, k)) {
		return "", Key{}, store.ErrNone
	}
	return id, k, err
}

// Verify goes through every machine: its row and keys carry their seals, its steps follow each other
// as [Transitions] allows and lead to its state, and nobody approved what they owned. It returns the
// first difference. Run it on a node that does not write.
func (s *Machines) Verify(ctx context.Context) error {
	return s.db.Read(ctx, func(tx *store.Tx) error {
		ids, err := allMachines(tx)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := s.verify(tx, id); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Machines) verify(tx *store.Tx, id lancar.ID) error {
	m, err := s.readTx(tx, id)
	if err != nil {
		return err
	}
	if m.Altered {
		return fmt.Errorf("machine %s was changed beside the program", id)
	}
	list, err := s.keysTx(tx, id)
	if err != nil {
		return err
	}
	for _, k := range list {
		if k.altered {
			return fmt.Errorf("machine %s: its key %s was changed beside the program", id, k.Thumb)
		}
	}
	steps, err := allSteps(tx, id)
	if err != nil {
		return err
	}
	if int64(len(steps)) != m.Version || steps[len(steps)-1].State != m.State {
		return fmt.Errorf("machine %s is %s in version %d, its %d steps say otherwise", id, m.State, m.Version, len(steps))
	}
	return follow(m, steps)
}

// follow walks the steps of a machine from its registration.
func follow(m Machine, steps []Step) error {
	owner := steps[0].By.ID
	for i, e := range steps {
		switch {
		case i == 0 && e.Event == "propose" && e.State == Proposed, i == 0 && e.Event == "begin" && e.State == Active && (m.Stage == Sandbox || m.Kind == Agent):
			continue
		case i == 0 || !allowed(steps[i-1].State, e):
			return fmt.Errorf("machine %s: step %d, %s, cannot be", m.ID, i+1, e.Event)
		case (e.Event == "approve" || e.Event == "widen") && e.By.ID == owner:
			return fmt.Errorf("machine %s: its owner gave it what a second person must, in step %d", m.ID, i+1)
		case e.Event == "adopt":
			owner = e.By.ID
		}
	}
	if owner != m.Owner {
		return fmt.Errorf("machine %s: no step made %s its owner", m.ID, m.Owner)
	}
	return nil
}

// allowed says whether a step leads from a state to the one that it names. What was paused before
// it was orphaned or reviewed may stay so.
func allowed(from State, e Step) bool {
	for _, t := range Transitions() {
		for _, f := range t.From {
			if t.Event == e.Event && f == from && (t.To == e.State || t.To == "" && e.State == from || e.State == Paused && (e.Event == "adopt" || e.Event == "sign")) {
				return true
			}
		}
	}
	return false
}
