package oidc

import (
	"context"
	"errors"
	"slices"
	"strings"

	"lancar"
	"lancar/access"
	"lancar/identity"
	"lancar/internal/store"
)

// Step is what a request needs next.
type Step string

// The steps, in their order.
const (
	SignIn Step = "signin" // nobody is signed in
	Fresh  Step = "fresh"  // the person must prove themself again
	Rise   Step = "rise"   // the person must reach Pending.Level
	Agree  Step = "agree"  // the person is asked
	Go     Step = "go"     // nothing is left to ask: Decide with the same kinds
	Back   Step = "back"   // the request ends: to Pending.Response
)

// Pending is a request on its way through sign-in and consent.
type Pending struct {
	Step     Step
	Level    identity.Level // wanted, for Rise
	Lang     string         // the page's language as the app asks, "" for the person's own
	Hint     string         // whom the app thinks the person is (login_hint); show, never trust
	Origin   string         // of the app's address, for form-action; a scheme with ":" for native apps
	Response Response       // for Back

	App, Agency, Purpose lancar.Text
	Sandbox              bool   // the app is not in production
	Needed, Optional     []Kind // what the app gets; optional ones can be left out
	Switch               bool   // the app asks that the person choose with which account
	Number               bool   // agreeing gives the identity number away anew, which the person confirms: see [ReleaseOf]
	Lacks                string // for Number: "pin" or "fresh" while it is not confirmed, as identity.LacksTx says
}

// Kind is one kind of data in the person's words.
type Kind struct {
	Name  string // of the form field's value
	Words lancar.Text
	Given bool // agreed to before
	Acts  bool // the app does something in the person's name, not only learns it
}

// again is what the person agreed to before, of what is asked now.
func (p Pending) again() (kinds []string) {
	for _, k := range slices.Concat(p.Needed, p.Optional) {
		if k.Given {
			kinds = append(kinds, k.Name)
		}
	}
	return kinds
}

// Pending says what a request needs next, for whoever is signed in now (the zero Session for
// nobody). lancar.Gone when it was answered or took too long.
func (p *Provider) Pending(ctx context.Context, id string, s identity.Session) (out Pending, err error) {
	var a ask
	look := func(tx *store.Tx) error {
		var reg *registration
		if a, reg, err = p.openTx(ctx, tx, id); err != nil {
			return err
		}
		if out, err = p.pendingTx(tx, &a, reg, s); err != nil {
			return err
		}
		return p.numberTx(tx, id, &out, s, slices.Contains(a.Prompt, "consent"))
	}
	if err := p.DB.Read(ctx, look); err != nil || !s.Signed() || out.Step != Rise && out.Step != Back {
		return out, err
	}
	err = p.DB.Write(ctx, func(tx *store.Tx) error { // a step up is offered once; an ended request ends once
		if err := look(tx); err != nil {
			return err
		}
		switch out.Step {
		case Rise:
			return p.updateRequest(tx, id, a)
		case Back:
			_, err := p.moveRequest(tx, id, "asking", "done", tx.Now.Add(askingLife))
			return err
		}
		return nil
	})
	return out, err
}

func (p *Provider) openTx(ctx context.Context, tx *store.Tx, id string) (ask, *registration, error) {
	a, err := p.requestTx(tx, id, "asking")
	if err == store.ErrNone {
		return a, nil, lancar.Fail(lancar.Gone, "", "Permintaan masuk ini sudah dijawab atau terlalu lama. Mulai lagi dari aplikasinya.",
			"This sign-in request was answered or took too long. Start again from the app.")
	}
	if err != nil {
		return a, nil, err
	}
	reg, err := p.clientTx(tx, a.Client)
	if _, told := errors.AsType[*fault](err); told {
		err = lancar.Fail(lancar.Gone, "", "Aplikasi ini sudah tidak dipakai.", "This app is no longer in use.")
	}
	return a, reg, err
}

