package app

import (
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"time"

	"lancar"
	"lancar/access"
	"lancar/access/breach"
	"lancar/casework"
	"lancar/catalog"
	"lancar/document"
	"lancar/exchange"
	"lancar/identity"
	"lancar/identity/machine"
	"lancar/identity/mandate"
	"lancar/identity/oidc"
	"lancar/identity/passkey"
	"lancar/identity/pin"
	"lancar/identity/upstream"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/notify"
	"lancar/payment"
	"lancar/portal"
	"lancar/publiclog"
	"lancar/region"
	"lancar/region/places"
	"lancar/regions"
	"lancar/services"
)

// node is every room of a running Lancar.
type node struct {
	config Config
	base   *url.URL
	log    *slog.Logger
	clock  lancar.Clock

	db        *store.DB
	ring      *keys.Ring
	queue     *jobs.Queue
	regions   *region.Regions
	public    *publiclog.Log
	access    *access.Access
	breaches  *breach.Breaches
	notify    *notify.Notify
	exchange  *exchange.Exchange
	identity  *identity.Identity
	mandates  *mandate.Mandates
	machines  *machine.Machines
	pins      *pin.Pins
	passkeys  *passkey.Passkeys // nil where the host's name cannot have any
	oidc      *oidc.Provider
	mtls      net.Listener       // asks for client certificates; nil for none
	clientCAs *x509.CertPool     // of those certificates; nil for none
	national  *upstream.Upstream // nil where there is no national provider
	catalog   *catalog.Catalog
	finder    *catalog.Finder
	documents *document.Documents
	charges   *payment.Charges
	cases     *casework.Cases

	people *portal.Portal // the door, once it stands
}

// loadRegions opens the table of places and the region packs.
func loadRegions() (*region.Regions, error) {
	table, err := places.Open()
	if err != nil {
		return nil, fmt.Errorf("the table of places: %w", err)
	}
	return region.Load(regions.FS, table)
}

// open makes every room on an open database; nothing runs yet.
func open(ctx context.Context, c Config, db *store.DB, ring *keys.Ring, clock lancar.Clock, log *slog.Logger) (*node, error) {
	base, err := url.Parse(c.Base)
	if err != nil {
		return nil, err
	}
	n := &node{config: c, base: base, log: log, clock: clock, db: db, ring: ring}
	n.queue = jobs.New(db, func(j jobs.Job, err error) {
		log.Warn("job failed", "queue", j.Queue, "region", j.Region, "job", j.ID, "attempt", j.Attempt+1, "error", err)
	})
	if n.regions, err = loadRegions(); err != nil {
		return nil, err
	}
	n.public = publiclog.New(db, n.queue, ring, publiclog.Config{})
	n.access = access.New(db, n.queue, ring)
	n.access.Chain(n.public)
	n.notify = notify.New(db, n.queue, ring, senders(c), n.link)
	if n.exchange, err = exchange.New(db, n.queue, ring, n.access, exchange.Config{URL: c.Exchange.URL, TokenFile: c.Exchange.TokenFile}); err != nil {
		return nil, err
	}
	n.identity = identity.New(db, n.queue, ring, n.access, n.notify, n.exchange, n.signInLimits())
	n.mandates = mandate.New(db, n.queue, ring, n.access, n.notify, n.exchange, n.identity, mandate.Config{GrownUp: c.GrownUp, Years: c.MandateYears, Working: n.machineWorks})
	n.machines = machine.New(db, n.queue, ring, n.identity, machine.Config{OrphanFor: time.Duration(c.Orphans) * 24 * time.Hour})
	n.pins = pin.New(db, ring, n.identity)
	if n.passkeys, err = passkey.New(db, ring, n.identity, base, "Lancar", clock); err != nil {
		log.Warn("passkeys are off", "error", err)
	}
	if n.clientCAs, err = c.MTLS.authorities(); err != nil {
		return nil, fmt.Errorf("mtls.client_cas: %w", err)
	}
	n.openOIDC()
	if n.national, err = n.openUpstream(); err != nil {
		return nil, err
	}
	if err := n.openCatalog(ctx); err != nil {
		return nil, err
	}
	if n.documents, err = document.New(db, n.queue, ring, n.public, document.Config{CheckBase: n.checkBase()}); err != nil {
		return nil, err
	}
	acquirer, bank, err := openBank(c, clock)
	if err != nil {
		return nil, fmt.Errorf("acquirer: %w", err)
	}
	n.charges = payment.New(db, n.queue, ring, n.regions, n.access, n.identity, acquirer, bank)
	n.cases = casework.New(casework.Rooms{DB: db, Queue: n.queue, Keys: ring, Log: n.public, Regions: n.regions, Access: n.access,
		Exchange: n.exchange, Catalog: n.catalog, Documents: n.documents, Charges: n.charges, Identity: n.identity, Mandates: n.mandates, Base: c.Base})
	n.subscribe()
	return n, nil
}

