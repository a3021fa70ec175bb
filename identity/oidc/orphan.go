package oidc

import (
	"context"
	"time"

	"lancar"
	"lancar/internal/store"
)

// orphanFor is how long an app goes on after its officer left the office, unless configured.
const orphanFor = 14 * 24 * time.Hour

// orphansTx finds apps in production whose officer holds no role in their office any more, names the day on
// which they stop, and ends those whose day came. The office's heads are told of both. It runs every
// minute, a limited number of each.
func (p *Provider) orphansTx(tx *store.Tx) error {
	left, err := deserted(tx)
	if err != nil {
		return err
	}
	for _, c := range left {
		c.Stops = tx.Now.Add(p.config.OrphanFor)
		if err := stopClient(tx, c.ID, c.Version, c.Stops); err != nil {
			return err
		}
		day := c.Stops.Add(7 * time.Hour).Format(time.DateOnly) // the page behind the link says the hour
		if err := p.tellHeads(tx, c.Client, "orphan", "", news{lancar.Text{"id": "Aplikasi tanpa penanggung jawab: " + c.Name.In("id"), "en": "An app that nobody answers for: " + c.Name.In("en")},
			lancar.Text{"id": "Penanggung jawabnya tidak lagi bertugas di kantor ini. Bila tidak ada yang mengambil alih, warga tidak bisa masuk lewat aplikasi ini sejak " + day + ".",
				"en": "Its officer no longer serves in this office. If nobody takes it over, people cannot sign in through it from " + day + "."}}); err != nil {
			return err
		}
	}
	over, err := lapsed(tx)
	if err != nil {
		return err
	}
	for _, c := range over {
		if err := stageClient(tx, c.ID, c.Version, Ended, ""); err != nil {
			return err
		}
		if err := p.tellHeads(tx, c.Client, "ended", "", news{lancar.Text{"id": "Aplikasi berhenti: " + c.Name.In("id"), "en": "An app has stopped: " + c.Name.In("en")},
			lancar.Text{"id": "Tidak ada petugas yang mengambil alihnya. Tokennya tidak berlaku lagi.", "en": "No officer took it over. Its tokens count no more."}}); err != nil {
			return err
		}
	}
	return nil
}

// Adopt makes an officer of the same office answer for an app whose officer left. What the app may do
// stays as it was approved; the registration token that the former officer may have kept is none any more.
func (p *Provider) Adopt(ctx context.Context, by lancar.Actor, id lancar.ID) error {
	err := p.DB.Write(ctx, func(tx *store.Tx) error {
		c, err := clientByID(tx, id)
		if err != nil || !mayKeep(by, c.Client) {
			return errNoClient(err)
		}
		serves, err := servesIn(tx, by.ID, c.Region, c.Agency)
		if err != nil {
			return err
		}
		if !serves {
			return lancar.Fail(lancar.Forbidden, "", "Hanya petugas kantor pemilik aplikasi ini.", "Only an officer of the office that has this app.")
		}
		if c.Stops.IsZero() || c.Stage == Ended {
			return lancar.Fail(lancar.Conflict, "", "Aplikasi ini punya penanggung jawab, atau sudah berakhir.", "Somebody answers for this app, or it has ended.")
		}
		c.Adopted++
		if err := adoptClient(tx, c.Client, by.ID); err != nil {
			return err
		}
		return p.tellHeads(tx, c.Client, "adopted", by.ID, news{lancar.Text{"id": "Aplikasi punya penanggung jawab baru: " + c.Name.In("id"), "en": "Somebody answers for an app again: " + c.Name.In("en")},
			lancar.Text{"id": "Petugas lain di kantor Anda mengambil alihnya.", "en": "Another officer of your office took it over."}})
	})
	p.clients.forget(id)
	return err
}