// pendingTx finds the next step; a step up is noted in a, for the caller to keep.
func (p *Provider) pendingTx(tx *store.Tx, a *ask, reg *registration, s identity.Session) (Pending, error) {
	out := Pending{Lang: a.Lang, Hint: a.Hint, Origin: origin(a.Redirect), App: reg.Name, Agency: reg.AgencyName, Purpose: reg.Purpose, Sandbox: reg.Stage != Production}
	silent := slices.Contains(a.Prompt, "none")
	back := func(code, id, en string) (Pending, error) {
		f := refuse(code, id, en)
		out.Step, out.Response = Back, p.respondFault(*a, f)
		return out, nil
	}
	need := func(step Step) (Pending, error) {
		if silent {
			return back("login_required", "Orangnya perlu masuk dulu.", "The person must sign in")
		}
		out.Step = step
		return out, nil
	}
	switch {
	case !s.Signed() || s.Kind == identity.Officer:
		return need(SignIn)
	case p.stale(tx, a, s):
		return need(Fresh)
	case !p.meant(a, reg, s):
		return back("login_required", "Orang lain yang masuk.", "Another person is signed in")
	}
	want := a.level()
	if a.reached(s.Level) == "" && (silent || a.Tried) {
		return back("unmet_authentication_requirements", "Tingkat masuk belum cukup.", "The sign-in is not sure enough")
	}
	if want > s.Level && !a.Tried && !silent { // offered once: who has no surer way goes on, or back to the app
		a.Tried = true
		out.Step, out.Level = Rise, want
		return out, nil
	}
	consent, agreed, err := p.Access.AgreedTx(tx, s.Subject, string(reg.ID))
	if err != nil {
		return out, err
	}
	needed, optional := a.kinds()
	out.Needed, out.Optional = words(needed, consent), words(optional, consent)
	out.Switch = slices.Contains(a.Prompt, "select_account")
	covered := agreed && !slices.ContainsFunc(needed, func(k string) bool { return !consent.Covers(k) })
	switch {
	case covered && !slices.Contains(a.Prompt, "consent") && !out.Switch:
		out.Step = Go
	case silent:
		return back("consent_required", "Orangnya belum menyetujui.", "The person has not agreed")
	default:
		out.Step = Agree
	}
	return out, nil
}

// stale says whether the person must prove themself again: prompt=login, or max_age.
func (p *Provider) stale(tx *store.Tx, a *ask, s identity.Session) bool {
	if slices.Contains(a.Prompt, "login") && !s.Authenticated.After(a.At) {
		return true
	}
	return a.MaxAge >= 0 && s.Authenticated.Before(a.At) && tx.Now.Sub(s.Authenticated).Seconds() > float64(a.MaxAge)
}

// meant says whether the session is that of the person whom id_token_hint or a claims value names.
func (p *Provider) meant(a *ask, reg *registration, s identity.Session) bool {
	sub := p.subject(reg, s.Account)
	if a.HintSub != "" && a.HintSub != sub {
		return false
	}
	for _, section := range []map[string]wish{a.Wishes.IDToken, a.Wishes.Userinfo} {
		if w, ok := section["sub"]; ok && len(w.Values) > 0 && !slices.Contains(w.Values, sub) {
			return false
		}
	}
	return true
}

func words(kinds []string, given access.Consent) (out []Kind) {
	for _, k := range kinds {
		out = append(out, Kind{Name: k, Words: kindWords(k), Given: given.Covers(k), Acts: Acts(k)})
	}
	return out
}

