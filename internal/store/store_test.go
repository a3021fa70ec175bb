package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"lancar"
	"lancar/internal/store"
	"lancar/internal/store/storetest"
)

func table(t *testing.T, db *store.DB) {
	t.Helper()
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec("CREATE TABLE things (region TEXT NOT NULL, id TEXT NOT NULL, n BIGINT NOT NULL, body BYTEA, PRIMARY KEY (region, id))")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, db *store.DB) (n int64) {
	t.Helper()
	if err := db.Read(t.Context(), func(tx *store.Tx) error {
		return tx.QueryRow("SELECT count(*) FROM things").Scan(&n)
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func insert(tx *store.Tx, id string) error {
	return tx.Queue("INSERT INTO things (region, id, n, body) VALUES ($1, $2, $3, $4)", "53", id, int64(1), []byte{0, 1})
}

func TestWriteIsAllOrNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		table(t, db)
		boom := errors.New("boom")
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			if err := insert(tx, "a"); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) || count(t, db) != 0 {
			t.Fatalf("err %v, %d rows", err, count(t, db))
		}
		err = db.Write(t.Context(), func(tx *store.Tx) error {
			_ = insert(tx, "a")
			return insert(tx, "a")
		})
		if !store.IsConflict(err) || count(t, db) != 0 {
			t.Fatalf("a doubled key gave %v and %d rows", err, count(t, db))
		}
	})
}

// Many writers at once, some failing: each good one is in exactly once, no bad one is.
func TestConcurrentWritersDoNotShareFates(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		table(t, db)
		var wg sync.WaitGroup
		var mu sync.Mutex
		good := 0
		for w := range 16 {
			wg.Go(func() {
				for i := range 20 {
					err := db.Write(context.Background(), func(tx *store.Tx) error {
						if err := insert(tx, fmt.Sprintf("%d-%d", w, i)); err != nil {
							return err
						}
						if i%5 == 0 {
							return errors.New("no")
						}
						return nil
					})
					if err == nil {
						mu.Lock()
						good++
						mu.Unlock()
					}
				}
			})
		}
		wg.Wait()
		if got := count(t, db); int(got) != good || good != 16*16 {
			t.Fatalf("%d acknowledged, %d stored", good, got)
		}
	})
}

func TestCompareAndSwapLetsOneWin(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		table(t, db)
		if err := db.Write(t.Context(), func(tx *store.Tx) error { return insert(tx, "a") }); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		won := make(chan bool, 8)
		for range 8 {
			wg.Go(func() {
				var n int64
				err := db.Write(context.Background(), func(tx *store.Tx) (err error) {
					n, err = tx.Exec("UPDATE things SET n = n + 1 WHERE region = $1 AND id = $2 AND n = $3", "53", "a", int64(1))
					return err
				})
				won <- err == nil && n == 1
			})
		}
		wg.Wait()
		close(won)
		winners := 0
		for w := range won {
			if w {
				winners++
			}
		}
		if winners != 1 {
			t.Fatalf("%d winners", winners)
		}
	})
}

func TestPanicInAWriteReachesItsCallerAndNobodyElse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		table(t, db)
		func() {
			defer func() {
				if p := recover(); p == nil || !strings.Contains(fmt.Sprint(p), "ouch") {
					t.Errorf("recovered %v", p)
				}
			}()
			_ = db.Write(t.Context(), func(tx *store.Tx) error { _ = insert(tx, "a"); panic("ouch") })
		}()
		if err := db.Write(t.Context(), func(tx *store.Tx) error { return insert(tx, "b") }); err != nil || count(t, db) != 1 {
			t.Fatalf("%v, %d rows", err, count(t, db))
		}
	})
}

func TestWriteInsideWriteIsRefused(t *testing.T) {
	db := storetest.Open(t)
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		return db.Write(tx.Ctx, func(*store.Tx) error { return nil })
	})
	if err == nil {
		t.Fatal("accepted")
	}
}

