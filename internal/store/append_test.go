package store_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"lancar/internal/store"
	"lancar/internal/store/storetest"
)

// Many append at once, some of them what is there already: each good one is in whole, of a bad one
// nothing is, and who was good is not told of others' faults.
func TestAppendsThatShareATransactionDoNotShareFates(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		table(t, db)
		if err := db.Append(t.Context(), func(tx *store.Tx) error { return insert(tx, "there") }); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		var conflicts atomic.Int64
		for w := range 32 {
			wg.Go(func() {
				for i := range 20 {
					bad := (w+i)%7 == 0
					err := db.Append(context.Background(), func(tx *store.Tx) error {
						if err := insert(tx, fmt.Sprintf("%d-%d", w, i)); err != nil || !bad {
							return err
						}
						return insert(tx, "there")
					})
					if bad != store.IsConflict(err) || !bad && err != nil {
						t.Errorf("bad %v: %v", bad, err)
					}
					if bad {
						conflicts.Add(1)
					}
				}
			})
		}
		wg.Wait()
		if n := count(t, db); n != 1+32*20-conflicts.Load() {
			t.Fatalf("%d rows after %d conflicts", n, conflicts.Load())
		}
	})
}

func TestOfManyWhoAppendTheSameOneIsIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		table(t, db)
		var wg sync.WaitGroup
		var in atomic.Int64
		for range 16 {
			wg.Go(func() {
				switch err := db.Append(context.Background(), func(tx *store.Tx) error { return insert(tx, "one") }); {
				case err == nil:
					in.Add(1)
				case !store.IsConflict(err):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if in.Load() != 1 || count(t, db) != 1 {
			t.Fatalf("%d were told that theirs is in, %d rows", in.Load(), count(t, db))
		}
	})
}

func TestAnAppendReadsNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		table(t, db)
		err := db.Append(t.Context(), func(tx *store.Tx) error {
			var n int64
			return tx.QueryRow("SELECT count(*) FROM things").Scan(&n)
		})
		if err == nil {
			t.Fatal("it was told what there is before its transaction")
		}
		if err := db.Append(t.Context(), func(*store.Tx) error { return nil }); err != nil {
			t.Fatal("nothing to append: ", err)
		}
		_ = db.Write(t.Context(), func(tx *store.Tx) error {
			if db.Append(tx.Ctx, func(tx *store.Tx) error { return insert(tx, "a") }) == nil {
				t.Error("an append inside a write would commit by itself")
			}
			return nil
		})
	})
}
