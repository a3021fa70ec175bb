package access_test

import (
	"strings"
	"testing"
	"time"

	"lancar/internal/store"
	"lancar/publiclog"
)

// chained is a world whose looks are chained: three in two closed blocks, one that still waits.
func chained(w *world) *publiclog.Log {
	w.Helper()
	log := publiclog.New(w.db, w.queue, w.ring, publiclog.Config{})
	w.a.Chain(log)
	for _, looks := range []int{2, 1} {
		for range looks {
			_, err := w.open(look())
			w.must(err)
			w.at = w.at.Add(time.Second)
		}
		w.must(w.db.Write(w.Context(), w.a.ChainTx))
		w.at = w.at.Add(time.Hour)
	}
	_, err := w.open(look())
	w.must(err)
	_, err = log.Sequence(w.Context())
	w.must(err)
	w.must(w.a.Verify(w.Context()))
	for _, t := range copied {
		w.do("CREATE TABLE saved_" + t + " AS SELECT * FROM " + t)
	}
	return log
}

// copied are the tables that [world.found] alters; each has a copy, "saved_" and its name.
var copied = []string{"access_rows", "access_seen", "access_blocks", "publiclog_leaves"}

func (w *world) do(statements ...string) {
	w.Helper()
	w.must(w.db.Write(w.Context(), func(tx *store.Tx) error {
		for _, s := range statements {
			if _, err := tx.Exec(s); err != nil {
				return err
			}
		}
		return nil
	}))
}

// found alters tables behind the room's back, wants Verify to say so in words that hold want, and
// puts everything back.
func (w *world) found(name, want string, statements ...string) {
	w.Helper()
	w.do(statements...)
	if err := w.a.Verify(w.Context()); err == nil || !strings.Contains(err.Error(), want) {
		w.Errorf("%s: %v, want %q", name, err, want)
	}
	var back []string
	for _, t := range copied {
		back = append(back, "DELETE FROM "+t, "INSERT INTO "+t+" SELECT * FROM saved_"+t)
	}
	w.do(back...)
}

// Both copies of a look are altered alike: only the chain can tell.
func TestAnAlteredLookIsFoundInEveryColumn(t *testing.T) {
	each(t, func(w *world) {
		chained(w)
		for column, value := range map[string]string{
			"region": "'53.16'", "id": "'0' || id", "subject": "'other'", "case_id": "'other'", "at": "at + 1", "who_kind": "'system'", "who_id": "'other'",
			"who_name": "'Other'", "who_role": "'signer'", "who_agency": "'other'", "what": "'answers'", "words": `'{"id":"lain"}'`,
			"purpose": `'{"id":"lain"}'`, "ground": `'{"id":"lain"}'`, "acting_for": "'other'", "mandate": "'other'", "consent": "'other'",
		} {
			set := " SET " + column + " = " + value + " WHERE id = (SELECT id FROM saved_access_rows WHERE block = 1 ORDER BY id LIMIT 1)"
			w.found(column, "look", "UPDATE access_rows"+set, "UPDATE access_seen"+set)
			w.found(column+" in the records alone", "access:", "UPDATE access_rows"+set)
			w.found(column+" in the list alone", "access:", "UPDATE access_seen"+set)
		}
		w.must(w.a.Verify(t.Context()))
	})
}

func TestALookTakenOutOfBothCopiesIsFound(t *testing.T) {
	each(t, func(w *world) {
		chained(w)
		const of1, of2 = " WHERE id = (SELECT id FROM saved_access_rows WHERE block = 1 ORDER BY id LIMIT 1)", " WHERE id = (SELECT id FROM saved_access_rows WHERE block = 2)"
		gone := func(where string) []string {
			return []string{"DELETE FROM access_rows" + where, "DELETE FROM access_seen" + where}
		}
		w.found("one look", "1 looks of region 53.15 were taken out, from block 1", gone(of1)...)
		w.found("all looks of the last block", "were taken out, from block 2", gone(of2)...)
		w.found("the last block with its looks", "block 2 of the looks of region 53.15 is gone", append(gone(of2), "DELETE FROM access_blocks WHERE n = 2")...)
		w.found("the whole chain", "is gone", "DELETE FROM access_rows", "DELETE FROM access_seen", "DELETE FROM access_blocks")
		w.found("a block between", "block 1 of the looks of region 53.15 is missing", "DELETE FROM access_blocks WHERE n = 1")
		w.found("a block's content", "altered", "UPDATE access_blocks SET digests = (SELECT digests FROM saved_access_blocks WHERE n = 2) WHERE n = 1")
		w.found("a block's time", "altered", "UPDATE access_blocks SET at = at + 1 WHERE n = 1")
		w.found("a block's head", "altered", "UPDATE access_blocks SET head = (SELECT head FROM saved_access_blocks WHERE n = 1) WHERE n = 2")
		w.found("a block's leaf", "not in the public log", "UPDATE access_blocks SET leaf = 'x' WHERE n = 2")
		w.found("a look moved to another block", "look", "UPDATE access_rows SET block = 1 WHERE block = 2")
		w.found("a look put back to wait", "put in later", "UPDATE access_rows SET block = 0 WHERE id = (SELECT id FROM saved_access_rows WHERE block = 1 ORDER BY id LIMIT 1)")
		w.found("a look that waited", "taken out of the records", "DELETE FROM access_rows WHERE block = 0")
		w.must(w.a.Verify(t.Context()))
	})
}

// Nobody waits for the chain, and a look that commits while a block is closed is in the next one.
func TestManyLooksAreChainedOnce(t *testing.T) {
	each(t, func(w *world) {
		log := chained(w)
		for range 40 {
			_, err := w.open(look())
			w.must(err)
		}
		w.must(w.db.Write(t.Context(), w.a.ChainTx))
		w.must(w.db.Write(t.Context(), w.a.ChainTx)) // nothing waits: no empty block
		_, err := log.Sequence(t.Context())
		w.must(err)
		w.must(w.a.Verify(t.Context()))
		w.must(w.db.Read(t.Context(), func(tx *store.Tx) error {
			var blocks, waiting int64
			err := tx.QueryRow("SELECT count(*), (SELECT count(*) FROM access_rows WHERE block = 0) FROM access_blocks").Scan(&blocks, &waiting)
			if blocks != 3 || waiting != 0 {
				t.Errorf("%d blocks, %d looks wait", blocks, waiting)
			}
			return err
		}))
	})
}
