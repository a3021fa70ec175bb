package portal

import (
	"errors"
	"net/http"

	"lancar"
	"lancar/identity"
	"lancar/identity/passkey"
	"lancar/web"
)

// devicesView is where a person sees how their account is opened, and from where.
type devicesView struct {
	Fresh     bool           // the ways in may be changed now
	Script    string         // of passkeys, "" where there are none
	Waiting   []recoveryView // contacts that want to take the account over
	Contacts  []wayView
	Resident  bool // the population register may have other contacts
	Passkeys  []passkeyView
	App       string // since when a code app is accepted, "" if none is
	Devices   []deviceView
	Pins      []pinRow
	PinHere   bool // this device has a PIN
	PinGone   bool // it had one
	Happened  []web.Row
	Problems  []web.Problem
	Done      string
	Level     string
	LevelLine string
}

type passkeyView struct {
	ID, Name, Line string
	Tag            *web.Tag
}

// wayView is one by which the account is opened; Ends is until when, "" for one that stays.
type wayView struct {
	ID, Name, Line, Ends string
	Removable            bool
}

type recoveryView struct{ ID, Contact, Ready string }

type deviceView struct {
	ID, Name, Line string
	Current        bool
}

// devices shows the page on the host of sign-in, where passkeys are; a region's host leads there.
func devices(v *visit) error {
	if v.elsewhere() {
		to := *v.Home
		to.Path = "/me/devices"
		return v.to(to.String())
	}
	return v.devicesPage(http.StatusOK, nil)
}

func (v *visit) devicesPage(status int, problems []web.Problem) error {
	view := devicesView{Fresh: v.session.Fresh(v.now, identity.FreshFor), Script: v.passkeyScript(), Resident: v.session.Kind == identity.Resident, Problems: problems}
	view.Level, view.LevelLine = v.levelWords(v.session.Level)
	if young := v.newContact(); young != "" {
		view.LevelLine = v.T("Anda masuk dengan kode ke kontak Anda.", "You signed in with a code to your contact.") + young
	}
	for _, fill := range []func(*devicesView) error{v.recoveryViews, v.wayViews, v.passkeyViews, v.appView, v.pinViews, v.deviceViews, v.happenedRows} {
		if err := fill(&view); err != nil {
			return err
		}
	}
	view.Done = v.Done(v.r, map[string][2]string{
		"passkey":     {"Kunci sandi tersimpan. Lain kali Anda bisa masuk tanpa kode.", "The passkey is saved. Next time you can sign in without a code."},
		"removed":     {"Sudah dihapus.", "It is removed."},
		"app":         {"Aplikasi kode siap dipakai kalau pesan tidak datang.", "The code app is ready for when no message arrives."},
		"pin":         {"PIN tersimpan. PIN ini hanya berlaku di perangkat ini.", "The PIN is saved. It counts on this device alone."},
		"pin-removed": {"PIN dihapus. Sebelum nomor identitas atau berkas Anda diberikan dari perangkat itu, kami minta bukti baru bahwa itu Anda.", "The PIN is removed. Before your number or files are given from that device, we ask for a new proof that it is you."},
		"stopped":     {"Pemulihan dibatalkan. Kontak itu tidak bisa membuka akun Anda.", "The recovery is stopped. That contact cannot open your account."},
		"allowed":     {"Kontak itu sekarang bisa membuka akun Anda.", "That contact can now open your account."},
		"contact":     {"Kontak itu akan dihapus. Semua kontak Anda diberi tahu; sampai saat itu Anda bisa membatalkannya.", "That contact will be removed. All your contacts are told; until then you can stop it."},
		"kept":        {"Kontak itu tetap dipakai.", "That contact stays in use."},
		"device":      {"Perangkat itu sudah keluar.", "That device is signed out."},
	})
	return v.showAs(status, "devices", v.T("Perangkat dan keamanan", "Devices and security"), view)
}

