package document

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"lancar"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/publiclog"
)

// Fsck derives every document's state again from its history, opens its file and checks hash
// and signature, and finds each step in the public log. It returns how many documents there
// are; the error says the first thing that is wrong.
func (d *Documents) Fsck(ctx context.Context) (n int, err error) {
	err = d.db.Read(ctx, func(tx *store.Tx) error {
		regions, err := regionsOf(tx)
		if err != nil {
			return err
		}
		for _, region := range regions {
			for after, more := "", true; more; {
				docs, err := pageOf(tx, region, after, 256)
				if err != nil {
					return err
				}
				for _, doc := range docs {
					if err := d.fsck(tx, doc); err != nil {
						return fmt.Errorf("document %s: %w", doc.Number, err)
					}
					after = doc.Core
				}
				n += len(docs)
				more = len(docs) == 256
			}
		}
		return nil
	})
	return n, err
}

func (d *Documents) fsck(tx *store.Tx, doc Document) error {
	events, err := eventsOf(tx, doc.Region, doc.Core)
	if err != nil {
		return err
	}
	state := State("")
	for i, e := range events {
		if e.Version != int64(i+1) {
			return fmt.Errorf("step %d of its history is missing", i+1)
		}
		if state = State(e.What); e.What == "issued" {
			state = Valid
		}
	}
	if state != doc.State || int64(len(events)) != doc.version {
		return fmt.Errorf("it is %q (version %d), its history says %q (version %d)", doc.State, doc.version, state, len(events))
	}
	pdf, err := d.file(tx, doc)
	if lancar.CodeOf(err) == lancar.Gone {
		return nil // erased: the steps cannot be opened either
	}
	if err != nil {
		return err
	}
	if hash := sha256.Sum256(pdf); hex.EncodeToString(hash[:]) != doc.SHA256 {
		return errors.New("its file is not the one that was issued")
	}
	if _, err := Verify(pdf, d.ring.Roots()); err != nil {
		return err
	}
	return d.fsckLeaves(tx, doc)
}

// facts is a digest of everything that a check shows of a document, for its leaf in the log.
func (doc Document) facts() string {
	text, _ := json.Marshal([]any{doc.Region, doc.Core, doc.Number, doc.Kind, doc.State, doc.Case, doc.subject, doc.Title, doc.Holder, doc.About, doc.Office, doc.SHA256, doc.Size,
		store.Micros(doc.IssuedAt), store.Micros(doc.ValidUntil), store.Micros(doc.ChangedAt), doc.Reason, doc.ReplacedBy})
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func (d *Documents) fsckLeaves(tx *store.Tx, doc Document) error {
	proofs, err := d.proofs(tx, doc)
	if errors.Is(err, keys.ErrDestroyed) {
		return nil
	}
	if err != nil {
		return err
	}
	for i, p := range proofs {
		pos, ok, err := d.log.PositionTx(tx, doc.Region, p.Leaf)
		if err != nil {
			return err
		}
		if ok && pos.Hash != publiclog.PrivateHash(p.Nonce, p.Record) {
			return fmt.Errorf("the public log holds another leaf for its step %q", p.What)
		}
		var said struct{ Type, Number, SHA256, Facts string }
		if err := json.Unmarshal(p.Record, &said); err != nil {
			return err
		}
		if said.Type != "document."+p.What || said.Number != doc.Number || said.SHA256 != "" && said.SHA256 != doc.SHA256 {
			return fmt.Errorf("its step %q does not match what was logged", p.What)
		}
		if i == len(proofs)-1 && int64(len(proofs)) == doc.version && said.Facts != "" && said.Facts != doc.facts() {
			return errors.New("what a check shows of it is not what was logged")
		}
	}
	return nil
}
