package document

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"lancar"
	"lancar/access"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/internal/store/storetest"
	"lancar/publiclog"
)

const (
	home    = "53.15"
	owner   = "case:53.15:1"
	subject = "subject-1"
)

var officer = lancar.Actor{Kind: lancar.Officer, ID: "o1", Role: "head", Region: home}

type house struct {
	*Documents
	db    *store.DB
	queue *jobs.Queue
	ring  *keys.Ring
	log   *publiclog.Log
}

func build(t *testing.T, db *store.DB) house {
	t.Helper()
	ring := signer(t)
	queue := jobs.New(db, func(j jobs.Job, err error) { t.Errorf("job %s: %v", j.Queue, err) })
	log := publiclog.New(db, queue, ring, publiclog.Config{})
	d, err := New(db, queue, ring, log, Config{CheckBase: "http://192.0.2.1:8053/"})
	if err != nil {
		t.Fatal(err)
	}
	queue.Subscribe(EventIssued, "document", d.ListTx)
	return house{d, db, queue, ring, log}
}

func order() Order {
	return Order{Region: home, Kind: Permit, Pattern: "503/{number}/{year}", Case: "1", Subject: subject, Owner: owner, Holder: "Maria Yosefa Bano",
		Title: lancar.Text{"id": "Izin pemakaian lapak pasar"}, About: lancar.Text{"id": "Lapak B-12"}, Paper: paper()}
}

