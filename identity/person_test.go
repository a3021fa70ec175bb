package identity_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"lancar"
	"lancar/access"
	"lancar/identity"
	"lancar/internal/store"
	"lancar/notify"
	"lancar/test/outside"
)

func TestAResidentSignsInAndSeesThatTheRegisterWasAsked(t *testing.T) {
	each(t, identity.Limits{}, func(w *world) {
		token, s := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		if !s.RegisterContact || s.Kind != identity.Resident || !s.Own.Covers("register/population/address") {
			t.Fatalf("%+v", s)
		}
		again, err := w.Identity.Session(t.Context(), token)
		if err != nil || again.Account != s.Account || again.Subject != s.Subject || again.Own.Subject() != s.Subject {
			t.Fatalf("%+v %v", again, err)
		}
		rows, _, err := w.Access.Rows(t.Context(), s.Own, "")
		if err != nil || len(rows) != 1 || rows[0].Purpose.In("en") != "Making sure who signs in with your number" {
			t.Fatalf("%+v %v", rows, err)
		}
		if name, err := w.Identity.GivenName(t.Context(), s.Own); name != "Maria" || err != nil {
			t.Fatalf("%q %v", name, err)
		}
	})
}

// refusedCode says that no code signs in with this attempt.
func (w *world) refusedCode(attempt string) {
	w.t.Helper()
	_, _, err := w.confirm(attempt, "000000")
	w.Refused(err, lancar.Invalid)
}

func TestAContactThatTheRegisterLacksKeepsTheRegisterClosed(t *testing.T) {
	once(t, identity.Limits{}, func(w *world) {
		_, s := w.signIn(w.Claim(maria, "other@example.com"), "other@example.com")
		if s.RegisterContact || s.Own.Covers(access.Register) || !s.Own.Covers(access.Match) {
			t.Fatalf("%+v", s)
		}
	})
}

func TestAllThatFailsLooksTheSame(t *testing.T) {
	once(t, identity.Limits{}, func(w *world) {
		w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		unknown := w.Claim(maria, "thief@example.com")
		unknown.Number = "5315044609970099"
		wrongName := w.Claim(maria, "thief@example.com")
		wrongName.Name = "MARTHA"
		second := w.Claim(maria, "thief@example.com") // right facts, but the account is another's
		var first string
		for i, c := range []identity.Claim{unknown, wrongName, second} {
			before := len(w.Mail("thief@example.com"))
			a := w.start(c)
			if a.Contact != "t***f@e***e.com" || a.Channel != notify.Email || len(a.ID) != 43 || !a.Expires.Equal(w.Now().Add(5*time.Minute)) {
				t.Fatalf("%d: %+v", i, a)
			}
			if got := len(w.Mail("thief@example.com")) - before; got != 1 {
				t.Fatalf("%d: %d messages", i, got)
			}
			text := w.Mail("thief@example.com")[before]
			if first == "" {
				first = text
			}
			_, _, err := w.confirm(a.ID, "123456")
			if text != first || err == nil || err.Error() != "invalid code: The code is wrong or no longer valid. Check the latest message, or ask for a new code." {
				t.Fatalf("%d: %q %v", i, text, err)
			}
		}
	})
}

