package mandate

import (
	"context"
	"strings"
	"time"

	"lancar"
	"lancar/exchange"
	"lancar/identity"
	"lancar/internal/store"
)

// ChildClaim is a parent saying whose parent they are, as it stands on the family card.
type ChildClaim struct {
	Number    string // the child's identity number
	Name      string
	BirthDate string // 2006-01-02
	Region    string // of the portal
	Lang      string
}

const population = "population"

// childRelation is what a family card calls a child of its head.
const childRelation = "ANAK"

// Parent makes the mandate of a parent, if the population register says so: the child stands as a
// child on the parent's own family card, the parent's name stands as its father's or mother's, and
// what was typed of the child agrees. The register answers match or not, never a value of the child.
// It ends on the birthday of [Config].GrownUp. Everything that does not agree is one error,
// lancar.Forbidden; lancar.Unavailable while the register does not answer. Asking again gives the
// mandate that stands.
func (m *Mandates) Parent(ctx context.Context, s identity.Session, c ChildClaim) (Mandate, error) {
	if err := m.maySeek(ctx, s); err != nil {
		return Mandate{}, err
	}
	c.Number, c.Name = digits(c.Number), tidyName(c.Name)
	born, err := time.Parse(time.DateOnly, c.BirthDate)
	switch {
	case !identity.ValidNIK(c.Number):
		return Mandate{}, lancar.Fail(lancar.Invalid, "number", "NIK terdiri dari 16 angka, seperti di kartu keluarga.", "The identity number has 16 digits, as on the family card.")
	case c.Name == "":
		return Mandate{}, lancar.Fail(lancar.Invalid, "name", "Tulis nama anak seperti di kartu keluarga.", "Write the child's name as on the family card.")
	case err != nil:
		return Mandate{}, lancar.Fail(lancar.Invalid, "birth_date", "Tulis tanggal lahir lengkap.", "Write the full date of birth.")
	}
	until := born.AddDate(m.config.GrownUp, 0, 0)
	if !m.db.Now().Before(until) {
		return Mandate{}, lancar.Fail(lancar.Invalid, "birth_date", "Anak ini sudah cukup umur dan bertindak sendiri.", "This child is grown up and acts alone.")
	}
	mine, err := m.ownRecord(ctx, s)
	if err != nil {
		return Mandate{}, err
	}
	ok, err := m.isParent(ctx, s, mine, c)
	if err != nil {
		return Mandate{}, err
	}
	if !ok {
		return Mandate{}, errUnproven()
	}
	child := identity.Holder{Kind: identity.Resident, Number: c.Number, Nation: "IDN", Name: c.Name, BirthDate: c.BirthDate}
	r := row{Mandate: Mandate{Kind: Child, Of: identity.Resident, Scope: Scope{Verbs: Verbs()}, Register: true, Until: until, Region: c.Region}}
	return m.provenTx(ctx, s, child, r, c.Lang, secret{Principal: c.Name, Holder: mine["name"], Number: c.Number, Birth: c.BirthDate, By: mine["nik"], Card: mine["family_card"]})
}

// provenTx writes a mandate that a register confirmed, or returns the one that stands already.
func (m *Mandates) provenTx(ctx context.Context, s identity.Session, of identity.Holder, r row, lang string, names secret) (Mandate, error) {
	err := m.db.Write(ctx, func(tx *store.Tx) (err error) {
		if r.Principal.Account, r.Principal.Subject, err = m.identity.PrincipalTx(tx, of, lang); err != nil {
			return err
		}
		r.Principal.Kind, r.Holder = lancar.Person, Party{Kind: lancar.Person, Account: s.Account, Subject: s.Subject}
		known, err := standing(tx, r.Kind, r.Principal.Account, s.Account)
		if err == nil && tx.Now.Before(known.Until) {
			r = known
			return nil
		}
		if err != nil && err != store.ErrNone {
			return err
		}
		return m.makeTx(tx, &r, Prove, lancar.TheSystem(population), names)
	})
	r.Principal.Name, r.Holder.Name = names.Principal, names.Holder
	return r.Mandate, err
}

// ownRecord reads of the holder what the register needs to judge a relation.
func (m *Mandates) ownRecord(ctx context.Context, s identity.Session) (map[string]string, error) {
	me, err := m.self(ctx, s)
	if err != nil {
		return nil, err
	}
	if me.Kind != identity.Resident {
		return nil, errUnproven()
	}
	got, err := m.exchange.Read(ctx, s.Own, exchange.Question{Source: population, Key: me.Number, Names: []string{"family_card", "name"}, Subject: s.Subject, Region: "00",
		Purpose: lancar.Text{"id": "Memastikan hubungan keluarga Anda", "en": "Making sure of your family relation"}})
	if err != nil {
		return nil, err
	}
	if got["family_card"] == "" {
		return nil, errUnproven()
	}
	got["nik"] = me.Number
	return got, nil
}

// isParent asks the register about the child. That it was asked is a row in the child's own list.
func (m *Mandates) isParent(ctx context.Context, s identity.Session, mine map[string]string, c ChildClaim) (bool, error) {
	got, err := m.exchange.Match(ctx, exchange.Question{Source: population, Key: c.Number, Subject: m.ring.Subject("nik", c.Number), Region: "00",
		Who: lancar.Actor{Kind: lancar.Person, ID: s.Account, Name: mine["name"]},
		Fields: map[string]string{"name": c.Name, "birth_date": c.BirthDate, "family_card": mine["family_card"], "relation": childRelation,
			"father_name": mine["name"], "mother_name": mine["name"], "living": "yes"},
		Purpose: lancar.Text{"id": "Memastikan siapa orang tua Anda", "en": "Making sure who your parents are"}})
	if err != nil {
		return false, err
	}
	for _, field := range []string{"name", "birth_date", "family_card", "relation", "living"} {
		if got[field] != exchange.Matches {
			return false, nil
		}
	}
	return got["father_name"] == exchange.Matches || got["mother_name"] == exchange.Matches, nil
}

// maySeek refuses who is not sure enough, acts for somebody else already, or tries too often.
func (m *Mandates) maySeek(ctx context.Context, s identity.Session) error {
	if err := s.Need(identity.Verified); err != nil {
		return err
	}
	if s.Mandate != "" {
		return errPassing()
	}
	over := false
	err := m.db.Write(ctx, func(tx *store.Tx) (err error) {
		over, err = m.identity.OverTx(tx, "mandate seek", string(s.Account), time.Hour, seeksAnHour)
		return err
	})
	if err == nil && over {
		err = lancar.Fail(lancar.TooMany, "", "Terlalu sering. Tunggu paling lama 1 jam, lalu coba lagi.", "Too often. Wait one hour at most, then try again.")
	}
	return err
}

// seeksAnHour bounds how often one holder tries numbers against registers and people.
const seeksAnHour = 10

func errPassing() error {
	return lancar.Fail(lancar.Forbidden, "mandate", "Kuasa tidak bisa diteruskan. Berhenti bertindak untuk orang lain dulu.",
		"A mandate cannot be passed on. Stop acting for somebody else first.")
}

func errUnproven() error {
	return lancar.Fail(lancar.Forbidden, "number", "Catatan resmi tidak membenarkan hubungan ini. Periksa lagi isiannya, persis seperti di kartu keluarga.",
		"The register does not confirm this relation. Check what you wrote, exactly as on the family card.")
}

func digits(s string) string { return strings.NewReplacer(" ", "", ".", "", "-", "").Replace(s) }

func tidyName(s string) string { return strings.ToUpper(strings.Join(strings.Fields(s), " ")) }
