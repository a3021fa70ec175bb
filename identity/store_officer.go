package identity

import (
	"lancar"
	"lancar/internal/store"
)

// conflict is by what an officer is kept from deciding for themself and their family.
type conflict struct{ subject, family string }

func upsertOfficer(tx *store.Tx, account lancar.ID, number, name, subject, family string) error {
	return tx.Queue(`INSERT INTO identity_officers (account, number, name, subject, family) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (account) DO UPDATE SET name = excluded.name, subject = excluded.subject, family = excluded.family`,
		string(account), number, name, subject, family)
}

func officerByNumber(tx *store.Tx, number string) (account lancar.ID, err error) {
	err = tx.QueryRow(`SELECT account FROM identity_officers WHERE number = $1`, number).Scan((*string)(&account))
	return account, err
}

// officers are the accounts of everyone who ever held an office here.
func officers(tx *store.Tx) ([]lancar.ID, error) {
	return store.All(tx, func(s store.Scanner) (id lancar.ID, err error) { err = s.Scan((*string)(&id)); return id, err },
		`SELECT account FROM identity_officers ORDER BY account`)
}

func officerByAccount(tx *store.Tx, account lancar.ID) (name string, c conflict, err error) {
	err = tx.QueryRow(`SELECT name, subject, family FROM identity_officers WHERE account = $1`, string(account)).Scan(&name, &c.subject, &c.family)
	return name, c, err
}

func replaceRoles(tx *store.Tx, account lancar.ID, roles []Role) error {
	if err := tx.Queue(`DELETE FROM identity_roles WHERE account = $1`, string(account)); err != nil {
		return err
	}
	for _, r := range roles {
		err := tx.Queue(`INSERT INTO identity_roles (region, agency, role, account) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, r.Region, r.Agency, r.Role, string(account))
		if err != nil {
			return err
		}
	}
	return nil
}

func scanRole(s store.Scanner) (r Role, err error) {
	err = s.Scan(&r.Role, &r.Agency, &r.Region)
	return r, err
}

func rolesOf(tx *store.Tx, account lancar.ID) ([]Role, error) {
	return store.All(tx, scanRole, `SELECT role, agency, region FROM identity_roles WHERE account = $1 ORDER BY region, agency, role`, string(account))
}

func allRoles(tx *store.Tx) ([]Role, error) {
	return store.All(tx, scanRole, `SELECT DISTINCT role, agency, region FROM identity_roles ORDER BY region, agency, role`)
}

func officersIn(tx *store.Tx, region, agency, role string) ([]OnRoster, error) {
	return store.All(tx, func(s store.Scanner) (o OnRoster, err error) {
		err = s.Scan((*string)(&o.Account), &o.Name)
		return o, err
	}, `SELECT o.account, o.name FROM identity_roles r JOIN identity_officers o ON o.account = r.account
		WHERE r.region = $1 AND r.agency = $2 AND r.role = $3 ORDER BY o.account`, region, agency, role)
}

// holdersOf lists who holds a role in a region, in whatever agency, everyone once.
func holdersOf(tx *store.Tx, region, role string) ([]OnRoster, error) {
	return store.All(tx, func(s store.Scanner) (o OnRoster, err error) {
		err = s.Scan((*string)(&o.Account), &o.Name)
		return o, err
	}, `SELECT DISTINCT o.account, o.name FROM identity_roles r JOIN identity_officers o ON o.account = r.account
		WHERE r.region = $1 AND r.role = $2 ORDER BY o.account`, region, role)
}

// officerIs is who an officer is, empty where the list does not say, or nobody knows the officer.
func officerIs(tx *store.Tx, account lancar.ID) (conflict, error) {
	_, c, err := officerByAccount(tx, account)
	if err == store.ErrNone {
		return conflict{}, nil
	}
	return c, err
}
