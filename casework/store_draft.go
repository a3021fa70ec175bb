package casework

import (
	"errors"

	"lancar"
	"lancar/internal/store"
)

// draftRow is a row of casework_drafts; body is sealed.
type draftRow struct {
	Draft
	account lancar.ID
	state   string // open, submitted, discarded, expired
	sealed  []byte
	down    []string // registers that did not answer
}

const draftColumns = `account, id, service, definition, state, version, step, place, region, body, number, started_at, saved_at`

func scanDraft(s store.Scanner) (draftRow, error) {
	var d draftRow
	var started, saved int64
	err := s.Scan((*string)(&d.account), (*string)(&d.ID), &d.Service, &d.Definition, &d.state, &d.Version, &d.Step, &d.Place, &d.Region,
		&d.sealed, &d.Number, &started, &saved)
	d.Started, d.Saved = store.Time(started), store.Time(saved)
	d.Expires = d.Saved.AddDate(0, 0, draftDays)
	return d, err
}

func draftByID(tx *store.Tx, account, id lancar.ID) (draftRow, error) {
	return store.One(tx, scanDraft, `SELECT `+draftColumns+` FROM casework_drafts WHERE account = $1 AND id = $2`, string(account), string(id))
}

// askDraft reads a draft into d, whose state stays empty where there is none.
func askDraft(account, id lancar.ID, d *draftRow) store.Ask {
	return store.Ask{SQL: `SELECT ` + draftColumns + ` FROM casework_drafts WHERE account = $1 AND id = $2`, Args: []any{string(account), string(id)},
		Row: func(s store.Scanner) (err error) {
			*d, err = scanDraft(s)
			return err
		}}
}

func openDraftFor(tx *store.Tx, account lancar.ID, service string) (draftRow, error) {
	return store.One(tx, scanDraft, `SELECT `+draftColumns+` FROM casework_drafts WHERE account = $1 AND service = $2 AND state = 'open'`,
		string(account), service)
}

func openDrafts(tx *store.Tx, account lancar.ID) ([]draftRow, error) {
	return store.All(tx, scanDraft, `SELECT `+draftColumns+` FROM casework_drafts WHERE account = $1 AND state = 'open' ORDER BY saved_at DESC, id DESC LIMIT 50`,
		string(account))
}

// insertDraft reports false when this person has an open draft for the service already.
func insertDraft(tx *store.Tx, d draftRow) (bool, error) {
	n, err := tx.Exec(`INSERT INTO casework_drafts (account, id, service, definition, state, version, step, place, region, body, number, started_at, saved_at, remind_at)
		VALUES ($1, $2, $3, $4, 'open', 1, $5, $6, $7, $8, '', $9, $9, $10) ON CONFLICT DO NOTHING`,
		string(d.account), string(d.ID), d.Service, d.Definition, d.Step, d.Place, d.Region, d.sealed, store.Micros(tx.Now), store.Micros(tx.Now.AddDate(0, 0, remindDays)))
	return n == 1, err
}

// swapDraft saves an open draft if its version is still the one that was read.
func swapDraft(tx *store.Tx, d draftRow) (bool, error) {
	n, err := tx.Exec(`UPDATE casework_drafts SET version = version + 1, definition = $1, step = $2, place = $3, region = $4, body = $5, saved_at = $6, remind_at = $7
		WHERE account = $8 AND id = $9 AND version = $10 AND state = 'open'`,
		d.Definition, d.Step, d.Place, d.Region, d.sealed, store.Micros(tx.Now), store.Micros(tx.Now.AddDate(0, 0, remindDays)),
		string(d.account), string(d.ID), d.Version)
	return n == 1, err
}

// endDraft takes an open draft out of the way for good: discarded or expired. False: it was not
// open any more.
func endDraft(tx *store.Tx, d draftRow, state string) (bool, error) {
	n, err := tx.Exec(`UPDATE casework_drafts SET state = $1, region = '', number = '', body = $2, version = version + 1
		WHERE account = $3 AND id = $4 AND state = 'open'`, state, []byte{}, string(d.account), string(d.ID))
	return n == 1, err
}

// submitDraft takes an open draft of this version out of the way: it is a case now. Nobody waits
// for its answer: for a draft that is not open any more, or has changed, the state that it sets is
// none, and the transaction fails by store.IsCheck.
func submitDraft(tx *store.Tx, d draftRow, region, number string) error {
	return tx.Queue(`UPDATE casework_drafts SET state = CASE WHEN state = 'open' AND version = $1 THEN 'submitted' ELSE 'moved' END,
		region = $2, number = $3, body = $4, version = version + 1 WHERE account = $5 AND id = $6`,
		d.Version, region, number, []byte{}, string(d.account), string(d.ID))
}

