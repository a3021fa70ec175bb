package identity

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"sort"

	"lancar"
	"lancar/access"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/notify"
)

// Role is one office that an officer holds.
type Role struct{ Role, Agency, Region string }

// Employee is an officer as the personnel register knows them.
type Employee struct {
	Number     string // employee number, digits
	Name       string
	Mail       string // office mail, where codes go
	NIK        string // "" if not given: then their own applications cannot be kept from them, and they are nobody's second person
	FamilyCard string // number of the family card, "" if not given: for conflicts of interest
	Roles      []Role
}

// SaveEmployees adds officers, or brings name, mail and roles of known ones up to date, all or
// none; roles that are gone end at once, in open sessions too. Accounts come back in the same order.
func (i *Identity) SaveEmployees(ctx context.Context, list []Employee) (accounts []lancar.ID, err error) {
	err = i.db.Write(ctx, func(tx *store.Tx) error {
		accounts = make([]lancar.ID, len(list))
		for n, e := range list {
			if accounts[n], err = i.saveEmployee(tx, e); err != nil {
				return fmt.Errorf("officer %d of the list: %w", n+1, err)
			}
		}
		return nil
	})
	return accounts, err
}

// Dismiss ends the offices of every officer but those to keep: roles, sessions, and the contact to
// which codes go. It returns what each of them held.
func (i *Identity) Dismiss(ctx context.Context, keep []lancar.ID) (gone map[lancar.ID][]Role, err error) {
	err = i.db.Write(ctx, func(tx *store.Tx) error {
		gone = map[lancar.ID][]Role{}
		all, err := officers(tx)
		if err != nil {
			return err
		}
		for _, account := range all {
			if slices.Contains(keep, account) {
				continue
			}
			if gone[account], err = rolesOf(tx, account); err != nil {
				return err
			}
			if err := errors.Join(replaceRoles(tx, account, nil), i.endSessions(tx, account), endContactsExcept(tx, account, ""), endWays(tx, account)); err != nil {
				return err
			}
		}
		return nil
	})
	return gone, err
}

// SaveEmployee is [Identity.SaveEmployees] for one.
func (i *Identity) SaveEmployee(ctx context.Context, e Employee) (lancar.ID, error) {
	accounts, err := i.SaveEmployees(ctx, []Employee{e})
	if err != nil {
		return "", err
	}
	return accounts[0], nil
}

func (i *Identity) saveEmployee(tx *store.Tx, e Employee) (lancar.ID, error) {
	to, err := contact(e.Mail)
	if err != nil || to.Channel != notify.Email {
		return "", lancar.Fail(lancar.Invalid, "mail", "Surel kantor tidak terbaca.", "The office mail address cannot be read.")
	}
	number := i.employee(e.Number)
	account, err := officerByNumber(tx, number)
	if err == store.ErrNone {
		account, err = i.hire(tx)
	}
	if err != nil {
		return "", err
	}
	subject, family := "", ""
	if e.NIK != "" {
		subject = i.ring.Subject("nik", e.NIK)
	}
	if e.FamilyCard != "" {
		family = i.ring.Subject("family", e.FamilyCard)
	}
	if err := upsertOfficer(tx, account, number, e.Name, subject, family); err != nil {
		return "", err
	}
	if err := endContactsExcept(tx, account, i.contactHash(to)); err != nil {
		return "", err
	}
	if err := i.saveContact(tx, account, to, true, false); err != nil {
		return "", err
	}
	return account, replaceRoles(tx, account, e.Roles)
}

// hire makes an officer's account. It has no subject: what an officer does as a person they do
// with their own account.
func (i *Identity) hire(tx *store.Tx) (lancar.ID, error) {
	id := lancar.NewID(tx.Now)
	sealed, err := i.ring.SealTx(tx, accountOwner(id), []byte("{}"), []byte("identity_accounts "+string(id)))
	if err != nil {
		return "", err
	}
	return id, insertAccount(tx, accountRow{ID: id, Kind: Officer, Lang: "id", sealed: sealed})
}

// Roles lists the offices that a signed-in officer holds.
func (i *Identity) Roles(ctx context.Context, s Session) (roles []Role, err error) {
	err = i.db.Read(ctx, func(tx *store.Tx) error {
		roles, err = rolesOf(tx, s.Account)
		return err
	})
	return roles, err
}

// ChooseRole lets an officer act in one of their offices. The token changes with it.
func (i *Identity) ChooseRole(ctx context.Context, token string, role Role) (newToken string, s Session, err error) {
	newToken = keys.Token()
	err = i.db.Write(ctx, func(tx *store.Tx) error {
		row, err := sessionByToken(tx, hashToken(token))
		if err == store.ErrNone || err == nil && (row.session.Kind != Officer || !tx.Now.Before(row.idle) || !tx.Now.Before(row.session.Ends)) {
			return errSignedOut()
		}
		if err != nil {
			return err
		}
		roles, err := rolesOf(tx, row.session.Account)
		if err != nil {
			return err
		}
		if !slices.Contains(roles, role) {
			return lancar.Fail(lancar.Forbidden, "role", "Peran itu bukan milik Anda.", "That role is not yours.")
		}
		if err := updateRole(tx, hashToken(token), hashToken(newToken), role); err != nil {
			return err
		}
		row.session.Actor = lancar.Actor{Role: role.Role, Agency: role.Agency, Region: role.Region}
		s, err = i.complete(tx, row.session)
		return err
	})
	if err != nil {
		return "", Session{}, err
	}
	return newToken, s, nil
}

