package lab

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Office is the officers of one agency in one region. They sign in when first needed, and again
// when their session is over.
type Office struct {
	Town   *Town
	World  *World
	Region string
	Agency string

	mu    sync.Mutex
	desks map[string]*Desk
}

// Desk is one officer in one role.
type Desk struct {
	Officer
	Role string
	B    *Browser
}

// Act has the officer who holds the case in a role do something with it: grant, refuse, ask,
// opine, sign or return. more are further fields of the form.
func (o *Office) Act(number, role, verb string, more Answers) (who Officer, err error) {
	err = o.each(number, role, verb, func(d *Desk) (bool, error) {
		done, err := d.act(o.Town.Portal(""), number, verb, more)
		if done {
			who = d.Officer
		}
		return done, err
	})
	return who, err
}

// Holding is the desk of the officer who holds the case in a role, as soon as somebody does.
func (o *Office) Holding(number, role string) (desk *Desk, err error) {
	err = o.each(number, role, "hold", func(d *Desk) (bool, error) {
		p, err := d.B.Get(o.Town.Portal("") + "/office/cases/" + number)
		if err != nil {
			return false, err
		}
		if _, err := p.To("/decide"); err != nil {
			return false, nil // somebody else's, or another step
		}
		desk = d
		return true, nil
	})
	return desk, err
}

// each asks every officer of the role in turn, again and again, until one has done it.
func (o *Office) each(number, role, verb string, do func(*Desk) (bool, error)) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	list, err := o.World.Officers(o.Region, o.Agency)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(f Officer) bool { return !slices.Contains(f.Roles, role) })
	if len(list) == 0 {
		return fmt.Errorf("nobody at %s in %s is a %s", o.Agency, o.Region, role)
	}
	return Until(fmt.Sprintf("a %s who can %s %s", role, verb, number), func() (bool, error) {
		for _, f := range list {
			d, err := o.desk(f, role)
			if err != nil {
				return false, err
			}
			if done, err := do(d); done || err != nil {
				return done, err
			}
		}
		return false, nil
	})
}

// At is the desk of the first officer who holds a role.
func (o *Office) At(role string) (*Desk, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	list, err := o.World.Officers(o.Region, o.Agency)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list, func(f Officer) bool { return slices.Contains(f.Roles, role) })
	if i < 0 {
		return nil, fmt.Errorf("nobody at %s in %s is a %s", o.Agency, o.Region, role)
	}
	return o.desk(list[i], role)
}

// Desks are the officers who have signed in so far.
func (o *Office) Desks() []*Desk {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Collect(maps.Values(o.desks))
}

func (o *Office) desk(f Officer, role string) (*Desk, error) {
	key := f.Number + role
	if d := o.desks[key]; d != nil {
		p, err := d.B.Get(o.Town.Portal("") + "/office/")
		if err != nil {
			return nil, err
		}
		if p.Status == http.StatusOK && !strings.HasSuffix(p.URL.Path, "/signin") {
			return d, nil
		}
	}
	d := &Desk{Officer: f, Role: role, B: NewBrowser(o.Town.Ready)}
	if err := d.SignIn(o.World, o.Town.Portal("")); err != nil {
		return nil, fmt.Errorf("%s signing in as %s: %w", f.Name, role, err)
	}
	if o.desks == nil {
		o.desks = map[string]*Desk{}
	}
	o.desks[key] = d
	return d, nil
}

// SignIn takes the officer through number, code and role.
func (d *Desk) SignIn(w *World, node string) error {
	w.signing.Lock()
	defer w.signing.Unlock()
	p, err := d.B.Get(node + "/office/signin")
	if err != nil {
		return err
	}
	f, err := p.With("number")
	if err != nil {
		return err
	}
	before, err := w.Last(d.Email)
	if err != nil {
		return err
	}
	f.Values.Set("number", d.Number)
	if p, err = d.B.Submit(f); err != nil {
		return err
	}
	if f, err = p.With("code"); err != nil {
		return err
	}
	code, err := w.Code(d.Email, before)
	if err != nil {
		return err
	}
	f.Values.Set("code", code)
	if p, err = d.B.Submit(f); err != nil {
		return err
	}
	if !strings.HasSuffix(p.URL.Path, "/role") {
		return p.OK()
	}
	if f, err = p.To("/role"); err != nil {
		return err
	}
	for _, b := range f.Buttons {
		if strings.HasPrefix(b.Value, d.Role) {
			p, err = d.B.Submit(f, "role", b.Value)
			if err != nil {
				return err
			}
			return p.OK()
		}
	}
	return fmt.Errorf("the role %s is not offered: %.300s", d.Role, p.Main())
}

// Revoke has the first officer in a role withdraw a document.
func (o *Office) Revoke(core, role, reason string) (who Officer, err error) {
	err = o.each(core, role, "revoke", func(d *Desk) (bool, error) {
		p, err := d.B.Get(o.Town.Portal("") + "/office/documents/" + core)
		if err != nil {
			return false, err
		}
		f, err := p.To("/revoke")
		if err != nil {
			return false, err
		}
		f.Values.Set("reason", reason)
		if p, err = d.B.Submit(f); err != nil {
			return false, err
		}
		who = d.Officer
		return true, p.OK()
	})
	return who, err
}

// act does it, if this officer may; false says that they may not (yet).
func (d *Desk) act(node, number, verb string, more Answers) (bool, error) {
	p, err := d.B.Get(node + "/office/cases/" + number)
	if err != nil {
		return false, err
	}
	if p.Status == http.StatusNotFound || p.Status == http.StatusForbidden {
		return false, nil
	}
	if err := p.OK(); err != nil {
		return false, err
	}
	suffix := "/decide"
	if verb == "sign" || verb == "return" {
		suffix = "/" + verb
	}
	f, err := p.To(suffix)
	if err != nil {
		return false, nil // somebody else's, or another step
	}
	if suffix == "/decide" {
		for name := range f.Kinds {
			if strings.HasPrefix(name, "check.") {
				f.Values.Set(name, f.Options[name][0])
			}
		}
		f.Values.Set("decision", verb)
		f.Values.Set("reason", "Diperiksa, sesuai dengan berkas.")
	}
	for k, v := range more {
		f.Values.Set(k, v)
	}
	if p, err = d.B.Submit(f); err != nil {
		return false, err
	}
	if p.Status == http.StatusConflict {
		return false, nil
	}
	return true, p.OK()
}
