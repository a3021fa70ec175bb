package portal

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/identity/oidc"
	"lancar/web"
)

// What identifies a person leaves by their own hand (identity.Release): the identity number in the
// answer to an app, whole files by a page of their own.

// pinFresh is how long after a sign-in PINs of other devices may be removed.
const pinFresh = 10 * time.Minute

// wholeFiles are the PDF of one's documents and the download of one's data: one PIN for ten minutes.
func wholeFiles() identity.Release { return identity.Release{What: "files"} }

// releaseNamed is the release of the number in one request, or of files for no name.
func releaseNamed(request string) identity.Release {
	if request == "" {
		return wholeFiles()
	}
	return oidc.ReleaseOf(request)
}

// confirmView is how a page that gives the number away has it confirmed.
type confirmView struct {
	Field *web.Field // asks for the PIN, nil where none is asked
	For   string     // name of the release
	Here  string     // address of the page
	Keys  string     // script of passkeys, "" where this person has none
	Done  bool       // it is confirmed, by a passkey
	Prove string     // address of a new proof, where the number may only be left out until then
	Offer string     // address where a PIN can be set, "" for no offer
}

// confirming is nil when agreeing gives no number away.
func (v *visit) confirming(id, here string, p oidc.Pending, wrong *lancar.Error) (*confirmView, error) {
	if !p.Number {
		return nil, nil
	}
	view := &confirmView{For: id, Here: here, Done: p.Lacks == "" && v.self.Pin != ""}
	switch p.Lacks {
	case "pin":
		hint := v.T("6 angka. Memastikan bahwa Anda sendiri yang memberikan nomor identitas.", "6 digits. Makes sure that it is you who gives the identity number.")
		if slices.ContainsFunc(p.Optional, func(k oidc.Kind) bool { return k.Name == "nik" }) {
			hint = v.T("6 angka. Hanya perlu kalau Anda memilih memberikan nomor identitas.", "6 digits. Only needed if you choose to give the identity number.")
		}
		f := pinField("pin", v.T("PIN perangkat ini", "PIN of this device"), hint)
		if wrong != nil {
			f.Error = v.In(wrong.Text)
		}
		view.Field = &f
		return view, v.withPasskeys(view)
	case "fresh":
		view.Prove = "/signin?" + signInFor{To: here, Fresh: true}.Query()
	case "":
		if v.self.Pin == "" && v.self.Meets(identity.Verified) {
			view.Offer = "/me/devices/pin?" + url.Values{"to": {here}}.Encode()
		}
	}
	return view, nil
}

// withPasskeys lets who has a passkey use it instead.
func (v *visit) withPasskeys(view *confirmView) error {
	if v.passkeyScript() == "" {
		return nil
	}
	list, err := v.Passkeys.List(v.r.Context(), v.self)
	if len(list) > 0 {
		view.Keys = v.passkeyScript()
	}
	return err
}

// confirmNumber takes the PIN that came with an answer, if one did.
func (v *visit) confirmNumber(id string, sent url.Values) error {
	typed := digitsOnly(sent.Get("pin"))
	if typed == "" {
		return nil
	}
	return v.givePin(typed, oidc.ReleaseOf(id))
}

func (v *visit) givePin(typed string, r identity.Release) error {
	b := v.browser()
	err := v.Pins.Confirm(v.r.Context(), v.self, b, typed, r)
	if err == nil {
		http.SetCookie(v.w, b.KeyCookie(v.secure()))
	}
	return err
}

// unconfirmed tells apart what an answer lacked: the PIN (the page asks again), or a new proof.
func unconfirmed(err error) (e *lancar.Error, byPin, byProof bool) {
	e, ok := errors.AsType[*lancar.Error](err)
	if !ok {
		return nil, false, false
	}
	return e, e.Field == "pin" && (e.Code == lancar.Invalid || e.Code == lancar.Forbidden), e.Field == "fresh" && e.Code == lancar.Forbidden
}

// A whole file is held back only where the person has set a PIN. It is asked on the host of sign-in;
// after that the page is open for ten minutes on every host of the same sign-in.

// locked says whether a PIN, or a new proof since it went, is wanted before a file.
func (v *visit) locked() (bool, error) {
	if v.self.Pin == "" {
		return false, nil
	}
	field, err := v.Pins.Lacks(v.r.Context(), v.self, wholeFiles())
	return field != "", err
}

// orElse is err, or what then does where there is none.
func orElse(err error, then func() error) error {
	if err != nil {
		return err
	}
	return then()
}

// unlock leads to the page that asks, and from there back to a page of this host.
func (v *visit) unlock(back string) error {
	if !v.elsewhere() {
		return v.to("/release?" + url.Values{"to": {back}}.Encode())
	}
	to := *v.Home
	to.Path, to.RawQuery = "/release", url.Values{"to": {v.backOn(back)}}.Encode()
	return v.to(to.String())
}

type releaseView struct {
	confirmView
	To       string
	Problems []web.Problem
}

func askRelease(v *visit) error {
	if v.elsewhere() {
		return v.unlock(v.goingTo("/me"))
	}
	return v.releasePage(http.StatusOK, v.goingTo("/me"), nil)
}

func (v *visit) releasePage(status int, to string, wrong *lancar.Error) error {
	lacks, err := v.Pins.Lacks(v.r.Context(), v.self, wholeFiles())
	if err != nil {
		return err
	}
	here := "/release?" + url.Values{"to": {to}}.Encode()
	switch lacks {
	case "":
		return v.to(web.LocalPath(to))
	case "fresh":
		return v.to("/signin?" + signInFor{To: here, Fresh: true}.Query())
	}
	f := pinField("pin", v.T("PIN perangkat ini", "PIN of this device"), v.T("6 angka. Berlaku 10 menit, jadi Anda tidak ditanya berkali-kali.", "6 digits. Good for 10 minutes, so that you are not asked again and again."))
	view := releaseView{confirmView: confirmView{Here: here}, To: to}
	title := v.T("Ketik PIN perangkat ini", "Type the PIN of this device")
	if wrong != nil {
		f.Error = v.In(wrong.Text)
		view.Problems = []web.Problem{{Field: "pin", Text: f.Error}}
		title = v.T("Kesalahan: ", "Error: ") + title
	}
	view.Field = &f
	if err := v.withPasskeys(&view.confirmView); err != nil {
		return err
	}
	v.noindex = true
	v.w.Header().Set("Cache-Control", "no-store")
	v.allowReturn(to)
	return v.showAs(status, "release", title, view)
}

func giveRelease(v *visit) error {
	if err := v.readForm(); err != nil {
		return err
	}
	to := web.LocalPath(v.r.PostForm.Get("to"))
	err := v.givePin(digitsOnly(v.r.PostForm.Get("pin")), wholeFiles())
	if e, byPin, byProof := unconfirmed(err); byPin {
		return v.releasePage(http.StatusUnprocessableEntity, to, e)
	} else if byProof {
		return v.proveFirst(e, "/release?"+url.Values{"to": {to}}.Encode())
	}
	if err != nil {
		return err
	}
	return v.to(to)
}
