package identity_test

import (
	"strings"
	"testing"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/internal/jobs"
	"lancar/internal/store"
	"lancar/test/outside"
)

const thief = "thief@example.com"

// steals has the register changed, a day ago, for somebody who never signed in.
func (w *world) steals() {
	w.SetField("population "+maria, "email", thief)
	w.SetField("population "+maria, "email_since", w.Now().AddDate(0, 0, -1).Format(time.DateOnly))
	w.SetField("population "+maria, "email_previous", "maria@example.com")
}

// settled moves the one open dispute's account, by two officers.
func (w *world) settled() {
	w.t.Helper()
	first := w.claims("198609262015051001", yosef)
	list, err := w.Identity.Disputes(w.t.Context(), first)
	if err != nil || len(list) != 1 {
		w.t.Fatalf("%+v %v", list, err)
	}
	w.settle(first, list[0].ID, false, "")
	w.settle(w.claims("198609262015051004", "5371040101800012"), list[0].ID, false, "")
	w.Drain()
}

// An attacker has the register changed the day before and signs in as somebody who never did. They see
// nothing that registers hold and get no strong key; the contact before is told. The owner claims the
// number: it is held, however long the attacker waits, until two officers give it back. Then nothing
// that the attacker left opens it.
func TestTheRegisterChangedBeforeTheFirstSignInGivesNothing(t *testing.T) {
	each(t, identity.Limits{}, func(w *world) {
		w.steals()
		p, dev := w.passkeys(), newAuthenticator(t)
		token, s := w.signIn(w.Claim(maria, thief), thief)
		if s.Level != identity.Typed || s.RegisterContact {
			t.Fatalf("%+v", s)
		}
		w.Drain()
		w.told("maria@example.com", "Ada yang masuk atas nama Anda dengan kontak baru")
		w.told(phone, "Ada yang masuk atas nama Anda")
		w.told(thief, "baru tercatat di data kependudukan")
		w.add(p, dev, s)
		_, in, err := w.enter(p, dev.sign(w.offer(p)), "")
		if err != nil || in.Level != identity.Typed {
			t.Fatalf("by passkey: %+v %v", in, err)
		}

		a := w.start(w.Claim(maria, "maria@example.com")) // the owner, warned
		w.refusedCode(a.ID)
		w.Drain()
		w.told(thief, "Ada yang mencoba masuk dengan nomor Anda")
		w.Pass(80 * time.Hour)
		_, s = w.signIn(w.Claim(maria, thief), thief)
		if s.Level != identity.Typed {
			t.Fatalf("the attacker waited: %+v", s)
		}
		if until, err := w.Identity.NewContact(t.Context(), s); err != nil || until.Before(w.Now()) {
			t.Fatal(until, err)
		}

		moved := 0
		w.Queue.Subscribe(identity.EventMoved, "test", func(_ *store.Tx, _ jobs.Event) error { moved++; return nil })
		w.settled()
		for what, token := range map[string]string{"first": token} {
			_, err := w.Identity.Session(t.Context(), token)
			if lancar.CodeOf(err) != lancar.Unauthenticated {
				t.Errorf("the attacker's %s session lives", what)
			}
		}
		_, _, err = w.enter(p, dev.sign(w.offer(p)), "")
		w.Refused(err, lancar.Invalid)
		w.refusedCode(w.start(w.Claim(maria, thief)).ID)
		_, mine := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		if mine.Account != s.Account || moved != 1 {
			t.Fatalf("%+v, moved %d times", mine, moved)
		}
		w.SetField("population "+maria, "email", "maria@example.com") // the register is put right
		w.SetField("population "+maria, "email_since", "2019-01-01")
		if _, mine = w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com"); mine.Level != identity.Verified {
			t.Fatalf("the owner: %+v", mine)
		}
	})
}

// Who really has a new contact goes on: ordinary services at once, registers after the wait.
func TestANewContactIsTrustedAfterItsWait(t *testing.T) {
	once(t, identity.Limits{}, func(w *world) {
		w.steals()
		_, s := w.signIn(w.Claim(maria, thief), thief)
		until, err := w.Identity.NewContact(t.Context(), s)
		if err != nil || until.Sub(w.Now()) != 72*time.Hour {
			t.Fatal(until, err)
		}
		w.Pass(73 * time.Hour)
		_, s = w.signIn(w.Claim(maria, thief), thief)
		if s.Level != identity.Verified || !s.RegisterContact {
			t.Fatalf("%+v", s)
		}
		told := 0
		w.Drain()
		for _, m := range w.Mail("maria@example.com") {
			if strings.Contains(m, "kontak baru") {
				told++
			}
		}
		if told != 1 {
			t.Errorf("the contact before was told %d times", told)
		}
	})
}

// A register that does not say since when: what counts is when we first saw the contact.
func TestARegisterThatKeepsNoDates(t *testing.T) {
	once(t, identity.Limits{}, func(w *world) {
		w.SetField("population "+maria, "email_since", outside.Unsaid)
		w.SetField("population "+maria, "phone_since", outside.Unsaid)
		_, s := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		if s.Level != identity.Typed {
			t.Fatalf("%+v", s)
		}
		w.Drain()
		w.told(phone, "Ada yang masuk atas nama Anda")
		w.Pass(73 * time.Hour)
		if _, s = w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com"); s.Level != identity.Verified {
			t.Fatalf("%+v", s)
		}
		_, _, err := w.recover(w.Claim(maria, phone), phone) // recovery's wait is wait enough
		w.Refused(err, lancar.Conflict)
		w.Pass(73 * time.Hour)
		if _, s, err = w.recover(w.Claim(maria, phone), phone); err != nil || s.Level != identity.Verified {
			t.Fatalf("%+v %v", s, err)
		}
	})
}

func TestANodeMayTrustNewContactsAtOnce(t *testing.T) {
	once(t, identity.Limits{Contact: -1}, func(w *world) {
		w.steals()
		if _, s := w.signIn(w.Claim(maria, thief), thief); s.Level != identity.Verified {
			t.Fatalf("%+v", s)
		}
	})
}