func TestRowsAndNone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		table(t, db)
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			for _, id := range []string{"a", "b", "c"} {
				if err := insert(tx, id); err != nil {
					return err
				}
			}
			ids, err := store.All(tx, func(s store.Scanner) (id string, err error) { return id, s.Scan(&id) }, "SELECT id FROM things ORDER BY id DESC")
			if err != nil || strings.Join(ids, "") != "cba" {
				t.Errorf("%v %v", ids, err)
			}
			var body []byte
			var none *string
			if err := tx.QueryRow("SELECT body, CAST(NULL AS TEXT) FROM things WHERE id = $1", "a").Scan(&body, &none); err != nil || len(body) != 2 || none != nil {
				t.Errorf("%v %v %v", body, none, err)
			}
			if err := tx.QueryRow("SELECT n FROM things WHERE id = $1", "zz").Scan(new(int64)); err != store.ErrNone {
				t.Errorf("%v", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestWhatIsNoTextIsTheSendersFault(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		table(t, db)
		for _, id := range []string{"a\x00b", "a\xffb"} {
			err := db.Read(t.Context(), func(tx *store.Tx) error {
				return tx.QueryRow("SELECT n FROM things WHERE id = $1", id).Scan(new(int64))
			})
			if err != store.ErrNone && lancar.CodeOf(err) != lancar.Invalid {
				t.Errorf("%q: %v", id, err)
			}
		}
	})
}

func TestPingAnswersWhileOpen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if err := db.Ping(ctx); err != nil {
			t.Fatal(err)
		}
	})
}

func TestSeveralReadsAreAskedTogether(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		table(t, db)
		ids := func(tx *store.Tx) (all, one []string, err error) {
			into := func(to *[]string) func(store.Scanner) error {
				return func(s store.Scanner) error {
					var id string
					err := s.Scan(&id)
					*to = append(*to, id)
					return err
				}
			}
			err = tx.Ask(store.Ask{SQL: "SELECT id FROM things ORDER BY id", Row: into(&all)},
				store.Ask{SQL: "SELECT id FROM things WHERE id = $1", Args: []any{"none"}, Row: into(&one)},
				store.Ask{SQL: "SELECT id FROM things WHERE id = $1", Args: []any{"b"}, Row: into(&one)})
			return all, one, err
		}
		check := func(tx *store.Tx) error {
			all, one, err := ids(tx)
			if err != nil || strings.Join(all, "") != "ab" || strings.Join(one, "") != "b" {
				t.Errorf("%v %v %v", all, one, err)
			}
			return err
		}
		if err := db.Write(t.Context(), func(tx *store.Tx) error { // what was queued before is seen
			if err := errors.Join(insert(tx, "a"), insert(tx, "b")); err != nil {
				return err
			}
			return check(tx)
		}); err != nil {
			t.Fatal(err)
		}
		if err := db.Read(t.Context(), check); err != nil {
			t.Fatal(err)
		}
		boom := errors.New("boom")
		if err := db.Read(t.Context(), func(tx *store.Tx) error {
			return tx.Ask(store.Ask{SQL: "SELECT id FROM things", Row: func(store.Scanner) error { return boom }}, store.Ask{SQL: "SELECT id FROM things"})
		}); !errors.Is(err, boom) {
			t.Fatal(err)
		}
		if err := db.Read(t.Context(), check); err != nil { // the connection is still good
			t.Fatal(err)
		}
	})
}

func TestAQueuedWriteRefusesByACheck(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		table(t, db)
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Exec("CREATE TABLE states (id TEXT PRIMARY KEY, state TEXT NOT NULL CHECK (state IN ('open', 'shut')))")
			return errors.Join(err, tx.Queue("INSERT INTO states (id, state) VALUES ('a', 'shut')"))
		})
		if err != nil {
			t.Fatal(err)
		}
		err = db.Write(t.Context(), func(tx *store.Tx) error {
			return errors.Join(tx.Queue("UPDATE states SET state = CASE WHEN state = 'open' THEN 'shut' ELSE 'moved' END"), insert(tx, "a"))
		})
		if !store.IsCheck(err) || store.IsConflict(err) || count(t, db) != 0 {
			t.Fatalf("%v, %d rows", err, count(t, db))
		}
	})
}

// Copies of a node that start on a new database at the same moment all come up.
func TestCopiesThatStartAtOnceMigrateOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for round := range 20 {
			if err := db.Write(t.Context(), func(tx *store.Tx) error { _, err := tx.Exec("DROP TABLE schema_migrations"); return err }); err != nil {
				t.Fatal(err)
			}
			files := fstest.MapFS{"0001_race.sql": {Data: fmt.Appendf(nil, "CREATE TABLE race_%d (id TEXT PRIMARY KEY);\n", round)}}
			var copies sync.WaitGroup
			for range 8 {
				copies.Go(func() {
					if err := db.Migrate(t.Context(), files); err != nil {
						t.Error(err)
					}
				})
			}
			copies.Wait()
		}
	})
}