// levelWords say how sure this sign-in is.
func (v *visit) levelWords(l identity.Level) (name, line string) {
	switch l {
	case identity.Strong:
		return v.T("Paling kuat", "Strongest"), v.T("Anda masuk dengan kunci sandi.", "You signed in with a passkey.")
	case identity.Verified:
		return v.T("Terverifikasi", "Verified"), v.T("Anda masuk dengan kode ke kontak yang tercatat atas nama Anda.", "You signed in with a code to a contact that is registered for you.")
	}
	if v.session.Kind == identity.Visitor {
		return v.T("Dasar", "Basic"), v.T("Anda masuk dengan kode ke surel Anda.", "You signed in with a code to your e-mail.")
	}
	return v.T("Dasar", "Basic"), v.T("Anda masuk dengan kode ke kontak yang belum tercatat di data kependudukan.", "You signed in with a code to a contact that the population register does not have.")
}

func (v *visit) passkeyViews(view *devicesView) error {
	if v.Passkeys == nil {
		return nil
	}
	list, err := v.Passkeys.List(v.r.Context(), v.session)
	for _, k := range list {
		p := passkeyView{ID: string(k.ID), Name: k.Name, Line: v.T("Dibuat ", "Made ") + v.Date(k.Added)}
		if !k.Used.IsZero() {
			p.Line += v.T(", terakhir dipakai ", ", last used ") + v.Moment(k.Used, v.now)
		}
		if k.Copied {
			p.Tag = &web.Tag{Kind: "bad", Icon: "alert", Text: v.T("Ditolak: mungkin disalin", "Refused: perhaps copied")}
		}
		view.Passkeys = append(view.Passkeys, p)
	}
	return err
}

func (v *visit) recoveryViews(view *devicesView) error {
	list, err := v.Identity.Recoveries(v.r.Context(), v.session)
	for _, r := range list {
		view.Waiting = append(view.Waiting, recoveryView{ID: string(r.ID), Contact: r.Contact, Ready: v.When(r.Ready)})
	}
	return err
}

func (v *visit) wayViews(view *devicesView) error {
	list, err := v.Identity.Contacts(v.r.Context(), v.session)
	stay := 0
	for _, c := range list {
		if c.Ends.IsZero() {
			stay++
		}
	}
	for _, c := range list {
		row := wayView{ID: c.ID, Name: c.Masked, Line: v.T("Dipakai sejak ", "In use since ") + v.Date(c.Since), Removable: c.Ends.IsZero() && stay > 1}
		if c.Register {
			row.Line += v.T(", tercatat di data kependudukan", ", in the population register")
		}
		if !c.Ends.IsZero() {
			row.Ends = v.When(c.Ends)
		}
		view.Contacts = append(view.Contacts, row)
	}
	return err
}

// changeContact begins to remove a contact, or keeps one that is being removed.
func changeContact(v *visit) error {
	id := func() string { return v.r.PostForm.Get("contact") }
	return v.eitherWay("keep", "kept", "contact",
		func() error { return v.Identity.KeepContact(v.r.Context(), v.session, id()) },
		func() error { return v.Identity.RemoveContact(v.r.Context(), v.session, id()) })
}

// settleRecovery stops a waiting recovery, or says that the contact is one's own.
func settleRecovery(v *visit) error {
	id := func() lancar.ID { return lancar.ID(v.r.PostForm.Get("recovery")) }
	return v.eitherWay("allow", "allowed", "stopped",
		func() error { return v.Identity.AllowRecovery(v.r.Context(), v.session, id()) },
		func() error { return v.Identity.StopRecovery(v.r.Context(), v.session, id()) })
}

// eitherWay does what the button says, yes where do is that word, else no, and says on the page of
// devices which of the two was done.
func (v *visit) eitherWay(word, yesDone, noDone string, yes, no func() error) error {
	if err := v.readForm(); err != nil {
		return err
	}
	done, act := noDone, no
	if v.r.PostForm.Get("do") == word {
		done, act = yesDone, yes
	}
	if err := act(); err != nil {
		return v.provedFirst(err)
	}
	return v.to("/me/devices?done=" + done)
}

// askStop is where the link in a message leads. Opening it changes nothing: mail programs open links.
func askStop(v *visit) error {
	v.noindex = true
	return v.show("stop", v.T("Batalkan pemulihan akun", "Stop the recovery"), map[string]any{"Action": v.r.URL.Path})
}

