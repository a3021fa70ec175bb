package document

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lancar"
	"lancar/access"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// Open reads a document with its file for whoever holds a grant on its person's documents.
// NotFound without one; Gone after erasure.
func (d *Documents) Open(ctx context.Context, grant access.Grant, region, number string) (doc Document, pdf []byte, err error) {
	err = d.db.Read(ctx, func(tx *store.Tx) error {
		if doc, err = find(tx, region, coreOf(number)); err != nil {
			return err
		}
		if err := grant.For(doc.subject, access.Documents); err != nil {
			return err
		}
		pdf, err = d.file(tx, doc)
		return err
	})
	return doc, pdf, err
}

func (d *Documents) file(tx *store.Tx, doc Document) ([]byte, error) {
	sealed, err := sealedFile(tx, doc.Region, doc.Core)
	if err != nil {
		return nil, err
	}
	pdf, err := d.ring.OpenTx(tx, doc.owner, sealed, fileAAD(doc.Region, doc.Core))
	if errors.Is(err, keys.ErrDestroyed) {
		return nil, lancar.Fail(lancar.Gone, "", "Berkas dokumen ini sudah dihapus sesuai ketentuan.", "The file of this document was erased under its retention rule.")
	}
	if err != nil {
		return nil, fmt.Errorf("opening the file of document %s: %w", doc.Core, err)
	}
	return pdf, nil
}

// Mine lists the person's documents, newest first, at most n.
func (d *Documents) Mine(ctx context.Context, grant access.Grant, n int) (docs []Document, err error) {
	if err := grant.For(grant.Subject(), access.Documents); err != nil {
		return nil, err
	}
	err = d.db.Read(ctx, func(tx *store.Tx) error {
		places, err := listOf(tx, grant.Subject(), n)
		if err != nil {
			return err
		}
		docs = nil
		for _, p := range places {
			doc, err := find(tx, p.region, p.core)
			if err != nil {
				return err
			}
			docs = append(docs, doc)
		}
		return nil
	})
	return docs, err
}

// OfCase lists what was issued in a case, oldest first. The rows name nobody.
func (d *Documents) OfCase(tx *store.Tx, region string, id lancar.ID) ([]Document, error) {
	return ofCase(tx, region, id)
}

// Proof is what proves, with the public log, that something happened to a document. Record and
// Nonce belong to the person alone.
//
//lancar:personal
type Proof struct {
	What   string // "issued", "revoked", "superseded"
	At     time.Time
	Leaf   lancar.ID
	Nonce  []byte
	Record []byte

	by lancar.Actor
}

// Proofs gives the holder everything that the public log holds about a document.
func (d *Documents) Proofs(ctx context.Context, grant access.Grant, region, number string) (proofs []Proof, err error) {
	err = d.db.Read(ctx, func(tx *store.Tx) error {
		doc, err := find(tx, region, coreOf(number))
		if err != nil {
			return err
		}
		if err := grant.For(doc.subject, access.Documents); err != nil {
			return err
		}
		proofs, err = d.proofs(tx, doc)
		return err
	})
	return proofs, err
}

func (d *Documents) proofs(tx *store.Tx, doc Document) ([]Proof, error) {
	events, err := eventsOf(tx, doc.Region, doc.Core)
	if err != nil {
		return nil, err
	}
	var out []Proof
	for _, e := range events {
		if len(e.Sealed) == 0 {
			continue
		}
		plain, err := d.ring.OpenTx(tx, doc.owner, e.Sealed, eventAAD(doc.Region, doc.Core, e.Version))
		if err != nil {
			return nil, fmt.Errorf("opening the proof of document %s: %w", doc.Core, err)
		}
		out = append(out, Proof{What: e.What, At: e.At, Leaf: e.Leaf, Nonce: plain[:32], Record: plain[32:], by: e.By})
	}
	return out, nil
}

// ForgetTx takes what is left about a person off the documents of a case, after the case's data
// key was destroyed. Numbers, titles and states stay, so that checks go on telling the truth.
func (d *Documents) ForgetTx(tx *store.Tx, region string, id lancar.ID) error {
	return forget(tx, region, id)
}