func (n *node) openCatalog(ctx context.Context) error {
	cat, problems, err := catalog.Open(ctx, n.db, services.FS)
	if err != nil {
		return err
	}
	for _, p := range problems {
		n.log.Error("a service is left out", "error", p)
	}
	n.catalog, n.finder = cat, catalog.NewFinder(cat)
	return nil
}

// machineWorks says whether a machine that acts for its person may work now.
func (n *node) machineWorks(tx *store.Tx, id lancar.ID) error {
	_, _, err := n.machines.ProofTx(tx, id)
	return err
}

// subscribe lists every event and who acts on it.
func (n *node) subscribe() {
	q := n.queue
	q.Subscribe(publiclog.EventSequenced, "casework", n.cases.Sequenced)
	q.Subscribe(payment.EventSettled, "casework", n.cases.Settled)
	q.Subscribe(payment.EventExpired, "casework", n.cases.Expired)
	q.Subscribe(payment.EventRefundDue, "casework", n.cases.RefundDue)
	q.Subscribe(payment.EventRefunded, "casework", n.cases.Refunded)
	q.Subscribe(payment.EventRefundRefused, "casework", n.cases.RefundRefused)
	q.Subscribe(exchange.EventAnswered, "casework", n.cases.Answered)
	q.SubscribeMany(document.EventIssued, "document", n.documents.ListTx)
	q.SubscribeMany(access.EventRow, "access", n.access.SeenTx)
	n.rights()
}

func senders(c Config) map[notify.Channel]notify.Sender {
	out := map[notify.Channel]notify.Sender{
		notify.Email: notify.SMTP{Address: c.Mail.Address, From: c.Mail.From, User: c.Mail.User, PasswordFile: c.Mail.PasswordFile, Plain: c.Mail.Plain},
	}
	if c.Phone.URL != "" {
		out[notify.Phone] = notify.Gateway{URL: c.Phone.URL, TokenFile: c.Phone.TokenFile}
	}
	if c.WhatsApp.URL != "" {
		out[notify.WhatsApp] = notify.Gateway{URL: c.WhatsApp.URL, TokenFile: c.WhatsApp.TokenFile, Via: "whatsapp"}
	}
	return out
}

// signInLimits raises what one address may do to what the configuration says.
func (n *node) signInLimits() identity.Limits {
	most := n.config.Limits.SignIns
	l := identity.Limits{PerAddress: most, GuessesAddress: 2 * most, Recovery: time.Duration(n.config.Limits.Recovery) * time.Hour,
		Contact: time.Duration(n.config.Limits.Contact) * time.Hour}
	if n.config.demo != nil && n.config.demo.conformance != nil {
		run := n.config.demo.conformance.file
		l.Fixed = map[string]string{n.ring.Subject("nik", run.Person): run.Code}
		l.PerPair, l.PerContact, l.PerNumber = perRun, perRun, perRun
	} else if n.config.demo != nil { // whoever tries apps out signs the same few people in, from ever new browsers
		l.PerPair, l.PerContact, l.PerNumber = perDemo, perDemo, perDemo
	}
	return l
}

// portal is the URL of a region's portal, without a slash at its end.
func (n *node) portal(host string) string {
	u := *n.base
	if host != "" {
		u.Host = host + "." + u.Host
	}
	return u.Scheme + "://" + u.Host
}

// link makes the absolute address of a page on the portal of a region.
func (n *node) link(code, path string) string {
	r := n.regions.ByCode(code)
	if r == nil {
		return n.portal("") + path
	}
	return n.portal(r.Host) + path
}

// checkBase is where a QR code on a document leads.
func (n *node) checkBase() string {
	if n.config.demo != nil && n.config.demo.Public != "" {
		return "http://" + n.config.demo.Public
	}
	return n.portal("")
}
