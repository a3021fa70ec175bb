package office

import (
	"errors"
	"net/http"

	"lancar"
	"lancar/identity"
	"lancar/identity/passkey"
	"lancar/web"
)

// browser is where this request comes from; it gives a browser that is new its mark.
func (v *visit) browser() identity.Browser { return identity.BrowserOf(v.w, v.r, v.secure()) }

func offerPasskey(v *visit) error {
	if v.Passkeys == nil {
		return notFound()
	}
	o, err := v.Passkeys.Offer()
	if err != nil {
		return err
	}
	return o.Send(v.w)
}

// enterByPasskey signs an officer in, or proves again who they are.
func enterByPasskey(v *visit) error {
	if v.Passkeys == nil {
		return notFound()
	}
	sent, err := v.form()
	if err != nil {
		return err
	}
	token, s, err := v.Passkeys.Enter(v.r.Context(), passkey.Answer{State: sent.Get("state"), Response: []byte(sent.Get("response"))}, v.browser())
	if p, ok := v.wrong(err); ok {
		return v.signInPage(http.StatusUnprocessableEntity, sent.Get("to"), "", []web.Problem{{Text: p.Text}})
	}
	if err != nil {
		return err
	}
	return v.entered(token, s, sent.Get("to"))
}

type deviceView struct {
	ID, Name, Line string
	Current        bool
}

type devicesView struct {
	Fresh    bool
	Script   string
	Problems []web.Problem
	Passkeys []deviceView
	Devices  []deviceView
	Happened []web.Row
}

// devices shows an officer's passkeys, where they are signed in, and what happened to the account.
func devices(v *visit) error { return v.devicesPage(http.StatusOK, nil) }

func (v *visit) devicesPage(status int, problems []web.Problem) error {
	view := devicesView{Fresh: v.session.Fresh(v.now, identity.FreshFor), Script: v.keyScript, Problems: problems}
	if v.Passkeys != nil {
		keys, err := v.Passkeys.List(v.r.Context(), v.session)
		if err != nil {
			return err
		}
		for _, k := range keys {
			view.Passkeys = append(view.Passkeys, deviceView{ID: string(k.ID), Name: k.Name, Line: v.T("Dibuat ", "Made ") + v.Date(k.Added)})
		}
	}
	list, err := v.Identity.Devices(v.r.Context(), v.session)
	if err != nil {
		return err
	}
	for _, d := range list {
		view.Devices = append(view.Devices, deviceView{ID: string(d.ID), Name: d.Device, Current: d.Current,
			Line: v.T("Masuk ", "Signed in ") + v.Moment(d.Since, v.now) + v.T(", terakhir terlihat ", ", last seen ") + v.Moment(d.Seen, v.now)})
	}
	happened, err := v.Identity.Happenings(v.r.Context(), v.session)
	if err != nil {
		return err
	}
	for _, h := range happened {
		view.Happened = append(view.Happened, web.Row{Term: v.Moment(h.At, v.now), Lines: []string{v.In(h.What.Text())}, Source: h.Detail})
	}
	return v.showAs(status, "officerdevices", v.title(v.T("Perangkat dan keamanan", "Devices and security"), problems), view)
}

func offerNewPasskey(v *visit) error {
	if v.Passkeys == nil {
		return notFound()
	}
	o, err := v.Passkeys.OfferNew(v.r.Context(), v.session)
	if err != nil {
		return err
	}
	return o.Send(v.w)
}

func addPasskey(v *visit) error {
	if v.Passkeys == nil {
		return notFound()
	}
	sent, err := v.form()
	if err != nil {
		return err
	}
	_, err = v.Passkeys.Add(v.r.Context(), v.session, passkey.Answer{State: sent.Get("state"), Response: []byte(sent.Get("response"))}, sent.Get("name"), web.Device(v.r.UserAgent()))
	if p, ok := v.wrong(err); ok {
		return v.devicesPage(http.StatusUnprocessableEntity, []web.Problem{{Text: p.Text}})
	}
	return v.changed(err)
}

func removePasskey(v *visit) error {
	if v.Passkeys == nil {
		return notFound()
	}
	return v.changed(v.Passkeys.Remove(v.r.Context(), v.session, lancar.ID(v.r.PathValue("id"))))
}

// changed shows the list again; who has to prove first who they are is led there.
func (v *visit) changed(err error) error {
	if e, ok := errors.AsType[*lancar.Error](err); ok && e.Field == "fresh" {
		return v.to("/office/signin?fresh=1&to=%2Foffice%2Fdevices")
	}
	if err != nil {
		return err
	}
	return v.to("/office/devices")
}

func signOutDevice(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	return v.changed(v.Identity.SignOutDevice(v.r.Context(), v.session, lancar.ID(sent.Get("device"))))
}

func signOutAll(v *visit) error {
	if err := v.Identity.SignOutEverywhere(v.r.Context(), v.session); err != nil {
		return err
	}
	http.SetCookie(v.w, identity.Cookie("", v.secure()))
	return v.to("/office/signin")
}
