package mandate

import (
	"time"

	"lancar"
	"lancar/internal/store"
)

func endedBefore(tx *store.Tx, before time.Time, limit int) ([]lancar.ID, error) {
	return store.All(tx, func(s store.Scanner) (id lancar.ID, err error) { err = s.Scan((*string)(&id)); return id, err },
		`SELECT id FROM identity_mandates WHERE ended_at > 0 AND ended_at < $1 ORDER BY ended_at LIMIT $2`, store.Micros(before), int64(limit))
}

func deleteMandate(tx *store.Tx, id lancar.ID) error {
	for _, sql := range []string{
		`DELETE FROM identity_mandate_acts WHERE mandate = $1`,
		`DELETE FROM identity_mandate_asks WHERE mandate = $1`,
		`DELETE FROM identity_mandate_codes WHERE mandate = $1`,
		`DELETE FROM identity_mandate_events WHERE mandate = $1`,
		`DELETE FROM identity_mandates WHERE id = $1`,
	} {
		if err := tx.Queue(sql, string(id)); err != nil {
			return err
		}
	}
	return nil
}

func deleteAsks(tx *store.Tx, before time.Time, limit int) (int, error) {
	n, err := tx.Exec(`DELETE FROM identity_mandate_asks WHERE id IN (SELECT id FROM identity_mandate_asks WHERE made_at < $1 ORDER BY made_at LIMIT $2)`, store.Micros(before), int64(limit))
	return int(n), err
}

// activeOver are the mandates over an account that stand.
func activeOver(tx *store.Tx, principal lancar.ID) ([]row, error) {
	return store.All(tx, scan, `SELECT `+columns+` FROM identity_mandates m WHERE m.principal = $1 AND m.state = 'active' ORDER BY m.made_at DESC, m.id DESC LIMIT 100`, string(principal))
}
