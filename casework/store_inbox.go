package casework

import (
	"lancar"
	"lancar/catalog/flow"
	"lancar/internal/store"
)

// task is a row of the inbox of an office; region is where the officer sits.
type task struct {
	region string
	Task
	caseID lancar.ID
	due    int64
}

func upsertTask(tx *store.Tx, d *dossier) error {
	s := d.status
	return tx.Queue(`INSERT INTO casework_inbox (region, case_region, case_id, agency, role, officer, due_at, number, service, state, step, flagged, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		ON CONFLICT (region, case_region, case_id) DO UPDATE SET agency = excluded.agency, role = excluded.role, officer = excluded.officer,
		due_at = excluded.due_at, state = excluded.state, step = excluded.step, flagged = excluded.flagged, version = excluded.version`,
		s.Office, d.region, string(d.id), s.Agency, s.Role, string(s.Officer), s.Due, d.origin.Number, d.origin.Service, string(s.State), s.Step,
		s.Flagged, d.version)
}

func deleteTask(tx *store.Tx, office, region string, id lancar.ID) error {
	return tx.Queue(`DELETE FROM casework_inbox WHERE region = $1 AND case_region = $2 AND case_id = $3`, office, region, string(id))
}

// count keeps a total: of an officer's open tasks, or of a role's.
func count(tx *store.Tx, region, key string, by int64) error {
	return tx.Queue(`INSERT INTO casework_totals (region, key, n) VALUES ($1, $2, $3)
		ON CONFLICT (region, key) DO UPDATE SET n = casework_totals.n + excluded.n`, region, key, by)
}

func total(tx *store.Tx, region, key string) (n int64, err error) {
	err = tx.QueryRow(`SELECT n FROM casework_totals WHERE region = $1 AND key = $2`, region, key).Scan(&n)
	if err == store.ErrNone {
		return 0, nil
	}
	return n, err
}

const taskColumns = `region, case_region, case_id, number, service, state, step, due_at, flagged, version, officer`

func scanTask(s store.Scanner) (task, error) {
	var t task
	var state string
	var flags int64
	err := s.Scan(&t.region, &t.Region, (*string)(&t.caseID), &t.Number, &t.Service, &state, &t.Step, &t.due, &flags, &t.Version, (*string)(&t.Officer))
	t.State, t.Due, t.Flagged = flow.State(state), store.Time(t.due), flags > 0
	return t, err
}

func tasksOfOfficer(tx *store.Tx, office string, officer lancar.ID, due int64, after lancar.ID, limit int) ([]task, error) {
	return store.All(tx, scanTask, `SELECT `+taskColumns+` FROM casework_inbox
		WHERE region = $1 AND officer = $2 AND (due_at, case_id) > ($3, $4) ORDER BY due_at, case_id LIMIT $5`,
		office, string(officer), due, string(after), int64(limit))
}

func tasksOfRole(tx *store.Tx, office, agency, role string, due int64, after lancar.ID, limit int) ([]task, error) {
	return store.All(tx, scanTask, `SELECT `+taskColumns+` FROM casework_inbox
		WHERE region = $1 AND agency = $2 AND role = $3 AND (due_at, case_id) > ($4, $5) ORDER BY due_at, case_id LIMIT $6`,
		office, agency, role, due, string(after), int64(limit))
}
