package oidc

import (
	"encoding/json"

	"lancar"
	"lancar/internal/store"
)

const clientColumns = `id, region, agency, officer, stage, data, secret, made_at, approved_by, approved_at, version, stops_at`

func scanClient(s store.Scanner) (r registration, err error) {
	var data []byte
	var made, approved, stops int64
	c := &r.Client
	if err = s.Scan((*string)(&c.ID), &c.Region, &c.Agency, (*string)(&c.Officer), (*string)(&c.Stage), &data, &r.secret, &made, (*string)(&c.ApprovedBy), &approved, &c.Version, &stops); err != nil {
		return r, err
	}
	c.Made, c.Approved, c.Stops = store.Time(made), store.Time(approved), store.Time(stops)
	if err = json.Unmarshal(data, c); err != nil {
		return r, err
	}
	set, err := parseKeys(c.JWKS)
	if err != nil {
		return r, err
	}
	r.keys = set.JSONWebKeySet
	r.certs = append(thumbprints(r.keys), c.Certificates...)
	return r, nil
}

func insertClient(tx *store.Tx, c Client, secret []byte) error {
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	if secret == nil {
		secret = []byte{}
	}
	n, err := tx.Exec(`INSERT INTO identity_clients (`+clientColumns+`, server) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', 0, 1, 0, $9) ON CONFLICT DO NOTHING`,
		string(c.ID), c.Region, c.Agency, string(c.Officer), string(c.Stage), data, secret, store.Micros(c.Made), bit(c.Server))
	if err == nil && n == 0 {
		err = lancar.Fail(lancar.Conflict, "client", "Aplikasi dengan nomor itu sudah ada.", "There is a client with that id.")
	}
	return err
}

func clientByID(tx *store.Tx, id lancar.ID) (registration, error) {
	return store.One(tx, scanClient, `SELECT `+clientColumns+` FROM identity_clients WHERE id = $1`, string(id))
}

func clientsOf(tx *store.Tx, agency string) ([]registration, error) {
	return store.All(tx, scanClient, `SELECT `+clientColumns+` FROM identity_clients WHERE agency = $1 ORDER BY id DESC`, agency)
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// serversTx are the resource servers, and clients of which the column does not say since it is there.
func serversTx(tx *store.Tx) ([]registration, error) {
	return store.All(tx, scanClient, `SELECT `+clientColumns+` FROM identity_clients WHERE server <> 0 AND stage <> 'ended' ORDER BY id LIMIT 10000`)
}

func updateClient(tx *store.Tx, c Client, version int64, stage Stage) error {
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return moved(tx.Exec(`UPDATE identity_clients SET data = $1, stage = $2, server = $5, version = version + 1 WHERE id = $3 AND version = $4 AND stage <> 'ended'`,
		data, string(stage), string(c.ID), version, bit(c.Server)))
}

func stageClient(tx *store.Tx, id lancar.ID, version int64, stage Stage, by lancar.ID) error {
	at := int64(0)
	if by != "" {
		at = store.Micros(tx.Now)
	}
	return moved(tx.Exec(`UPDATE identity_clients SET stage = $1, approved_by = $2, approved_at = $3, version = version + 1 WHERE id = $4 AND version = $5 AND stage <> 'ended'`,
		string(stage), string(by), at, string(id), version))
}

func moved(n int64, err error) error {
	if err == nil && n == 0 {
		return lancar.Fail(lancar.Conflict, "", "Data aplikasi sudah berubah. Buka lagi.", "The client has changed. Open it again.")
	}
	return err
}

func insertTrouble(tx *store.Tx, k troubleKind, n int64, words string) error {
	return tx.Queue(`INSERT INTO identity_client_errors (client, endpoint, code, place, n, first_at, at, words) VALUES ($1, $2, $3, $4, $5, $6, $6, $7)
		ON CONFLICT (client, endpoint, code, place) DO UPDATE SET n = identity_client_errors.n + excluded.n, at = excluded.at, words = excluded.words`,
		string(k.client), k.endpoint, k.code, k.place, n, store.Micros(tx.Now), words)
}

func troublesOf(tx *store.Tx, client lancar.ID) ([]Trouble, error) {
	return store.All(tx, func(s store.Scanner) (t Trouble, err error) {
		var first, at int64
		var words string
		if err = s.Scan(&first, &at, &t.N, &t.Endpoint, &t.Code, &words); err != nil {
			return t, err
		}
		t.First, t.At = store.Time(first), store.Time(at)
		return t, json.Unmarshal([]byte(words), &t.Words)
	}, `SELECT first_at, at, n, endpoint, code, words FROM identity_client_errors WHERE client = $1 ORDER BY at DESC, endpoint, code, place LIMIT 64`, string(client))
}

// deleteTroubles forgets kinds that did not come again.
func deleteTroubles(tx *store.Tx) error {
	return tx.Queue(`DELETE FROM identity_client_errors WHERE at < $1`, store.Micros(tx.Now.Add(-troubleLife)))
}

// deleteClient makes room for a client of the same id that a conformance run brings.
func deleteClient(tx *store.Tx, id lancar.ID) error {
	_, err := tx.Exec(`DELETE FROM identity_clients WHERE id = $1`, string(id))
	return err
}
