package identity

import (
	"strconv"
	"time"

	"lancar"
)

// Level says how sure a sign-in is. Zero is nobody.
type Level int

// The levels of sign-in.
const (
	Typed    Level = 1 // a code came back from a contact that the person typed; any sign-in of a visitor before their document was read
	Verified Level = 2 // the register has that contact for that number (the contact test); an officer by office mail
	Strong   Level = 3 // a passkey with user verification, on an account that was proven at Verified
)

// ACR is a level as an authentication context class (OpenID Connect Core §2, "acr").
func ACR(l Level) string { return "urn:lancar:acr:" + strconv.Itoa(int(l)) }

// Meets says whether the session is at least that sure. The zero level asks for nothing.
func (s Session) Meets(l Level) bool { return s.Level >= l }

// Fresh says whether the person proved who they are within this time.
func (s Session) Fresh(now time.Time, within time.Duration) bool {
	return s.Signed() && now.Sub(s.Authenticated) <= within
}

// Need is the error for a session that is not sure enough: lancar.Forbidden on field "level".
func (s Session) Need(l Level) error { return s.Level.Need(l) }

// Need is nil where this level is enough for what is asked, else lancar.Forbidden on field "level".
func (have Level) Need(l Level) error {
	if have >= l {
		return nil
	}
	if l >= Strong {
		return lancar.Fail(lancar.Forbidden, "level", "Untuk ini Anda perlu masuk dengan kunci sandi (passkey).", "This needs a sign-in with a passkey.")
	}
	return lancar.Fail(lancar.Forbidden, "level", "Untuk ini Anda perlu masuk dengan kontak yang tercatat di data kependudukan.",
		"This needs a sign-in with a contact that the population register has.")
}
