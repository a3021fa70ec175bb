package sandbox

import (
	"net/http"

	"lancar/internal/store"
)

// standsSince is since when contacts stand in the population register that nobody changed here.
const standsSince = "2019-01-01"

type changed struct{ channel, value, previous, since string }

// postContact changes a contact in the population register, as its office does when a person asks, or
// somebody who has no right to: since today, and the one before is remembered.
func (s *Sandbox) postContact(w http.ResponseWriter, r *http.Request) {
	var in struct{ NIK, Email, Phone string }
	if !s.read(w, r, &in, map[string]*string{"nik": &in.NIK, "email": &in.Email, "phone": &in.Phone}) {
		return
	}
	c := changed{channel: "email", value: in.Email}
	if in.Email == "" {
		c = changed{channel: "phone", value: in.Phone}
	}
	now, found, err := s.find(r, s.registers["population"], "", in.NIK)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	if !found || c.value == "" {
		s.fail(w, r, http.StatusBadRequest, "nik of a resident and email or phone are required")
		return
	}
	c.previous, _ = now(c.channel)
	err = s.db.Write(r.Context(), func(tx *store.Tx) error {
		c.since = tx.Now.Format("2006-01-02")
		_, err := tx.Exec(`INSERT INTO contact (nik, channel, value, previous, since) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (nik, channel) DO UPDATE SET value = excluded.value, previous = excluded.previous, since = excluded.since`, in.NIK, c.channel, c.value, c.previous, c.since)
		return err
	})
	if err != nil {
		s.broken(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{c.channel: c.value, c.channel + "_since": c.since})
}

// withContacts is a record of the population register as its contacts stand now, with since when, and
// those before.
func (s *Sandbox) withContacts(r *http.Request, nik string, record func(string) (string, bool)) (func(string) (string, bool), error) {
	now := map[string]string{"email_since": standsSince, "phone_since": standsSince}
	err := s.db.Read(r.Context(), func(tx *store.Tx) error {
		list, err := store.All(tx, func(row store.Scanner) (c changed, err error) {
			err = row.Scan(&c.channel, &c.value, &c.previous, &c.since)
			return c, err
		}, "SELECT channel, value, previous, since FROM contact WHERE nik = $1", nik)
		for _, c := range list {
			now[c.channel], now[c.channel+"_since"], now[c.channel+"_previous"] = c.value, c.since, c.previous
		}
		return err
	})
	return func(field string) (string, bool) {
		if v, ok := now[field]; ok {
			return v, true
		}
		return record(field)
	}, err
}
