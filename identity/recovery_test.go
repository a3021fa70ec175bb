package identity_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/internal/jobs"
	"lancar/internal/store"
)

const phone = "+6281234567890" // in the register too

// recover tries to sign in with a contact that is new to the account.
func (w *world) recover(c identity.Claim, to string) (string, identity.Session, error) {
	w.t.Helper()
	return w.confirm(w.start(c).ID, w.Code(to))
}

// Somebody lost every old contact and signs in with one that the register has now: it waits three
// days while the old ones hear of it three times, then it replaces everything that opened the
// account, and counts for no more than a code until a day has passed.
func TestALostAccountIsRecoveredAfterAWait(t *testing.T) {
	each(t, identity.Limits{}, func(w *world) {
		p, dev := w.passkeys(), newAuthenticator(t)
		token, s := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		w.add(p, dev, s)
		ended := 0
		w.Queue.Subscribe(identity.EventSignedOut, "test", func(_ *store.Tx, _ jobs.Event) error { ended++; return nil })
		_, _, err := w.recover(w.Claim(maria, phone), phone)
		w.Refused(err, lancar.Conflict)
		if !strings.Contains(err.Error(), "72 hours") {
			t.Fatal(err)
		}
		w.Drain()
		w.told("maria@example.com", "Ada yang ingin memulihkan akun Anda")
		w.told("maria@example.com", "+62812*****890")
		first := len(w.Mail("maria@example.com"))
		for hours := 12; hours < 72; hours += 12 {
			w.Pass(12 * time.Hour)
			w.Drain()
			_, _, err = w.recover(w.Claim(maria, phone), phone)
			w.Refused(err, lancar.Conflict) // coming back does not begin anew, and does not shorten it
		}
		if again := len(w.Mail("maria@example.com")) - first; again != 2 {
			t.Errorf("told %d more times, want 2", again)
		}
		w.Pass(12*time.Hour + time.Minute)
		if _, err := w.Identity.Session(t.Context(), token); err != nil {
			t.Fatal("the old session ended before its time")
		}
		fresh, in, err := w.recover(w.Claim(maria, phone), phone)
		if err != nil || in.Account != s.Account || in.Level != identity.Verified {
			t.Fatalf("%+v %v", in, err)
		}
		w.Drain()
		w.told("maria@example.com", "Akun Anda dipulihkan")
		if _, err = w.Identity.Session(t.Context(), token); lancar.CodeOf(err) != lancar.Unauthenticated {
			t.Fatal("the old session lives")
		}
		_, _, err = w.enter(p, dev.sign(w.offer(p)), "")
		w.Refused(err, lancar.Invalid)
		if ended != 1 {
			t.Errorf("what was handed out heard of it %d times", ended)
		}
		w.refusedNew(w.Claim(maria, "maria@example.com"))
		if _, err := w.Identity.Session(t.Context(), fresh); err != nil {
			t.Fatal(err)
		}
		next := newAuthenticator(t)
		w.add(p, next, in)
		if _, in, err = w.enter(p, next.sign(w.offer(p)), ""); err != nil || in.Level != identity.Verified {
			t.Fatalf("on the first day: %+v %v", in, err)
		}
		w.Pass(25 * time.Hour)
		if _, in, err = w.enter(p, next.sign(w.offer(p)), ""); err != nil || in.Level != identity.Strong {
			t.Fatalf("a day later: %+v %v", in, err)
		}
	})
}

// refusedNew says that this contact is not let in: it waits, or is refused.
func (w *world) refusedNew(c identity.Claim) {
	w.t.Helper()
	if _, _, err := w.recover(c, c.Contact); err == nil {
		w.t.Fatal("let in")
	}
}

var stopLink = regexp.MustCompile(`/signin/stop/(\S+)`)

