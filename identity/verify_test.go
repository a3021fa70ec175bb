package identity_test

import (
	"testing"

	"lancar/identity"
	"lancar/internal/store"
)

func TestVerifyFindsAlteredAccounts(t *testing.T) {
	each(t, identity.Limits{}, func(w *world) {
		w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		w.hire(1)
		w.Must(w.Identity.Verify(t.Context()))
		do := func(list ...string) {
			t.Helper()
			w.Must(w.DB.Write(t.Context(), func(tx *store.Tx) error {
				for _, s := range list {
					if _, err := tx.Exec(s); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		tables := []string{"access_people", "identity_accounts", "identity_contacts", "keys_data"}
		for _, table := range tables {
			do("CREATE TABLE saved_" + table + " AS SELECT * FROM " + table)
		}
		const person = " WHERE kind = 'resident'"
		for name, sql := range map[string]string{
			"whose binding":      "UPDATE access_people SET account = 'x'",
			"binding to whom":    "UPDATE access_people SET subject = 'x'",
			"binding since when": "UPDATE access_people SET at = at + 1",
			"no binding":         "DELETE FROM access_people",
			"subject":            "UPDATE identity_accounts SET subject = 'x'" + person,
			"made when":          "UPDATE identity_accounts SET created_at = created_at + 1" + person,
			"closed":             "UPDATE identity_accounts SET closed_at = 1" + person,
			"kind":               "UPDATE identity_accounts SET kind = 'visitor'" + person,
			"holder":             "UPDATE identity_accounts SET sealed = (SELECT sealed FROM saved_identity_contacts LIMIT 1)" + person,
			"contact":            "UPDATE identity_contacts SET sealed = (SELECT sealed FROM saved_identity_accounts WHERE kind = 'resident')",
			"key":                "UPDATE keys_data SET wrapped = NULL, destroyed_at = 1",
		} {
			do(sql)
			if w.Identity.Verify(t.Context()) == nil {
				t.Errorf("%s: nothing found", name)
			}
			for _, table := range tables {
				do("DELETE FROM "+table, "INSERT INTO "+table+" SELECT * FROM saved_"+table)
			}
		}
		w.Must(w.Identity.Verify(t.Context()))
	})
}
