package portal

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"lancar"
	"lancar/identity/oidc"
	"lancar/internal/serve"
	"lancar/web"
)

// Requests that come from another device: one that shows a code (/device), or a counter that named
// the person (/approve). The names of fields are promised in docs/spec/oidc.md.

type codeAskView struct {
	Code     string
	Problems []web.Problem
}

// deviceCode asks for the code that a device shows. A code in the address is only filled in: the
// person sends it themself.
func deviceCode(v *visit) error {
	if v.elsewhere() {
		return v.to(v.Home.Scheme + "://" + v.Home.Host + v.r.URL.RequestURI())
	}
	return v.deviceForm(200, v.r.URL.Query().Get("user_code"), nil)
}

func (v *visit) deviceForm(status int, code string, problems []web.Problem) error {
	v.w.Header().Set("Cache-Control", "no-store")
	title := v.T("Sambungkan perangkat", "Connect a device")
	if len(problems) > 0 {
		title = v.T("Kesalahan: ", "Error: ") + title
	}
	return v.showAs(status, "device", title, codeAskView{Code: code[:min(len(code), 20)], Problems: problems})
}

func findDevice(v *visit) error {
	if err := v.readForm(); err != nil {
		return err
	}
	code := v.r.PostForm.Get("user_code")
	found, err := v.OIDC.RemoteByCode(v.r.Context(), code, serve.Address(v.r.Context()).String(), v.session)
	if e, ok := invalid(err); ok {
		return v.deviceForm(422, code, []web.Problem{{Field: "user_code", Text: v.In(e.Text)}})
	}
	if err != nil {
		return err
	}
	return v.to("/approve?request=" + url.QueryEscape(found.ID))
}

type approveView struct {
	Request, App, Agency, Purpose string
	Name                          string
	Sandbox, Device               bool
	Code, Message, From           string
	At, Until                     string
	Needed, Acts, Optional        []kindView
	Confirm                       *confirmView
	Problems                      []web.Problem
}

func approvePath(id string) string { return "/approve?request=" + url.QueryEscape(id) }

type approvalsView struct {
	Done    string
	Waiting []web.Item
}

// approvals lists what waits for the person's answer, or shows one of them.
func approvals(v *visit) error {
	if v.elsewhere() {
		return v.to(v.Home.Scheme + "://" + v.Home.Host + v.r.URL.RequestURI())
	}
	v.w.Header().Set("Cache-Control", "no-store")
	if id := v.r.URL.Query().Get("request"); id != "" {
		return v.approval(id, nil, nil)
	}
	list, err := v.OIDC.Remotes(v.r.Context(), v.session)
	if err != nil {
		return err
	}
	view := approvalsView{Done: v.answeredLine(v.r.URL.Query().Get("done"))}
	for _, w := range list {
		view.Waiting = append(view.Waiting, web.Item{Href: "/approve?request=" + url.QueryEscape(w.ID), Title: v.In(w.App),
			Small: v.In(w.Agency) + " · " + v.T("berlaku sampai pukul ", "valid until ") + v.Words.Clock(w.Ends)})
	}
	return v.show("approvals", v.T("Menunggu persetujuan Anda", "Waiting for your approval"), view)
}

func (v *visit) answeredLine(done string) string {
	switch done {
	case "yes":
		return v.T("Sudah disetujui. Anda bisa kembali ke perangkat atau loketnya.", "Approved. You can go back to the device or counter.")
	case "no":
		return v.T("Ditolak. Tidak ada data yang diberikan.", "Refused. No data was given.")
	}
	return ""
}

// approval shows one request, again with what was chosen and is wrong about the PIN.
func (v *visit) approval(id string, chosen []string, wrong *lancar.Error) error {
	w, err := v.OIDC.Remote(v.r.Context(), id, v.session)
	if err != nil {
		return err
	}
	again := "/signin?to=" + url.QueryEscape(approvePath(id))
	switch w.Step {
	case oidc.Rise:
		return v.to(again + "&level=" + strconv.Itoa(int(w.Level)))
	case oidc.SignIn, oidc.Fresh:
		return v.to(again + "&fresh=1")
	}
	name, err := v.Identity.GivenName(v.r.Context(), v.session.Own)
	if err != nil {
		return err
	}
	view := approveView{Request: w.ID, App: v.In(w.App), Agency: v.In(w.Agency), Purpose: v.In(w.Purpose), Name: name, Sandbox: w.Sandbox, Device: w.Device, Code: w.Code, Message: w.Message,
		From: v.whence(w), At: v.Moment(w.At, v.now), Until: v.Words.Clock(w.Ends)}
	if wrong != nil {
		choose(w.Optional, chosen)
	}
	view.Needed, view.Acts = v.kindsOf(w.Needed)
	view.Optional, _ = v.kindsOf(w.Optional)
	if view.Confirm, err = v.confirming(w.ID, approvePath(w.ID), w.Pending, wrong); err != nil {
		return err
	}
	status, title, problems := v.wrongPin(v.T("Setujui "+w.App.In(v.Lang)+"?", "Approve "+w.App.In(v.Lang)+"?"), wrong)
	view.Problems = problems
	return v.showAs(status, "approve", title, view)
}

// whence says whether the device stands in the network that this person's browser is in: who is led
// here by a stranger's code sees that it is not theirs.
func (v *visit) whence(w oidc.Remote) string {
	from, err := netip.ParseAddr(w.From)
	if !w.Device || err != nil {
		return ""
	}
	bits := 48
	if from.Is4() {
		bits = 24
	}
	near, err := from.Prefix(bits)
	if err == nil && near.Contains(serve.Address(v.r.Context())) {
		return v.T("jaringan yang sama dengan Anda", "the same network as yours")
	}
	return v.T("jaringan LAIN dari yang Anda pakai sekarang (", "ANOTHER network than the one you use now (") + maskAddress(near) + ")"
}

func maskAddress(p netip.Prefix) string {
	s, _, _ := strings.Cut(p.String(), "/")
	return strings.TrimSuffix(s, ".0") + map[bool]string{true: ".x", false: ""}[p.Addr().Is4()]
}

// answerRemote takes the person's answer.
func answerRemote(v *visit) error {
	if err := v.readForm(); err != nil {
		return err
	}
	sent := v.r.PostForm
	said := sent.Get("agree")
	if said != "yes" && said != "no" {
		return lancar.Fail(lancar.Invalid, "agree", "Pilih setuju atau tolak.", "Choose to approve or refuse.")
	}
	id := sent.Get("request")
	err := error(nil)
	if said == "yes" {
		err = v.confirmNumber(id, sent)
	}
	if err == nil {
		err = v.OIDC.Answer(v.r.Context(), id, v.session, said == "yes", sent["kind"])
	}
	if e, byPin, byProof := unconfirmed(err); byPin {
		return v.approval(id, sent["kind"], e)
	} else if byProof {
		return v.proveFirst(e, approvePath(id))
	}
	if err != nil {
		return err
	}
	return v.to("/approve?done=" + said)
}