func dueDrafts(tx *store.Tx, limit int) ([]draftRow, error) {
	return store.All(tx, scanDraft, `SELECT `+draftColumns+` FROM casework_drafts WHERE state = 'open' AND remind_at <= $1 ORDER BY remind_at LIMIT $2`,
		store.Micros(tx.Now), int64(limit))
}

func setDraftRemind(tx *store.Tx, d draftRow, at int64) error {
	return tx.Queue(`UPDATE casework_drafts SET remind_at = $1 WHERE account = $2 AND id = $3`, at, string(d.account), string(d.ID))
}

// sealedFile is a file as its row holds it.
type sealedFile struct {
	id         lancar.ID
	meta, body []byte
}

func scanMeta(s store.Scanner) (sealedFile, error) {
	var f sealedFile
	err := s.Scan((*string)(&f.id), &f.meta)
	return f, err
}

func scanFile(s store.Scanner) (sealedFile, error) {
	var f sealedFile
	err := s.Scan((*string)(&f.id), &f.meta, &f.body)
	return f, err
}

func insertDraftFile(tx *store.Tx, account, draft lancar.ID, f sealedFile) error {
	return tx.Queue(`INSERT INTO casework_draft_files (account, draft, id, meta, body) VALUES ($1, $2, $3, $4, $5)`,
		string(account), string(draft), string(f.id), f.meta, f.body)
}

func deleteDraftFile(tx *store.Tx, account, draft, id lancar.ID) error {
	_, err := tx.Exec(`DELETE FROM casework_draft_files WHERE account = $1 AND draft = $2 AND id = $3`, string(account), string(draft), string(id))
	return err
}

func deleteDraftFiles(tx *store.Tx, account, draft lancar.ID) error {
	return tx.Queue(`DELETE FROM casework_draft_files WHERE account = $1 AND draft = $2`, string(account), string(draft))
}

func draftMetas(tx *store.Tx, account, draft lancar.ID) (metas []sealedFile, err error) {
	err = tx.Ask(askDraftMetas(account, draft, &metas))
	return metas, err
}

func askDraftMetas(account, draft lancar.ID, metas *[]sealedFile) store.Ask {
	return store.Into(metas, scanMeta, `SELECT id, meta FROM casework_draft_files WHERE account = $1 AND draft = $2 ORDER BY id`, string(account), string(draft))
}

func draftFile(tx *store.Tx, account, draft, id lancar.ID) (sealedFile, error) {
	return store.One(tx, scanFile, `SELECT id, meta, body FROM casework_draft_files WHERE account = $1 AND draft = $2 AND id = $3`,
		string(account), string(draft), string(id))
}

// adoptFiles moves a draft's files to the case that it became.
func adoptFiles(tx *store.Tx, account, draft lancar.ID, region string) error {
	if err := tx.Queue(`INSERT INTO casework_files (region, case_id, id, meta, body)
		SELECT $1, draft, id, meta, body FROM casework_draft_files WHERE account = $2 AND draft = $3`, region, string(account), string(draft)); err != nil {
		return err
	}
	return deleteDraftFiles(tx, account, draft)
}

func insertCaseFile(tx *store.Tx, region string, id lancar.ID, f sealedFile) error {
	return tx.Queue(`INSERT INTO casework_files (region, case_id, id, meta, body) VALUES ($1, $2, $3, $4, $5)`, region, string(id), string(f.id), f.meta, f.body)
}

// caseMetas lists the files of a case, and those of the draft it was that are still on their way.
func caseMetas(tx *store.Tx, d *dossier) ([]sealedFile, error) {
	moved, err := store.All(tx, scanMeta, `SELECT id, meta FROM casework_files WHERE region = $1 AND case_id = $2 ORDER BY id`, d.region, string(d.id))
	if err != nil {
		return moved, err
	}
	waiting, err := draftMetas(tx, d.account, d.id)
	return append(moved, waiting...), err
}

func caseFile(tx *store.Tx, d *dossier, file lancar.ID) (sealedFile, error) {
	f, err := store.One(tx, scanFile, `SELECT id, meta, body FROM casework_files WHERE region = $1 AND case_id = $2 AND id = $3`, d.region, string(d.id), string(file))
	if errors.Is(err, store.ErrNone) {
		return draftFile(tx, d.account, d.id, file)
	}
	return f, err
}

func deleteCaseFile(tx *store.Tx, region string, id, file lancar.ID) error {
	_, err := tx.Exec(`DELETE FROM casework_files WHERE region = $1 AND case_id = $2 AND id = $3`, region, string(id), string(file))
	return err
}
