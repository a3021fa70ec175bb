package machine

import (
	"encoding/json"
	"strings"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// sealed is a row whose words are not opened yet.
type sealed struct {
	Machine
	words  []byte
	kept   time.Time // since when it counts as unused
	toldAt time.Time // when the owner was last reminded of the review
	wanted string
	seal   []byte
}

const columns = `id, kind, stage, state, held, owner, region, agency, words, scopes, budget, peak, wanted, made_at, expires_at, stops_at, review_at, last_used, kept_at, unused_at, told_at, version, seal`

func scanMachine(s store.Scanner) (m sealed, err error) {
	var scopes string
	var budget, peak, made, expires, stops, review, used, kept, unused, told int64
	err = s.Scan((*string)(&m.ID), (*string)(&m.Kind), (*string)(&m.Stage), (*string)(&m.State), (*string)(&m.Held), (*string)(&m.Owner), &m.Region, &m.Agency,
		&m.words, &scopes, &budget, &peak, &m.wanted, &made, &expires, &stops, &review, &used, &kept, &unused, &told, &m.Version, &m.seal)
	if err != nil {
		return m, err
	}
	m.Scopes, m.Budget, m.Peak = strings.Fields(scopes), int(budget), int(peak)
	m.Made, m.Expires, m.Stops, m.Review = store.Time(made), store.Time(expires), store.Time(stops), store.Time(review)
	m.LastUsed, m.kept, m.Unused, m.toldAt = store.Time(used), store.Time(kept), store.Time(unused), store.Time(told)
	if m.wanted != "" {
		m.Wanted = &Wish{}
		err = json.Unmarshal([]byte(m.wanted), m.Wanted)
	}
	return m, err
}

type words struct {
	Name    string      `json:"name"`
	Purpose lancar.Text `json:"purpose"`
}

func aad(id lancar.ID) []byte { return []byte("identity_machines " + string(id)) }

// openWords reads names and purposes; those of an erased account stay empty.
func (s *Machines) openWords(tx *store.Tx, rows []sealed) ([]Machine, error) {
	ring := map[string]keys.DataKey{}
	out := make([]Machine, 0, len(rows))
	for _, r := range rows {
		r.Altered = !keys.Equal(r.seal, s.seal(r.Machine, r.wanted))
		owner := r.keyOwner()
		key, ok := ring[owner]
		if !ok {
			var err error
			if key, err = s.ring.LoadTx(tx, owner); err != nil && err != keys.ErrDestroyed {
				return nil, err
			} else if err == keys.ErrDestroyed {
				out = append(out, r.Machine)
				continue
			}
			ring[owner] = key
		}
		plain, err := key.Open(r.words, aad(r.ID))
		if err != nil {
			return nil, err
		}
		var w words
		if err := json.Unmarshal(plain, &w); err != nil {
			return nil, err
		}
		r.Name, r.Purpose = w.Name, w.Purpose
		out = append(out, r.Machine)
	}
	return out, nil
}

func (s *Machines) sealWords(tx *store.Tx, m Machine) ([]byte, error) {
	plain, err := json.Marshal(words{m.Name, m.Purpose})
	if err != nil {
		return nil, err
	}
	return s.ring.SealTx(tx, m.keyOwner(), plain, aad(m.ID))
}

func insertMachine(tx *store.Tx, m Machine, words, seal []byte) error {
	return tx.Queue(`INSERT INTO identity_machines (`+columns+`) VALUES ($1, $2, $3, $4, '', $5, $6, $7, $8, $9, $10, $11, '', $12, $13, 0, $14, 0, $12, 0, 0, 1, $15)`,
		string(m.ID), string(m.Kind), string(m.Stage), string(m.State), string(m.Owner), m.Region, m.Agency, words, strings.Join(m.Scopes, " "),
		m.Budget, m.Peak, store.Micros(m.Made), store.Micros(m.Expires), store.Micros(m.Review), seal)
}

func selectMachine(tx *store.Tx, id lancar.ID) (sealed, error) {
	return store.One(tx, scanMachine, `SELECT `+columns+` FROM identity_machines WHERE id = $1`, string(id))
}

// updateMachine writes what a step may change; false when somebody else was first.
func updateMachine(tx *store.Tx, m Machine, wanted string, seal []byte) (bool, error) {
	n, err := tx.Exec(`UPDATE identity_machines SET state = $1, held = $2, owner = $3, scopes = $4, budget = $5, peak = $6, wanted = $7,
		expires_at = $8, stops_at = $9, review_at = $10, unused_at = $11, seal = $12, version = version + 1 WHERE id = $13 AND version = $14`,
		string(m.State), string(m.Held), string(m.Owner), strings.Join(m.Scopes, " "), m.Budget, m.Peak, wanted,
		store.Micros(m.Expires), store.Micros(m.Stops), store.Micros(m.Review), store.Micros(m.Unused), seal, string(m.ID), m.Version)
	return n == 1, err
}

func updateKept(tx *store.Tx, id lancar.ID) error {
	return tx.Queue(`UPDATE identity_machines SET kept_at = $1, unused_at = 0 WHERE id = $2`, store.Micros(tx.Now), string(id))
}

func updateTold(tx *store.Tx, id lancar.ID) error {
	return tx.Queue(`UPDATE identity_machines SET told_at = $1 WHERE id = $2`, store.Micros(tx.Now), string(id))
}

// ofOffice lists an office's machines, those that are not over first.
func ofOffice(tx *store.Tx, region, agency string, over bool) ([]sealed, error) {
	which := "NOT IN"
	if over {
		which = "IN"
	}
	return store.All(tx, scanMachine, `SELECT `+columns+` FROM identity_machines WHERE region = $1 AND agency = $2 AND kind <> 'agent'
		AND state `+which+` ('stopped', 'expired') ORDER BY id DESC LIMIT 500`, region, agency)
}

// ofOwner lists what somebody owns, newest first.
func ofOwner(tx *store.Tx, owner lancar.ID) ([]sealed, error) {
	return store.All(tx, scanMachine, `SELECT `+columns+` FROM identity_machines WHERE owner = $1 ORDER BY id DESC LIMIT 200`, string(owner))
}

func countOpen(tx *store.Tx, owner lancar.ID) (n int64, err error) {
	err = tx.QueryRow(`SELECT COUNT(id) FROM identity_machines WHERE owner = $1 AND state NOT IN ('stopped', 'expired')`, string(owner)).Scan(&n)
	return n, err
}

// rolesIn are an officer's roles in one office; none for who left.
func rolesIn(tx *store.Tx, account lancar.ID, region, agency string) ([]string, error) {
	return store.All(tx, func(s store.Scanner) (r string, err error) { return r, s.Scan(&r) },
		`SELECT role FROM identity_roles WHERE account = $1 AND region = $2 AND agency = $3`, string(account), region, agency)
}

// heads are who hears of an office's machines: superiors and officers in [Role].
func heads(tx *store.Tx, region, agency string) ([]lancar.ID, error) {
	return store.All(tx, func(s store.Scanner) (id lancar.ID, err error) { err = s.Scan((*string)(&id)); return id, err },
		`SELECT DISTINCT account FROM identity_roles WHERE region = $1 AND agency = $2 AND role IN ($3, $4) ORDER BY account`, region, agency, identity.Superior, Role)
}

func insertStep(tx *store.Tx, id lancar.ID, version int64, e Step) error {
	return tx.Queue(`INSERT INTO identity_machine_steps (machine, version, at, event, state, who_kind, who_id, why) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		string(id), version, store.Micros(e.At), e.Event, string(e.State), string(e.By.Kind), string(e.By.ID), e.Why)
}

func scanStep(s store.Scanner) (e Step, err error) {
	var at int64
	err = s.Scan(&at, &e.Event, (*string)(&e.State), (*string)(&e.By.Kind), (*string)(&e.By.ID), &e.Why)
	e.At = store.Time(at)
	return e, err
}

// allSteps are in their order.
func allSteps(tx *store.Tx, id lancar.ID) ([]Step, error) {
	return store.All(tx, scanStep, `SELECT at, event, state, who_kind, who_id, why FROM identity_machine_steps WHERE machine = $1 ORDER BY version`, string(id))
}

func allMachines(tx *store.Tx) ([]lancar.ID, error) {
	return store.All(tx, func(s store.Scanner) (id lancar.ID, err error) { err = s.Scan((*string)(&id)); return id, err },
		`SELECT id FROM identity_machines ORDER BY id`)
}

func selectSteps(tx *store.Tx, id lancar.ID) ([]Step, error) {
	return store.All(tx, scanStep, `SELECT at, event, state, who_kind, who_id, why FROM identity_machine_steps WHERE machine = $1 ORDER BY version DESC LIMIT 100`, string(id))
}
