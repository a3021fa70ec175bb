package casework

import (
	"context"

	"lancar"
	"lancar/access"
	"lancar/document"
	"lancar/identity/mandate"
	"lancar/internal/store"
)

// Collect opens the document of a case for its applicant, or for who acts for them and may collect it.
// lancar.NotFound while there is none.
func (c *Cases) Collect(ctx context.Context, who Applicant, number string) (doc document.Document, pdf []byte, err error) {
	var g access.Grant
	var d *dossier
	err = c.db.Write(ctx, func(tx *store.Tx) error {
		if d, err = c.ownTx(tx, who, number); err != nil {
			return err
		}
		if d.status.Document == "" {
			return lancar.Fail(lancar.NotFound, "", "Untuk permohonan ini belum terbit dokumen.", "No document was issued for this application yet.")
		}
		if g, err = c.personTx(tx, who, d.on(mandate.Collect)); err != nil {
			return err
		}
		return c.actTx(tx, who, d.on(mandate.Collect))
	})
	if err != nil {
		return doc, nil, err
	}
	return c.documents.Open(ctx, g, d.region, d.status.Document)
}
