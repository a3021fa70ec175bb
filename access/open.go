package access

import (
	"slices"

	"lancar"
	"lancar/internal/store"
)

// Request asks to look at a person's data.
type Request struct {
	Who     lancar.Actor
	Subject string      // whose data
	Region  string      // where the reader sits; the row is kept there
	Case    lancar.ID   // the case it is about, "" for none
	What    []string    // kinds of data, see the constants of this package
	Words   lancar.Text // What in words; nil takes the words of the kinds
	Purpose lancar.Text // why, in words the person understands
	Ground  lancar.Text // the legal ground; see [PublicDuty]
	For     string      // who is acted for, by name: a bot's officer, a helper's company; "" for none
	Mandate lancar.ID   // the mandate it is done under, "" for none
	Consent string      // the app (see [Consent]) whose agreement is the ground, "" for none
}

// OpenTx writes down that somebody looks and returns the permission to do it. The look commits
// with the caller's transaction or has not happened. It fails with lancar.Invalid when reader,
// person, purpose or ground is missing, and with lancar.Forbidden when the agreement it relies on
// is not in force, or while the person has restricted the use of their data (see [Access.Cases]).
func (a *Access) OpenTx(tx *store.Tx, r Request) (Grant, error) {
	if err := r.check(); err != nil {
		return Grant{}, err
	}
	if err := a.permitted(tx, r); err != nil {
		return Grant{}, err
	}
	row := Row{
		ID: lancar.NewID(tx.Now), Region: r.Region, Subject: r.Subject, Case: r.Case, At: tx.Now, Who: r.Who,
		What: sorted(r.What), Words: r.Words, Purpose: r.Purpose, Ground: r.Ground,
		For: r.For, Mandate: r.Mandate, Consent: r.Consent,
	}
	if row.Words == nil {
		row.Words = Words(row.What)
	}
	if err := a.keep(tx, row); err != nil {
		return Grant{}, err
	}
	return Grant{id: row.ID, subject: r.Subject, region: r.Region, caseID: r.Case, who: r.Who, what: row.What, at: tx.Now}, nil
}

func (r Request) check() error {
	missing := ""
	switch {
	case r.Who.Kind == "" || r.Who.ID == "":
		missing = "who"
	case r.Subject == "":
		missing = "subject"
	case r.Region == "":
		missing = "region"
	case len(r.What) == 0:
		missing = "what"
	case r.Purpose.In("id") == "":
		missing = "purpose"
	case r.Ground.In("id") == "":
		missing = "ground"
	}
	if missing == "" {
		return nil
	}
	return lancar.Fail(lancar.Invalid, missing, "Pembukaan data harus menyebut siapa, data siapa, untuk apa, dan dasar hukumnya.",
		"A look at somebody's data must say who, whose, what for and on which legal ground.")
}

// sorted returns the kinds once each, in order.
func sorted(kinds []string) []string {
	out := slices.Clone(kinds)
	slices.Sort(out)
	return slices.Compact(out)
}

// BindTx notes that this account belongs to this subject. Only identity calls it, when it makes
// the account. A subject has at most one account: false says that another one is bound already.
func (a *Access) BindTx(tx *store.Tx, account lancar.ID, subject string) (bool, error) {
	n, err := tx.Exec(`INSERT INTO access_people (account, subject, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		string(account), subject, store.Micros(tx.Now))
	return n == 1, err
}

// OwnTx permits a signed-in person to read about themselves. No row is written. register says
// that the sign-in also passed the contact test, without which what registers hold stays closed.
// It fails with lancar.Forbidden when account and subject were never bound.
func (a *Access) OwnTx(tx *store.Tx, account lancar.ID, subject string, register bool) (Grant, error) {
	bound := a.bound.get(account)
	if bound == "" {
		err := tx.QueryRow(`SELECT subject FROM access_people WHERE account = $1`, string(account)).Scan(&bound)
		if err != nil && err != store.ErrNone {
			return Grant{}, err
		}
		if bound != "" {
			a.bound.put(account, bound)
		}
	}
	if bound == "" || bound != subject {
		return Grant{}, lancar.Fail(lancar.Forbidden, "", "Akun ini tidak berhak.", "This account has no right to that.")
	}
	what := []string{Answers, Attachments, Case, Contact, Documents, Identity, Looks, Match, Messages, Number, Payments, Things}
	if register {
		what = append(what, Register)
	}
	return Grant{
		subject: subject, account: account, who: lancar.Actor{Kind: lancar.Person, ID: account},
		what: what, at: tx.Now, own: true,
	}, nil
}

// UnbindTx forgets which account belonged to the subject. Only identity calls it, when it erases
// the account.
func (a *Access) UnbindTx(tx *store.Tx, account lancar.ID) error {
	a.bound.drop(account)
	return tx.Queue(`DELETE FROM access_people WHERE account = $1`, string(account))
}

// SubjectTx is whose this account is, "" for nobody's (any more): what [Request].Subject names.
func (a *Access) SubjectTx(tx *store.Tx, account lancar.ID) (subject string, err error) {
	err = tx.QueryRow(`SELECT subject FROM access_people WHERE account = $1`, string(account)).Scan(&subject)
	if err == store.ErrNone {
		err = nil
	}
	return subject, err
}
