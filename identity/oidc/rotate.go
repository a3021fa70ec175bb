package oidc

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"lancar"
	"lancar/internal/store"
	"lancar/notify"
)

// Wanted are keys and certificates that wait for a second officer: an app's keys are the app, so one
// officer alone does not bring others to an app in production. Until then the old ones count, and an old
// one can be taken away by one officer at once.
type Wanted struct {
	Officer      lancar.ID // who asks
	At           time.Time
	JWKS         string
	Certificates []string
}

// rotateKeysTx gives a client in production the keys of c: at once when nothing is new, else it waits.
// It says what the client is registered with now.
func (p *Provider) rotateKeysTx(tx *store.Tx, old Client, c Client, by lancar.ID) (Client, error) {
	now := old
	now.JWKS, now.Certificates = c.JWKS, c.Certificates
	if fewerKeys(now, old) {
		if err := deleteWanted(tx, old.ID); err != nil {
			return old, err
		}
		return now, updateClient(tx, now, old.Version, Production)
	}
	if err := updateClient(tx, old, old.Version, Production); err != nil { // what the second officer read is what they get
		return old, err
	}
	old.Version++
	if err := upsertWanted(tx, old.ID, Wanted{Officer: by, At: tx.Now, JWKS: c.JWKS, Certificates: c.Certificates}); err != nil {
		return old, err
	}
	return old, p.tellHeads(tx, old, "keys", by, news{lancar.Text{"id": "Kunci baru menunggu persetujuan: " + old.Name.In("id"), "en": "New keys wait for approval: " + old.Name.In("en")},
		lancar.Text{"id": "Aplikasi ini dipakai warga. Orang kedua memeriksa kunci barunya; sampai itu kunci lama tetap berlaku.",
			"en": "People use this app. A second person checks its new keys; until then the old ones count."}})
}

// fewerKeys says whether every key and certificate of now was there before.
func fewerKeys(now, before Client) bool {
	known := map[string]bool{}
	for _, k := range keyTexts(before.JWKS) {
		known[k] = true
	}
	for _, k := range keyTexts(now.JWKS) {
		if !known[k] {
			return false
		}
	}
	for _, c := range now.Certificates {
		if !slices.Contains(before.Certificates, c) {
			return false
		}
	}
	return true
}

// keyTexts are the keys of a set, each in one form. What cannot be read equals nothing.
func keyTexts(jwks string) (list []string) {
	set, err := parseKeys(jwks)
	if err != nil {
		return []string{jwks}
	}
	for _, k := range set.Keys {
		text, err := json.Marshal(k)
		if err != nil {
			return []string{jwks}
		}
		list = append(list, string(text))
	}
	return append(list, set.other...)
}

// SettleKeys ends the wait of new keys: agree puts them in place of the old, and takes another human
// being than the officer who wants them (lancar.Forbidden), as [Provider.Approve] does; without agree
// they are forgotten, which who wants them may do as well. version is the client's as the officer saw it.
func (p *Provider) SettleKeys(ctx context.Context, by lancar.Actor, id lancar.ID, version int64, agree bool) error {
	err := p.DB.Write(ctx, func(tx *store.Tx) error {
		c, err := clientByID(tx, id)
		if err != nil || !mayKeep(by, c.Client) {
			return errNoClient(err)
		}
		w, err := wantedOf(tx, id)
		if err == store.ErrNone || err == nil && (c.Stage != Production || c.Version != version) {
			return lancar.Fail(lancar.Conflict, "", "Permintaan ini sudah berubah. Baca lagi.", "This request has changed. Read it again.")
		}
		if err != nil {
			return err
		}
		own := w.Officer == by.ID && !agree
		if !own && !MayApprove(by) {
			return lancar.Fail(lancar.Forbidden, "", "Atasan, atau petugas mesin, yang menyetujui.", "A superior, or the officer for machines, approves.")
		}
		if err := deleteWanted(tx, id); err != nil || !agree {
			return err
		}
		if err := p.Identity.SecondTx(tx, w.Officer, by.ID); err != nil {
			return err
		}
		c.JWKS, c.Certificates = w.JWKS, w.Certificates
		return updateClient(tx, c.Client, c.Version, Production)
	})
	p.clients.forget(id)
	return err
}

// news is a message about an app. It names the app, never a person.
type news struct{ title, body lancar.Text }

// tellHeads tells the superiors and the officers for machines of a client's office, but for one.
func (p *Provider) tellHeads(tx *store.Tx, c Client, event string, but lancar.ID, n news) error {
	list, err := headsOf(tx, c.Region, c.Agency)
	for _, account := range list {
		if err != nil || account == but {
			continue
		}
		err = p.Identity.TellTx(tx, account, notify.Message{Region: c.Region, Title: n.title, Body: n.body, Link: "/office/apps/" + string(c.ID),
			Key: "app " + string(c.ID) + " " + event + " " + tx.Now.Format(time.RFC3339)})
	}
	return err
}
