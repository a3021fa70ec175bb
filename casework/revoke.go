package casework

import (
	"context"

	"lancar"
	"lancar/document"
	"lancar/identity"
	"lancar/internal/store"
	"lancar/notify"
)

// MayRevoke says whether this officer may withdraw a document: a decider or signer of the agency
// that answers for the service, in the region of the case or in one above it, whose own it is not.
// (Their family's is refused only by [Cases.Revoke]: to know it, the case has to be looked at.)
func (c *Cases) MayRevoke(ctx context.Context, officer lancar.Actor, doc document.Document) (may bool, err error) {
	err = c.db.Read(ctx, func(tx *store.Tx) error {
		d, ok, err := c.revocable(tx, officer, doc)
		if may = ok; err != nil || !ok {
			return err
		}
		own, err := c.identity.ConflictedTx(tx, []lancar.ID{officer.ID}, d.subject, "")
		may = !own[officer.ID]
		return err
	})
	return may, err
}

func (c *Cases) revocable(tx *store.Tx, officer lancar.Actor, doc document.Document) (*dossier, bool, error) {
	if officer.Kind != lancar.Officer || officer.Role != identity.Decider && officer.Role != identity.Signer || doc.Case == "" || doc.State != document.Valid {
		return nil, false, nil
	}
	d, err := c.byID(tx, doc.Region, doc.Case)
	if lancar.CodeOf(err) == lancar.NotFound {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	at := c.regions.ByCode(d.region)
	return d, at != nil && officer.Agency == d.origin.Agency && at.Within(officer.Region), nil
}

// disinterested refuses an officer to whom the case belongs, or to somebody of their family card,
// as the draw does for decisions. That the family was looked at is written down.
func (c *Cases) disinterested(tx *store.Tx, officer lancar.Actor, d *dossier) error {
	if d.subject == "" { // retention ended: nobody knows any more whose it was
		return nil
	}
	family, err := c.familyTx(tx, d)
	if err != nil {
		return err
	}
	kin, err := c.identity.ConflictedTx(tx, []lancar.ID{officer.ID}, d.subject, family)
	if err == nil && kin[officer.ID] {
		err = lancar.Fail(lancar.Forbidden, "", "Dokumen ini milik Anda sendiri atau keluarga Anda, jadi pejabat lain yang memutuskan pencabutannya.",
			"This document is your own or your family's, so another officer decides on its revocation.")
	}
	return err
}

// Revoke withdraws a document that a case ended with. The reason is shown to everyone who checks
// the document, so it must name nobody; the holder is told. lancar.Forbidden for an officer who
// may not, see [Cases.MayRevoke].
func (c *Cases) Revoke(ctx context.Context, officer lancar.Actor, number, reason string) error {
	reason, err := said("reason", reason, maxRevocation, lancar.Fail(lancar.Invalid, "reason", "Tulis alasan pencabutan.", "Write the reason for the revocation."))
	if err != nil {
		return err
	}
	found, err := c.documents.ByNumber(ctx, number)
	if err != nil {
		return err
	}
	if found.State == document.Unknown {
		return errNotFound()
	}
	return c.db.Write(ctx, func(tx *store.Tx) error {
		d, may, err := c.revocable(tx, officer, found.Document)
		if err != nil {
			return err
		}
		if !may {
			return lancar.Fail(lancar.Forbidden, "", "Dokumen ini hanya bisa dicabut pemutus atau penanda tangan dari instansi yang menerbitkannya, selama masih berlaku.",
				"Only a decider or signer of the agency that issued it can revoke this document, while it is valid.")
		}
		if err := c.disinterested(tx, officer, d); err != nil {
			return err
		}
		doc, err := c.documents.RevokeTx(tx, d.region, found.Document.Number, lancar.Text{"id": reason}, officer)
		if err != nil || d.account == "" {
			return err
		}
		return c.identity.TellTx(tx, d.account, notify.Message{Region: d.region, Link: c.base + "/cases/" + d.origin.Number, Key: "revoked/" + doc.Core,
			Title: lancar.Text{"id": "Dokumen Anda dicabut", "en": "Your document was revoked"},
			Body: lancar.Text{"id": "Dokumen " + doc.Number + " tidak berlaku lagi sejak hari ini. Alasan: " + reason,
				"en": "Document " + doc.Number + " is no longer valid from today. Reason: " + reason}})
	})
}
