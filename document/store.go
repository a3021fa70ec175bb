package document

import (
	"encoding/json"
	"fmt"
	"time"

	"lancar"
	"lancar/internal/store"
)

const documentColumns = `region, core, number, kind, state, version, case_id, subject, owner, title, holder, about, office,
	sha256, size, issued_at, valid_until, changed_at, reason, replaced_by`

func scanDocument(s store.Scanner) (Document, error) {
	var d Document
	var title, about, reason string
	var issued, until, changed int64
	if err := s.Scan(&d.Region, &d.Core, &d.Number, (*string)(&d.Kind), (*string)(&d.State), &d.version, (*string)(&d.Case), &d.subject, &d.owner,
		&title, &d.Holder, &about, &d.Office, &d.SHA256, &d.Size, &issued, &until, &changed, &reason, &d.ReplacedBy); err != nil {
		return d, err
	}
	d.Title, d.About, d.Reason = readText(title), readText(about), readText(reason)
	d.IssuedAt, d.ValidUntil, d.ChangedAt = store.Time(issued), store.Time(until), store.Time(changed)
	return d, nil
}

func insert(tx *store.Tx, d Document, sealed []byte) error {
	err := tx.Queue("INSERT INTO document_documents ("+documentColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`,
		d.Region, d.Core, d.Number, string(d.Kind), string(d.State), d.version, string(d.Case), d.subject, d.owner, writeText(d.Title), d.Holder, writeText(d.About),
		d.Office, d.SHA256, d.Size, store.Micros(d.IssuedAt), store.Micros(d.ValidUntil), store.Micros(d.ChangedAt), writeText(d.Reason), d.ReplacedBy)
	if err != nil {
		return err
	}
	return tx.Queue("INSERT INTO document_files (region, core, sealed) VALUES ($1, $2, $3)", d.Region, d.Core, sealed)
}

// find reads one document; NotFound when there is none, also for the empty core.
func find(tx *store.Tx, region, core string) (Document, error) {
	if core == "" {
		return Document{}, notFound()
	}
	d, err := store.One(tx, scanDocument, "SELECT "+documentColumns+" FROM document_documents WHERE region = $1 AND core = $2", region, core)
	if err == store.ErrNone {
		return Document{}, notFound()
	}
	return d, err
}

// saveState writes a new state if the version is still the one before it.
func saveState(tx *store.Tx, d Document) (bool, error) {
	n, err := tx.Exec(`UPDATE document_documents SET state = $1, version = $2, changed_at = $3, reason = $4, replaced_by = $5
		WHERE region = $6 AND core = $7 AND version = $8`,
		string(d.State), d.version, store.Micros(d.ChangedAt), writeText(d.Reason), d.ReplacedBy, d.Region, d.Core, d.version-1)
	return n == 1, err
}

func ofCase(tx *store.Tx, region string, id lancar.ID) ([]Document, error) {
	return store.All(tx, scanDocument, "SELECT "+documentColumns+" FROM document_documents WHERE region = $1 AND case_id = $2 ORDER BY issued_at, core", region, string(id))
}

func sealedFile(tx *store.Tx, region, core string) (sealed []byte, err error) {
	err = tx.QueryRow("SELECT sealed FROM document_files WHERE region = $1 AND core = $2", region, core).Scan(&sealed)
	return sealed, err
}

// event is a row of a document's history. Sealed holds the leaf's nonce and record.
type event struct {
	Version int64
	What    string
	At      time.Time
	By      lancar.Actor
	Leaf    lancar.ID
	Sealed  []byte
}

func insertEvent(tx *store.Tx, region, core string, e event) error {
	return tx.Queue(`INSERT INTO document_events (region, core, version, what, at, actor_kind, actor_id, actor_role, leaf, proof)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		region, core, e.Version, e.What, store.Micros(e.At), string(e.By.Kind), string(e.By.ID), e.By.Role, string(e.Leaf), e.Sealed)
}

