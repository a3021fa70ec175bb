package casework

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"lancar"
	"lancar/catalog"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// maxFiles and maxAll, in bytes, bound what one application may carry; atOnce is how many files
// are looked at side by side.
const (
	maxFiles = 30
	maxAll   = 60 << 20
	atOnce   = 2
)

// Attach adds one file to a draft. It stays whatever happens to the form around it.
func (c *Cases) Attach(ctx context.Context, who Applicant, draft lancar.ID, up Upload) (Attachment, error) {
	var service string
	err := c.db.Read(ctx, func(tx *store.Tx) error { // before the work of looking at the bytes
		d, _, err := c.draftTx(tx, who, draft)
		if err == nil && d.state != "open" {
			err = errMoved()
		}
		service = d.Service
		return err
	})
	if err != nil {
		return Attachment{}, err
	}
	up, a, err := c.inspect(ctx, c.catalog.Service(service), up)
	if err != nil {
		return Attachment{}, err
	}
	err = c.db.Write(ctx, func(tx *store.Tx) error {
		d, key, err := c.draftTx(tx, who, draft)
		if err != nil {
			return err
		}
		if d.state != "open" {
			return errMoved()
		}
		metas, err := draftMetas(tx, who.Account, draft)
		if err != nil {
			return err
		}
		if len(metas) >= maxFiles {
			return lancar.Fail(lancar.TooMany, "file", "Sudah ada 30 berkas. Hapus dahulu yang tidak perlu.", "There are 30 files already. Remove some first.")
		}
		have, err := describe(metas, key)
		if err != nil {
			return err
		}
		if err := roomFor(have, a, maxAll); err != nil {
			return err
		}
		f, err := sealFile(key, a, up.Data)
		if err != nil {
			return err
		}
		if err := c.actTx(tx, who, drafting(d.Service, draft)); err != nil {
			return err
		}
		return insertDraftFile(tx, who.Account, draft, f)
	})
	return a, err
}

// inspect cleans an upload for a field of the definition, a few at a time: a small file may unfold
// into hundreds of megabytes of picture.
func (c *Cases) inspect(ctx context.Context, def *catalog.Definition, up Upload) (Upload, Attachment, error) {
	select {
	case c.cleaning <- struct{}{}:
		defer func() { <-c.cleaning }()
	case <-ctx.Done():
		return up, Attachment{}, ctx.Err()
	}
	return inspect(def, up, c.db.Now())
}

func inspect(def *catalog.Definition, up Upload, now time.Time) (Upload, Attachment, error) {
	if def == nil {
		return up, Attachment{}, errNotFound()
	}
	field, _ := def.Field(up.Field)
	if field == nil || field.Kind != "attachment" {
		return up, Attachment{}, lancar.Fail(lancar.Invalid, up.Field, "Tidak ada tempat untuk berkas ini.", "There is no place for this file.")
	}
	mb := field.MaxMB
	if mb == 0 {
		mb = 5
	}
	got, err := clean(up.Data, mb<<20)
	if err == nil && !accepted(field, got.kind) {
		err = badFile("Untuk ini diperlukan jenis berkas lain.", "Another kind of file is needed here.")
	}
	if err != nil {
		if e, ok := errors.AsType[*lancar.Error](err); ok {
			e.Field = up.Field
		}
		return up, Attachment{}, err
	}
	up.Data = got.data
	return up, Attachment{ID: lancar.NewID(now), Field: up.Field, Name: fileName(up.Name), Type: got.kind, Size: int64(len(got.data)), SHA256: sum(got.data), At: now}, nil
}

func accepted(field *catalog.Field, kind string) bool {
	short := map[string]string{"application/pdf": "pdf", "image/jpeg": "jpeg", "image/png": "png"}[kind]
	if len(field.Accept) == 0 {
		return short != ""
	}
	for _, a := range field.Accept {
		if a == short {
			return true
		}
	}
	return false
}

// roomFor refuses a file beyond what an application may carry in all.
func roomFor(have []Attachment, next Attachment, most int64) error {
	total := next.Size
	for _, a := range have {
		total += a.Size
	}
	if total > most {
		return lancar.Fail(lancar.TooLarge, "file", "Semua berkas bersama-sama terlalu besar. Hapus dahulu yang tidak perlu, atau perkecil.",
			"All files together are too large. Remove some first, or make them smaller.")
	}
	return nil
}

// Detach removes a file from a draft. Removing it twice is no error.
func (c *Cases) Detach(ctx context.Context, who Applicant, draft, file lancar.ID) error {
	return c.db.Write(ctx, func(tx *store.Tx) error {
		d, _, err := c.draftTx(tx, who, draft)
		if err == nil && d.state != "open" {
			err = errMoved()
		}
		if err != nil {
			return err
		}
		if err := c.actTx(tx, who, drafting(d.Service, draft)); err != nil {
			return err
		}
		return deleteDraftFile(tx, who.Account, draft, file)
	})
}

// DraftFile returns a file of a draft with its bytes.
func (c *Cases) DraftFile(ctx context.Context, who Applicant, draft, file lancar.ID) (a Attachment, data []byte, err error) {
	err = c.readFor(ctx, who, func(tx *store.Tx) error {
		d, key, err := c.draftTx(tx, who, draft)
		if err == nil && d.state != "open" {
			err = errNotFound()
		}
		if err != nil {
			return err
		}
		if _, err := c.personTx(tx, who, drafting(d.Service, draft)); err != nil {
			return err
		}
		f, err := draftFile(tx, who.Account, draft, file)
		if err == nil {
			a, data, err = f.open(key)
		}
		return found(err)
	})
	return a, data, err
}

func draftFiles(tx *store.Tx, account, draft lancar.ID, key keys.DataKey) ([]Attachment, error) {
	metas, err := draftMetas(tx, account, draft)
	if err != nil {
		return nil, err
	}
	return describe(metas, key)
}

// describe opens the descriptions of files, not their bytes.
func describe(metas []sealedFile, key keys.DataKey) ([]Attachment, error) {
	out := make([]Attachment, len(metas))
	for i, f := range metas {
		b, err := key.Open(f.meta, aad("file", f.id, 0))
		if err == nil {
			err = json.Unmarshal(b, &out[i])
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func sealFile(key keys.DataKey, a Attachment, data []byte) (sealedFile, error) {
	meta, err := json.Marshal(a)
	return sealedFile{a.ID, key.Seal(meta, aad("file", a.ID, 0)), key.Seal(data, aad("file", a.ID, 1))}, err
}

func (f sealedFile) open(key keys.DataKey) (Attachment, []byte, error) {
	as, err := describe([]sealedFile{f}, key)
	if err != nil {
		return Attachment{}, nil, err
	}
	data, err := key.Open(f.body, aad("file", f.id, 1))
	return as[0], data, err
}

// found turns a missing row into "not found".
func found(err error) error {
	if errors.Is(err, store.ErrNone) {
		return errNotFound()
	}
	return err
}
