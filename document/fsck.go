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
		return d.fsckLists(tx)
	})
	return n, err
}

// listQueue is where documents wait for their holder's list: the subscription of [Documents.ListTx],
// which the app makes under the room's own name.
const listQueue = EventIssued + ">document"

// fsckLists: each holder's list holds what was issued to them and nothing else. A document may be
// missing there only as far as it waits in the outbox.
func (d *Documents) fsckLists(tx *store.Tx) error {
	core, err := strayListed(tx)
	if err == nil {
		return fmt.Errorf("document: the list of a holder tells of document %s, which is not theirs or was issued at another time", core)
	}
	if err != store.ErrNone {
		return err
	}
	missing, core, err := missingListed(tx)
	if err != nil || missing == 0 {
		return err
	}
	waiting, err := d.queue.Waiting(tx.Ctx, listQueue)
	if err == nil && missing > waiting {
		err = fmt.Errorf("document: document %s is not in its holder's list", core)
	}
	return err
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

// byDigest is who did a step, for its leaf: the person who holds the proof learns no account of an
// officer from it.
func byDigest(by lancar.Actor) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s", by.Kind, by.ID, by.Role))
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
		if there, err := d.log.HasTx(tx, doc.Region, p.Leaf); err != nil || !there {
			return errors.Join(fmt.Errorf("the public log holds no leaf for its step %q", p.What), err)
		}
		if ok && pos.Hash != publiclog.PrivateHash(p.Nonce, p.Record) {
			return fmt.Errorf("the public log holds another leaf for its step %q", p.What)
		}
		var said struct {
			Type, Number, SHA256, Facts, By string
			At                              int64
		}
		if err := json.Unmarshal(p.Record, &said); err != nil {
			return err
		}
		if said.Type != "document."+p.What || said.Number != doc.Number || said.SHA256 != "" && said.SHA256 != doc.SHA256 ||
			said.At != store.Micros(p.At) || said.By != "" && said.By != byDigest(p.by) {
			return fmt.Errorf("its step %q does not match what was logged", p.What)
		}
		if i == len(proofs)-1 && int64(len(proofs)) == doc.version && said.Facts != "" && said.Facts != doc.facts() {
			return errors.New("what a check shows of it is not what was logged")
		}
	}
	return nil
}
