package mandate

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"lancar"
	"lancar/exchange"
	"lancar/identity"
	"lancar/internal/store"
	"lancar/notify"
)

// Gift is a person giving somebody they trust a mandate over their own affairs.
type Gift struct {
	Number string // the helper's identity number
	Name   string // and name, so that a slip in the number reaches nobody
	Scope  Scope
	Until  time.Time
	Errand string // what for, in the giver's words
	Region string
}

const (
	longest   = 365 * 24 * time.Hour // of a mandate that a person gives
	answerIn  = 14 * 24 * time.Hour  // for the holder of an offer, and the second officer
	codeLife  = 10 * time.Minute     // for the principal's code
	codeTries = 5
)

// Offer offers a mandate to a person, who takes it with [Mandates.Accept] on their own page. The
// answer is the same whether that person has an account here or not.
func (m *Mandates) Offer(ctx context.Context, s identity.Session, g Gift) (Mandate, error) {
	if err := m.maySeek(ctx, s); err != nil {
		return Mandate{}, err
	}
	g.Number, g.Name = digits(g.Number), tidyName(g.Name)
	if !identity.ValidNIK(g.Number) {
		return Mandate{}, lancar.Fail(lancar.Invalid, "number", "NIK terdiri dari 16 angka.", "The identity number has 16 digits.")
	}
	until, err := m.checkScope(g.Scope, g.Until, g.Errand)
	if err != nil {
		return Mandate{}, err
	}
	me, err := m.self(ctx, s)
	if err != nil {
		return Mandate{}, err
	}
	got, err := m.exchange.Match(ctx, exchange.Question{Source: population, Key: g.Number, Subject: m.ring.Subject("nik", g.Number), Region: "00",
		Who: lancar.Actor{Kind: lancar.Person, ID: s.Account, Name: me.Name}, Fields: map[string]string{"name": g.Name},
		Purpose: lancar.Text{"id": "Seseorang hendak memberi Anda kuasa", "en": "Somebody wants to give you a mandate"}})
	if err != nil {
		return Mandate{}, err
	}
	if got["name"] != exchange.Matches {
		return Mandate{}, lancar.Fail(lancar.Invalid, "name", "NIK dan nama tidak cocok. Periksa lagi, persis seperti di kartu.", "Number and name do not agree. Check them, exactly as on the card.")
	}
	r := row{Mandate: Mandate{Kind: Helper, Principal: Party{Kind: lancar.Person, Account: s.Account, Subject: s.Subject}, Of: s.Kind,
		Holder: Party{Kind: lancar.Person, Subject: m.ring.Subject("nik", g.Number)}, Scope: g.Scope, Register: s.RegisterContact, Until: until, Region: g.Region}}
	err = m.db.Write(ctx, func(tx *store.Tx) error {
		if _, r.Holder.Subject, err = m.identity.AccountOfTx(tx, r.Holder.Subject); err != nil {
			return err
		}
		if err := m.makeTx(tx, &r, Offer, lancar.Actor{Kind: lancar.Person, ID: s.Account}, secret{Principal: me.Name, Holder: g.Name, Errand: g.Errand, Number: asked(me)}); err != nil {
			return err
		}
		return m.tellOffered(tx, r, me.Name)
	})
	return r.Mandate, err
}

// Accept takes a mandate that was offered.
func (m *Mandates) Accept(ctx context.Context, s identity.Session, id lancar.ID) error {
	if err := s.Need(identity.Verified); err != nil {
		return err
	}
	return m.db.Write(ctx, func(tx *store.Tx) error {
		r, err := m.partyTx(tx, s, id)
		if err != nil {
			return err
		}
		if r.State != Offered || r.Holder.Subject != s.Subject {
			return errMoved()
		}
		r.Holder.Account = s.Account
		return m.moveTx(tx, &r, Accept, lancar.Actor{Kind: lancar.Person, ID: s.Account}, "")
	})
}

// checkScope refuses what a person cannot give: nothing, forever, or verbs there are not. The end
// of the period comes back.
func (m *Mandates) checkScope(s Scope, until time.Time, errand string) (time.Time, error) {
	now := m.db.Now()
	all := Verbs()
	switch {
	case len(s.Verbs) == 0 || slices.ContainsFunc(s.Verbs, func(v Verb) bool { return !slices.Contains(all, v) }):
		return until, lancar.Fail(lancar.Invalid, "verbs", "Pilih apa yang boleh dilakukan.", "Choose what may be done.")
	case s.Services != nil && (len(s.Services) == 0 || len(s.Services) > 30 || slices.ContainsFunc(s.Services, badSlug)):
		return until, lancar.Fail(lancar.Invalid, "services", "Pilih layanannya.", "Choose the services.")
	case s.Most.Amount < 0:
		return until, lancar.Fail(lancar.Invalid, "most", "Jumlah paling banyak tidak boleh kurang dari nol.", "The most amount cannot be below zero.")
	case !until.After(now) || until.After(now.Add(longest+24*time.Hour)):
		return until, lancar.Fail(lancar.Invalid, "until", "Pilih masa berlaku, paling lama satu tahun.", "Choose a period, one year at most.")
	case utf8.RuneCountInString(errand) > 200 || !utf8.ValidString(errand):
		return until, lancar.Fail(lancar.Invalid, "errand", "Paling banyak 200 huruf.", "At most 200 characters.")
	}
	return until, nil
}

func badSlug(s string) bool {
	if s == "" || len(s) > 60 {
		return true
	}
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' {
			return true
		}
	}
	return false
}

// self is the signed-in person as sign-in established them.
func (m *Mandates) self(ctx context.Context, s identity.Session) (h identity.Holder, err error) {
	err = m.db.Read(ctx, func(tx *store.Tx) error {
		own, err := m.access.OwnTx(tx, s.Account, s.Subject, s.RegisterContact)
		if err == nil {
			h, err = m.identity.HolderTx(tx, own)
		}
		return err
	})
	return h, err
}

// asked is the number by which the population register is asked about somebody, "" for a visitor.
func asked(h identity.Holder) string {
	if h.Kind == identity.Resident {
		return h.Number
	}
	return ""
}

// tellOffered tells who is offered a mandate, if they have an account.
func (m *Mandates) tellOffered(tx *store.Tx, r row, giver string) error {
	holder, _, err := m.identity.AccountOfTx(tx, r.Holder.Subject)
	if err != nil || holder == "" {
		return err
	}
	return m.identity.TellTx(tx, holder, notify.Message{Region: r.office(), Key: "mandate/" + string(r.ID) + "/offer", Link: "/me/mandates",
		Title: lancar.Text{"id": "Anda ditawari kuasa", "en": "You were offered a mandate"},
		Body: lancar.Text{"id": giver + " meminta Anda bertindak untuknya. Buka halaman kuasa untuk melihat apa yang boleh, lalu terima atau tolak.",
			"en": giver + " asks you to act for them. Open the page of mandates to see what is permitted, then take it or decline."}})
}
