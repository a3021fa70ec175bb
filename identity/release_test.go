package identity_test

import (
	"testing"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/identity/passkey"
	"lancar/identity/pin"
	"lancar/internal/store"
)

// A passkey stands in for the PIN: for this release, in this session, by this account's key, once.
func TestAPasskeyConfirmsOneRelease(t *testing.T) {
	each(t, identity.Limits{}, func(w *world) {
		p, dev := w.passkeys(), newAuthenticator(t)
		_, s := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		w.add(p, dev, s)
		_, err := pin.New(w.DB, w.Ring, w.Identity).Set(t.Context(), s, identity.Browser{Device: "Firefox"}, "805193", "805193")
		w.Must(err)
		r := identity.Release{What: "number", For: "r1"}
		release := func(s identity.Session, r identity.Release) error {
			return w.DB.Write(t.Context(), func(tx *store.Tx) error { return w.Identity.ReleaseTx(tx, s, r) })
		}
		offer := func(s identity.Session, r identity.Release) passkey.Offer {
			o, err := p.OfferRelease(s, r)
			w.Must(err)
			return o
		}
		_, second := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		_, his := w.signIn(w.Claim(yosef, "yosef@example.com"), "yosef@example.com")
		w.Refused(p.Confirm(t.Context(), s, dev.sign(w.offer(p)), r), lancar.Invalid)                                            // a sign-in is none
		w.Refused(p.Confirm(t.Context(), s, dev.sign(offer(s, identity.Release{What: "number", For: "r2"})), r), lancar.Invalid) // another release
		w.Refused(p.Confirm(t.Context(), s, dev.sign(offer(second, r)), r), lancar.Invalid)                                      // another session
		w.Refused(p.Confirm(t.Context(), his, dev.sign(offer(his, r)), r), lancar.Invalid)                                       // somebody else's key
		w.Refused(p.Confirm(t.Context(), s, newAuthenticator(t).sign(offer(s, r)), r), lancar.Invalid)                           // an unknown one
		unseen := *dev
		unseen.flags = 1
		w.Refused(p.Confirm(t.Context(), s, unseen.sign(offer(s, r)), r), lancar.Invalid) // nobody verified
		w.Refused(p.Confirm(t.Context(), s, passkey.Answer{}, r), lancar.Invalid)
		w.Refused(release(s, r), lancar.Forbidden)
		if _, _, err := w.enter(p, dev.sign(offer(s, r)), ""); lancar.CodeOf(err) != lancar.Invalid {
			t.Fatal("what confirms a release signs in: ", err)
		}
		dev.counter += 10

		answer := dev.sign(offer(s, r))
		w.Must(p.Confirm(t.Context(), s, answer, r))
		w.Refused(p.Confirm(t.Context(), s, answer, r), lancar.Invalid) // replayed
		w.Must(release(s, r))
		w.Refused(release(s, r), lancar.Forbidden)
		w.Pass(6 * time.Minute)
		late := dev.sign(offer(s, r))
		w.Pass(5 * time.Minute)
		w.Refused(p.Confirm(t.Context(), s, late, r), lancar.Invalid)
	})
}