// An attacker had the register's contact changed the day before. The owner stops it, by the link in
// any message or in any session; the attacker cannot begin again without an officer.
func TestAContactChangedInTheRegisterTakesNothing(t *testing.T) {
	each(t, identity.Limits{}, func(w *world) {
		_, s := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		w.SetField("population "+maria, "email", "thief@example.com")
		w.SetField("population "+maria, "phone", "+6281299999999")
		_, _, err := w.recover(w.Claim(maria, "thief@example.com"), "thief@example.com")
		w.Refused(err, lancar.Conflict)
		w.Drain()
		var link []string
		for _, m := range w.Mail("maria@example.com") {
			if l := stopLink.FindStringSubmatch(m); l != nil {
				link = l
			}
		}
		if link == nil {
			t.Fatalf("no link to stop it: %q", w.Mail("maria@example.com"))
		}
		w.Refused(w.Identity.StopRecoveryBy(t.Context(), "guess"), lancar.NotFound)
		w.Must(w.Identity.StopRecoveryBy(t.Context(), link[1]))
		w.Refused(w.Identity.StopRecoveryBy(t.Context(), link[1]), lancar.NotFound)
		w.Pass(73 * time.Hour)
		_, _, err = w.recover(w.Claim(maria, "thief@example.com"), "thief@example.com")
		w.Refused(err, lancar.Conflict)
		if !strings.Contains(err.Error(), "stopped") {
			t.Fatal(err)
		}
		officer := lancar.Actor{Kind: lancar.Officer, ID: "o", Role: identity.ClaimRole, Agency: "dukcapil", Region: "53.15"}
		if list, err := w.Identity.Disputes(t.Context(), officer); err != nil || len(list) != 1 {
			t.Fatalf("%+v %v", list, err)
		}
		_, _, err = w.recover(w.Claim(maria, "+6281299999999"), "+6281299999999") // the other changed contact
		w.Refused(err, lancar.Conflict)
		list, err := w.Identity.Recoveries(t.Context(), s)
		if err != nil || len(list) != 1 || list[0].Contact != "+62812*****999" {
			t.Fatalf("%+v %v", list, err)
		}
		_, his := w.signIn(w.Claim(yosef, "yosef@example.com"), "yosef@example.com")
		w.Refused(w.Identity.StopRecovery(t.Context(), his, list[0].ID), lancar.NotFound)
		w.Must(w.Identity.StopRecovery(t.Context(), s, list[0].ID))
		_, in := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		if in.Account != s.Account || in.Level != identity.Typed { // the register does not have it any more
			t.Fatalf("%+v", in)
		}
	})
}

func TestTheOwnerAllowsTheirSecondContactAtOnce(t *testing.T) {
	once(t, identity.Limits{}, func(w *world) {
		_, s := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		_, _, err := w.recover(w.Claim(maria, "0812 3456 7890"), phone)
		w.Refused(err, lancar.Conflict)
		list, err := w.Identity.Recoveries(t.Context(), s)
		w.Must(err)
		w.Pass(20 * time.Minute)
		w.Refused(w.Identity.AllowRecovery(t.Context(), s, list[0].ID), lancar.Forbidden) // not fresh
		_, s = w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		w.Must(w.Identity.AllowRecovery(t.Context(), s, list[0].ID))
		_, in, err := w.recover(w.Claim(maria, phone), phone)
		if err != nil || in.Account != s.Account || in.Level != identity.Verified {
			t.Fatalf("%+v %v", in, err)
		}
		if _, err := w.Identity.Session(t.Context(), ""); err == nil {
			t.Fatal("signed in by nothing")
		}
	})
}

// A crowd that claims the number cannot keep the owner from finishing a recovery.
func TestAWaitingRecoveryIsNotCrowdedOut(t *testing.T) {
	once(t, identity.Limits{PerNumber: 3, PerPair: 100}, func(w *world) {
		w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		_, _, err := w.recover(w.Claim(maria, phone), phone)
		w.Refused(err, lancar.Conflict)
		w.Pass(73 * time.Hour)
		for range 10 {
			c := w.Claim(maria, "thief@example.com")
			c.Name = "MARTHA"
			w.start(c)
		}
		_, in, err := w.recover(w.Claim(maria, phone), phone)
		if err != nil || in.Level != identity.Verified {
			t.Fatalf("%+v %v", in, err)
		}
	})
}
