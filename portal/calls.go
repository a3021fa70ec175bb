package portal

import (
	"net/url"
	"strconv"

	"lancar/identity/mandate"
	"lancar/web"
)

// waitingView is what a person should do next, the most pressing first.
type waitingView struct {
	Title, Line, Href, Action string
	More                      []web.Link
}

// call is one thing that waits for the person.
type call struct{ Line, Href, Action string }

// myCalls are what waits beside applications: somebody who wants the account, an agent, an app at a
// counter, a mandate that is offered.
func (v *visit) myCalls(view *meView) error {
	recoveries, err := v.Identity.Recoveries(v.r.Context(), v.session)
	if err != nil {
		return err
	}
	for _, r := range recoveries {
		view.calls = append(view.calls, call{v.T("Ada yang ingin memulihkan akun Anda lewat ", "Somebody wants to recover your account through ") + r.Contact +
			v.T(". Kalau bukan Anda, batalkan sebelum ", ". If it is not you, stop it before ") + v.When(r.Ready) + ".", "/me/devices", v.T("Lihat", "See it")})
	}
	asks, err := v.Mandates.Asks(v.r.Context(), v.self.Own)
	if err != nil {
		return err
	}
	for _, a := range asks {
		row := v.askRow(a)
		view.calls = append(view.calls, call{row.Title + ". " + row.Small + ".", "/me/mandates", v.T("Jawab", "Answer")})
	}
	if v.OIDC != nil {
		remotes, err := v.OIDC.Remotes(v.r.Context(), v.session)
		if err != nil {
			return err
		}
		for _, w := range remotes {
			view.calls = append(view.calls, call{v.In(w.App) + ", " + v.In(w.Agency) + v.T(", menunggu persetujuan Anda sampai pukul ", ", waits for your approval until ") + v.Words.Clock(w.Ends) + ".",
				"/approve?request=" + url.QueryEscape(w.ID), v.T("Lihat", "See it")})
		}
	}
	return v.mandatesOffered(view)
}

func (v *visit) mandatesOffered(view *meView) error {
	held, err := v.Mandates.Held(v.r.Context(), v.self)
	for _, m := range held {
		if m.State == mandate.Offered {
			view.calls = append(view.calls, call{m.Principal.Name + v.T(" meminta Anda bertindak untuknya.", " asks you to act for them."), "/me/mandates", v.T("Terima atau tolak", "Take it or decline")})
		}
	}
	return err
}

// waiting puts what waits into one note.
func (v *visit) waiting(calls []call) *waitingView {
	if len(calls) == 0 {
		return nil
	}
	out := &waitingView{Title: strconv.Itoa(len(calls)) + v.T(" hal menunggu Anda", " waiting for you"), Line: calls[0].Line, Href: calls[0].Href, Action: calls[0].Action}
	for _, c := range calls[1:] {
		out.More = append(out.More, web.Link{Href: c.Href, Text: c.Line})
	}
	return out
}
