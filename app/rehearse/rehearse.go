// Package rehearse walks whole journeys through a running node and its sandbox over HTTP, as
// applicant, payer and officer: staff rehearse a service before launch with it, and it is the
// load of our measurements. It knows the node's pages only, as a browser does; people, officers,
// payments and codes come from the sandbox.
package rehearse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"sort"
	"sync"
	"sync/atomic"
	"time"

	"lancar/catalog"
	"lancar/region"
	"lancar/region/places"
	"lancar/regions"
	"lancar/services"
)

// Options of a rehearsal.
type Options struct {
	Node    string // URL
	Sandbox string // URL
	Service string // slug; "" walks every launched one in turn
	N, C    int    // journeys, and how many at a time
	Keep    string // folder that keeps what was acknowledged; "" keeps nothing
	JSON    bool
}

// Report is what a rehearsal measured. Durations are milliseconds.
type Report struct {
	Journeys        int            `json:"journeys"`
	Failures        int            `json:"failures"`
	Seconds         float64        `json:"seconds"`
	JourneysASecond float64        `json:"journeys_per_second"`
	Requests        int            `json:"requests"`
	RequestsASecond float64        `json:"requests_per_second"`
	RequestMS       Quantiles      `json:"request_ms"`
	JourneyMS       Quantiles      `json:"journey_ms"`
	Endings         map[string]int `json:"endings"`
	Services        map[string]int `json:"services"`
	Causes          map[string]int `json:"causes,omitempty"`
	NotEligible     int            `json:"not_eligible"`
}

// Quantiles of a set of durations.
type Quantiles struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	P99 float64 `json:"p99"`
}

// play is one rehearsal under way.
type play struct {
	Options
	node    *url.URL
	world   *world
	regions *region.Regions
	acts    []act
	offices *offices
	keep    *keeper
	next    atomic.Int64

	mu       sync.Mutex
	requests []time.Duration
	journeys []time.Duration
	report   Report
}

// act is a service at an office that offers it.
type act struct {
	def    *catalog.Definition
	office string // region code
}

// Run walks o.N journeys and reports. It returns false when any of them failed.
func Run(ctx context.Context, o Options, out io.Writer) (bool, error) {
	r, err := Measure(ctx, o, out)
	return err == nil && r.Failures == 0 && r.Journeys > 0, err
}

// Measure is Run with its figures.
func Measure(ctx context.Context, o Options, out io.Writer) (Report, error) {
	p, err := prepare(ctx, o)
	if err != nil {
		return Report{}, err
	}
	start := time.Now()
	var wg sync.WaitGroup
	for range max(1, o.C) {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(p.next.Add(1)) - 1
				if i >= o.N {
					return
				}
				p.one(ctx, i)
			}
		})
	}
	wg.Wait()
	p.sum(time.Since(start))
	return p.report, p.print(out)
}

func prepare(ctx context.Context, o Options) (*play, error) {
	node, err := url.Parse(o.Node)
	if err != nil || node.Host == "" {
		return nil, fmt.Errorf("--node %q is no URL", o.Node)
	}
	if o.Sandbox == "" {
		return nil, errors.New("--sandbox is needed: people, officers and payments come from it")
	}
	p := &play{Options: o, node: node, report: Report{Endings: map[string]int{}, Services: map[string]int{}, Causes: map[string]int{}}}
	if p.world, err = openWorld(ctx, o.Sandbox); err != nil {
		return nil, err
	}
	table, err := places.Open()
	if err != nil {
		return nil, err
	}
	if p.regions, err = region.Load(regions.FS, table); err != nil {
		return nil, err
	}
	if p.acts, err = programme(p.regions, p.world, o.Service); err != nil {
		return nil, err
	}
	if o.Keep != "" {
		if p.keep, err = openKeeper(o.Keep); err != nil {
			return nil, err
		}
	}
	p.offices = newOffices(p)
	return p, nil
}

