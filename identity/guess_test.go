package identity_test

import (
	"fmt"
	"testing"
	"time"

	"lancar"
	"lancar/identity"
)

// hire makes officers; their office mail is their number.
func (w *world) hire(n int) (numbers []string) {
	w.t.Helper()
	for k := range n {
		number := fmt.Sprintf("1986092620150510%02d", k)
		_, err := w.Identity.SaveEmployee(w.t.Context(), identity.Employee{Number: number, Name: "Adriana", Mail: number + "@kantor.example",
			Roles: []identity.Role{{Role: identity.Reviewer, Agency: "dpmptsp", Region: "53.15"}}})
		w.Must(err)
		numbers = append(numbers, number)
	}
	return numbers
}

// guess tries one code for an officer from an address; "" tries the one that was sent.
func (w *world) guess(number, address, code string) error {
	w.t.Helper()
	a, err := w.Identity.OfficerStart(w.t.Context(), number, address, "id")
	if err != nil {
		return err
	}
	w.Drain()
	if code == "" {
		code = w.Code(number + "@kantor.example")
	}
	_, _, err = w.Identity.Confirm(w.t.Context(), identity.Confirmation{Attempt: a.ID, Code: code, Address: address, Host: "localhost", Device: "Firefox"})
	return err
}

const wrongCode = "not it"

func TestCodesCannotBeSprayedOverManyOfficers(t *testing.T) {
	each(t, identity.Limits{PerAddress: 10_000, GuessesAddress: 10_000}, func(w *world) {
		officers := w.hire(40)
		w.Must(w.guess(officers[0], "192.0.2.1", "")) // sits in this office
		wrong, stopped := 0, 0
		for _, number := range officers[1:] {
			switch err := w.guess(number, "192.0.2.1", wrongCode); lancar.CodeOf(err) {
			case lancar.Invalid:
				wrong++
			case lancar.TooMany:
				stopped++
			default:
				t.Fatal(err)
			}
		}
		if wrong != 20 || stopped != 19 {
			t.Fatalf("%d were looked at, %d stopped", wrong, stopped)
		}
		w.Refused(w.guess(officers[1], "192.0.2.1", ""), lancar.TooMany) // the right one too: nothing is learned
		w.Must(w.guess(officers[0], "192.0.2.1", ""))                    // who is known there goes on
		w.Must(w.guess(officers[1], "198.51.100.7", ""))                 // and everybody elsewhere
		for range 4 {
			w.Pass(2 * time.Hour)
			for _, number := range officers[1:] {
				if lancar.CodeOf(w.guess(number, "192.0.2.1", wrongCode)) == lancar.Invalid {
					wrong++
				}
			}
		}
		if wrong > 60 {
			t.Fatalf("%d wrong codes within a day", wrong)
		}
	})
}

func TestAnOfficeFullOfNewOfficersSignsIn(t *testing.T) {
	once(t, identity.Limits{PerAddress: 10_000, GuessesAddress: 10_000}, func(w *world) {
		for _, number := range w.hire(60) {
			w.Must(w.guess(number, "192.0.2.1", ""))
		}
	})
}

func TestCodesGrowWhileSomebodyGuesses(t *testing.T) {
	each(t, identity.Limits{}, func(w *world) {
		number := w.hire(1)[0]
		w.Must(w.guess(number, "192.0.2.1", ""))
		for n := range 10 {
			if got := w.Code(number + "@kantor.example"); len(got) != 6 {
				t.Fatalf("%d digits after %d wrong codes", len(got), n)
			}
			w.Refused(w.guess(number, fmt.Sprintf("198.51.100.%d", n), wrongCode), lancar.Invalid)
		}
		w.Must(w.guess(number, "203.0.113.1", "")) // also from a place that is new: nobody is shut out
		if got := w.Code(number + "@kantor.example"); len(got) != 10 {
			t.Fatalf("%q after ten wrong codes from everywhere", got)
		}
		w.Pass(48 * time.Hour)
		w.Must(w.guess(number, "192.0.2.1", ""))
		if got := w.Code(number + "@kantor.example"); len(got) != 6 {
			t.Fatalf("%q two days later", got)
		}
	})
}

// One line of IPv6 has 2^64 addresses: they are one, for people's codes and officers'.
func TestManyAddressesOfOneLineAreOne(t *testing.T) {
	once(t, identity.Limits{PerAddress: 10_000, GuessesAddress: 5}, func(w *world) {
		for n := range 6 {
			_, _, err := w.Identity.Confirm(t.Context(), identity.Confirmation{Attempt: "none", Code: "123456", Address: fmt.Sprintf("2001:db8:1:2::%x", n+1), Host: "localhost"})
			if n < 5 {
				w.Refused(err, lancar.Invalid)
			} else {
				w.Refused(err, lancar.TooMany)
			}
		}
		_, _, err := w.Identity.Confirm(t.Context(), identity.Confirmation{Attempt: "none", Code: "123456", Address: "2001:db8:1:3::1", Host: "localhost"})
		w.Refused(err, lancar.Invalid)
	})
	once(t, identity.Limits{PerAddress: 10_000, GuessesAddress: 10_000}, func(w *world) {
		stopped := 0
		for n, number := range w.hire(30) {
			if lancar.CodeOf(w.guess(number, fmt.Sprintf("2001:db8:1:2::%x", n+1), wrongCode)) == lancar.TooMany {
				stopped++
			}
		}
		if stopped != 10 {
			t.Errorf("%d of 30 were stopped", stopped)
		}
	})
}
