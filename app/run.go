package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"lancar"
	"lancar/api"
	"lancar/identity/oidc"
	"lancar/internal/keys"
	"lancar/internal/serve"
	"lancar/internal/store"
	"lancar/migrations"
	"lancar/office"
	"lancar/payment"
	"lancar/portal"
)

const (
	grace   = 20 * time.Second
	maxBody = 16 << 20
	// collectAt is how much garbage, in percent of what lives, a production node lets gather.
	collectAt = 200
)

// workers is how many jobs run at once: enough to wait for the outside world, few enough that
// people who wait for an answer are not kept waiting by what can follow.
func workers() int { return max(4, 2*runtime.GOMAXPROCS(0)) }

// Serve runs a production or rehearsal node until ctx ends.
func Serve(ctx context.Context, path string) error {
	c, err := ReadConfig(path)
	if err != nil {
		return err
	}
	debug.SetGCPercent(collectAt)
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	n, err := start(ctx, c, time.Now, log)
	if err != nil {
		return err
	}
	defer n.db.Close()
	if c.Stage == Production {
		if err := n.refuseDemo(); err != nil {
			return err
		}
	}
	if err := n.hire(ctx); err != nil {
		return err
	}
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return err
	}
	if n.mtls, err = c.MTLS.listen(); err != nil {
		return fmt.Errorf("mtls: %w", err)
	}
	log.Info("ready", "listen", l.Addr().String(), "base", c.Base, "stage", c.Stage)
	return n.run(ctx, l, nil)
}

// start opens database, keys and rooms.
func start(ctx context.Context, c Config, clock lancar.Clock, log *slog.Logger) (*node, error) {
	url, err := c.databaseURL()
	if err != nil {
		return nil, err
	}
	ring, err := keys.Open(c.Keys)
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	db, err := store.Open(ctx, url, clock)
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx, migrations.FS); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	n, err := open(ctx, c, db, ring, clock, log)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return n, nil
}

// refuseDemo keeps a demonstration's keys out of production, and services whose law nobody
// has confirmed.
func (n *node) refuseDemo() error {
	var wrong []error
	for _, code := range n.ring.Demos() {
		wrong = append(wrong, fmt.Errorf("keys: documents of %s would be signed by a demonstration key", code))
	}
	for _, r := range n.regions.All() {
		for slug := range r.Launches() {
			if def := n.catalog.Service(slug); def != nil && len(def.Unconfirmed()) > 0 {
				wrong = append(wrong, fmt.Errorf("region %s launches %s, of whose law %d citations are unconfirmed", r.Code, slug, len(def.Unconfirmed())))
			}
		}
	}
	return errors.Join(wrong...)
}

// run serves until ctx ends; then requests in flight finish first, jobs after them.
func (n *node) run(ctx context.Context, l net.Listener, moved *shift) error {
	metrics := n.metrics()
	handler, err := n.handler(moved, metrics)
	if err != nil {
		return err
	}
	figures, err := n.serveMetrics(metrics)
	if err != nil {
		return err
	}
	defer figures()
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	var wg sync.WaitGroup
	wg.Go(func() { n.public.Run(background) })
	wg.Go(func() {
		if _, err := n.cases.RecomputeAll(background); err != nil && background.Err() == nil {
			n.log.Error("deadlines were not counted again after a change of holidays", "error", err)
		}
	})
	wg.Go(func() { n.queue.Run(background, workers()) })
	wg.Go(func() {
		n.machines.Run(background, func(err error) { n.log.Warn("what machines used was not written down", "error", err) })
	})
	if n.config.demo != nil && n.config.demo.conformance != nil {
		handler = n.driven(handler)
		for _, more := range []net.Listener{n.config.demo.conformance.mtls, n.config.demo.conformance.plain} {
			wg.Go(func() { _ = serve.Run(ctx, more, handler, grace, n.log) })
		}
	}
	if n.mtls != nil {
		wg.Go(func() { _ = serve.Run(ctx, n.mtls, protocolAlone(handler), grace, n.log) })
	}
	err = serve.Run(ctx, l, handler, grace, n.log)
	stop()
	wg.Wait()
	return err
}

