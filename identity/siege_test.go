package identity_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lancar"
	"lancar/identity"
)

// A thousand guesses from many addresses at once, by somebody who knows number, name, birth date
// and contact: they are held to fifty looked-at codes an hour (and those grow to ten digits), and the
// owner signs in all the same, with a browser that was here before or with a passkey.
func TestAThousandGuessesFromManyAddressesShutNobodyOut(t *testing.T) {
	each(t, identity.Limits{}, func(w *world) {
		p, dev := w.passkeys(), newAuthenticator(t)
		c := w.Claim(maria, "maria@example.com")
		c.Mark = "hers"
		own := func() error {
			a, err := w.Identity.Start(t.Context(), c)
			if err != nil {
				return err
			}
			w.Drain()
			_, _, err = w.Identity.Confirm(t.Context(), identity.Confirmation{Attempt: a.ID, Code: w.Code("maria@example.com"), Address: "192.0.2.1", Host: "localhost", Device: "Firefox", Mark: "hers"})
			return err
		}
		w.Must(own())
		_, s := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		w.add(p, dev, s)
		w.Drain()
		var looked, stopped atomic.Int64
		var group sync.WaitGroup
		began := time.Now()
		for n := range 10 {
			group.Go(func() {
				for k := range 25 {
					address := fmt.Sprintf("198.51.%d.%d", n, k)
					attack := w.Claim(maria, "maria@example.com")
					attack.Address, attack.Mark = address, fmt.Sprintf("thief %d %d", n, k)
					a, err := w.Identity.Start(t.Context(), attack)
					if err != nil {
						stopped.Add(1)
						continue
					}
					for range 8 {
						if _, _, err := w.Identity.Confirm(t.Context(), identity.Confirmation{Attempt: a.ID, Code: "not it", Address: address, Host: "localhost"}); lancar.CodeOf(err) != lancar.Invalid {
							t.Errorf("a guess got %v", err)
						}
						looked.Add(1)
					}
				}
			})
		}
		for n := range 10 {
			group.Go(func() {
				for k := range 75 {
					_, _, err := w.Identity.Confirm(t.Context(), identity.Confirmation{Attempt: "made up", Code: "123456", Address: fmt.Sprintf("203.0.113.%d", 10*n+k%25), Host: "localhost"})
					if looked.Add(1); lancar.CodeOf(err) != lancar.Invalid {
						t.Errorf("a made-up attempt got %v", err)
					}
				}
			})
		}
		group.Wait()
		t.Logf("%d tries and %d starts refused in %v", looked.Load(), stopped.Load(), time.Since(began))
		w.Drain()
		if stopped.Load() < 240 {
			t.Errorf("%d of 250 starts were stopped", stopped.Load())
		}
		stranger := w.Claim(maria, "maria@example.com")
		stranger.Mark = "new"
		if _, err := w.Identity.Start(t.Context(), stranger); lancar.CodeOf(err) != lancar.TooMany {
			t.Errorf("a stranger's browser goes on: %v", err)
		}
		w.Must(own())
		if got := w.Code("maria@example.com"); len(got) != 10 {
			t.Errorf("the code has %d digits while somebody guesses", len(got))
		}
		if _, in, err := w.enter(p, dev.sign(w.offer(p)), ""); err != nil || in.Level != identity.Strong {
			t.Errorf("the passkey: %+v %v", in, err)
		}
		for range 25 {
			_, err := w.Identity.Start(t.Context(), c)
			if err != nil {
				w.Refused(err, lancar.TooMany)
			}
		}
		if err := own(); lancar.CodeOf(err) != lancar.TooMany {
			t.Errorf("one browser asks for codes without end: %v", err)
		}
	})
}

// What is answered, and how long that takes, does not say who has an account: a number nobody has,
// one with an account, one with a passkey and a recovery that waits.
func TestAnswersDoNotSayWhoHasAnAccount(t *testing.T) {
	once(t, identity.Limits{PerPair: 1000, PerContact: 1000, PerNumber: 1000, PerAddress: 10_000}, func(w *world) {
		p, dev := w.passkeys(), newAuthenticator(t)
		_, s := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		w.add(p, dev, s)
		_, _, err := w.recover(w.Claim(maria, phone), phone)
		w.Refused(err, lancar.Conflict)
		unknown := w.Claim(maria, "thief@example.com")
		unknown.Number = "5315044609970099"
		known := w.Claim(maria, "thief@example.com")
		known.Name = "MARTHA"
		took := map[string][]time.Duration{}
		for range 40 {
			for name, c := range map[string]identity.Claim{"known": known, "unknown": unknown} {
				began := time.Now()
				a, err := w.Identity.Start(t.Context(), c)
				w.Must(err)
				took[name] = append(took[name], time.Since(began))
				if len(a.ID) != 43 || a.Contact != "t***f@e***e.com" {
					t.Fatalf("%s: %+v", name, a)
				}
			}
		}
		a, b := median(took["known"]), median(took["unknown"])
		if a > 3*b || b > 3*a {
			t.Errorf("a start takes %v for a known number and %v for another", a, b)
		}
		one, err := p.Offer()
		w.Must(err)
		if got := dev.read(one); got.PublicKey.Challenge == "" || len(one.State) == 0 {
			t.Fatalf("%+v", got)
		}
	})
}

func median(d []time.Duration) time.Duration {
	sorted := append([]time.Duration{}, d...)
	for i := range sorted {
		for k := i; k > 0 && sorted[k] < sorted[k-1]; k-- {
			sorted[k], sorted[k-1] = sorted[k-1], sorted[k]
		}
	}
	return sorted[len(sorted)/2]
}