func TestASecondClaimIsToldToTheFirstAndSettledByAnOfficer(t *testing.T) {
	each(t, identity.Limits{}, func(w *world) {
		token, s := w.signIn(w.Claim(maria, "impostor@example.com"), "impostor@example.com")
		for range 2 {
			w.refusedCode(w.start(w.Claim(maria, "maria@example.com")).ID)
		}
		told := w.Mail("impostor@example.com")
		if len(told) != 2 || !strings.Contains(told[1], "Ada yang mencoba masuk") || strings.Contains(told[1], "maria@") {
			t.Fatalf("%q", told)
		}
		officer := w.claims("198609262015051001", "5371040101800011")
		list, err := w.Identity.Disputes(t.Context(), officer)
		if err != nil || len(list) != 1 || !list[0].Register {
			t.Fatalf("%+v %v", list, err)
		}
		other := officer
		other.Region = "53.71"
		_, err = w.Identity.Disputes(t.Context(), other)
		w.Must(err)
		w.settle(other, list[0].ID, true, lancar.Forbidden)
		_, h, masked, err := w.Identity.OpenDispute(t.Context(), officer, "53.15", list[0].ID)
		if err != nil || h.Name != "MARIA ELISABETH" || h.Number != "" || masked != "m***a@e***e.com" {
			t.Fatalf("%+v %q %v", h, masked, err)
		}
		self, err := w.Identity.SaveEmployee(t.Context(), identity.Employee{Number: "198609262015051009", Name: "Maria Elisabeth", Mail: "maria@kantor.example", NIK: maria,
			Roles: []identity.Role{{Role: identity.ClaimRole, Agency: "dukcapil", Region: "53.15"}}})
		w.Must(err)
		own := officer
		own.ID = self
		w.settle(own, list[0].ID, true, lancar.Forbidden)
		w.settle(own, list[0].ID, false, lancar.Forbidden)
		w.SetField("population "+maria, "family_card", "5315040101850001")
		cousin, err := w.Identity.SaveEmployee(t.Context(), identity.Employee{Number: "198609262015051010", Name: "Agus", Mail: "agus@kantor.example", FamilyCard: "5315040101850001",
			Roles: []identity.Role{{Role: identity.ClaimRole, Agency: "dukcapil", Region: "53.15"}}})
		w.Must(err)
		family := officer
		family.ID = cousin
		w.settle(family, list[0].ID, false, lancar.Forbidden)
		w.Down("", true)
		w.settle(officer, list[0].ID, false, lancar.Unavailable) // nobody can say whose family it is
		w.Down("", false)
		w.Pass(time.Minute)
		w.settle(officer, list[0].ID, false, "")
		if _, err := w.Identity.Session(t.Context(), token); err != nil {
			t.Fatal("one officer moved the account")
		}
		w.settle(officer, list[0].ID, false, lancar.Forbidden)
		w.settle(family, list[0].ID, false, lancar.Forbidden)
		w.settle(w.claims("198609262015051002", ""), list[0].ID, false, lancar.Forbidden) // nobody knows whether it is another
		w.settle(w.claims("198609262015051003", "5371040101800012"), list[0].ID, false, "")
		w.settle(officer, list[0].ID, true, lancar.NotFound)
		w.Drain()
		_, err = w.Identity.Session(t.Context(), token)
		w.Refused(err, lancar.Unauthenticated)
		w.refusedCode(w.start(w.Claim(maria, "impostor@example.com")).ID)
		_, mine := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		if mine.Account != s.Account {
			t.Fatal("another account")
		}
		rows, _, err := w.Access.Rows(t.Context(), mine.Own, "")
		w.Must(err)
		looked, settled := false, false
		for _, r := range rows {
			looked = looked || r.Who.Name == "Adriana Tefa"
			settled = settled || r.Purpose["en"] == "Settling whose account this is"
		}
		if !looked || !settled {
			t.Fatalf("the officer's look is missing: %+v", rows)
		}
	})
}

// One human being with two employee numbers proposes with one and confirms with the other.
func TestOneHumanBeingIsNotTwoOfficers(t *testing.T) {
	each(t, identity.Limits{}, func(w *world) {
		w.signIn(w.Claim(maria, "impostor@example.com"), "impostor@example.com")
		w.refusedCode(w.start(w.Claim(maria, "maria@example.com")).ID)
		first, again, unknown := w.claims("198609262015051001", yosef), w.claims("198609262015051002", yosef), w.claims("198609262015051003", "")
		list, err := w.Identity.Disputes(t.Context(), first)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		w.settle(first, list[0].ID, false, "")
		w.settle(again, list[0].ID, false, lancar.Forbidden)
		w.settle(unknown, list[0].ID, false, lancar.Forbidden)
		w.settle(w.claims("198609262015051004", "5371040101800012"), list[0].ID, false, "")
	})
}

// claims hires somebody who settles whose account it is.
func (w *world) claims(number, nik string) lancar.Actor {
	w.t.Helper()
	id, err := w.Identity.SaveEmployee(w.t.Context(), identity.Employee{Number: number, Name: "Adriana Tefa", Mail: number + "@kantor.example", NIK: nik,
		Roles: []identity.Role{{Role: identity.ClaimRole, Agency: "dukcapil", Region: "53.15"}}})
	w.Must(err)
	return lancar.Actor{Kind: lancar.Officer, ID: id, Name: "Adriana Tefa", Role: identity.ClaimRole, Agency: "dukcapil", Region: "53.15"}
}

// settle tries to settle a dispute of 53.15.
func (w *world) settle(officer lancar.Actor, id lancar.ID, keep bool, want lancar.Code) {
	w.t.Helper()
	_, err := w.Identity.Settle(w.t.Context(), officer, "53.15", id, keep)
	if lancar.CodeOf(err) != want {
		w.t.Fatalf("got %v, want %q", err, want)
	}
}

