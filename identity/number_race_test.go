package identity_test

import (
	"sync"
	"testing"

	"lancar"
	"lancar/identity"
	"lancar/internal/store"
)

// atOnce runs both while the register is asked: neither has written when the other reads.
func (w *world) atOnce(acts ...func() error) (errs []error) {
	var ready, wg sync.WaitGroup
	ready.Add(len(acts))
	asked := make(chan struct{}, len(acts))
	for range acts {
		asked <- struct{}{}
	}
	w.Meanwhile(func() {
		select {
		case <-asked: // each act's first question
			ready.Done()
			ready.Wait()
		default:
		}
	})
	errs = make([]error, len(acts))
	for n, act := range acts {
		wg.Go(func() { errs[n] = act() })
	}
	wg.Wait()
	w.Meanwhile(nil)
	return errs
}

func oneConflicts(t *testing.T, errs []error) (won int) {
	t.Helper()
	won = -1
	for n, err := range errs {
		switch {
		case err == nil && won < 0:
			won = n
		case lancar.CodeOf(err) != lancar.Conflict:
			t.Fatalf("%v", errs)
		}
	}
	if won < 0 {
		t.Fatalf("none went through: %v", errs)
	}
	return won
}

func settler(id lancar.ID) lancar.Actor {
	return lancar.Actor{Kind: lancar.Officer, ID: id, Name: string(id), Role: identity.ClaimRole, Agency: "dukcapil", Region: "53.15"}
}

// Two officers give one account two numbers at once: one of them is told to read again, and the number
// that was not taken leads nowhere.
func TestTwoNewNumbersAtOnce(t *testing.T) {
	each(t, identity.Limits{}, func(w *world) {
		_, s := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		numbers := []string{mariaNew, "5371044609970003"}
		for _, n := range numbers {
			w.SetRecord("population "+n, map[string]string{"name": "MARIA ELISABETH", "birth_date": "1997-09-06", "family_card": "5371040101850003"})
		}
		change := func(n int) func() error {
			return func() error {
				return w.Identity.ChangeNumber(t.Context(), settler(lancar.ID(numbers[n])), identity.NewNumber{Region: "53.15", Old: maria, New: numbers[n]})
			}
		}
		won := oneConflicts(w.t, w.atOnce(change(0), change(1)))
		w.Must(w.DB.Read(t.Context(), func(tx *store.Tx) error {
			h, err := w.Identity.HolderTx(tx, s.Own)
			if err == nil && h.Number != numbers[won] {
				t.Errorf("the account holds %s", h.Number)
			}
			for n, number := range numbers {
				account, _, lookErr := w.Identity.AccountOfTx(tx, w.Identity.SubjectOf(identity.Holder{Kind: identity.Resident, Number: number}))
				if lookErr != nil || (account == s.Account) != (n == won) {
					t.Errorf("number %d leads to %q %v", n, account, lookErr)
				}
			}
			return err
		}))
	})
}

// Two people of one name and birth date cannot both get one number, nor can somebody's first sign-in
// meet an officer who gives the same number to another.
func TestOneNumberForTwoAtOnce(t *testing.T) {
	each(t, identity.Limits{}, func(w *world) {
		const twin = "5315044609970009"
		for _, n := range []string{twin, mariaNew} {
			w.SetRecord("population "+n, map[string]string{"name": "MARIA ELISABETH", "birth_date": "1997-09-06", "email": "twin@example.com", "family_card": "5371040101850003"})
		}
		w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		w.signIn(w.Claim(twin, "twin@example.com"), "twin@example.com")
		change := func(old string) func() error {
			return func() error {
				return w.Identity.ChangeNumber(t.Context(), settler("o"), identity.NewNumber{Region: "53.15", Old: old, New: mariaNew})
			}
		}
		oneConflicts(w.t, w.atOnce(change(maria), change(twin)))
		w.Must(w.Identity.Verify(t.Context()))

		const third = "5371044609970004"
		w.SetRecord("population "+third, map[string]string{"name": "MARIA ELISABETH", "birth_date": "1997-09-06", "email": "new@example.com", "family_card": "5371040101850003"})
		h := identity.Holder{Kind: identity.Resident, Number: third, Nation: "IDN", Name: "MARIA ELISABETH", BirthDate: "1997-09-06"}
		oneConflicts(w.t, w.atOnce(func() error {
			return w.Identity.ChangeNumber(t.Context(), settler("o"), identity.NewNumber{Region: "53.15", Old: maria, New: third})
		}, func() error {
			w.Think()
			return w.DB.Write(t.Context(), func(tx *store.Tx) error {
				id, _, err := w.Identity.PrincipalTx(tx, h, "id")
				if owner, _, look := w.Identity.AccountOfTx(tx, w.Identity.SubjectOf(identity.Holder{Kind: identity.Resident, Number: maria})); err == nil && look == nil && id == owner {
					err = lancar.Fail(lancar.Conflict, "", "sudah", "it leads to the other already")
				}
				return err
			})
		}))
		w.Must(w.Identity.Verify(t.Context()))
	})
}