// OnRoster is an officer who can be drawn for a task.
type OnRoster struct {
	Account   lancar.ID
	Name      string
	Pseudonym string // what the public log shows; of no use in another region
}

// Roster lists who holds a role in an agency of a region, in the order of their pseudonyms.
func (i *Identity) Roster(ctx context.Context, region, agency, role string) (list []OnRoster, err error) {
	err = i.db.Read(ctx, func(tx *store.Tx) error {
		list, err = i.RosterTx(tx, region, agency, role)
		return err
	})
	return list, err
}

// RosterTx is [Identity.Roster] inside the caller's transaction.
func (i *Identity) RosterTx(tx *store.Tx, region, agency, role string) ([]OnRoster, error) {
	list, err := officersIn(tx, region, agency, role)
	for n := range list {
		list[n].Pseudonym = hex.EncodeToString(i.ring.MAC("identity pseudonym "+region, []byte(list[n].Account))[:6])
	}
	sort.Slice(list, func(a, b int) bool { return list[a].Pseudonym < list[b].Pseudonym })
	return list, err
}

// Rosters lists every role of every agency in every region that somebody holds.
func (i *Identity) Rosters(ctx context.Context) (list []Role, err error) {
	err = i.db.Read(ctx, func(tx *store.Tx) error {
		list, err = allRoles(tx)
		return err
	})
	return list, err
}

// ConflictedTx says which of these officers must not decide for this person: it is themself, or
// somebody of their own family card ("" if it is not known).
func (i *Identity) ConflictedTx(tx *store.Tx, officers []lancar.ID, subject, familyCard string) (map[lancar.ID]bool, error) {
	family := "-"
	if familyCard != "" {
		family = i.ring.Subject("family", familyCard)
	}
	out := map[lancar.ID]bool{}
	for _, o := range officers {
		_, c, err := officerByAccount(tx, o)
		if err == store.ErrNone {
			continue
		}
		if err != nil {
			return nil, err
		}
		if c.subject != "" && c.subject == subject || c.family != "" && c.family == family {
			out[o] = true
		}
	}
	return out, nil
}

// OfficerName names an officer by account; false for anyone else.
func (i *Identity) OfficerName(ctx context.Context, account lancar.ID) (name string, ok bool) {
	err := i.db.Read(ctx, func(tx *store.Tx) error {
		name, ok = i.OfficerNameTx(tx, account)
		return nil
	})
	return name, ok && err == nil
}

// OfficerNameTx is [Identity.OfficerName] inside the caller's transaction.
func (i *Identity) OfficerNameTx(tx *store.Tx, account lancar.ID) (name string, ok bool) {
	name, _, err := officerByAccount(tx, account)
	return name, err == nil
}

// ServesTx says whether an officer holds any office in that region, or in one above it.
func (i *Identity) ServesTx(tx *store.Tx, account lancar.ID, region string) (bool, error) {
	roles, err := rolesOf(tx, account)
	return slices.ContainsFunc(roles, func(r Role) bool { return access.Within(region, r.Region) }), err
}

// SameHumanTx says whether [Identity.SecondTx] refuses one of two officers as the other's second person:
// they are, or may be, one human being, or are of one family.
func (i *Identity) SameHumanTx(tx *store.Tx, a, b lancar.ID) (bool, error) {
	err := i.SecondTx(tx, a, b)
	if lancar.CodeOf(err) == lancar.Forbidden {
		return true, nil
	}
	return false, err
}

// SecondTx refuses (lancar.Forbidden) an officer as the second person to what another one began, unless
// the personnel register gave both their identity numbers and these differ, and they stand on different
// family cards as far as these are known: nobody is the second person to themself or their family, and
// who cannot be told apart is none.
func (i *Identity) SecondTx(tx *store.Tx, first, second lancar.ID) error {
	if first == second {
		return errSamePerson()
	}
	one, err := officerIs(tx, first)
	if err != nil {
		return err
	}
	two, err := officerIs(tx, second)
	switch {
	case err != nil:
		return err
	case one.subject == "" || two.subject == "":
		return lancar.Fail(lancar.Forbidden, "", "NIK Anda atau petugas yang memulai ini belum ada di daftar petugas, jadi belum pasti Anda orang lain. Minta bagian kepegawaian melengkapinya.",
			"Your identity number, or that of the officer who began this, is not in the list of officers, so that nobody knows whether you are another person. Ask the personnel office to add it.")
	case one.subject == two.subject:
		return errSamePerson()
	case one.family != "" && one.family == two.family:
		return lancar.Fail(lancar.Forbidden, "", "Yang memulai ini satu kartu keluarga dengan Anda. Petugas lain yang mengesahkan.", "Who began this is of your family. Another officer confirms it.")
	}
	return nil
}

func errSamePerson() error {
	return lancar.Fail(lancar.Forbidden, "", "Petugas lain yang mengesahkan, bukan yang mengusulkan.", "Another officer confirms it, not the one who proposed it.")
}