// Decide ends a request that stands at Agree or Go: the person agrees to everything needed and to
// those optional kinds that are named. The agreement is remembered. Where the identity number is given
// anew, the person must have confirmed it: lancar.Forbidden on field "pin" or "fresh".
func (p *Provider) Decide(ctx context.Context, id string, s identity.Session, kinds []string) (out Response, err error) {
	err = p.DB.Write(ctx, func(tx *store.Tx) error {
		a, reg, err := p.openTx(ctx, tx, id)
		if err != nil {
			return err
		}
		at, err := p.pendingTx(tx, &a, reg, s)
		if err != nil {
			return err
		}
		if err := p.numberTx(tx, id, &at, s, slices.Contains(a.Prompt, "consent")); err != nil {
			return err
		}
		switch {
		case at.Step == Go:
			kinds = at.again() // and nothing that a form adds
		case at.Step == Fresh && at.Number:
			return ReleaseOf(id).Unproven()
		case at.Step != Agree:
			return lancar.Fail(lancar.Conflict, "", "Masuk dulu, lalu setujui.", "Sign in first, then agree.")
		}
		needed, optional := a.kinds()
		given := needed
		for _, k := range optional {
			if slices.Contains(kinds, k) {
				given = append(given, k)
			}
		}
		if err := p.confirmedTx(tx, id, at, s, given); err != nil {
			return err
		}
		if at.Step == Agree {
			if err := p.rememberTx(tx, s, reg, given, optional); err != nil {
				return err
			}
		}
		if took, err := p.moveRequest(tx, id, "asking", "done", tx.Now.Add(askingLife)); err != nil || !took {
			return answered(err)
		}
		request, _, err := p.openHandle("q", id)
		if err != nil {
			return err
		}
		code, err := p.code(request, s, given)
		out = p.respond(a, Field{"code", code})
		return err
	})
	return out, err
}

// Refuse ends a request by the person's no, which is a normal answer: the app hears access_denied.
func (p *Provider) Refuse(ctx context.Context, id string) (out Response, err error) {
	err = p.DB.Write(ctx, func(tx *store.Tx) error {
		a, _, err := p.openTx(ctx, tx, id)
		if err != nil {
			return err
		}
		out = p.respondFault(a, refuse("access_denied", "Orangnya tidak menyetujui.", "The person did not agree"))
		took, err := p.moveRequest(tx, id, "asking", "done", tx.Now.Add(askingLife))
		if err == nil && !took {
			err = answered(nil)
		}
		return err
	})
	return out, err
}

// rememberTx keeps the agreement: what was agreed before stays agreed, but for what the person was
// asked about again and left out.
func (p *Provider) rememberTx(tx *store.Tx, s identity.Session, reg *registration, given, asked []string) error {
	before, agreed, err := p.Access.AgreedTx(tx, s.Subject, string(reg.ID))
	if err != nil {
		return err
	}
	all := slices.Clone(given)
	for _, k := range before.Kinds {
		if agreed && !slices.Contains(asked, k) {
			all = append(all, k)
		}
	}
	_, err = p.Access.AgreeTx(tx, s.Own, access.Consent{To: string(reg.ID), Name: reg.Name, Kinds: all, Purpose: reg.Purpose})
	return err
}

func answered(err error) error {
	if err != nil {
		return err
	}
	return lancar.Fail(lancar.Conflict, "", "Permintaan ini sudah dijawab.", "This request was answered already.")
}

// Asking is for the page that signs a person in on the way of a request: which app asks, where it will end
// (Origin, as Content-Security-Policy names it), and the contact by which the app thinks it knows the person
// (login_hint). All is empty for a request that is not there.
func (p *Provider) Asking(ctx context.Context, id string) (out Pending, contact string) {
	err := p.DB.Read(ctx, func(tx *store.Tx) error {
		a, reg, err := p.openTx(ctx, tx, id)
		if err == nil {
			out = Pending{Origin: origin(a.Redirect), App: reg.Name, Agency: reg.AgencyName, Sandbox: reg.Stage != Production}
			contact = contactOf(a.Hint)
		}
		return err
	})
	if err != nil {
		return Pending{}, ""
	}
	return out, contact
}

// contactOf is a hint when it is an e-mail address or a telephone number. An identity number is shown
// to no browser, whoever sent it here.
func contactOf(hint string) string {
	digits := strings.TrimPrefix(hint, "+")
	name, host, mail := strings.Cut(hint, "@")
	mail = mail && name != "" && strings.Contains(host, ".") && !strings.ContainsFunc(hint, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '<' || r == '>' })
	phone := len(digits) >= 9 && len(digits) <= 15 && strings.Trim(digits, "0123456789") == ""
	if len(hint) > 254 || !mail && !phone {
		return ""
	}
	return hint
}
