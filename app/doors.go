package app

import (
	"strings"

	"lancar"
	"lancar/internal/serve"
	"lancar/office"
	"lancar/portal"
)

func (n *node) portalDeps(moved *shift) portal.Deps {
	d := portal.Deps{Regions: n.regions, Catalog: n.catalog, Finder: n.finder, Identity: n.identity, Mandates: n.mandates, Pins: n.pins, Passkeys: n.passkeys, OIDC: n.oidc, National: n.national, Access: n.access, Notify: n.notify,
		Machines: n.machines, Cases: n.cases, Charges: n.charges, Documents: n.documents, PublicLog: n.public, Registers: n.registerName,
		Checks: serve.NewLimiter(float64(n.config.Limits.Checks)/60, float64(n.config.Limits.Checks)),
		Clock:  n.clock, Logger: n.log, Home: n.base, Rehearsal: n.config.Stage != Production, Sandbox: n.outside()}
	d.WhatsApp = n.config.WhatsApp.URL != ""
	if moved != nil {
		d.Moved = moved.moved
	}
	return d
}

func (n *node) registerName(id string) lancar.Text {
	s, _ := n.exchange.Source(id)
	return s.Name
}

func (n *node) officeDeps(moved *shift) office.Deps {
	d := office.Deps{Regions: n.regions, Catalog: n.catalog, Identity: n.identity, Mandates: n.mandates, Passkeys: n.passkeys, Access: n.access, Breaches: n.breaches, Notify: n.notify, Cases: n.cases, Charges: n.charges, Machines: n.machines, OIDC: n.oidc,
		Documents: n.documents, PublicLog: n.public, Queue: n.queue, Registers: n.registerName, Clock: n.clock, Logger: n.log,
		Home: n.base, Rehearsal: n.config.Stage != Production, Sandbox: n.outside()}
	if moved != nil {
		d.Moved = moved.moved
	}
	return d
}

// outside is the address of the simulated outside world, where its mail, phone and bank have pages;
// "" in production.
func (n *node) outside() string {
	address, ok := strings.CutSuffix(n.config.Exchange.URL, "/register")
	if !ok || n.config.Stage == Production {
		return ""
	}
	return address
}