func stopRecovery(v *visit) error {
	if err := v.Identity.StopRecoveryBy(v.r.Context(), v.r.PathValue("token")); err != nil {
		return err
	}
	return v.show("empty", v.T("Pemulihan dibatalkan", "The recovery is stopped"), web.Empty{Title: v.T("Pemulihan dibatalkan", "The recovery is stopped"),
		Lead: v.T("Akun Anda tetap dibuka seperti biasa. Kontak yang mencoba itu tidak bisa mengulanginya tanpa petugas.", "Your account is opened as before. The contact that tried cannot do so again without an officer."),
		Href: "/me/devices", Action: v.T("Periksa perangkat dan keamanan", "Check devices and security")})
}

func (v *visit) deviceViews(view *devicesView) error {
	list, err := v.Identity.Devices(v.r.Context(), v.session)
	for _, d := range list {
		name := d.Device
		if name == "" {
			name = v.T("Perangkat lain", "Another device")
		}
		view.Devices = append(view.Devices, deviceView{ID: string(d.ID), Name: name, Current: d.Current,
			Line: v.T("Masuk ", "Signed in ") + v.Moment(d.Since, v.now) + v.T(", terakhir terlihat ", ", last seen ") + v.Moment(d.Seen, v.now)})
	}
	return err
}

func (v *visit) happenedRows(view *devicesView) error {
	list, err := v.Identity.Happenings(v.r.Context(), v.session)
	for _, h := range list {
		row := web.Row{Term: v.Moment(h.At, v.now), Lines: []string{v.In(h.What.Text())}}
		if h.Detail != "" {
			row.Source = h.Detail
		}
		view.Happened = append(view.Happened, row)
	}
	return err
}

func signOutDevice(v *visit) error {
	if err := v.readForm(); err != nil {
		return err
	}
	if err := v.Identity.SignOutDevice(v.r.Context(), v.session, lancar.ID(v.r.PostForm.Get("device"))); err != nil {
		return err
	}
	return v.to("/me/devices?done=device")
}

// signOutAll ends everything, this browser too.
func signOutAll(v *visit) error {
	if err := v.Identity.SignOutEverywhere(v.r.Context(), v.session); err != nil {
		return err
	}
	http.SetCookie(v.w, identity.Cookie("", v.secure()))
	v.out()
	return v.show("signedout", v.T("Anda sudah keluar dari semua perangkat", "You are signed out everywhere"), true)
}

func offerNewPasskey(v *visit) error {
	if v.passkeyScript() == "" {
		return noPasskeys()
	}
	o, err := v.Passkeys.OfferNew(v.r.Context(), v.session)
	if err != nil {
		return err
	}
	return o.Send(v.w)
}

func addPasskey(v *visit) error {
	if v.passkeyScript() == "" {
		return noPasskeys()
	}
	if err := v.readForm(); err != nil {
		return err
	}
	sent := v.r.PostForm
	_, err := v.Passkeys.Add(v.r.Context(), v.session, passkey.Answer{State: sent.Get("state"), Response: []byte(sent.Get("response"))},
		sent.Get("name"), web.Device(v.r.UserAgent()))
	if e, ok := invalid(err); ok {
		return v.devicesPage(http.StatusUnprocessableEntity, []web.Problem{{Text: v.In(e.Text)}})
	}
	if err != nil {
		return v.provedFirst(err)
	}
	return v.to("/me/devices?done=passkey")
}

// changePasskey renames or removes one.
func changePasskey(v *visit) error {
	if v.Passkeys == nil {
		return noPasskeys()
	}
	if err := v.readForm(); err != nil {
		return err
	}
	id := lancar.ID(v.r.PathValue("id"))
	if v.r.PostForm.Get("do") == "remove" {
		if err := v.Passkeys.Remove(v.r.Context(), v.session, id); err != nil {
			return v.provedFirst(err)
		}
		return v.to("/me/devices?done=removed")
	}
	err := v.Passkeys.Rename(v.r.Context(), v.session, id, v.r.PostForm.Get("name"))
	if e, ok := invalid(err); ok {
		return v.devicesPage(http.StatusUnprocessableEntity, []web.Problem{{Field: "name-" + string(id), Text: v.In(e.Text)}})
	}
	if err != nil {
		return err
	}
	return v.to("/me/devices")
}

// provedFirst leads to a new proof where the rooms ask for one.
func (v *visit) provedFirst(err error) error {
	if e, ok := errors.AsType[*lancar.Error](err); ok && e.Code == lancar.Forbidden && e.Field == "fresh" {
		return v.to("/signin?" + signInFor{To: "/me/devices", Fresh: true}.Query())
	}
	return err
}
