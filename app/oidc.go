package app

import (
	"context"
	"crypto/tls"
	"net/http"
	"time"

	"lancar"
	"lancar/access"
	"lancar/identity"
	"lancar/identity/oidc"
	"lancar/internal/jobs"
	"lancar/internal/store"
)

// openOIDC makes the OpenID provider: its one issuer is the node's base, whichever host is asked.
func (n *node) openOIDC() {
	c := oidc.Config{Issuer: n.config.Base, Sandbox: n.config.Stage != Production, Inside: n.config.demo != nil, OrphanFor: time.Duration(n.config.Orphans) * 24 * time.Hour,
		Sorry: func(w http.ResponseWriter, r *http.Request, err error) { n.people.Apologise(w, r, err) }}
	c.MTLS, c.ClientCAs = n.config.MTLS.URL, n.clientCAs
	if n.config.demo != nil {
		c.Asked = perDemo
	}
	if n.config.demo != nil && n.config.demo.conformance != nil {
		run := n.config.demo.conformance
		c.Asked = perRun
		c.MTLS, c.ClientCAs, c.CallTLS = run.url(run.mtls), run.pool, &tls.Config{RootCAs: run.pool, MinVersion: tls.VersionTLS12}
	}
	n.oidc = oidc.New(oidc.Rooms{DB: n.db, Queue: n.queue, Keys: n.ring, Identity: n.identity, Access: n.access, Mandates: n.mandates, Machines: n.machines, Log: n.log}, c)
	n.access.AtWithdrawal(n.oidc.WithdrawnTx)
	n.queue.Subscribe(access.EventWithdrawn, "oidc", n.oidc.Withdrawn)
	n.identity.AtSignOut(n.oidc.SignedOutTx)
	n.queue.Subscribe(identity.EventSignedOut, "oidc", n.oidc.SignedOut)
	n.queue.Subscribe(identity.EventLeft, "oidc", n.oidc.Left)
	n.queue.Subscribe(access.EventErase, "oidc", func(tx *store.Tx, e jobs.Event) error {
		notice, err := readNotice(e)
		if err != nil {
			return err
		}
		return n.oidc.EraseTx(tx, notice.Account)
	})
}

// DemoClient is the app that a demonstration knows from the start: a native one on this machine.
const DemoClient = "lancar-demo-app"

// seedClient registers the demonstration's app, once.
func (n *node) seedClient(ctx context.Context) error {
	err := n.db.Write(ctx, func(tx *store.Tx) error {
		_, _, err := n.oidc.RegisterTx(tx, oidc.Client{
			ID: DemoClient, Region: "00", Agency: "lancar", Name: lancar.Text{"id": "Aplikasi contoh", "en": "Example app"},
			AgencyName: lancar.Text{"id": "Peragaan Lancar", "en": "Lancar demonstration"},
			Purpose:    lancar.Text{"id": "Menunjukkan cara aplikasi memakai satu akun Lancar", "en": "Shows how an app uses the one Lancar account"},
			Grants:     []string{"authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"}, Redirects: []string{"http://127.0.0.1/callback", "http://localhost/callback"},
			Scopes: []string{"openid", "profile", "email", "phone", "nik", "cases.read", "cases.answers", "cases.prepare", "cases.submit", "cases.reply", "cases.withdraw", "payments.make", "documents.read", "looks.read", "offline_access"},
			Auth:   oidc.None, Sector: "lancar-demo-app", Numbers: true, // of people who are not real: so that a PIN can be tried
		})
		return err
	})
	if lancar.CodeOf(err) == lancar.Conflict {
		return nil // a demonstration that was started again
	}
	return err
}