// handler puts the doors, and the protocols that rooms serve themselves, behind one address.
func (n *node) handler(moved *shift, metrics *serve.Metrics) (http.Handler, error) {
	people, err := portal.New(n.portalDeps(moved))
	if err != nil {
		return nil, err
	}
	n.people = people
	officers, err := office.New(n.officeDeps(moved))
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", n.ready)
	if n.config.Metrics == "" {
		mux.Handle("GET /metrics", local(metrics.Handler()))
	}
	mux.Handle("POST "+payment.NotifyPath, n.charges.Handler())
	mux.Handle("GET /log/", n.public.Handler())
	provider := n.oidc.Handler()
	for _, path := range oidc.Paths() {
		mux.Handle(path, provider)
	}
	api.Mount(mux, api.Deps{Clock: n.clock, Regions: n.regions, Catalog: n.catalog, Finder: n.finder, Base: n.portal, Admit: n.oidc.Require, Machines: n.machines, Mandates: n.mandates,
		Enter: n.oidc.Enter, Cases: n.cases, Access: n.access, Documents: n.documents, Log: n.log})
	if moved != nil {
		mux.Handle("POST /.demo/time", moved)
	}
	mux.Handle("/office/", officers.Handler())
	mux.Handle("/office", officers.Handler())
	mux.Handle("/", people.Handler())
	return serve.Wrap(mux, serve.Options{Log: n.log, Metrics: metrics, Limiter: serve.NewLimiter(n.config.Limits.PerSecond, n.config.Limits.Burst),
		// A conformance run is https on a name that other programs of the machine serve without: no browser is to remember it.
		Proxies: n.config.prefixes(), Secure: n.base.Scheme == "https" && n.config.demo == nil, MaxBody: maxBody,
		TooMany: sorry(people, lancar.TooMany), Internal: sorry(people, lancar.Internal)}), nil
}

// sorry answers an error before any door was reached, as the door would.
func sorry(people *portal.Portal, code lancar.Code) http.Handler {
	page, problem := people.Sorry(code), api.Sorry(code)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/") {
			problem.ServeHTTP(w, r)
			return
		}
		page.ServeHTTP(w, r)
	})
}

func (n *node) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := n.db.Ping(ctx); err != nil {
		http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ok")
}

// local answers this machine only: figures are for the operator. What came through a proxy, also
// one that the configuration does not name, is not from this machine.
func local(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		forwarded := r.Header.Get("X-Forwarded-For") + r.Header.Get("X-Forwarded-Host") + r.Header.Get("Forwarded") + r.Header.Get("Via") + r.Header.Get("X-Real-Ip")
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		if forwarded != "" || err != nil || !peer.Addr().Unmap().IsLoopback() {
			http.NotFound(w, r)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// serveMetrics serves the figures on the address that the configuration gives to them alone.
func (n *node) serveMetrics(m *serve.Metrics) (stop func(), err error) {
	if n.config.Metrics == "" {
		return func() {}, nil
	}
	l, err := net.Listen("tcp", n.config.Metrics)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.Handler())
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 30 * time.Second}
	go func() { _ = srv.Serve(l) }() // ends when it is closed
	return func() { srv.Close() }, nil
}

func (n *node) metrics() *serve.Metrics {
	m := serve.NewMetrics()
	count := func(which func(ready, dead int64) int64) func() float64 {
		return func() float64 {
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
			defer cancel()
			ready, dead, err := n.queue.Counts(ctx)
			if err != nil {
				return -1
			}
			return float64(which(ready, dead))
		}
	}
	m.Gauge("lancar_jobs_waiting", "Jobs that wait, -1 when the database does not say.", count(func(r, _ int64) int64 { return r }))
	m.Gauge("lancar_jobs_dead", "Jobs given up, -1 when the database does not say.", count(func(_, d int64) int64 { return d }))
	return m
}

// Migrate brings a node's schema up to date.
func Migrate(ctx context.Context, config, data string) error {
	db, _, err := openDatabase(ctx, config, data)
	if err != nil {
		return err
	}
	return errors.Join(db.Migrate(ctx, migrations.FS), db.Close())
}
