package breach

import (
	"encoding/json"
	"slices"

	"lancar"
	"lancar/internal/store"
)

const columns = `region, id, agency, officer, what, how, measures, contact, happened_at, found_at, opened_at, due_at, told_at, authority_at, authority_ref, version`

// picked is what is kept of whose data a breach concerns.
type picked struct {
	Pick                // the first one
	Readers []lancar.ID // of all
}

func (p Pick) readers() []lancar.ID {
	if p.Reader == "" {
		return nil
	}
	return []lancar.ID{p.Reader}
}

func pickOf(tx *store.Tx, n Breach) (p picked, err error) {
	var text string
	if err := tx.QueryRow(`SELECT pick FROM access_breaches WHERE region = $1 AND id = $2`, n.Region, string(n.ID)).Scan(&text); err != nil {
		return p, err
	}
	err = json.Unmarshal([]byte(text), &p)
	if p.Readers == nil {
		p.Readers = p.readers()
	}
	return p, err
}

// addReader notes one more whose looks a breach is about; false if the breach changed since n was read.
func addReader(tx *store.Tx, n Breach, reader lancar.ID) (bool, error) {
	p, err := pickOf(tx, n)
	if err != nil || slices.Contains(p.Readers, reader) {
		return err == nil, err
	}
	p.Readers = append(p.Readers, reader)
	text, err := json.Marshal(p)
	if err != nil {
		return false, err
	}
	rows, err := tx.Exec(`UPDATE access_breaches SET pick = $4, version = version + 1 WHERE region = $1 AND id = $2 AND version = $3`, n.Region, string(n.ID), n.Version, string(text))
	return rows == 1, err
}

func insertBreach(tx *store.Tx, n Breach, p Pick) error {
	pick, err := json.Marshal(picked{p, p.readers()})
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO access_breaches (`+columns+`, pick) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, 0, '', $13, $14)`,
		n.Region, string(n.ID), n.Agency, string(n.Officer), n.What, n.How, n.Measures, n.Contact, store.Micros(n.Happened), store.Micros(n.Found),
		store.Micros(n.Opened), store.Micros(n.Due), n.Version, string(pick))
	return err
}

// update writes who was told when if the version is still n.Version.
func update(tx *store.Tx, n Breach) (bool, error) {
	rows, err := tx.Exec(`UPDATE access_breaches SET told_at = $4, authority_at = $5, authority_ref = $6, version = version + 1
		WHERE region = $1 AND id = $2 AND version = $3`,
		n.Region, string(n.ID), n.Version, store.Micros(n.Told), store.Micros(n.Reported), n.Ref)
	return rows == 1, err
}

func byID(tx *store.Tx, region string, id lancar.ID) (Breach, error) {
	return store.One(tx, scan, `SELECT `+columns+` FROM access_breaches WHERE region = $1 AND id = $2`, region, string(id))
}

func below(tx *store.Tx, region string) ([]Breach, error) {
	from, to := region+".", region+"/" // "/" follows "."
	if region == "00" {
		from, to = "", "~"
	}
	return store.All(tx, scan, `SELECT `+columns+` FROM access_breaches
		WHERE region = $1 OR (region >= $2 AND region < $3) ORDER BY opened_at DESC LIMIT 100`, region, from, to)
}

func scan(s store.Scanner) (n Breach, err error) {
	var happened, found, opened, due, told, reported int64
	err = s.Scan(&n.Region, (*string)(&n.ID), &n.Agency, (*string)(&n.Officer), &n.What, &n.How, &n.Measures, &n.Contact,
		&happened, &found, &opened, &due, &told, &reported, &n.Ref, &n.Version)
	n.Happened, n.Found, n.Opened, n.Due = store.Time(happened), store.Time(found), store.Time(opened), store.Time(due)
	n.Told, n.Reported = store.Time(told), store.Time(reported)
	return n, err
}

// count fills in how many people it concerns and how many of them were told.
func count(tx *store.Tx, n *Breach) error {
	return tx.QueryRow(`SELECT count(*), count(*) FILTER (WHERE told_at > 0), count(*) FILTER (WHERE account = '')
		FROM access_breached WHERE region = $1 AND breach = $2`, n.Region, string(n.ID)).Scan(&n.People, &n.Reached, &n.Away)
}

func insertPerson(tx *store.Tx, n Breach, subject string) error {
	return tx.Queue(`INSERT INTO access_breached (region, breach, subject, account, told_at)
		VALUES ($1, $2, $3, COALESCE((SELECT account FROM access_people WHERE subject = $3), ''), 0) ON CONFLICT DO NOTHING`,
		n.Region, string(n.ID), subject)
}

// lookedAt are the people at whom a reader looked in the period, in the region and those below it.
func lookedAt(tx *store.Tx, p Pick) ([]string, error) {
	from, to := p.Region+".", p.Region+"/"
	if p.Region == "00" {
		from, to = "", "~"
	}
	return store.All(tx, func(s store.Scanner) (subject string, err error) { err = s.Scan(&subject); return subject, err },
		`SELECT DISTINCT subject FROM access_rows WHERE (region = $1 OR (region >= $2 AND region < $3)) AND who_id = $4 AND at >= $5 AND at < $6 LIMIT $7`,
		p.Region, from, to, string(p.Reader), store.Micros(p.From), store.Micros(p.Until), most+1)
}

type person struct {
	subject string
	account lancar.ID
}

func untold(tx *store.Tx, n Breach, limit int) ([]person, error) {
	return store.All(tx, func(s store.Scanner) (p person, err error) {
		err = s.Scan(&p.subject, (*string)(&p.account))
		return p, err
	}, `SELECT subject, account FROM access_breached WHERE region = $1 AND breach = $2 AND told_at = 0 AND account <> '' ORDER BY subject LIMIT $3`,
		n.Region, string(n.ID), limit)
}

func markTold(tx *store.Tx, n Breach, subject string) (bool, error) {
	rows, err := tx.Exec(`UPDATE access_breached SET told_at = $4 WHERE region = $1 AND breach = $2 AND subject = $3 AND told_at = 0`,
		n.Region, string(n.ID), subject, store.Micros(tx.Now))
	return rows == 1, err
}