func eventsOf(tx *store.Tx, region, core string) ([]event, error) {
	return store.All(tx, func(s store.Scanner) (e event, err error) {
		var at int64
		err = s.Scan(&e.Version, &e.What, &at, (*string)(&e.By.Kind), (*string)(&e.By.ID), &e.By.Role, (*string)(&e.Leaf), &e.Sealed)
		e.At = store.Time(at)
		return e, err
	}, `SELECT version, what, at, actor_kind, actor_id, actor_role, leaf, proof FROM document_events
		WHERE region = $1 AND core = $2 ORDER BY version`, region, core)
}

func insertListed(tx *store.Tx, region string, l listed) error {
	return tx.Queue("INSERT INTO document_lists (subject, issued_at, region, core) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
		l.Subject, l.At, region, l.Core)
}

// strayListed is a document in a list whose holder or instant is another, store.ErrNone if there is none.
func strayListed(tx *store.Tx) (core string, err error) {
	err = tx.QueryRow(`SELECT l.core FROM document_lists l LEFT JOIN document_documents d ON d.region = l.region AND d.core = l.core
		WHERE d.core IS NULL OR d.subject <> l.subject OR d.issued_at <> l.issued_at ORDER BY l.region, l.core LIMIT 1`).Scan(&core)
	return core, err
}

// missingListed counts the documents that are in no list, and names one.
func missingListed(tx *store.Tx) (n int64, core string, err error) {
	err = tx.QueryRow(`SELECT count(*), COALESCE(min(d.core), '') FROM document_documents d LEFT JOIN document_lists l
		ON l.region = d.region AND l.core = d.core AND l.subject = d.subject WHERE d.subject <> '' AND l.core IS NULL`).Scan(&n, &core)
	return n, core, err
}

type place struct{ region, core string }

func listOf(tx *store.Tx, subject string, n int) ([]place, error) {
	return store.All(tx, func(s store.Scanner) (p place, err error) { return p, s.Scan(&p.region, &p.core) },
		"SELECT region, core FROM document_lists WHERE subject = $1 ORDER BY issued_at DESC LIMIT $2", subject, int64(n))
}

func forget(tx *store.Tx, region string, id lancar.ID) error {
	docs, err := ofCase(tx, region, id)
	if err != nil {
		return err
	}
	for _, d := range docs {
		if _, err := tx.Exec("DELETE FROM document_lists WHERE subject = $1 AND region = $2 AND core = $3", d.subject, d.Region, d.Core); err != nil {
			return err
		}
	}
	_, err = tx.Exec("UPDATE document_documents SET holder = '', about = '', subject = '' WHERE region = $1 AND case_id = $2", region, string(id))
	return err
}

// pageOf reads documents of a region in the order of their cores, after one of them.
func pageOf(tx *store.Tx, region, after string, n int) ([]Document, error) {
	return store.All(tx, scanDocument, "SELECT "+documentColumns+` FROM document_documents
		WHERE region = $1 AND core > $2 ORDER BY core LIMIT $3`, region, after, int64(n))
}

func regionsOf(tx *store.Tx) ([]string, error) {
	return store.All(tx, func(s store.Scanner) (v string, err error) { return v, s.Scan(&v) },
		"SELECT DISTINCT region FROM document_documents ORDER BY region")
}

func fileAAD(region, core string) []byte { return []byte("document_files\n" + region + "\n" + core) }

func eventAAD(region, core string, version int64) []byte {
	return fmt.Appendf(nil, "document_events\n%s\n%s\n%d", region, core, version)
}

// Texts are stored as JSON, opaque to the database; "" is no text.
func writeText(t lancar.Text) string {
	if len(t) == 0 {
		return ""
	}
	b, _ := json.Marshal(t) // a map of strings cannot fail
	return string(b)
}

func readText(s string) (t lancar.Text) {
	if s != "" {
		_ = json.Unmarshal([]byte(s), &t) // written by writeText
	}
	return t
}
