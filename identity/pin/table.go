package pin

import "lancar"

// State is how it stands with the PIN of a device, for a sign-in that was made there.
type State string

// The states.
const (
	None State = "none" // there is none; a sign-in of the last ten minutes stands in for it
	Set  State = "set"  // it is asked for at a release
	Gone State = "gone" // there was one when the sign-in was made: nothing leaves until the person proves themself anew
)

// Event moves it.
type Event string

// The events.
const (
	Choose Event = "choose" // the person sets one, freshly signed in at level 2
	Right  Event = "right"  // the right one, at a release
	Wrong  Event = "wrong"  // a wrong one, the first to the fourth in a row
	Fifth  Event = "fifth"  // the fifth wrong one in a row
	Change Event = "change" // the right one, and another in its place
	Remove Event = "remove" // the person takes it away, here or from another device
	End    Event = "end"    // signed out everywhere, recovered, moved or erased: all sign-ins end with it
	Prove  Event = "prove"  // a new sign-in on the device, by code or passkey
)

// Transition is one line of the table.
type Transition struct {
	From  State
	Event Event
	To    State
	Why   lancar.Text
}

// Next returns the transition of an event in a state. False: not possible.
func Next(from State, event Event) (Transition, bool) {
	for _, t := range Table() {
		if t.From == from && t.Event == event {
			return t, true
		}
	}
	return Transition{}, false
}

// Table is the life of a PIN on one device.
func Table() []Transition {
	t := func(from State, event Event, to State, id, en string) Transition {
		return Transition{from, event, to, lancar.Text{"id": id, "en": en}}
	}
	return []Transition{
		t(None, Choose, Set, "PIN dibuat. Semua kontak diberi tahu.", "A PIN is set. All contacts are told."),
		t(Set, Right, Set, "PIN benar: yang satu ini boleh keluar. Hitungan salah kembali ke nol.", "The right one: this one thing may leave. The count of wrong ones is zero again."),
		t(Set, Wrong, Set, "PIN salah, dihitung.", "A wrong one, counted."),
		t(Set, Fifth, Gone, "Lima kali salah: PIN dihapus. Semua kontak diberi tahu.", "Five wrong ones: the PIN is gone. All contacts are told."),
		t(Set, Change, Set, "Diganti dengan PIN lama. Semua kontak diberi tahu.", "Changed by the old one. All contacts are told."),
		t(Set, Remove, Gone, "Dihapus pemiliknya. Semua kontak diberi tahu.", "Removed by its owner. All contacts are told."),
		t(Set, End, None, "Semua sesi berakhir, dan semua PIN dengannya.", "All sessions end, and all PINs with them."),
		t(Gone, End, None, "Semua sesi berakhir.", "All sessions end."),
		t(Gone, Prove, None, "Masuk lagi dengan kode atau kunci sandi.", "Signed in again, by a code or a passkey."),
	}
}
