package access

import (
	"lancar"
	"lancar/internal/store"
)

// sealedAsk is a request with its texts still sealed.
type sealedAsk struct {
	Asked
	ask, answer []byte
}

const askedColumns = `region, id, agency, kind, subject, account, row_id, origin, state, asked_at, due_at, officer, closed_at, version`

func insertAsked(tx *store.Tx, s Asked, sealed []byte) error {
	return tx.Queue(`INSERT INTO access_asked (`+askedColumns+`, ask)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		s.Region, string(s.ID), s.Agency, string(s.Right), s.Subject, string(s.Account), string(s.Row), string(s.Origin), string(s.State),
		store.Micros(s.At), store.Micros(s.Due), string(s.Officer), int64(0), s.Version, sealed)
}

// updateAsked writes state, officer, closing and answer if the version is still s.Version.
func updateAsked(tx *store.Tx, s Asked, answer []byte) (int64, error) {
	return tx.Exec(`UPDATE access_asked SET state = $4, officer = $5, closed_at = $6, answer = $7, version = version + 1
		WHERE region = $1 AND id = $2 AND version = $3`,
		s.Region, string(s.ID), s.Version, string(s.State), string(s.Officer), store.Micros(s.Closed), answer)
}

func askedByID(tx *store.Tx, region string, id lancar.ID) (sealedAsk, error) {
	return store.One(tx, scanSealedAsk, `SELECT `+askedColumns+`, ask, answer FROM access_asked WHERE region = $1 AND id = $2`, region, string(id))
}

func askedOf(tx *store.Tx, subject string) ([]sealedAsk, error) {
	return store.All(tx, scanSealedAsk, `SELECT `+askedColumns+`, ask, answer FROM access_asked
		WHERE subject = $1 ORDER BY asked_at DESC, id DESC LIMIT 100`, subject)
}

func openAsked(tx *store.Tx, subject string, k Ask) (Asked, error) {
	return store.One(tx, scanAsked, `SELECT `+askedColumns+` FROM access_asked
		WHERE subject = $1 AND region = $2 AND kind = $3 AND row_id = $4 AND closed_at = 0`, subject, k.Region, string(k.Right), string(k.Row))
}

// pending lists open requests of a region and those below it: codes that begin with it and a dot.
func pending(tx *store.Tx, region string, limit int) ([]Asked, error) {
	from, to := region+".", region+"/" // "/" follows "."
	if region == "00" {
		from, to = "", "~"
	}
	return store.All(tx, scanAsked, `SELECT `+askedColumns+` FROM access_asked
		WHERE (region = $1 OR (region >= $2 AND region < $3)) AND closed_at = 0 ORDER BY due_at, id LIMIT $4`, region, from, to, limit)
}

func scanAsked(s store.Scanner) (Asked, error) {
	var a Asked
	err := scanAskedWith(s, &a)
	return a, err
}

func scanSealedAsk(s store.Scanner) (sealedAsk, error) {
	var a sealedAsk
	err := scanAskedWith(s, &a.Asked, &a.ask, &a.answer)
	return a, err
}

func scanAskedWith(s store.Scanner, a *Asked, more ...any) error {
	var id, kind, account, row, origin, state, officer string
	var at, due, closed int64
	dest := []any{&a.Region, &id, &a.Agency, &kind, &a.Subject, &account, &row, &origin, &state, &at, &due, &officer, &closed, &a.Version}
	err := s.Scan(append(dest, more...)...)
	a.ID, a.Right, a.Account, a.Row, a.Origin = lancar.ID(id), Right(kind), lancar.ID(account), lancar.ID(row), lancar.ID(origin)
	a.State, a.Officer, a.At, a.Due, a.Closed = State(state), lancar.ID(officer), store.Time(at), store.Time(due), store.Time(closed)
	return err
}

func seenRow(tx *store.Tx, subject string, id lancar.ID) (Row, error) {
	return store.One(tx, scanRow, `SELECT `+rowColumns+` FROM access_seen WHERE subject = $1 AND id = $2`, subject, string(id))
}

func insertRestriction(tx *store.Tx, subject string) error {
	return tx.Queue(`INSERT INTO access_restrictions (subject, since) VALUES ($1, $2) ON CONFLICT DO NOTHING`, subject, store.Micros(tx.Now))
}

func deleteRestriction(tx *store.Tx, subject string) error {
	return tx.Queue(`DELETE FROM access_restrictions WHERE subject = $1`, subject)
}

func insertRetention(tx *store.Tx, rule string, done int) error {
	return tx.Queue(`INSERT INTO access_retention (rule, at, done) VALUES ($1, $2, $3)
		ON CONFLICT (rule, at) DO UPDATE SET done = access_retention.done + excluded.done`, rule, store.Micros(tx.Now), int64(done))
}

func selectRetention(tx *store.Tx) ([]Retained, error) {
	return store.All(tx, func(s store.Scanner) (r Retained, err error) {
		err = s.Scan(&r.Rule, &r.At, &r.Done)
		return r, err
	}, `SELECT rule, at, done FROM access_retention ORDER BY at DESC, rule LIMIT 100`)
}

func closedAsks(tx *store.Tx, subject string) ([]lancar.ID, error) {
	return store.All(tx, func(s store.Scanner) (id lancar.ID, err error) { err = s.Scan((*string)(&id)); return id, err },
		`SELECT id FROM access_asked WHERE subject = $1 AND closed_at > 0`, subject)
}

func retainedByRule(tx *store.Tx) ([]Retained, error) {
	return store.All(tx, func(s store.Scanner) (r Retained, err error) {
		err = s.Scan(&r.Rule, &r.At, &r.Done)
		return r, err
	}, `SELECT rule, max(at), CAST(sum(done) AS BIGINT) FROM access_retention GROUP BY rule`)
}
