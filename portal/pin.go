package portal

import (
	"errors"
	"net/http"
	"net/url"

	"lancar"
	"lancar/identity"
	"lancar/identity/passkey"
	"lancar/identity/pin"
	"lancar/web"
)

// The PIN of a device stands on the host of sign-in, where its cookie is: it is set, changed and
// removed here, and asked where something leaves (confirm.go). Names of fields: docs/spec/oidc.md.

type pinView struct {
	Has, Gone bool // this device has one; it had one
	Ready     bool // one can be set now
	Why       string
	Prove     string // address of a new proof, "" where none is wanted
	ID, To    string
	Fields    []web.Field
	Problems  []web.Problem
}

// pinField asks for a PIN; it is never filled in, kept in the browser or in an address.
func pinField(name, label, hint string) web.Field {
	return web.Field{Name: name, Kind: web.PinField, Label: label, Hint: hint, Max: pin.Digits}
}

func showPin(v *visit) error {
	if v.elsewhere() {
		to := *v.Home
		to.Path = "/me/devices/pin"
		return v.to(to.String())
	}
	return v.pinPage(http.StatusOK, v.r.URL.Query().Get("to"), nil)
}

func (v *visit) pinPage(status int, to string, wrong *lancar.Error) error {
	b := v.browser()
	list, here, err := v.Pins.List(v.r.Context(), v.session, b)
	if err != nil {
		return err
	}
	view := pinView{Has: here == pin.Set, Gone: here == pin.Gone, To: web.LocalPath(to)}
	for _, one := range list {
		if one.Here {
			view.ID = string(one.ID)
		}
	}
	switch may := v.Pins.MaySet(v.r.Context(), v.session, b); {
	case view.Has:
		view.Fields = append(view.Fields, pinField("old", v.T("PIN sekarang", "Present PIN"), ""))
	case may != nil:
		if err := v.whyNot(&view, may); err != nil {
			return err
		}
	}
	if view.Ready = view.Why == ""; view.Ready {
		view.Fields = append(view.Fields, pinField("pin", v.T("PIN baru", "New PIN"), v.T("6 angka. Bukan tanggal lahir, bukan angka berurutan atau kembar, bukan angka dari NIK.", "6 digits. No date of birth, nothing in order or repeated, no part of your identity number.")),
			pinField("again", v.T("Ketik sekali lagi", "Type it once more"), ""))
	}
	title := v.T("PIN perangkat ini", "PIN of this device")
	if wrong != nil {
		view.Problems = []web.Problem{{Field: wrong.Field, Text: v.In(wrong.Text)}}
		for i := range view.Fields {
			if view.Fields[i].Name == wrong.Field {
				view.Fields[i].Error = v.In(wrong.Text)
			}
		}
		title = v.T("Kesalahan: ", "Error: ") + title
	}
	v.noindex = true
	v.w.Header().Set("Cache-Control", "no-store")
	v.allowReturn(view.To)
	return v.showAs(status, "pin", title, view)
}

// whyNot fills in what has to happen before a PIN can be set.
func (v *visit) whyNot(view *pinView, may error) error {
	e, ok := errors.AsType[*lancar.Error](may)
	if !ok {
		return may
	}
	back := signInFor{To: "/me/devices/pin?" + url.Values{"to": {view.To}}.Encode()}
	view.Why = v.In(e.Text)
	switch e.Field {
	case "level":
		back.Level = identity.Verified
	case "fresh":
		back.Fresh = true
		view.Why = v.T("Sebelum membuat PIN, buktikan sekali lagi bahwa ini Anda.", "Before you set a PIN, prove once more that it is you.")
	default:
		return nil
	}
	view.Prove = "/signin?" + back.Query()
	return nil
}

