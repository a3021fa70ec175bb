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
	token, s = w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
	_, _, err := w.recover(w.Claim(maria, phone), phone)
	w.Refused(err, lancar.Conflict)
	list, err := w.Identity.Recoveries(w.t.Context(), s)
	w.Must(err)
	w.Must(w.Identity.AllowRecovery(w.t.Context(), s, list[0].ID))
	ways, err := w.Identity.Contacts(w.t.Context(), s)
	w.Must(err)
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
		w.Refused(w.Identity.RemoveContact(w.t.Context(), s, "somebody else's"), lancar.NotFound)
		w.Must(w.Identity.RemoveContact(w.t.Context(), s, mail))
		w.Must(w.Identity.RemoveContact(w.t.Context(), s, mail))                       // once
		w.Refused(w.Identity.RemoveContact(w.t.Context(), s, number), lancar.Conflict) // none would stay
		w.Drain()
		w.told("maria@example.com", "Kontak Anda akan dihapus")
		w.told(phone, "Kontak Anda akan dihapus")
		w.Pass(71 * time.Hour)
		w.Drain()
		if _, in := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com"); in.Account != s.Account {
			w.t.Fatal("it stopped before its time")
		}
		w.Pass(2 * time.Hour)
		w.Drain()
		w.told(phone, "Kontak dihapus dari akun Anda")
		_, _, err := w.recover(w.Claim(maria, "maria@example.com"), "maria@example.com")
		w.Refused(err, lancar.Conflict) // as new as any other
		_, in := w.signIn(w.Claim(maria, phone), phone)
		if in.Account != s.Account {
			w.t.Fatal("another account")
		}
		w.Refused(w.Identity.RemoveContact(w.t.Context(), in, number), lancar.Conflict)
		w.Refused(w.Identity.RemoveContact(w.t.Context(), stale, number), lancar.Forbidden) // no longer fresh
		w.Must(w.Identity.Verify(w.t.Context()))
	})
}

// A thief with a fresh session removes the owner's mail: the owner is told, signs in with it, and keeps it.
func TestTheOwnerKeepsAContact(t *testing.T) {
	each(t, identity.Limits{}, func(w *world) {
		_, s, mail, _ := w.two()
		w.Must(w.Identity.RemoveContact(w.t.Context(), s, mail))
		w.Pass(48 * time.Hour)
		w.Drain()
		_, owner := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		w.Must(w.Identity.KeepContact(w.t.Context(), owner, mail))
		w.Must(w.Identity.KeepContact(w.t.Context(), owner, mail))
		w.Drain()
		w.told(phone, "Kontak Anda tetap dipakai")
		w.Pass(48 * time.Hour)
		w.Drain()
		if ways, err := w.Identity.Contacts(w.t.Context(), owner); err != nil || len(ways) != 2 || !ways[0].Ends.IsZero() {
			w.t.Fatalf("%+v %v", ways, err)
		}
		_, owner = w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		w.Must(w.Identity.RemoveContact(w.t.Context(), owner, mail)) // begun anew, it waits anew
		w.Pass(71 * time.Hour)
		w.Drain()
		if ways, err := w.Identity.Contacts(w.t.Context(), owner); err != nil || len(ways) != 2 {
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
			wg.Go(func() { errs[n] = w.Identity.RemoveContact(w.t.Context(), s, id) })
		}
		wg.Wait()
		oneConflicts(w.t, errs)
		w.Pass(73 * time.Hour)
		w.Drain()
		_, in := w.signIn(w.Claim(maria, map[bool]string{true: phone, false: "maria@example.com"}[errs[0] == nil]), map[bool]string{true: phone, false: "maria@example.com"}[errs[0] == nil])
		if ways, err := w.Identity.Contacts(w.t.Context(), in); err != nil || len(ways) != 1 {
			w.t.Fatalf("%+v %v", ways, err)
		}
	})
}
