package mandate

import (
	"cmp"
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"lancar"
	"lancar/access"
	"lancar/exchange"
	"lancar/identity"
	"lancar/internal/store"
)

// HeirClaim is an officer proposing that a resident acts as the heir of somebody who died, on the
// statement of heirs that they were shown.
type HeirClaim struct {
	Number, Name, BirthDate string // of who died
	Heir, HeirName          string // number and name of the heir
	Paper                   string // number and date of the statement of heirs
	Until                   time.Time
	Region                  string
}

// Propose is the first of two officers: the register must say that the one is dead and who the other
// is. Neither officer may be of the two families.
func (m *Mandates) Propose(ctx context.Context, officer lancar.Actor, c HeirClaim) (Mandate, error) {
	c.Number, c.Name, c.Heir, c.HeirName, c.Paper = digits(c.Number), tidyName(c.Name), digits(c.Heir), tidyName(c.HeirName), strings.TrimSpace(c.Paper)
	_, born := time.Parse(time.DateOnly, c.BirthDate)
	now := m.db.Now()
	switch {
	case officer.Kind != lancar.Officer || officer.Role != identity.ClaimRole || !access.Within(c.Region, officer.Region):
		return Mandate{}, lancar.Fail(lancar.Forbidden, "", "Hanya petugas akun daerah ini yang dapat mengusulkan.", "Only this region's officer for accounts can propose this.")
	case !identity.ValidNIK(c.Number) || !identity.ValidNIK(c.Heir):
		return Mandate{}, lancar.Fail(lancar.Invalid, "number", "NIK terdiri dari 16 angka.", "The identity number has 16 digits.")
	case c.Name == "" || c.HeirName == "" || born != nil:
		return Mandate{}, lancar.Fail(lancar.Invalid, "name", "Isi nama dan tanggal lahir seperti di kartu keluarga.", "Fill in name and date of birth as on the family card.")
	case c.Paper == "" || utf8.RuneCountInString(c.Paper) > 200:
		return Mandate{}, lancar.Fail(lancar.Invalid, "paper", "Tulis nomor dan tanggal surat keterangan ahli waris.", "Write number and date of the statement of heirs.")
	case !c.Until.After(now) || c.Until.After(now.Add(longest+24*time.Hour)):
		return Mandate{}, lancar.Fail(lancar.Invalid, "until", "Pilih masa berlaku, paling lama satu tahun.", "Choose a period, one year at most.")
	}
	dead := identity.Holder{Kind: identity.Resident, Number: c.Number, Nation: "IDN", Name: c.Name, BirthDate: c.BirthDate}
	heir := Party{Kind: lancar.Person, Subject: m.ring.Subject("nik", c.Heir), Name: c.HeirName}
	cards, err := m.checkHeir(ctx, officer, c, m.identity.SubjectOf(dead), heir.Subject)
	if err != nil {
		return Mandate{}, err
	}
	r := row{Mandate: Mandate{Kind: Heir, Of: identity.Resident, Scope: Scope{Verbs: Verbs()}, Until: c.Until, Region: c.Region}}
	err = m.db.Write(ctx, func(tx *store.Tx) error { return m.proposeTx(tx, &r, officer, dead, heir, c, cards) })
	return r.Mandate, err
}

// checkHeir asks the register whether the one is dead and the other is who they say, and for the
// family cards of both, so that no officer settles for their own kin.
func (m *Mandates) checkHeir(ctx context.Context, officer lancar.Actor, c HeirClaim, dead, heir string) (cards []string, err error) {
	for _, q := range []exchange.Question{
		{Key: c.Number, Subject: dead, Fields: map[string]string{"name": c.Name, "birth_date": c.BirthDate, "living": "no"}},
		{Key: c.Heir, Subject: heir, Fields: map[string]string{"name": c.HeirName, "living": "yes"}},
	} {
		q.Source, q.Region, q.Who = population, officer.Region, officer
		q.Purpose = lancar.Text{"id": "Memeriksa siapa ahli waris", "en": "Checking who is the heir"}
		got, err := m.exchange.Match(ctx, q)
		if err != nil {
			return nil, err
		}
		for f := range q.Fields {
			if got[f] != exchange.Matches {
				return nil, lancar.Fail(lancar.Forbidden, "number", "Data kependudukan tidak membenarkannya. Periksa lagi kedua orang itu.",
					"The population register does not confirm it. Check both persons again.")
			}
		}
		card, err := m.familyCard(ctx, officer, q)
		if err != nil {
			return nil, err
		}
		if card != "" {
			cards = append(cards, card)
		}
	}
	return cards, nil
}

