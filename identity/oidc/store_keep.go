package oidc

import (
	"encoding/json"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/identity/machine"
	"lancar/internal/store"
)

func upsertWanted(tx *store.Tx, client lancar.ID, w Wanted) error {
	certificates, err := json.Marshal(w.Certificates)
	if err != nil {
		return err
	}
	return tx.Queue(`INSERT INTO identity_client_keys (client, officer, jwks, certificates, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (client) DO UPDATE SET officer = excluded.officer, jwks = excluded.jwks, certificates = excluded.certificates, at = excluded.at`,
		string(client), string(w.Officer), w.JWKS, string(certificates), store.Micros(w.At))
}

func deleteWanted(tx *store.Tx, client lancar.ID) error {
	return tx.Queue(`DELETE FROM identity_client_keys WHERE client = $1`, string(client))
}

func wantedOf(tx *store.Tx, client lancar.ID) (w Wanted, err error) {
	var at int64
	var certificates string
	err = tx.QueryRow(`SELECT officer, jwks, certificates, at FROM identity_client_keys WHERE client = $1`, string(client)).Scan((*string)(&w.Officer), &w.JWKS, &certificates, &at)
	if err != nil {
		return w, err
	}
	w.At = store.Time(at)
	return w, json.Unmarshal([]byte(certificates), &w.Certificates)
}

// headsOf are who hears of an office's apps: superiors and officers in [machine.Role].
func headsOf(tx *store.Tx, region, agency string) ([]lancar.ID, error) {
	return store.All(tx, func(s store.Scanner) (id lancar.ID, err error) { err = s.Scan((*string)(&id)); return id, err },
		`SELECT DISTINCT account FROM identity_roles WHERE region = $1 AND agency = $2 AND role IN ($3, $4) ORDER BY account`, region, agency, identity.Superior, machine.Role)
}

func servesIn(tx *store.Tx, account lancar.ID, region, agency string) (bool, error) {
	var n int64
	err := tx.QueryRow(`SELECT count(*) FROM identity_roles WHERE account = $1 AND region = $2 AND agency = $3`, string(account), region, agency).Scan(&n)
	return n > 0, err
}

const orphansMost = 100

// deserted are apps in production whose officer holds no role in their office any more.
func deserted(tx *store.Tx) ([]registration, error) {
	return store.All(tx, scanClient, `SELECT `+clientColumns+` FROM identity_clients WHERE stage = 'production' AND stops_at = 0 AND NOT EXISTS
		(SELECT 1 FROM identity_roles r WHERE r.account = identity_clients.officer AND r.region = identity_clients.region AND r.agency = identity_clients.agency)
		ORDER BY id LIMIT $1`, orphansMost)
}

func lapsed(tx *store.Tx) ([]registration, error) {
	return store.All(tx, scanClient, `SELECT `+clientColumns+` FROM identity_clients WHERE stage = 'production' AND stops_at > 0 AND stops_at <= $1 ORDER BY id LIMIT $2`,
		store.Micros(tx.Now), orphansMost)
}

func stopClient(tx *store.Tx, id lancar.ID, version int64, at time.Time) error {
	return moved(tx.Exec(`UPDATE identity_clients SET stops_at = $3, version = version + 1 WHERE id = $1 AND version = $2`, string(id), version, store.Micros(at)))
}

func adoptClient(tx *store.Tx, c Client, officer lancar.ID) error {
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return moved(tx.Exec(`UPDATE identity_clients SET officer = $3, stops_at = 0, data = $4, version = version + 1 WHERE id = $1 AND version = $2`, string(c.ID), c.Version, string(officer), data))
}