func (h house) prepare(t *testing.T, o Order) Prepared {
	t.Helper()
	p, err := h.Prepare(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (h house) write(t *testing.T, fn func(*store.Tx) error) {
	t.Helper()
	if err := h.db.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func (h house) issue(t *testing.T, o Order) (doc Document, pdf []byte) {
	t.Helper()
	p := h.prepare(t, o)
	h.write(t, func(tx *store.Tx) (err error) {
		doc, err = h.IssueTx(tx, p, officer)
		return err
	})
	if err := h.queue.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	return doc, p.PDF
}

// grant is a permission as an officer or the person gets it.
func (h house) grant(t *testing.T, who string, what ...string) (g access.Grant) {
	t.Helper()
	text := lancar.Text{"id": "uji", "en": "test"}
	h.write(t, func(tx *store.Tx) (err error) {
		g, err = access.New(h.db, h.queue, h.ring).OpenTx(tx, access.Request{Who: lancar.Actor{Kind: lancar.Officer, ID: "o1", Name: "P", Role: "r", Region: home, Agency: "a"},
			Subject: who, Region: home, Case: "1", What: what, Purpose: text, Ground: text})
		return err
	})
	return g
}

func (h house) state(t *testing.T, number string) Verdict {
	t.Helper()
	v, err := h.ByNumber(t.Context(), number)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (h house) check(t *testing.T, pdf []byte) Verdict {
	t.Helper()
	v, err := h.Check(t.Context(), pdf)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestIssueAndCheck(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		p := h.prepare(t, order())
		if v := h.state(t, p.Number); v.State != Unknown {
			t.Errorf("a document whose transaction never came is %s", v.State)
		}
		doc, pdf := h.issue(t, order())
		for _, typed := range []string{doc.Number, doc.Core, strings.ToLower(doc.Number)} {
			v := h.state(t, typed)
			if v.State != Valid || v.Document.Holder != "M•••• Y•••• Bano" || v.Document.Title.In("id") != "Izin pemakaian lapak pasar" {
				t.Errorf("%s: %+v", typed, v)
			}
		}
		if v := h.check(t, pdf); v.State != Valid || v.Document.Number != doc.Number {
			t.Errorf("its file: %+v", v)
		}
		if v := h.check(t, p.PDF); v.State != Unknown {
			t.Errorf("a file signed but never issued is %s", v.State)
		}
		if v := h.check(t, []byte("%PDF-1.7 something else")); v.State != Unknown {
			t.Errorf("a stranger's file is %s", v.State)
		}
		changed := bytes.Replace(pdf, []byte("/Producer"), []byte("/Producel"), 1)
		if v := h.check(t, changed); v.State != Tampered || v.Document.Number != doc.Number {
			t.Errorf("an altered file: %+v", v)
		}
		if !bytes.Contains(pdf, []byte(keywordPrefix+doc.Core)) || h.CheckURL(doc.Number) != "http://192.0.2.1:8053/verify/"+doc.Core {
			t.Errorf("number %s, check at %s", doc.Number, h.CheckURL(doc.Number))
		}
		if n, err := h.Fsck(t.Context()); n != 1 || err != nil {
			t.Errorf("fsck: %d %v", n, err)
		}
	})
}

func TestRevoke(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		doc, pdf := h.issue(t, order())
		reason := lancar.Text{"id": "Usaha tutup atas permintaan pemilik"}
		revoke := func(tx *store.Tx) error {
			_, err := h.RevokeTx(tx, home, doc.Number, reason, officer)
			return err
		}
		h.write(t, revoke)
		if v := h.check(t, pdf); v.State != Revoked || v.Document.Reason.In("id") != reason["id"] || v.Document.ChangedAt.IsZero() {
			t.Errorf("%+v", v)
		}
		if err := h.db.Write(t.Context(), revoke); lancar.CodeOf(err) != lancar.Conflict {
			t.Errorf("revoked twice: %v", err)
		}
		err := h.db.Write(t.Context(), func(tx *store.Tx) error {
			_, err := h.RevokeTx(tx, home, newCore(home), reason, officer)
			return err
		})
		if lancar.CodeOf(err) != lancar.NotFound {
			t.Errorf("an unknown number: %v", err)
		}
		if _, err := h.Fsck(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestSupersede(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		first, pdf := h.issue(t, order())
		next := order()
		next.Replaces = first.Number
		second, _ := h.issue(t, next)
		if v := h.check(t, pdf); v.State != Superseded || v.Document.ReplacedBy != second.Core {
			t.Errorf("the first: %+v", v)
		}
		third := h.prepare(t, next)
		err := h.db.Write(t.Context(), func(tx *store.Tx) error {
			_, err := h.IssueTx(tx, third, officer)
			return err
		})
		if lancar.CodeOf(err) != lancar.Conflict {
			t.Errorf("replaced twice: %v", err)
		}
		if v := h.state(t, third.Number); v.State != Unknown {
			t.Errorf("the one that came too late is %s", v.State)
		}
	})
}

func TestTerm(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	storetest.EachAt(t, func() time.Time { return now }, func(t *testing.T, db *store.DB) {
		now = time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
		h := build(t, db)
		o := order()
		o.ValidUntil = now.Add(time.Hour)
		doc, _ := h.issue(t, o)
		now = o.ValidUntil.Add(-time.Microsecond)
		if v := h.state(t, doc.Number); v.State != Valid {
			t.Errorf("in its last microsecond it is %s", v.State)
		}
		now = o.ValidUntil
		if v := h.state(t, doc.Number); v.State != Expired {
			t.Errorf("after its term it is %s", v.State)
		}
	})
}

func TestOpenNeedsAGrant(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		doc, pdf := h.issue(t, order())
		_, got, err := h.Open(t.Context(), h.grant(t, subject, access.Documents), home, doc.Number)
		if err != nil || !bytes.Equal(got, pdf) {
			t.Errorf("the holder: %v", err)
		}
		for name, g := range map[string]access.Grant{"nobody": {}, "another person": h.grant(t, "subject-2", access.Documents), "another kind": h.grant(t, subject, access.Messages)} {
			if _, _, err := h.Open(t.Context(), g, home, doc.Number); lancar.CodeOf(err) != lancar.NotFound {
				t.Errorf("%s: %v", name, err)
			}
			if _, err := h.Proofs(t.Context(), g, home, doc.Number); lancar.CodeOf(err) != lancar.NotFound {
				t.Errorf("%s, proofs: %v", name, err)
			}
		}
		mine, err := h.Mine(t.Context(), h.grant(t, subject, access.Documents), 10)
		if err != nil || len(mine) != 1 || mine[0].Core != doc.Core {
			t.Errorf("my documents: %+v %v", mine, err)
		}
		var sealed []byte
		_ = h.db.Read(t.Context(), func(tx *store.Tx) (err error) { sealed, err = sealedFile(tx, home, doc.Core); return err })
		if bytes.Contains(sealed, []byte("%PDF")) {
			t.Error("the file lies in the database unsealed")
		}
	})
}

// After erasure nobody opens the file, and a check still tells the truth about the number.
func TestErasure(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		doc, pdf := h.issue(t, order())
		g := h.grant(t, subject, access.Documents)
		h.write(t, func(tx *store.Tx) error {
			return errors.Join(h.ring.DestroyTx(tx, owner), h.ForgetTx(tx, home, "1"))
		})
		if _, _, err := h.Open(t.Context(), g, home, doc.Number); lancar.CodeOf(err) != lancar.NotFound {
			t.Errorf("opened after erasure: %v", err)
		}
		if v := h.check(t, pdf); v.State != Valid || v.Document.Holder != "" || len(v.Document.About) != 0 {
			t.Errorf("%+v", v)
		}
		if mine, err := h.Mine(t.Context(), g, 10); err != nil || len(mine) != 0 {
			t.Errorf("still on the list: %+v %v", mine, err)
		}
		h.write(t, func(tx *store.Tx) error {
			_, err := h.RevokeTx(tx, home, doc.Number, lancar.Text{"id": "Dicabut"}, officer)
			return err
		})
		if _, err := h.Fsck(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// A person proves by what they hold, and the region's public key, that their document was issued.
func TestProofInTheLog(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		doc, _ := h.issue(t, order())
		if _, err := h.log.Sequence(t.Context()); err != nil {
			t.Fatal(err)
		}
		proofs, err := h.Proofs(t.Context(), h.grant(t, subject, access.Documents), home, doc.Number)
		if err != nil || len(proofs) != 1 || !strings.Contains(string(proofs[0].Record), doc.SHA256) {
			t.Fatalf("%+v %v", proofs, err)
		}
		p, err := h.log.Proof(t.Context(), home, proofs[0].Leaf)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Check(h.log.Origin(home), h.ring.LogVerifierKey(home)); err != nil {
			t.Error(err)
		}
		if want := publiclog.Entry(publiclog.Private, publiclog.Commit(proofs[0].Nonce, proofs[0].Record)); !bytes.Equal(p.Entry, want) {
			t.Errorf("the log holds %q, the proof makes %q", p.Entry, want)
		}
	})
}

func TestFsckFindsTampering(t *testing.T) {
	cases := map[string]struct{ sql, says string }{
		"un-revoked":       {"UPDATE document_documents SET state = 'valid', version = 1 WHERE region = $1 AND state = 'revoked'", "its history says"},
		"history cut":      {"DELETE FROM document_events WHERE region = $1 AND what = 'revoked'", "its history says"},
		"holder exchanged": {"UPDATE document_documents SET holder = 'B••• Lain' WHERE region = $1", "what a check shows"},
		"term made longer": {"UPDATE document_documents SET valid_until = valid_until + 1 WHERE region = $1", "what a check shows"},
		"hash exchanged":   {"UPDATE document_documents SET sha256 = 'abc' WHERE region = $1", "not the one that was issued"},
		"file exchanged":   {"UPDATE document_files SET sealed = proof FROM document_events WHERE document_events.region = $1 AND document_events.core = document_files.core AND version = 1", "opening the file"},
		"step's instant":   {"UPDATE document_events SET at = at + 1 WHERE region = $1 AND what = 'issued'", "does not match"},
		"step's author":    {"UPDATE document_events SET actor_id = 'x' WHERE region = $1 AND what = 'revoked'", "does not match"},
		"step's role":      {"UPDATE document_events SET actor_role = 'x' WHERE region = $1 AND what = 'revoked'", "does not match"},
		"step's leaf":      {"UPDATE document_events SET leaf = 'x' WHERE region = $1 AND what = 'revoked'", "holds no leaf"},
		"leaf exchanged":   {"UPDATE publiclog_leaves SET kind = 'public' WHERE region = $1", "another leaf"},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		doc, _ := h.issue(t, order())
		h.write(t, func(tx *store.Tx) error {
			_, err := h.RevokeTx(tx, home, doc.Number, lancar.Text{"id": "Uji"}, officer)
			return err
		})
		if _, err := h.log.Sequence(t.Context()); err != nil {
			t.Fatal(err)
		}
		for name, c := range cases {
			undo := errors.New("undo")
			err := h.db.Write(t.Context(), func(tx *store.Tx) error {
				if n, err := tx.Exec(c.sql, home); err != nil || n == 0 {
					t.Errorf("%s: %d rows, %v", name, n, err)
				}
				doc, err := find(tx, home, doc.Core)
				if err != nil {
					return err
				}
				if err := h.fsck(tx, doc); err == nil || !strings.Contains(err.Error(), c.says) {
					t.Errorf("%s: fsck says %v, want %q", name, err, c.says)
				}
				return undo
			})
			if !errors.Is(err, undo) {
				t.Fatal(err)
			}
		}
	})
}

