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
	w.Must(err)
	return totp.Code(secret, totp.Step(w.Now()))
}

func TestACodeAppStandsInWhereNoMessageArrives(t *testing.T) {
	each(t, identity.Limits{}, func(w *world) {
		_, s := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		app, err := w.Identity.NewApp(t.Context(), s, "Uji")
		w.Must(err)
		w.Refused(w.Identity.ConfirmApp(t.Context(), s, "000000"), lancar.Invalid)
		_, _, err = w.confirm(w.start(w.Claim(maria, "maria@example.com")).ID, w.codeOf(app))
		w.Refused(err, lancar.Invalid) // not confirmed yet
		w.Must(w.Identity.ConfirmApp(t.Context(), s, w.codeOf(app)))
		w.Drain()
		w.told("maria@example.com", "Aplikasi kode ditambahkan")
		_, err = w.Identity.NewApp(t.Context(), s, "Uji")
		w.Refused(err, lancar.Conflict)
		_, _, err = w.confirm(w.start(w.Claim(maria, "maria@example.com")).ID, w.codeOf(app))
		w.Refused(err, lancar.Invalid) // its step was spent
		w.Pass(30 * time.Second)
		_, in, err := w.confirm(w.start(w.Claim(maria, "maria@example.com")).ID, w.codeOf(app))
		if err != nil || in.Account != s.Account || in.Level != identity.Verified || in.Methods[0] != "otp" {
			t.Fatalf("%+v %v", in, err)
		}
		_, _, err = w.confirm(w.start(w.Claim(maria, "maria@example.com")).ID, w.codeOf(app))
		w.Refused(err, lancar.Invalid) // each step once
		w.Pass(30 * time.Second)
		wrong := w.Claim(maria, "maria@example.com")
		wrong.Name = "MARTHA"
		_, _, err = w.confirm(w.start(wrong).ID, w.codeOf(app))
		w.Refused(err, lancar.Invalid) // the app replaces the message, not the facts
		_, _, err = w.confirm(w.start(w.Claim(maria, phone)).ID, w.codeOf(app))
		w.Refused(err, lancar.Invalid) // nor a contact of the account
		_, his := w.signIn(w.Claim(yosef, "yosef@example.com"), "yosef@example.com")
		_, _, err = w.confirm(w.start(w.Claim(yosef, "yosef@example.com")).ID, w.codeOf(app))
		w.Refused(err, lancar.Invalid)
		w.Must(w.Identity.RemoveApp(t.Context(), his))
		w.Must(w.Identity.RemoveApp(t.Context(), in))
		w.Pass(30 * time.Second)
		_, _, err = w.confirm(w.start(w.Claim(maria, "maria@example.com")).ID, w.codeOf(app))
		w.Refused(err, lancar.Invalid)
	})
}

// A code app cannot be guessed by somebody who knows facts and contact: under ten wrong codes a day
// it answers only browsers that were here before.
func TestACodeAppIsClosedToStrangersWhileTheyGuess(t *testing.T) {
	once(t, identity.Limits{PerPair: 1000}, func(w *world) {
		enter := func(mark, code string) error {
			a := w.start(w.Claim(maria, "maria@example.com"))
			if code == "" {
				code = w.Code("maria@example.com")
			}
			_, _, err := w.Identity.Confirm(t.Context(), identity.Confirmation{Attempt: a.ID, Code: code, Address: "192.0.2.1", Host: "localhost", Device: "Firefox", Mark: mark})
			return err
		}
		w.Must(enter("hers", ""))
		_, s := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		app, err := w.Identity.NewApp(t.Context(), s, "Uji")
		w.Must(err)
		w.Must(w.Identity.ConfirmApp(t.Context(), s, w.codeOf(app)))
		for range 10 {
			w.Refused(enter("thief", "x"), lancar.Invalid)
		}
		w.Pass(30 * time.Second)
		w.Refused(enter("thief", w.codeOf(app)), lancar.Invalid)
		w.Must(enter("hers", w.codeOf(app)))
		w.Must(enter("new", "")) // a message works everywhere
	})
}

func TestACodeGoesByChatWhereThatIsChosen(t *testing.T) {
	once(t, identity.Limits{}, func(w *world) {
		c := w.Claim(maria, phone)
		c.Via = notify.WhatsApp
		_, s, err := w.confirm(w.start(c).ID, w.Code("chat "+phone))
		if err != nil || s.Level != identity.Verified || len(w.Mail(phone)) != 0 {
			t.Fatalf("%+v %v", s, err)
		}
		c.Name = "MARTHA"
		w.start(c)
		if len(w.Mail("chat "+phone)) != 2 || len(w.Mail(phone)) != 0 { // what cannot be confirmed looks the same
			t.Fatalf("%d by chat, %d by text message", len(w.Mail("chat "+phone)), len(w.Mail(phone)))
		}
		c = w.Claim(yosef, "yosef@example.com")
		c.Via = notify.WhatsApp // a mail address stays one
		w.signIn(c, "yosef@example.com")
	})
}
