package access

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"lancar"
	"lancar/internal/store"
)

const rowColumns = `region, id, subject, case_id, at, who_kind, who_id, who_name, who_role, who_agency, what, words, purpose, ground, acting_for, mandate, consent`

func rowArgs(r Row) []any {
	return []any{
		r.Region, string(r.ID), r.Subject, string(r.Case), store.Micros(r.At), string(r.Who.Kind), string(r.Who.ID), r.Who.Name,
		r.Who.Role, r.Who.Agency, strings.Join(r.What, ","), textColumn(r.Words), textColumn(r.Purpose), textColumn(r.Ground),
		r.For, string(r.Mandate), r.Consent,
	}
}

func insertRow(tx *store.Tx, r Row) error {
	return tx.Queue(`INSERT INTO access_rows (`+rowColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`, rowArgs(r)...)
}

func insertSeen(tx *store.Tx, r Row) error {
	return tx.Queue(`INSERT INTO access_seen (`+rowColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) ON CONFLICT DO NOTHING`, rowArgs(r)...)
}

func selectSeen(tx *store.Tx, subject string, f Filter, at int64, id string, limit int) ([]Row, error) {
	return store.All(tx, scanRow, `SELECT `+rowColumns+` FROM access_seen
		WHERE subject = $1 AND (at, id) < ($2, $3) AND ($5 = '' OR who_kind = $5) AND ($6 = '' OR who_id = $6)
		AND ($7 = '' OR case_id = $7) AND ($8 = '' OR consent = $8) ORDER BY at DESC, id DESC LIMIT $4`,
		subject, at, id, limit, string(f.Kind), string(f.Who), string(f.Case), f.App)
}

func readersOf(tx *store.Tx, subject string) ([]Reader, error) {
	return store.All(tx, func(s store.Scanner) (r Reader, err error) {
		var kind, who string
		var last int64
		err = s.Scan(&kind, &who, &r.Who.Name, &r.Who.Role, &r.Who.Agency, &r.Who.Region, &r.App, &r.Times, &last)
		r.Who.Kind, r.Who.ID, r.Last = lancar.ActorKind(kind), lancar.ID(who), store.Time(last)
		return r, err
	}, `SELECT who_kind, who_id, max(who_name), who_role, who_agency, region, consent, count(*), max(at) AS last FROM access_seen
		WHERE subject = $1 GROUP BY who_kind, who_id, who_role, who_agency, region, consent ORDER BY last DESC, who_id LIMIT 200`, subject)
}

func scanRow(s store.Scanner) (Row, error) {
	var r Row
	var id, caseID, kind, who, what, words, purpose, ground, mandate string
	var at int64
	err := s.Scan(&r.Region, &id, &r.Subject, &caseID, &at, &kind, &who, &r.Who.Name, &r.Who.Role, &r.Who.Agency, &what, &words, &purpose, &ground,
		&r.For, &mandate, &r.Consent)
	if err != nil {
		return Row{}, err
	}
	r.ID, r.Case, r.At, r.Mandate = lancar.ID(id), lancar.ID(caseID), store.Time(at), lancar.ID(mandate)
	r.Who.Kind, r.Who.ID, r.Who.Region = lancar.ActorKind(kind), lancar.ID(who), r.Region
	r.What = strings.Split(what, ",")
	err = errors.Join(json.Unmarshal([]byte(words), &r.Words), json.Unmarshal([]byte(purpose), &r.Purpose), json.Unmarshal([]byte(ground), &r.Ground))
	if err != nil {
		return Row{}, fmt.Errorf("access row %s: %w", id, err)
	}
	return r, nil
}

// alteredSeen is a look that its person's list tells otherwise.
func alteredSeen(tx *store.Tx) (id string, err error) {
	err = tx.QueryRow(`SELECT r.id FROM access_rows r JOIN access_seen s ON s.subject = r.subject AND s.at = r.at AND s.id = r.id
		WHERE s.region <> r.region OR s.who_id <> r.who_id OR s.case_id <> r.case_id OR s.what <> r.what OR s.purpose <> r.purpose OR s.ground <> r.ground
		OR s.who_kind <> r.who_kind OR s.who_name <> r.who_name OR s.who_role <> r.who_role OR s.who_agency <> r.who_agency OR s.words <> r.words
		OR s.acting_for <> r.acting_for OR s.mandate <> r.mandate OR s.consent <> r.consent
		ORDER BY r.at LIMIT 1`).Scan(&id)
	return id, err
}

// missingSeen counts the looks that are not in their person's list, and names the oldest.
func missingSeen(tx *store.Tx) (n int64, id string, err error) {
	err = tx.QueryRow(`SELECT count(*), COALESCE(min(r.id), '') FROM access_rows r LEFT JOIN access_seen s
		ON s.subject = r.subject AND s.at = r.at AND s.id = r.id WHERE s.id IS NULL`).Scan(&n, &id)
	return n, id, err
}

// strayedSeen is a look in a person's list that nobody wrote down, store.ErrNone if there is none.
func strayedSeen(tx *store.Tx) (id string, err error) {
	err = tx.QueryRow(`SELECT s.id FROM access_seen s LEFT JOIN access_rows r ON r.region = s.region AND r.id = s.id
		WHERE r.id IS NULL ORDER BY s.at LIMIT 1`).Scan(&id)
	return id, err
}

func restrictedSince(tx *store.Tx, subject string) (time.Time, error) {
	var since int64
	err := tx.QueryRow(`SELECT since FROM access_restrictions WHERE subject = $1`, subject).Scan(&since)
	if err == store.ErrNone {
		return time.Time{}, nil
	}
	return store.Time(since), err
}

func accountOf(tx *store.Tx, subject string) (account lancar.ID, err error) {
	err = tx.QueryRow(`SELECT account FROM access_people WHERE subject = $1`, subject).Scan((*string)(&account))
	return account, err
}

// textColumn is a text in several languages as a column: JSON with sorted keys.
func textColumn(t lancar.Text) string {
	b, err := json.Marshal(t)
	if err != nil {
		panic(err) // a map of strings always marshals
	}
	return string(b)
}
