package casework

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"lancar"
	"lancar/catalog/flow"
	"lancar/internal/jobs"
	"lancar/internal/store"
)

// open says whether an officer has something to do in this status.
func (s status) open() bool {
	return s.Officer != "" && (s.State == flow.Review || s.State == flow.Signing)
}

// keys of the kept totals that an open task counts in.
func (s status) totals() [2]string {
	return [2]string{"officer:" + string(s.Officer), "role:" + s.Agency + "/" + s.Role}
}

// project brings the office's inbox and its kept totals along with an event.
func (c *Cases) project(tx *store.Tx, d *dossier, before status) error {
	now := d.status
	moves := map[[2]string]int64{} // office and key
	if before.open() {
		for _, key := range before.totals() {
			moves[[2]string{before.Office, key}]--
		}
		if !now.open() || before.Office != now.Office {
			if err := deleteTask(tx, before.Office, d.region, d.id); err != nil {
				return err
			}
		}
	}
	if now.open() {
		for _, key := range now.totals() {
			moves[[2]string{now.Office, key}]++
		}
		if err := upsertTask(tx, d); err != nil {
			return err
		}
	}
	// In one order, so that two transactions never wait for each other's totals.
	for _, at := range slices.SortedFunc(maps.Keys(moves), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		if moves[at] == 0 {
			continue
		}
		if err := count(tx, at[0], at[1], moves[at]); err != nil {
			return err
		}
	}
	return nil
}

// changed carries what a transaction left to be done: a new case gets its draft's files, and its
// applicant hears of the change, by their list and by a message where the event
// is one that people are told of.
func (c *Cases) changed(tx *store.Tx, j jobs.Job) error {
	var t told
	if err := json.Unmarshal(j.Payload, &t); err != nil {
		return jobs.Dead(err)
	}
	if t.Event == erased {
		return tx.Queue(`DELETE FROM casework_mine WHERE account = $1 AND region = $2 AND case_id = $3`, string(t.Account), j.Region, string(t.Case))
	}
	if t.Event == flow.Submit {
		if err := adoptFiles(tx, t.Account, t.Case, j.Region); err != nil {
			return err
		}
	}
	if err := upsertMine(tx, j.Region, t); err != nil {
		return err
	}
	return c.inform(tx, j.Region, t)
}

func upsertMine(tx *store.Tx, region string, t told) error {
	return tx.Queue(`INSERT INTO casework_mine (account, region, case_id, number, service, state, due_at, changed_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (account, region, case_id) DO UPDATE SET state = excluded.state, due_at = excluded.due_at, changed_at = excluded.changed_at,
		version = excluded.version WHERE casework_mine.version < excluded.version`,
		string(t.Account), region, string(t.Case), t.Number, t.Service, string(t.State), t.Due, t.At, t.Version)
}

const minePage = 20

func mine(tx *store.Tx, account lancar.ID, at int64, after lancar.ID) ([]Listed, error) {
	return store.All(tx, scanListed, `SELECT region, case_id, number, service, state, due_at, changed_at FROM casework_mine
		WHERE account = $1 AND (changed_at, case_id) < ($2, $3) ORDER BY changed_at DESC, case_id DESC LIMIT $4`,
		string(account), at, string(after), int64(minePage+1))
}

func scanListed(s store.Scanner) (Listed, error) {
	var l Listed
	var due, changed int64
	var state string
	err := s.Scan(&l.Region, (*string)(&l.ID), &l.Number, &l.Service, &state, &due, &changed)
	l.State, l.Changed = flow.State(state), store.Time(changed)
	if !l.State.Over() {
		l.Due = store.Time(due)
	}
	return l, err
}

// cursor is the place in a list ordered by an instant and an id.
func cursor(at int64, id lancar.ID) string { return fmt.Sprintf("%x.%s", at, id) }

func parseCursor(s string) (at int64, id lancar.ID, err error) {
	if _, err := fmt.Sscanf(s, "%x.%s", &at, &id); err != nil || at < 0 {
		return 0, "", errors.Join(lancar.Fail(lancar.Invalid, "after", "Halaman ini tidak ada. Mulai lagi dari awal.", "There is no such page. Start again."), err)
	}
	return at, id, nil
}

// regionOfMine is where an account's case is decided; its list may lag behind the case's state.
func regionOfMine(tx *store.Tx, account, id lancar.ID) (region string, err error) {
	err = tx.QueryRow(`SELECT region FROM casework_mine WHERE account = $1 AND case_id = $2`, string(account), string(id)).Scan(&region)
	return region, err
}
