package identity_test

import (
	"encoding/base32"
	"testing"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/identity/totp"
	"lancar/notify"
)

// codeOf is what an app with this secret shows now.
func (w *world) codeOf(a identity.App) string {
	w.t.Helper()
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(a.Secret)
	w.must(err)
	return totp.Code(secret, totp.Step(w.now()))
}

func TestACodeAppStandsInWhereNoMessageArrives(t *testing.T) {
	each(t, identity.Limits{}, func(w *world) {
		_, s := w.signIn(claim(maria, "maria@example.com"), "maria@example.com")
		app, err := w.id.NewApp(t.Context(), s, "Uji")
		w.must(err)
		w.refused(w.id.ConfirmApp(t.Context(), s, "000000"), lancar.Invalid)
		_, _, err = w.confirm(w.start(claim(maria, "maria@example.com")).ID, w.codeOf(app))
		w.refused(err, lancar.Invalid) // not confirmed yet
		w.must(w.id.ConfirmApp(t.Context(), s, w.codeOf(app)))
		w.drain()
		w.told("maria@example.com", "Aplikasi kode ditambahkan")
		_, err = w.id.NewApp(t.Context(), s, "Uji")
		w.refused(err, lancar.Conflict)
		_, _, err = w.confirm(w.start(claim(maria, "maria@example.com")).ID, w.codeOf(app))
		w.refused(err, lancar.Invalid) // its step was spent
		w.pass(30 * time.Second)
		_, in, err := w.confirm(w.start(claim(maria, "maria@example.com")).ID, w.codeOf(app))
		if err != nil || in.Account != s.Account || in.Level != identity.Verified || in.Methods[0] != "otp" {
			t.Fatalf("%+v %v", in, err)
		}
		_, _, err = w.confirm(w.start(claim(maria, "maria@example.com")).ID, w.codeOf(app))
		w.refused(err, lancar.Invalid) // each step once
		w.pass(30 * time.Second)
		wrong := claim(maria, "maria@example.com")
		wrong.Name = "MARTHA"
		_, _, err = w.confirm(w.start(wrong).ID, w.codeOf(app))
		w.refused(err, lancar.Invalid) // the app replaces the message, not the facts
		_, _, err = w.confirm(w.start(claim(maria, phone)).ID, w.codeOf(app))
		w.refused(err, lancar.Invalid) // nor a contact of the account
		_, his := w.signIn(claim(yosef, "yosef@example.com"), "yosef@example.com")
		_, _, err = w.confirm(w.start(claim(yosef, "yosef@example.com")).ID, w.codeOf(app))
		w.refused(err, lancar.Invalid)
		w.must(w.id.RemoveApp(t.Context(), his))
		w.must(w.id.RemoveApp(t.Context(), in))
		w.pass(30 * time.Second)
		_, _, err = w.confirm(w.start(claim(maria, "maria@example.com")).ID, w.codeOf(app))
		w.refused(err, lancar.Invalid)
	})
}

// A code app cannot be guessed by somebody who knows facts and contact: under ten wrong codes a day
// it answers only browsers that were here before.
func TestACodeAppIsClosedToStrangersWhileTheyGuess(t *testing.T) {
	once(t, identity.Limits{PerPair: 1000}, func(w *world) {
		enter := func(mark, code string) error {
			a := w.start(claim(maria, "maria@example.com"))
			if code == "" {
				code = w.post.code("maria@example.com")
			}
			_, _, err := w.id.Confirm(t.Context(), identity.Confirmation{Attempt: a.ID, Code: code, Address: "192.0.2.1", Host: "localhost", Device: "Firefox", Mark: mark})
			return err
		}
		w.must(enter("hers", ""))
		_, s := w.signIn(claim(maria, "maria@example.com"), "maria@example.com")
		app, err := w.id.NewApp(t.Context(), s, "Uji")
		w.must(err)
		w.must(w.id.ConfirmApp(t.Context(), s, w.codeOf(app)))
		for range 10 {
			w.refused(enter("thief", "x"), lancar.Invalid)
		}
		w.pass(30 * time.Second)
		w.refused(enter("thief", w.codeOf(app)), lancar.Invalid)
		w.must(enter("hers", w.codeOf(app)))
		w.must(enter("new", "")) // a message works everywhere
	})
}

func TestACodeGoesByChatWhereThatIsChosen(t *testing.T) {
	once(t, identity.Limits{}, func(w *world) {
		c := claim(maria, phone)
		c.Via = notify.WhatsApp
		_, s, err := w.confirm(w.start(c).ID, w.post.code("chat "+phone))
		if err != nil || s.Level != identity.Verified || w.post.count(phone) != 0 {
			t.Fatalf("%+v %v", s, err)
		}
		c.Name = "MARTHA"
		w.start(c)
		if w.post.count("chat "+phone) != 2 || w.post.count(phone) != 0 { // what cannot be confirmed looks the same
			t.Fatalf("%d by chat, %d by text message", w.post.count("chat "+phone), w.post.count(phone))
		}
		c = claim(yosef, "yosef@example.com")
		c.Via = notify.WhatsApp // a mail address stays one
		w.signIn(c, "yosef@example.com")
	})
}