// familyCard reads one family card, which is a look that its person sees.
func (m *Mandates) familyCard(ctx context.Context, officer lancar.Actor, q exchange.Question) (string, error) {
	var g access.Grant
	err := m.db.Write(ctx, func(tx *store.Tx) (err error) {
		g, err = m.access.OpenTx(tx, access.Request{Who: officer, Subject: q.Subject, Region: q.Region, What: []string{access.Register + "/population"},
			Purpose: q.Purpose, Ground: access.PublicDuty()})
		return err
	})
	if err != nil {
		return "", err
	}
	q.Fields, q.Names = nil, []string{"family_card"}
	got, err := m.exchange.Read(ctx, g, q)
	return got["family_card"], err
}

func (m *Mandates) proposeTx(tx *store.Tx, r *row, officer lancar.Actor, dead identity.Holder, heir Party, c HeirClaim, cards []string) (err error) {
	if err := m.unrelated(tx, officer, []string{m.identity.SubjectOf(dead), heir.Subject}, cards); err != nil {
		return err
	}
	if heir.Account, heir.Subject, err = m.identity.AccountOfTx(tx, heir.Subject); err != nil {
		return err
	}
	if heir.Account == "" {
		return lancar.Fail(lancar.NotFound, "heir", "Ahli waris itu belum pernah masuk. Minta ia masuk sekali dahulu.", "That heir never signed in. Ask them to sign in once first.")
	}
	if r.Principal.Account, r.Principal.Subject, err = m.identity.PrincipalTx(tx, dead, "id"); err != nil {
		return err
	}
	r.Principal.Kind, r.Holder = lancar.Person, heir
	return m.makeTx(tx, r, Claim, officer, secret{Principal: dead.Name, Holder: heir.Name, Number: dead.Number, Birth: dead.BirthDate, Paper: c.Paper, Cards: cards})
}

// Proposal is a claim that waits for the second officer.
type Proposal struct {
	Mandate
	Paper string // the statement of heirs that the first officer saw
	By    lancar.ID
}

// Proposals lists what waits for a second officer in the officer's region.
func (m *Mandates) Proposals(ctx context.Context, officer lancar.Actor) (list []Proposal, err error) {
	if officer.Kind != lancar.Officer || officer.Role != identity.ClaimRole {
		return nil, lancar.Fail(lancar.Forbidden, "", "Hanya petugas akun yang dapat memutus.", "Only an officer for accounts can settle this.")
	}
	err = m.db.Write(ctx, func(tx *store.Tx) error {
		rows, err := claimed(tx, officer.Region)
		if err != nil {
			return err
		}
		list = nil
		for _, r := range rows {
			if err := m.readClaim(tx, officer, r); err != nil {
				return err
			}
			s, err := m.secretTx(tx, r)
			if err != nil {
				return err
			}
			by, err := firstActor(tx, r.ID)
			if err != nil {
				return err
			}
			p := Proposal{Mandate: r.Mandate, Paper: s.Paper, By: by}
			p.Principal.Name, p.Holder.Name = s.Principal, s.Holder
			list = append(list, p)
		}
		return nil
	})
	return list, err
}

// readClaim writes down, where the heir sees it, that an officer reads their claim.
func (m *Mandates) readClaim(tx *store.Tx, officer lancar.Actor, r row) error {
	_, err := m.access.OpenTx(tx, access.Request{Who: officer, Subject: cmp.Or(r.Holder.Subject, r.Principal.Subject), Region: officer.Region, What: []string{access.Identity},
		Purpose: lancar.Text{"id": "Memutus kuasa ahli waris", "en": "Settling the mandate of an heir"}, Ground: access.PublicDuty()})
	return err
}

// Settle is the second officer: not the one who proposed it, and of neither family.
func (m *Mandates) Settle(ctx context.Context, officer lancar.Actor, id lancar.ID, agree bool, reason string) error {
	return m.db.Write(ctx, func(tx *store.Tx) error {
		r, err := find(tx, id)
		if err != nil {
			return err
		}
		if err := m.mayHandle(tx, officer, r); err != nil {
			return err
		}
		first, err := firstActor(tx, id)
		if err != nil {
			return err
		}
		if err := m.identity.SecondTx(tx, first, officer.ID); err != nil {
			return err
		}
		event := Settle
		if !agree {
			event = Decline
		}
		return m.moveTx(tx, &r, event, officer, reason)
	})
}
