package access

import (
	"context"
	"strings"
	"time"

	"lancar"
	"lancar/internal/store"
)

// App is an app through which a person reads and acts, by the API and with their agreement. It reads
// nothing for itself: what it is shown, the person is shown through it, and sees that it was.
type App struct {
	Who     lancar.Actor // of kind machine; its ID is the client_id that the person agreed with
	Purpose lancar.Text  // what for, as the person was told
	Scope   string       // what their agreement must cover for this call
	What    []string     // kinds of data that this call opens
}

// appSlot is how long repeated looks of an app at one thing are one row.
const appSlot = 15 * time.Minute

// AppTx permits an app to read about the person for whom it calls, in their own account. Their
// agreement must be in force and cover the scope, and account and subject be theirs; else
// lancar.Forbidden, on field "consent" where the agreement is what lacks. thing is what is looked at
// (a case's id), look says that a row is written, once in a quarter of an hour for each thing; where
// it is false the act itself is written down by the caller. The grant counts as the person's own
// reading, as that of [Access.ActTx] does, except for what stays with the person themself.
func (a *Access) AppTx(tx *store.Tx, app App, account lancar.ID, subject string, thing lancar.ID, look bool) (Grant, error) {
	own, err := a.OwnTx(tx, account, subject, false)
	if err != nil {
		return Grant{}, err
	}
	r := app.request(subject, thing)
	if err := r.check(); err != nil {
		return Grant{}, err
	}
	agreed, ok, err := a.AgreedTx(tx, subject, r.Consent)
	if err == nil && (!ok || !agreed.Covers(app.Scope)) {
		err = lancar.Fail(lancar.Forbidden, "consent", "Orangnya tidak, atau tidak lagi, menyetujui ini.", "The person has not agreed to this, or does not any more.")
	}
	if err == nil {
		err = a.permitted(tx, r)
	}
	if err != nil {
		return Grant{}, err
	}
	g := Grant{subject: own.subject, account: own.account, region: r.Region, caseID: r.Case, who: r.Who, what: sorted(r.What), at: tx.Now, own: true, acting: true}
	if !look {
		return g, nil
	}
	fresh, err := firstLook(tx, subject, r.Consent, string(thing)+" "+strings.Join(g.what, ","), store.Micros(tx.Now.Truncate(appSlot)))
	if err != nil || !fresh {
		return g, err
	}
	opened, err := a.OpenTx(tx, r)
	g.id = opened.id
	return g, err
}

func (p App) request(subject string, thing lancar.ID) Request {
	at := p.Who.Region
	if at == "" {
		at = "00"
	}
	return Request{Who: p.Who, Subject: subject, Region: at, Case: thing, What: p.What, Purpose: p.Purpose, Ground: Agreement(), Consent: string(p.Who.ID)}
}

// Agreement is the ground on which an app is told what its person agreed to: UU 27/2022 Article 20.
func Agreement() lancar.Text {
	return lancar.Text{"id": "Persetujuan Anda (UU 27/2022 Pasal 20)", "en": "Your agreement (Law 27/2022, Article 20)"}
}

// LooksBy is [Access.Looks] through an app that the person agreed with, which is a look itself.
func (a *Access) LooksBy(ctx context.Context, app App, account lancar.ID, subject, after string) (rows []Row, next string, err error) {
	at, id := cursor(after)
	err = a.db.Write(ctx, func(tx *store.Tx) error {
		g, err := a.AppTx(tx, app, account, subject, "", true)
		if err != nil {
			return err
		}
		if err := g.For(subject, Looks); err != nil {
			return err
		}
		rows, err = selectSeen(tx, subject, Filter{}, at, id, rowsPage+1)
		return err
	})
	rows, next = pageOf(rows)
	return rows, next, err
}
