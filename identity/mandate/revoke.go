package mandate

import (
	"context"
	"strings"

	"lancar"
	"lancar/access"
	"lancar/identity"
	"lancar/internal/store"
)

// Revoke ends a mandate at the wish of one of its parties, at once: the principal takes it back (or
// declines what a helper asked for), the holder lays it down (or declines what was offered).
func (m *Mandates) Revoke(ctx context.Context, s identity.Session, id lancar.ID) error {
	return m.db.Write(ctx, func(tx *store.Tx) error {
		r, err := m.partyTx(tx, s, id)
		if err != nil {
			return err
		}
		event := Return
		switch {
		case r.Principal.Account == s.Account && r.State == Asked:
			event = Decline
		case r.Principal.Account == s.Account:
			event = Revoke
		case r.State == Offered:
			event = Decline
		}
		return m.moveTx(tx, &r, event, lancar.Actor{Kind: lancar.Person, ID: s.Account}, "")
	})
}

// Over lists the mandates that stand over a person's or a company's affairs (number: an identity number,
// or a business number), for the officer who may have to [Mandates.Stop] one: with names, each look
// written down where the principal sees it. An officer of either family is refused.
func (m *Mandates) Over(ctx context.Context, officer lancar.Actor, number string) (list []Mandate, err error) {
	if officer.Kind != lancar.Officer || officer.Role != identity.ClaimRole {
		return nil, errNotAccounts()
	}
	number = strings.NewReplacer(" ", "", ".", "", "-", "").Replace(number)
	h := identity.Holder{Kind: identity.Company, Number: number}
	switch {
	case identity.ValidNIK(number):
		h.Kind = identity.Resident
	case len(number) != 13 || strings.Trim(number, "0123456789") != "":
		return nil, lancar.Fail(lancar.Invalid, "over", "Tulis NIK (16 angka) atau NIB (13 angka).", "Write an identity number (16 digits) or a business number (13 digits).")
	}
	err = m.db.Write(ctx, func(tx *store.Tx) error {
		list = nil
		account, subject, err := m.identity.AccountOfTx(tx, m.identity.SubjectOf(h))
		if err != nil || account == "" {
			return err
		}
		if _, err := m.access.OpenTx(tx, access.Request{Who: officer, Subject: subject, Region: officer.Region, What: []string{access.Identity},
			Purpose: lancar.Text{"id": "Mencari kuasa untuk bertindak atas nama Anda", "en": "Looking for mandates to act in your name"}, Ground: access.PublicDuty()}); err != nil {
			return err
		}
		rows, err := activeOver(tx, account)
		for _, r := range rows {
			if err != nil {
				return err
			}
			if !access.Within(r.office(), officer.Region) {
				continue
			}
			if err = m.apart(tx, officer, r); err == nil {
				err = m.openTx(tx, &r)
			}
			list = append(list, r.Mandate)
		}
		return err
	})
	return list, err
}

func errNotAccounts() error {
	return lancar.Fail(lancar.Forbidden, "", "Hanya petugas akun daerah ini yang dapat memutus.", "Only this region's officer for accounts can settle this.")
}

// Stop ends a mandate at an officer's decision, such as a court's order about a child, with the
// reason that both parties are told. The officer must settle accounts and not be of the family.
func (m *Mandates) Stop(ctx context.Context, officer lancar.Actor, id lancar.ID, reason string) error {
	if reason == "" || len(reason) > 1000 {
		return lancar.Fail(lancar.Invalid, "reason", "Tulis alasannya.", "Write the reason.")
	}
	return m.db.Write(ctx, func(tx *store.Tx) error {
		r, err := find(tx, id)
		if err != nil {
			return err
		}
		if err := m.mayHandle(tx, officer, r); err != nil {
			return err
		}
		return m.moveTx(tx, &r, Stop, officer, reason)
	})
}

// mayHandle refuses an officer who has no business with a mandate, or is of either family; that
// they handle it is a row the principal sees.
func (m *Mandates) mayHandle(tx *store.Tx, officer lancar.Actor, r row) error {
	if officer.Kind != lancar.Officer || officer.Role != identity.ClaimRole || !access.Within(r.office(), officer.Region) {
		return errNotAccounts()
	}
	if err := m.apart(tx, officer, r); err != nil {
		return err
	}
	_, err := m.access.OpenTx(tx, access.Request{Who: officer, Subject: r.Principal.Subject, Region: r.office(), What: []string{access.Identity},
		Mandate: r.ID, Purpose: lancar.Text{"id": "Memeriksa kuasa untuk bertindak atas nama Anda", "en": "Settling a mandate to act in your name"}, Ground: access.PublicDuty()})
	return err
}

// apart refuses an officer of either family.
func (m *Mandates) apart(tx *store.Tx, officer lancar.Actor, r row) error {
	s, err := m.secretTx(tx, r)
	if err != nil {
		return err
	}
	return m.unrelated(tx, officer, []string{r.Principal.Subject, r.Holder.Subject}, append(s.Cards, s.Card))
}

// unrelated refuses an officer who is one of these persons, or stands on one of these family cards.
func (m *Mandates) unrelated(tx *store.Tx, officer lancar.Actor, subjects, cards []string) error {
	for _, subject := range subjects {
		for _, card := range append(cards, "") {
			own, err := m.identity.ConflictedTx(tx, []lancar.ID{officer.ID}, subject, card)
			if err != nil {
				return err
			}
			if own[officer.ID] {
				return errRelated()
			}
		}
	}
	return nil
}

func errRelated() error {
	return lancar.Fail(lancar.Forbidden, "", "Untuk diri sendiri dan keluarga, petugas lain yang memutus.", "Another officer settles what is about oneself or one's family.")
}