func TestTwoFirstSignInsAtOnceMakeOneAccount(t *testing.T) {
	each(t, identity.Limits{}, func(w *world) {
		a, b := w.start(w.Claim(maria, "a@example.com")), w.start(w.Claim(maria, "b@example.com"))
		_, s, err := w.confirm(a.ID, w.Code("a@example.com"))
		w.Must(err)
		_, _, err = w.confirm(b.ID, w.Code("b@example.com"))
		w.Refused(err, lancar.Invalid)
		w.Drain()
		if got := len(w.Mail("a@example.com")); got != 2 {
			t.Fatalf("the first was told %d times", got-1)
		}
		if s.Account == "" {
			t.Fatal("no account")
		}
	})
}

func TestACodeIsGoodOnceForFiveMinutesAndFiveTries(t *testing.T) {
	once(t, identity.Limits{}, func(w *world) {
		a := w.start(w.Claim(maria, "maria@example.com"))
		code := w.Code("maria@example.com")
		for range 5 {
			w.refusedWrong(a.ID, code)
		}
		_, _, err := w.confirm(a.ID, code)
		w.Refused(err, lancar.Invalid)

		a = w.start(w.Claim(maria, "maria@example.com"))
		w.Pass(5 * time.Minute)
		_, _, err = w.confirm(a.ID, w.Code("maria@example.com"))
		w.Refused(err, lancar.Invalid)

		a = w.start(w.Claim(maria, "maria@example.com"))
		code = w.Code("maria@example.com")
		_, _, err = w.confirm(a.ID, code)
		w.Must(err)
		_, _, err = w.confirm(a.ID, code)
		w.Refused(err, lancar.Invalid)
	})
}

// refusedWrong tries a code that is certainly not the right one.
func (w *world) refusedWrong(attempt, right string) {
	w.t.Helper()
	wrong := "000000"
	if wrong == right {
		wrong = "000001"
	}
	_, _, err := w.confirm(attempt, wrong)
	w.Refused(err, lancar.Invalid)
}

func TestAThousandGuessesAreStopped(t *testing.T) {
	once(t, identity.Limits{PerAddress: 100_000, GuessesAddress: 100_000}, func(w *world) {
		starts, tries := 0, 0
		for n := range 1000 {
			c := w.Claim(maria, "maria@example.com")
			c.Address = fmt.Sprintf("198.51.100.%d", n%250)
			a, err := w.Identity.Start(t.Context(), c)
			if err != nil {
				w.Refused(err, lancar.TooMany)
				continue
			}
			starts++
			for range 8 {
				_, _, err := w.confirm(a.ID, "999999")
				w.Refused(err, lancar.Invalid)
				tries++
			}
		}
		if starts != 10 {
			t.Fatalf("%d starts in an hour for one number and contact, want 10", starts)
		}
		unknown := w.Claim(maria, "maria@example.com")
		unknown.Number = "5315044609970099"
		starts = 0
		for range 20 {
			if _, err := w.Identity.Start(t.Context(), unknown); err == nil {
				starts++
			} else {
				w.Refused(err, lancar.TooMany)
			}
		}
		if starts != 10 {
			t.Fatalf("an unknown number is limited otherwise: %d starts", starts)
		}
		w.Pass(2 * time.Hour)
		w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
	})
}

func TestNobodyCanShutTheOwnerOut(t *testing.T) {
	once(t, identity.Limits{GuessesAddress: 1000}, func(w *world) {
		w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		for n := range 60 {
			c := w.Claim(maria, fmt.Sprintf("thief%d@example.com", n))
			c.Name, c.Address = "MARTHA", fmt.Sprintf("198.51.100.%d", n)
			w.refusedCode(w.start(c).ID)
		}
		if w.Questions() > 31 {
			t.Errorf("the register was asked %d times in an hour about one number", w.Questions())
		}
		w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		// A number without an account gives the same answers.
		for n := range 60 {
			c := w.Claim(yosef, fmt.Sprintf("thief%d@example.com", n))
			c.Name, c.Address = "YUSUF", fmt.Sprintf("203.0.113.%d", n)
			w.refusedCode(w.start(c).ID)
		}
		w.refusedCode(w.start(w.Claim(yosef, "yosef@example.com")).ID)
		if w.Code("yosef@example.com") != "" {
			t.Error("a code beyond the limit of the number")
		}
		w.Pass(2 * time.Hour)
		w.signIn(w.Claim(yosef, "yosef@example.com"), "yosef@example.com")
	})
}

