package mandate

import (
	"context"
	"strings"

	"lancar"
	"lancar/exchange"
	"lancar/identity"
	"lancar/internal/store"
)

const business = "oss"

// CompanyClaim is somebody saying that they are the registered officer of a company.
type CompanyClaim struct {
	NIB    string // the business number, 13 digits
	Region string
	Lang   string
}

// Officer makes the mandate of a company's registered officer, if the business register names them
// for the number and the registration is active. It is asked again every [Config].Rechecked, and the
// mandate ends when the register no longer agrees. Errors are those of [Mandates.Parent].
func (m *Mandates) Officer(ctx context.Context, s identity.Session, c CompanyClaim) (Mandate, error) {
	if err := m.maySeek(ctx, s); err != nil {
		return Mandate{}, err
	}
	c.NIB = digits(c.NIB)
	if len(c.NIB) != 13 || strings.Trim(c.NIB, "0123456789") != "" {
		return Mandate{}, lancar.Fail(lancar.Invalid, "nib", "NIB terdiri dari 13 angka.", "The business number has 13 digits.")
	}
	me, err := m.self(ctx, s)
	if err != nil {
		return Mandate{}, err
	}
	of := identity.Holder{Kind: identity.Company, Number: c.NIB, Nation: "IDN"}
	if ok, err := m.isOfficer(ctx, lancar.Actor{Kind: lancar.Person, ID: s.Account, Name: me.Name}, me.Number, of); err != nil || !ok {
		if err == nil {
			err = errNoOfficer()
		}
		return Mandate{}, err
	}
	got, err := m.exchange.Read(ctx, s.Own, exchange.Question{Source: business, By: "nib", Key: c.NIB, Names: []string{"business_name"}, Subject: s.Subject, Region: "00",
		Purpose: lancar.Text{"id": "Membaca nama badan usaha Anda", "en": "Reading the name of your company"}})
	if err != nil {
		return Mandate{}, err
	}
	if of.Name = got["business_name"]; of.Name == "" {
		of.Name = "NIB " + c.NIB
	}
	r := row{Mandate: Mandate{Kind: Company, Of: identity.Company, Scope: Scope{Verbs: Verbs()}, Until: m.db.Now().AddDate(companyYears, 0, 0), Region: c.Region}}
	return m.provenTx(ctx, s, of, r, c.Lang, secret{Principal: of.Name, Holder: me.Name, Number: c.NIB, By: me.Number})
}

// OfficerNumberTx is the identity number of a company's officer who acts under this mandate: their
// own, for the forms that ask who stands for the company.
func (m *Mandates) OfficerNumberTx(tx *store.Tx, holder, id lancar.ID) (string, error) {
	r, err := m.liveTx(tx, holder, id)
	if err != nil {
		return "", err
	}
	s, err := m.secretTx(tx, r)
	return s.By, err
}

// companyYears is after how long a company's officer asks anew, however often the register agreed.
const companyYears = 1

func (m *Mandates) isOfficer(ctx context.Context, who lancar.Actor, nik string, of identity.Holder) (bool, error) {
	got, err := m.exchange.Match(ctx, exchange.Question{Source: business, By: "nib", Key: of.Number, Subject: m.identity.SubjectOf(of), Region: "00", Who: who,
		Fields:  map[string]string{"nik": nik, "status": "active"},
		Purpose: lancar.Text{"id": "Memastikan siapa pengurus badan usaha ini", "en": "Making sure who is the officer of this company"}})
	return err == nil && got["nik"] == exchange.Matches && got["status"] == exchange.Matches, err
}

func errNoOfficer() error {
	return lancar.Fail(lancar.Forbidden, "nib", "Perizinan berusaha tidak mencatat Anda sebagai pengurus NIB ini.", "The business register does not name you as the officer of this number.")
}
