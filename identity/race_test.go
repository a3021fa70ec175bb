package identity_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"lancar"
	"lancar/identity"
	"lancar/internal/store"
)

func TestGuessesAtOnceCountAsMany(t *testing.T) {
	each(t, identity.Limits{PerAddress: 100_000, GuessesAddress: 100_000}, func(w *world) {
		var wg sync.WaitGroup
		var started, signedIn atomic.Int64
		for n := range 60 {
			wg.Go(func() {
				c := w.Claim(maria, "maria@example.com")
				c.Address = fmt.Sprintf("198.51.100.%d", n)
				if _, err := w.Identity.Start(t.Context(), c); err == nil {
					started.Add(1)
				} else if lancar.CodeOf(err) != lancar.TooMany {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if started.Load() != 10 {
			t.Fatalf("%d of 60 starts at once", started.Load())
		}
		w.Drain()
		a := w.start(w.Claim(yosef, "yosef@example.com"))
		right := w.Code("yosef@example.com")
		for n := range 40 {
			wg.Go(func() {
				code := fmt.Sprintf("%06d", n)
				if n >= 20 {
					code = right
				}
				if _, _, err := w.confirm(a.ID, code); err == nil {
					signedIn.Add(1)
				}
			})
		}
		wg.Wait()
		var tries, sessions int64
		w.Must(w.DB.Read(t.Context(), func(tx *store.Tx) error {
			if err := tx.QueryRow("SELECT tries FROM identity_attempts WHERE id = $1", a.ID).Scan(&tries); err != nil {
				return err
			}
			return tx.QueryRow("SELECT count(*) FROM identity_sessions").Scan(&sessions)
		}))
		if tries > 5 || signedIn.Load() > 1 || sessions != signedIn.Load() {
			t.Fatalf("%d tries, %d sign-ins, %d sessions", tries, signedIn.Load(), sessions)
		}
	})
}
