package identity_test

import (
	"sync"
	"testing"
	"time"

	"lancar"
	"lancar/identity"
)

// two is Maria with two contacts of the register: her mail, and her phone, which she said is her own.
func (w *world) two() (token string, s identity.Session, mail, number string) {
	w.t.Helper()
	token, s = w.signIn(claim(maria, "maria@example.com"), "maria@example.com")
	_, _, err := w.recover(claim(maria, phone), phone)
	w.refused(err, lancar.Conflict)
	list, err := w.id.Recoveries(w.t.Context(), s)
	w.must(err)
	w.must(w.id.AllowRecovery(w.t.Context(), s, list[0].ID))
	ways, err := w.id.Contacts(w.t.Context(), s)
	w.must(err)
	if len(ways) != 2 || ways[0].Masked == "" || !ways[1].Register {
		w.t.Fatalf("%+v", ways)
	}
	for _, c := range ways {
		if c.Channel == "email" {
			mail = c.ID
		} else {
			number = c.ID
		}
	}
	return token, s, mail, number
}

func TestAContactIsRemovedAfterAWait(t *testing.T) {
	each(t, identity.Limits{}, func(w *world) {
		_, s, mail, number := w.two()
		stale := s
		w.refused(w.id.RemoveContact(w.t.Context(), s, "somebody else's"), lancar.NotFound)
		w.must(w.id.RemoveContact(w.t.Context(), s, mail))
		w.must(w.id.RemoveContact(w.t.Context(), s, mail))                       // once
		w.refused(w.id.RemoveContact(w.t.Context(), s, number), lancar.Conflict) // none would stay
		w.drain()
		w.told("maria@example.com", "Kontak Anda akan dihapus")
		w.told(phone, "Kontak Anda akan dihapus")
		w.pass(71 * time.Hour)
		w.drain()
		if _, in := w.signIn(claim(maria, "maria@example.com"), "maria@example.com"); in.Account != s.Account {
			w.t.Fatal("it stopped before its time")
		}
		w.pass(2 * time.Hour)
		w.drain()
		w.told(phone, "Kontak dihapus dari akun Anda")
		_, _, err := w.recover(claim(maria, "maria@example.com"), "maria@example.com")
		w.refused(err, lancar.Conflict) // as new as any other
		_, in := w.signIn(claim(maria, phone), phone)
		if in.Account != s.Account {
			w.t.Fatal("another account")
		}
		w.refused(w.id.RemoveContact(w.t.Context(), in, number), lancar.Conflict)
		w.refused(w.id.RemoveContact(w.t.Context(), stale, number), lancar.Forbidden) // no longer fresh
		w.must(w.id.Verify(w.t.Context()))
	})
}

// A thief with a fresh session removes the owner's mail: the owner is told, signs in with it, and keeps it.
func TestTheOwnerKeepsAContact(t *testing.T) {
	each(t, identity.Limits{}, func(w *world) {
		_, s, mail, _ := w.two()
		w.must(w.id.RemoveContact(w.t.Context(), s, mail))
		w.pass(48 * time.Hour)
		w.drain()
		_, owner := w.signIn(claim(maria, "maria@example.com"), "maria@example.com")
		w.must(w.id.KeepContact(w.t.Context(), owner, mail))
		w.must(w.id.KeepContact(w.t.Context(), owner, mail))
		w.drain()
		w.told(phone, "Kontak Anda tetap dipakai")
		w.pass(48 * time.Hour)
		w.drain()
		if ways, err := w.id.Contacts(w.t.Context(), owner); err != nil || len(ways) != 2 || !ways[0].Ends.IsZero() {
			w.t.Fatalf("%+v %v", ways, err)
		}
		_, owner = w.signIn(claim(maria, "maria@example.com"), "maria@example.com")
		w.must(w.id.RemoveContact(w.t.Context(), owner, mail)) // begun anew, it waits anew
		w.pass(71 * time.Hour)
		w.drain()
		if ways, err := w.id.Contacts(w.t.Context(), owner); err != nil || len(ways) != 2 {
			w.t.Fatalf("%+v %v", ways, err)
		}
	})
}

// Both at once: one of them stays.
func TestTwoRemovalsAtOnceLeaveOne(t *testing.T) {
	each(t, identity.Limits{}, func(w *world) {
		_, s, mail, number := w.two()
		errs := make([]error, 2)
		var wg sync.WaitGroup
		for n, id := range []string{mail, number} {
			wg.Go(func() { errs[n] = w.id.RemoveContact(w.t.Context(), s, id) })
		}
		wg.Wait()
		oneConflicts(w.t, errs)
		w.pass(73 * time.Hour)
		w.drain()
		_, in := w.signIn(claim(maria, map[bool]string{true: phone, false: "maria@example.com"}[errs[0] == nil]), map[bool]string{true: phone, false: "maria@example.com"}[errs[0] == nil])
		if ways, err := w.id.Contacts(w.t.Context(), in); err != nil || len(ways) != 1 {
			w.t.Fatalf("%+v %v", ways, err)
		}
	})
}
