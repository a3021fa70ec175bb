package mandate

import "lancar"

// State is where a mandate stands.
type State string

// The states. None stands for what is not yet a mandate.
const (
	None     State = "none"
	Offered  State = "offered"  // the principal gave it, the holder has not taken it yet
	Asked    State = "asked"    // a helper asked for it, the principal's code is awaited
	Claimed  State = "claimed"  // one officer proposed an heir, another must settle
	Active   State = "active"   // may be used
	Declined State = "declined" // over: nobody ever used it
	Lapsed   State = "lapsed"   // over: nobody answered in time
	Revoked  State = "revoked"  // over: the principal took it back
	Returned State = "returned" // over: the holder laid it down
	Expired  State = "expired"  // over: its period ended
	Ended    State = "ended"    // over: what it stood on fell away
)

// Event moves a mandate.
type Event string

// The events.
const (
	Prove   Event = "prove"   // a register confirmed it
	Give    Event = "give"    // the principal gave it to a machine of their own
	Offer   Event = "offer"   // the principal offered it to a person
	Request Event = "request" // a helper asked for it; a code went to the principal
	Claim   Event = "claim"   // an officer proposed it
	Accept  Event = "accept"  // the holder took it
	Confirm Event = "confirm" // the principal's code came back
	Settle  Event = "settle"  // a second officer agreed
	Decline Event = "decline" // whoever was asked said no
	Lapse   Event = "lapse"   // nobody answered in time
	Revoke  Event = "revoke"  // the principal took it back
	Return  Event = "return"  // the holder laid it down
	Expire  Event = "expire"  // its period ended
	End     Event = "end"     // what it stood on fell away
	Stop    Event = "stop"    // an officer stopped it, with a reason
)

// Who may cause an event.
type Who string

// The parties.
const (
	ByPrincipal Who = "principal"
	ByHolder    Who = "holder"
	ByOfficer   Who = "officer"
	ByOther     Who = "other officer" // not the one who proposed it
	BySystem    Who = "system"
)

// Transition is one line of the table; Kinds nil means every kind.
type Transition struct {
	From  State
	Event Event
	Kinds []Kind
	To    State
	Who   Who
	Why   lancar.Text
}

// Next returns the transition of an event in a state for a kind of mandate. False: not possible.
func Next(from State, event Event, kind Kind) (Transition, bool) {
	for _, t := range Table() {
		if t.From == from && t.Event == event && t.of(kind) {
			return t, true
		}
	}
	return Transition{}, false
}

func (t Transition) of(kind Kind) bool {
	for _, k := range t.Kinds {
		if k == kind {
			return true
		}
	}
	return t.Kinds == nil
}

// Over says whether nothing more happens to a mandate in this state.
func (s State) Over() bool {
	switch s {
	case None, Offered, Asked, Claimed, Active:
		return false
	}
	return true
}

// Table is the life of a mandate.
func Table() []Transition {
	t := func(from State, event Event, to State, who Who, id, en string, kinds ...Kind) Transition {
		return Transition{from, event, kinds, to, who, lancar.Text{"id": id, "en": en}}
	}
	return []Transition{
		t(None, Prove, Active, BySystem, "Catatan resmi membenarkan hubungannya.", "A register confirmed the relation.", Child, Company),
		t(None, Give, Active, ByPrincipal, "Diberikan kepada agen milik sendiri.", "Given to an agent of one's own.", Agent),
		t(None, Offer, Offered, ByPrincipal, "Ditawarkan. Penerima belum menjawab.", "Offered. The holder has not answered yet.", Helper),
		t(None, Request, Asked, ByHolder, "Diminta. Kode dikirim kepada pemberi kuasa.", "Asked for. A code went to the person it is about.", Helper),
		t(None, Claim, Claimed, ByOfficer, "Diusulkan petugas. Petugas lain harus memutus.", "Proposed by an officer. Another one must settle it.", Heir),
		t(Offered, Accept, Active, ByHolder, "Diterima.", "Taken.", Helper),
		t(Offered, Decline, Declined, ByHolder, "Ditolak penerima.", "The holder said no.", Helper),
		t(Offered, Revoke, Revoked, ByPrincipal, "Ditarik sebelum dijawab.", "Taken back before it was answered.", Helper),
		t(Offered, Lapse, Lapsed, BySystem, "Tidak dijawab dalam 14 hari.", "Not answered within 14 days.", Helper),
		t(Asked, Confirm, Active, ByPrincipal, "Dibenarkan dengan kode ke kontak pemberi kuasa sendiri.", "Confirmed by a code to the principal's own contact.", Helper),
		t(Asked, Decline, Declined, ByPrincipal, "Ditolak pemberi kuasa.", "The principal said no.", Helper),
		t(Asked, Return, Returned, ByHolder, "Permintaan dibatalkan.", "The request was dropped.", Helper),
		t(Asked, Lapse, Lapsed, BySystem, "Kode tidak datang pada waktunya, atau salah lima kali.", "The code did not come in time, or was wrong five times.", Helper),
		t(Claimed, Settle, Active, ByOther, "Diputus petugas kedua.", "Settled by a second officer.", Heir),
		t(Claimed, Decline, Declined, ByOther, "Ditolak petugas kedua.", "The second officer said no.", Heir),
		t(Claimed, Lapse, Lapsed, BySystem, "Tidak diputus dalam 14 hari.", "Not settled within 14 days.", Heir),
		t(Active, Revoke, Revoked, ByPrincipal, "Dicabut pemberi kuasa.", "Taken back by the principal."),
		t(Active, Return, Returned, ByHolder, "Dikembalikan penerima.", "Laid down by the holder."),
		t(Active, Expire, Expired, BySystem, "Masa berlakunya habis.", "Its period ended."),
		t(Active, End, Ended, BySystem, "Dasarnya tidak ada lagi.", "What it stood on fell away."),
		t(Active, Stop, Ended, ByOfficer, "Dihentikan petugas dengan alasan.", "Stopped by an officer, with a reason."),
	}
}
