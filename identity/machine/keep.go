package machine

import (
	"time"

	"lancar"
	"lancar/access"
	"lancar/internal/store"
)

// kept is how long use by the hour, networks and alarms are remembered: a review looks back a year.
const kept = 400 * 24 * time.Hour

// Retention deletes what machines used when it is over a year old, and the networks they came from.
func (s *Machines) Retention() access.Rule {
	return access.Rule{
		Name:  "identity.machines",
		Words: lancar.Text{"id": "Pemakaian mesin per jam, jaringan, dan peringatannya dihapus setelah 400 hari", "en": "Machines' use by the hour, networks and alarms are deleted after 400 days"},
		Sweep: func(tx *store.Tx, limit int) (int, error) { return sweepUse(tx, tx.Now.Add(-kept), limit) },
	}
}

// Exporter gives a person what the room holds about their agents to their own download.
func (s *Machines) Exporter() access.Exporter {
	return access.Exporter{Name: "agen", Data: func(tx *store.Tx, own access.Grant) (any, error) {
		rows, err := ofOwner(tx, own.Account())
		if err != nil {
			return nil, err
		}
		list, err := s.openWords(tx, rows)
		if err != nil {
			return nil, err
		}
		var out []map[string]any
		for _, m := range list {
			uses, err := usesOf(tx, m.ID)
			if err != nil {
				return nil, err
			}
			out = append(out, map[string]any{"nama": m.Name, "guna": m.Purpose, "cakupan": m.Scopes, "keadaan": m.State, "dibuat": m.Made, "berlaku_sampai": m.Expires,
				"terakhir_dipakai": m.LastUsed, "pemakaian": uses})
		}
		return out, nil
	}}
}

// EraseTx stops the agents of a person whose account is erased, before its key is destroyed.
func (s *Machines) EraseTx(tx *store.Tx, account lancar.ID) error {
	return s.stopAgents(tx, account, "the account was closed")
}

// MovedTx stops the agents that were registered in an account before it went to somebody else's contact:
// nobody knows whose they are.
func (s *Machines) MovedTx(tx *store.Tx, account lancar.ID) error {
	return s.stopAgents(tx, account, "the account went to another contact")
}

func (s *Machines) stopAgents(tx *store.Tx, account lancar.ID, why string) error {
	rows, err := ofOwner(tx, account)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.State.Over() || r.Kind != Agent {
			continue
		}
		m := r.Machine // its words are not needed
		if m.State, err = step(m.State, "stop", System); err != nil {
			return err
		}
		if err := s.put(tx, &m, "stop", lancar.TheSystem("identity.machines"), why); err != nil {
			return err
		}
	}
	return nil
}