// programme lists the services to walk, each at every office that offers it.
func programme(rs *region.Regions, w *world, slug string) ([]act, error) {
	cat, problems := catalog.Load(services.FS)
	if len(problems) > 0 {
		return nil, problems[0]
	}
	var acts []act
	for _, def := range cat.All() {
		if slug != "" && def.Slug != slug || def.Kind == "handover" {
			continue
		}
		for _, r := range rs.All() {
			if _, ok := r.Launches()[def.Slug]; !ok {
				continue
			}
			if on, _ := r.Launched(def.Slug, w.now); on && granted(def) != nil {
				acts = append(acts, act{def, r.Code})
			}
		}
	}
	if len(acts) == 0 {
		return nil, fmt.Errorf("no launched service %q has an example that is granted", slug)
	}
	// One office of each service first, then the next office of each.
	sort.SliceStable(acts, func(i, j int) bool { return turn(acts, i) < turn(acts, j) })
	return acts, nil
}

func turn(acts []act, i int) (n int) {
	for _, a := range acts[:i] {
		if a.def == acts[i].def {
			n++
		}
	}
	return n
}

// granted is the first example that ends well: its answers are the model of what is typed.
func granted(def *catalog.Definition) *catalog.Example {
	all := def.Examples()
	i := slices.IndexFunc(all, func(e catalog.Example) bool { return e.Shows == "granted" })
	if i < 0 {
		return nil
	}
	return &all[i]
}

// one walks journey i, with another person where the rules are against the first.
func (p *play) one(ctx context.Context, i int) {
	a := p.acts[i%len(p.acts)]
	start := time.Now()
	err := errNotEligible
	var end string
	for try := 0; try < 100 && errors.Is(err, errNotEligible) && ctx.Err() == nil; try++ {
		j := newJourney(p, a, i)
		j.moves = try%2 == 1
		end, err = j.walk(ctx)
		j.close()
		if errors.Is(err, errNotEligible) {
			p.mu.Lock()
			p.report.NotEligible++
			p.mu.Unlock()
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.report.Journeys++
	p.report.Services[a.def.Slug]++
	p.journeys = append(p.journeys, time.Since(start))
	if err != nil {
		p.report.Failures++
		p.report.Causes[a.def.Slug+" "+a.office+": "+err.Error()]++
		return
	}
	p.report.Endings[end]++
}

func (p *play) took(d time.Duration) {
	p.mu.Lock()
	p.requests = append(p.requests, d)
	p.mu.Unlock()
}

func (p *play) sum(took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := &p.report
	r.Seconds = took.Seconds()
	r.Requests = len(p.requests)
	r.JourneysASecond, r.RequestsASecond = float64(r.Journeys)/r.Seconds, float64(r.Requests)/r.Seconds
	r.RequestMS, r.JourneyMS = quantiles(p.requests), quantiles(p.journeys)
}

func quantiles(ds []time.Duration) Quantiles {
	if len(ds) == 0 {
		return Quantiles{}
	}
	slices.Sort(ds)
	at := func(q float64) float64 {
		return float64(ds[min(len(ds)-1, int(q*float64(len(ds))))].Microseconds()) / 1000
	}
	return Quantiles{at(.50), at(.95), at(.99)}
}

func (p *play) print(out io.Writer) error {
	r := p.report
	if p.JSON {
		return json.NewEncoder(out).Encode(r)
	}
	fmt.Fprintf(out, "%d journeys in %.1f s, %d failed\n", r.Journeys, r.Seconds, r.Failures)
	fmt.Fprintf(out, "  %.2f journeys/s   p50 %.0f ms  p95 %.0f ms  p99 %.0f ms\n", r.JourneysASecond, r.JourneyMS.P50, r.JourneyMS.P95, r.JourneyMS.P99)
	fmt.Fprintf(out, "  %.1f requests/s  p50 %.1f ms  p95 %.1f ms  p99 %.1f ms  (%d requests)\n", r.RequestsASecond, r.RequestMS.P50, r.RequestMS.P95, r.RequestMS.P99, r.Requests)
	for _, part := range []map[string]int{r.Endings, r.Causes} {
		for _, k := range slices.Sorted(keysOf(part)) {
			fmt.Fprintf(out, "  %4d  %s\n", part[k], k)
		}
	}
	return nil
}

func keysOf(m map[string]int) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