func TestFsckComparesTheHoldersLists(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		h.issue(t, order())
		h.issue(t, order())
		if err := h.queue.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		for name, sql := range map[string]string{
			"nothing": "", "holder": "UPDATE document_lists SET subject = 'x'", "instant": "UPDATE document_lists SET issued_at = issued_at + 1",
			"region": "UPDATE document_lists SET region = '00'", "document": "UPDATE document_lists SET core = 'x' WHERE core = (SELECT min(core) FROM document_lists)",
			"taken out": "DELETE FROM document_lists WHERE core = (SELECT min(core) FROM document_lists)",
		} {
			undo := errors.New("undo")
			if err := h.db.Write(t.Context(), func(tx *store.Tx) error {
				if sql != "" {
					if _, err := tx.Exec(sql); err != nil {
						return err
					}
				}
				if err := h.fsckLists(tx); (err == nil) != (sql == "") {
					t.Errorf("%s: %v", name, err)
				}
				return undo
			}); !errors.Is(err, undo) {
				t.Fatal(err)
			}
		}
	})
}

func TestPrepareRefuses(t *testing.T) {
	h := build(t, storetest.Open(t))
	for name, change := range map[string]func(*Order){"no region": func(o *Order) { o.Region = "" }, "no owner": func(o *Order) { o.Owner = "" }, "no title": func(o *Order) { o.Title = nil }, "no date": func(o *Order) { o.Paper.Date = time.Time{} }} {
		o := order()
		change(&o)
		if _, err := h.Prepare(t.Context(), o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := h.Check(t.Context(), make([]byte, MaxFile+1)); lancar.CodeOf(err) != lancar.TooLarge {
		t.Errorf("a huge file: %v", err)
	}
}