// changePin sets, changes or removes a PIN.
func changePin(v *visit) error {
	if err := v.readForm(); err != nil {
		return err
	}
	sent, b := v.r.PostForm, v.browser()
	ctx, to, done := v.r.Context(), sent.Get("to"), "pin"
	typed := func(name string) string { return digitsOnly(sent.Get(name)) }
	var err error
	switch sent.Get("do") {
	case "remove":
		done = "pin-removed"
		if err = v.Pins.Remove(ctx, v.session, b, lancar.ID(sent.Get("id"))); err != nil {
			return v.provedFirst(err)
		}
		if sent.Has("to") { // from the page of this device's PIN, to set another
			return v.to("/me/devices/pin?" + url.Values{"to": {web.LocalPath(to)}}.Encode())
		}
	case "change":
		err = v.Pins.Change(ctx, v.session, b, typed("old"), typed("pin"), typed("again"))
	default:
		b.Key, err = v.Pins.Set(ctx, v.session, b, typed("pin"), typed("again"))
	}
	if e, ok := invalid(err); ok {
		return v.pinPage(http.StatusUnprocessableEntity, to, e)
	}
	if e, ok := errors.AsType[*lancar.Error](err); ok && e.Field == "fresh" {
		return v.proveFirst(e, "/me/devices/pin?"+url.Values{"to": {web.LocalPath(to)}}.Encode())
	}
	if err != nil {
		return err
	}
	if done == "pin" {
		http.SetCookie(v.w, b.KeyCookie(v.secure()))
		if p := web.LocalPath(to); to != "" && p != "/" {
			return v.to(p)
		}
	}
	return v.to("/me/devices?done=" + done)
}

// proveFirst says why nothing leaves yet, and leads to a new proof and back.
func (v *visit) proveFirst(e *lancar.Error, back string) error {
	v.noindex = true
	title := v.T("Buktikan dulu bahwa ini Anda", "First prove that it is you")
	return v.showAs(http.StatusForbidden, "empty", title, web.Empty{Pattern: "frame", Title: title, Lead: v.In(e.Text),
		Href: "/signin?" + signInFor{To: back, Fresh: true}.Query(), Action: v.T("Buktikan", "Prove it")})
}

// pinViews list on the page of devices where a PIN is set.
func (v *visit) pinViews(view *devicesView) error {
	list, here, err := v.Pins.List(v.r.Context(), v.session, v.browser())
	view.PinHere, view.PinGone = here == pin.Set, here == pin.Gone
	for _, one := range list {
		row := wayView{ID: string(one.ID), Name: one.Browser, Line: v.T("Dibuat ", "Set ") + v.Date(one.Set), Removable: one.Here || v.session.Fresh(v.now, pinFresh)}
		if row.Name == "" {
			row.Name = v.T("Perangkat lain", "Another device")
		}
		if !one.Used.IsZero() {
			row.Line += v.T(", terakhir dipakai ", ", last used ") + v.Moment(one.Used, v.now)
		}
		if one.Wrong > 0 { // the owner sees that somebody guessed
			row.Line += v.T(", sejak itu salah diketik ", ", typed wrong since: ") + itoa(int64(one.Wrong)) + v.T(" kali", "")
		}
		view.Pins = append(view.Pins, pinRow{row, one.Here})
	}
	return err
}

type pinRow struct {
	wayView
	Here bool
}

// offerRelease hands the page's script the challenge by which a passkey confirms a release.
func offerRelease(v *visit) error {
	if v.passkeyScript() == "" {
		return noPasskeys()
	}
	o, err := v.Passkeys.OfferRelease(v.self, releaseNamed(v.r.URL.Query().Get("for")))
	if err != nil {
		return err
	}
	return o.Send(v.w)
}

// releaseByPasskey takes the passkey and goes back to where it was asked.
func releaseByPasskey(v *visit) error {
	if v.passkeyScript() == "" {
		return noPasskeys()
	}
	if err := v.readForm(); err != nil {
		return err
	}
	sent := v.r.PostForm
	err := v.Passkeys.Confirm(v.r.Context(), v.self, passkey.Answer{State: sent.Get("state"), Response: []byte(sent.Get("response"))}, releaseNamed(sent.Get("for")))
	if err != nil {
		return err
	}
	return v.to(web.LocalPath(sent.Get("to")))
}