func TestOneAddressIsLimitedWhateverItTries(t *testing.T) {
	once(t, identity.Limits{PerAddress: 5, GuessesAddress: 7}, func(w *world) {
		for n := range 6 {
			c := w.Claim(maria, "x@example.com")
			c.Number = fmt.Sprintf("53150446099700%02d", n+1)
			_, err := w.Identity.Start(t.Context(), c)
			if n < 5 {
				w.Must(err)
			} else {
				w.Refused(err, lancar.TooMany)
			}
		}
		for n := range 8 {
			_, _, err := w.confirm("no such attempt", "123456")
			if want := lancar.Invalid; n < 7 {
				w.Refused(err, want)
			} else {
				w.Refused(err, lancar.TooMany)
			}
		}
	})
}

func TestWithTheRegisterDownKnownPeopleSignInAndNewOnesAreTold(t *testing.T) {
	once(t, identity.Limits{}, func(w *world) {
		w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		w.Down("", true)
		_, s := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		if s.RegisterContact {
			t.Fatal("the contact test cannot have been passed")
		}
		wrong := w.Claim(maria, "maria@example.com")
		wrong.Name = "MARTHA"
		for _, c := range []identity.Claim{w.Claim(yosef, "yosef@example.com"), wrong} {
			a := w.start(c)
			if code := outside.CodeIn(w.LastMail(c.Contact)); code != "" {
				t.Fatalf("a code without the register: %s", code)
			}
			_, _, err := w.confirm(a.ID, "123456")
			w.Refused(err, lancar.Unavailable)
		}
	})
}

func TestVisitorsSignInByPassport(t *testing.T) {
	once(t, identity.Limits{}, func(w *world) {
		c := identity.Claim{Kind: identity.Visitor, Contact: "anna@example.com", Address: "192.0.2.9", Lang: "en",
			MRZ: "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"}
		_, err := w.Identity.Start(t.Context(), c)
		w.Refused(err, lancar.Invalid) // it has expired
		c.MRZ = ""
		c.Number, c.Nation, c.Name, c.BirthDate = "X0000 0001", "aus", "Emma Testerly", "1991-04-12"
		_, s := w.signIn(c, "anna@example.com")
		if s.Kind != identity.Visitor || s.RegisterContact || w.Questions() != 0 {
			t.Fatalf("%+v, register asked %d times", s, w.Questions())
		}
		c.Contact = "thief@example.com"
		w.refusedCode(w.start(c).ID)
		c.Contact = "0812 3456 7890"
		_, err = w.Identity.Start(t.Context(), c)
		w.Refused(err, lancar.Invalid)
	})
}

func TestNothingPersonalLiesOpenInTheDatabase(t *testing.T) {
	each(t, identity.Limits{}, func(w *world) {
		_, s := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		for table, columns := range map[string]string{
			"identity_accounts": "subject || lang", "identity_contacts": "hash || channel", "identity_attempts": "id || subject || region || state",
			"identity_limits": "name", "notify_messages": "account || owner", "access_rows": "what || words || purpose || ground || who_id", "jobs": "queue || error",
		} {
			w.Must(w.DB.Read(t.Context(), func(tx *store.Tx) error {
				rows, err := store.All(tx, func(sc store.Scanner) (v string, err error) { err = sc.Scan(&v); return v, err }, "SELECT "+columns+" FROM "+table)
				for _, v := range rows {
					for _, secret := range []string{maria, "MARIA", "maria@", "1997-09-06"} {
						if strings.Contains(v, secret) {
							t.Errorf("%s holds %q in clear: %s", table, secret, v)
						}
					}
				}
				return err
			}))
		}
		w.Must(w.DB.Read(t.Context(), func(tx *store.Tx) error {
			sealed, err := store.All(tx, func(sc store.Scanner) (v []byte, err error) { err = sc.Scan(&v); return v, err },
				"SELECT sealed FROM identity_accounts UNION ALL SELECT sealed FROM identity_contacts UNION ALL SELECT sealed FROM identity_attempts UNION ALL SELECT sealed FROM notify_messages UNION ALL SELECT address FROM notify_deliveries")
			for _, v := range sealed {
				if bytes.Contains(v, []byte("maria")) || bytes.Contains(v, []byte("MARIA")) || bytes.Contains(v, []byte(maria)) {
					t.Error("a sealed column is not sealed")
				}
			}
			return err
		}))
		// Erasure: the account is gone, its sessions with it, and the person may begin anew.
		w.Must(w.DB.Write(t.Context(), func(tx *store.Tx) error { return w.Identity.EraseTx(tx, s.Account) }))
		_, fresh := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		if fresh.Account == s.Account || fresh.Subject != s.Subject {
			t.Fatal("the erased account came back")
		}
	})
}
