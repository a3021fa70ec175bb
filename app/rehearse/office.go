package rehearse

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"lancar/app/rehearse/browse"
	"lancar/app/rehearse/stage"
	"lancar/catalog"
)

// offices are the officers of the town, signed in once each and shared by all journeys.
type offices struct {
	*play
	mu   sync.Mutex
	desk map[string]*desk // by employee number and role
}

// desk is one officer acting in one role. A browser is used by one journey at a time.
type desk struct {
	officer stage.Officer
	role    string
	mu      sync.Mutex
	b       *browse.Browser
}

func newOffices(p *play) *offices { return &offices{play: p, desk: map[string]*desk{}} }

// act carries the case through its officers' steps, deciding as told. A correction ends the
// round after the question.
func (o *offices) act(ctx context.Context, j *journey, verdict string) error {
	for _, step := range j.def.Steps {
		if step.Role == "" {
			continue
		}
		if err := o.step(ctx, j, step, verdict); err != nil {
			return fmt.Errorf("%s: %w", step.ID, err)
		}
		if verdict == "ask" {
			return nil
		}
	}
	return nil
}

// step finds the officer who has the case and does what the step asks.
func (o *offices) step(ctx context.Context, j *journey, s catalog.Step, verdict string) error {
	desks := o.desks(j, s)
	if len(desks) == 0 {
		return fmt.Errorf("nobody in %s has the role %q", j.office, s.Role)
	}
	return until(ctx, func() (bool, error) {
		for _, d := range desks {
			done, err := o.try(ctx, d, j, s, verdict)
			if done || err != nil {
				return done, err
			}
		}
		return false, nil
	})
}

// desks are the officers of the step's role in the deciding office.
func (o *offices) desks(j *journey, s catalog.Step) (out []*desk) {
	agency := cmp.Or(s.Agency, j.def.Owner.Agency)
	codes := []string{j.decider()}
	if r := o.regions.ByCode(codes[0]); r != nil {
		if office, ok := r.Agency(agency); ok {
			codes = append(codes, office.Region)
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, f := range o.world.officers {
		if f.Agency != agency || !slices.Contains(codes, f.Region) || !slices.Contains(f.Roles, s.Role) {
			continue
		}
		key := f.Number + " " + s.Role
		if o.desk[key] == nil {
			o.desk[key] = &desk{officer: f, role: s.Role}
		}
		out = append(out, o.desk[key])
	}
	return out
}

// decider is the code of the deciding office, which a case's number begins with.
func (j *journey) decider() string {
	digits, _, _ := strings.Cut(j.number, "-")
	for _, cut := range []int{2, 5, 8} {
		if len(digits) > cut {
			digits = digits[:cut] + "." + digits[cut:]
		}
	}
	return digits
}

func (o *offices) try(ctx context.Context, d *desk, j *journey, s catalog.Step, verdict string) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.b == nil {
		if err := o.signIn(ctx, d); err != nil {
			return false, fmt.Errorf("officer sign-in: %w", err)
		}
	}
	p, err := d.b.Get(ctx, o.root()+"/office/cases/"+j.number)
	if err != nil {
		return false, err
	}
	switch p.Status {
	case http.StatusNotFound, http.StatusForbidden:
		return false, nil // not theirs, or not yet
	case http.StatusOK:
	default:
		return false, p.OK()
	}
	for _, f := range p.Forms() {
		if f.Action == nil {
			continue
		}
		switch {
		case s.Kind == "sign" && strings.HasSuffix(f.Action.Path, "/sign"):
		case s.Kind != "sign" && strings.HasSuffix(f.Action.Path, "/decide"):
			o.judge(f, j, s, verdict)
		default:
			continue
		}
		p, err := d.b.Submit(ctx, f)
		if err != nil {
			return false, err
		}
		if p.Status == http.StatusConflict {
			return false, nil
		}
		return true, p.OK()
	}
	return false, nil
}

// judge fills in the decision.
func (o *offices) judge(f *browse.Form, j *journey, s catalog.Step, verdict string) {
	for name := range f.Kinds {
		if strings.HasPrefix(name, "check.") && len(f.Options[name]) > 0 {
			f.Values.Set(name, f.Options[name][0])
		}
	}
	f.Values.Set("decision", verdict)
	f.Values.Set("reason", "Diperiksa saat gladi layanan.")
	switch {
	case s.Kind == "opinion" || s.Kind == "review":
		f.Values.Set("favourable", "yes")
		if slices.Contains(f.Options["decision"], "opine") && verdict != "ask" {
			f.Values.Set("decision", "opine")
		}
	case verdict == "refuse":
		f.Values.Set("ground", j.def.Refusal[0].ID)
	}
	if verdict == "ask" {
		f.Values.Set("requirement", j.def.Requirements[len(j.def.Requirements)-1].ID)
	}
}

func (o *offices) root() string { return o.node.Scheme + "://localhost:" + o.node.Port() }

// signIn takes an officer through number, code and role.
func (o *offices) signIn(ctx context.Context, d *desk) error {
	b := newBrowser(o.node, o.took)
	p, err := b.Get(ctx, o.root()+"/office/signin")
	if err != nil {
		return err
	}
	f, err := p.With("number")
	if err != nil {
		return err
	}
	after, err := o.world.Last(ctx, d.officer.Email)
	if err != nil {
		return err
	}
	f.Values.Set("number", d.officer.Number)
	if p, err = b.Submit(ctx, f); err != nil {
		return err
	}
	if f, err = p.With("code"); err != nil {
		return err
	}
	code, err := o.world.code(ctx, d.officer.Email, after)
	if err != nil {
		return err
	}
	f.Values.Set("code", code)
	if p, err = b.Submit(ctx, f); err != nil {
		return err
	}
	if err := p.OK(); err != nil {
		return err
	}
	if err := o.role(ctx, b, p, d); err != nil {
		return err
	}
	d.b = b
	return nil
}

// role chooses the desk's role where the officer has several.
func (o *offices) role(ctx context.Context, b *browse.Browser, p *browse.Page, d *desk) error {
	if !strings.HasSuffix(p.URL.Path, "/role") {
		return nil
	}
	for _, f := range p.Forms() {
		for _, bt := range f.Buttons {
			if bt.Name == "role" && strings.HasPrefix(bt.Value, d.role) {
				p, err := b.Submit(ctx, f, "role", bt.Value)
				if err != nil {
					return err
				}
				return p.OK()
			}
		}
		for _, v := range append(f.Options["role"], f.Values.Get("role")) {
			if strings.HasPrefix(v, d.role) {
				f.Values.Set("role", v)
				p, err := b.Submit(ctx, f)
				if err != nil {
					return err
				}
				return p.OK()
			}
		}
	}
	return fmt.Errorf("the role %q is not offered", d.role)
}
