package office

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lancar"
	"lancar/identity/oidc"
	"lancar/web"
)

// appRoutes are the pages on which an agency's engineers let their apps sign people in.
func appRoutes() map[string]handler {
	return map[string]handler{
		"GET /office/apps":             apps,
		"GET /office/apps/new":         newApp,
		"POST /office/apps/new":        registerApp,
		"POST /office/apps/invitation": inviteApp,
		"GET /office/apps/{id}":        showApp,
		"GET /office/apps/{id}/change": wantApp,
		"POST /office/apps/{id}/{act}": actApp,
	}
}

type appRow struct {
	Href, Name, Who, Made string
	Tag                   web.Tag
}

func apps(v *visit) error { return v.appsPage("", "") }

// appsPage lists the apps of the officer's agency; token is an initial access token just made.
func (v *visit) appsPage(token, until string) error {
	list, err := v.OIDC.Clients(v.r.Context(), v.actor)
	if err != nil {
		return err
	}
	var rows []appRow
	for _, c := range list {
		rows = append(rows, appRow{Href: appPath(c.ID), Name: v.In(c.Name), Who: v.officerName(c.Officer), Made: v.Date(c.Made), Tag: v.appTag(c)})
	}
	return v.show("apps", v.T("Aplikasi", "Apps"), map[string]any{"Rows": rows, "Office": v.agencyName(v.actor.Agency, v.actor.Region), "Token": token, "Until": until,
		"Register": v.OIDC.Issuer() + "/oauth/register",
		"Empty": web.Empty{Pattern: "gaps", Title: v.T("Belum ada aplikasi", "No apps yet"),
			Lead: v.T("Aplikasi instansi Anda bisa memakai masuk Lancar: warga masuk sekali, aplikasi tidak menyimpan kata sandi.", "Your agency's apps can use the Lancar sign-in: people sign in once, and the app keeps no password.")}})
}

func appPath(id lancar.ID) string { return "/office/apps/" + url.PathEscape(string(id)) }

func (v *visit) appTag(c oidc.Client) web.Tag {
	switch c.Stage {
	case oidc.Production:
		if !c.Stops.IsZero() {
			return web.Tag{Kind: "bad", Icon: "clock", Text: v.T("Tanpa penanggung jawab", "Nobody answers for it")}
		}
		return web.Tag{Kind: "ok", Icon: "check", Text: v.T("Produksi", "Production")}
	case oidc.Waiting:
		return web.Tag{Kind: "warn", Icon: "clock", Text: v.T("Menunggu persetujuan", "Waits for approval")}
	case oidc.Ended:
		return web.Tag{Kind: "off", Icon: "cross", Text: v.T("Diakhiri", "Ended")}
	}
	return web.Tag{Text: v.T("Uji coba", "Sandbox")}
}

// inviteApp makes an initial access token, with which the agency's own tools register one app
// (RFC 7591). It is shown this once.
func inviteApp(v *visit) error {
	token, until, err := v.OIDC.InvitationToken(v.actor)
	if err != nil {
		return err
	}
	v.w.Header().Set("Cache-Control", "no-store")
	return v.appsPage(token, v.When(until))
}

// appView is the page of one app: what can be done now stands first.
type appView struct {
	Title, Lead, Path, ID, Secret string
	Tags                          []web.Tag
	Done                          bool
	Problems                      []web.Problem
	Submit, Approve, End          bool
	Waits, Change                 bool      // for another officer; the officer may change it
	Returned                      string    // why it was sent back from approval, "" if it was not
	Why                           web.Field // to send it back
	Adopt, NewKeys                string    // until when somebody must take it over; who asks for new keys
	Settle, Withdraw              bool      // what the officer can do about new keys
	NewRows                       []web.Row
	Version                       int64
	Keys                          web.Field
	Rows                          []web.Row
	Troubles                      []troubleLine
	Examples                      []example
	People                        string // page of synthetic people to sign in as, "" in production
}

type troubleLine struct{ When, Times, Where, Code, Text string }

func showApp(v *visit) error { return v.appPage(http.StatusOK, "", nil, nil) }

func (v *visit) appPage(status int, secret string, sent url.Values, problems []web.Problem) error {
	c, err := v.app()
	if err != nil {
		return err
	}
	troubles, err := v.OIDC.Troubles(v.r.Context(), v.actor, c.ID)
	if err != nil {
		return err
	}
	title := v.In(c.Name)
	mine, open := c.Officer == v.actor.ID, c.Stage != oidc.Ended
	view := appView{Title: title, Lead: v.In(c.Purpose), Path: appPath(c.ID), ID: string(c.ID), Secret: secret, Tags: []web.Tag{v.appTag(c)}, Problems: problems,
		Done: v.r.URL.Query().Get("done") != "", Version: c.Version, Submit: c.Stage == oidc.Sandbox && !c.Basic, Approve: c.Stage == oidc.Waiting && !mine && oidc.MayApprove(v.actor), End: open && (mine || oidc.MayApprove(v.actor)),
		Rows: v.appFacts(c), Examples: v.examples(c)}
	view.Waits, view.Change = c.Stage == oidc.Waiting && !view.Approve, view.End && c.Stage != oidc.Production
	if view.Why = (web.Field{Name: "why", Kind: web.LongField, Label: v.T("Yang perlu diperbaiki", "What must be mended"), Max: 500, Value: sent.Get("why")}); c.Stage == oidc.Sandbox {
		view.Returned = c.Returned
	}
	mark(problems, &view.Why)
	if v.Rehearsal && v.Sandbox != "" {
		view.People = v.Sandbox + "/"
	}
	if open && c.Auth != oidc.None && (mine || oidc.MayApprove(v.actor)) {
		view.Keys = web.Field{Name: "jwks", Kind: web.LongField, Label: v.T("Kunci publik (JWK Set)", "Public keys (JWK set)"), Max: 32768, Value: c.JWKS,
			Hint: v.T("Untuk mengganti kunci tanpa jeda: tulis yang lama dan yang baru, alihkan aplikasi Anda, lalu hapus yang lama.", "To rotate without a pause: write the old and the new, switch your app, then delete the old.")}
		if sent.Has("jwks") {
			view.Keys.Value = sent.Get("jwks")
		}
		mark(problems, &view.Keys)
	}
	if !c.Stops.IsZero() && c.Stage == oidc.Production {
		view.Adopt = v.When(c.Stops)
	}
	if w := c.Wanted; w != nil {
		view.NewKeys, view.Settle, view.Withdraw = v.officerName(w.Officer)+", "+v.Moment(w.At, v.now), w.Officer != v.actor.ID && oidc.MayApprove(v.actor), w.Officer == v.actor.ID || oidc.MayApprove(v.actor)
		view.NewRows = []web.Row{{Term: v.T("Kunci publik (JWK Set)", "Public keys (JWK set)"), Lines: []string{w.JWKS}}}
		if len(w.Certificates) > 0 {
			view.NewRows = append(view.NewRows, web.Row{Term: v.T("Sidik sertifikat", "Certificates' thumbprints"), Lines: w.Certificates})
		}
	}
	for _, t := range troubles {
		view.Troubles = append(view.Troubles, troubleLine{v.Moment(t.At, v.now), v.times(t.N), t.Endpoint, t.Code, v.In(t.Words)})
	}
	return v.showAs(status, "app", v.title(title, problems), view)
}

// times says how often, "3×".
func (v *visit) times(n int64) string { return strconv.FormatInt(n, 10) + "×" }

// app finds the app of the address among those of the officer's agency.
func (v *visit) app() (oidc.Client, error) {
	list, err := v.OIDC.Clients(v.r.Context(), v.actor)
	if err != nil {
		return oidc.Client{}, err
	}
	i := slices.IndexFunc(list, func(c oidc.Client) bool { return string(c.ID) == v.r.PathValue("id") })
	if i < 0 {
		return oidc.Client{}, notFound()
	}
	return list[i], nil
}

func (v *visit) appFacts(c oidc.Client) []web.Row {
	one := func(id, en string, lines ...string) web.Row { return web.Row{Term: v.T(id, en), Lines: lines} }
	kinds := []string{}
	for _, s := range scopesOf(v) {
		if slices.Contains(c.Scopes, s.Value) {
			kinds = append(kinds, s.Label)
		}
	}
	if c.Numbers {
		kinds = append(kinds, v.T("NIK, dengan perjanjian", "Identity number, by agreement"))
	}
	rows := []web.Row{one("Nomor aplikasi (client_id)", "Number of the app (client_id)", string(c.ID)), one("Penerbit (issuer)", "Issuer", v.OIDC.Issuer()),
		one("Penemuan", "Discovery", v.OIDC.Issuer()+"/.well-known/openid-configuration"), one("Cara membuktikan diri", "How it authenticates", string(c.Auth)),
		one("Alamat kembali", "Redirect addresses", c.Redirects...), one("Boleh meminta", "May ask for", kinds...), one("Penanggung jawab", "Who answers for it", v.officerName(c.Officer)+", "+v.agencyName(c.Agency, c.Region))}
	if len(c.Resources) > 0 {
		as := v.T("meminta token untuk alamat ini", "asks tokens for these addresses")
		if c.Server {
			as = v.T("sebagai penyedia: memeriksa token orang lain untuk alamat ini", "as a server: inspects others' tokens for these addresses")
		}
		rows = append(rows, one("Sumber daya", "Resources", append([]string{as}, c.Resources...)...))
	}
	if list := slices.Concat(c.LogoutTo, []string{c.LogoutURI, c.NotifyTo}); strings.Join(list, "") != "" {
		rows = append(rows, one("Alamat lain", "Other addresses", slices.DeleteFunc(list, func(s string) bool { return s == "" })...))
	}
	rows = append(rows, one("Alur (grant)", "Flows (grants)", c.Grants...))
	if !c.Approved.IsZero() {
		rows = append(rows, one("Disetujui", "Approved", v.Date(c.Approved)+", "+v.officerName(c.ApprovedBy)))
	}
	return rows
}

// actApp is every button of an app's page.
func actApp(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	c, err := v.app()
	if err != nil {
		return err
	}
	ctx := v.r.Context()
	switch v.r.PathValue("act") {
	case "submit":
		err = v.OIDC.Submit(ctx, v.actor, c.ID)
	case "approve":
		version, _ := strconv.ParseInt(sent.Get("version"), 10, 64) // what cannot be read is nobody's version
		err = v.OIDC.Approve(ctx, v.actor, c.ID, version, sent.Get("numbers") == "yes")
	case "change":
		return v.changeApp(c, sent)
	case "back":
		version, _ := strconv.ParseInt(sent.Get("version"), 10, 64)
		err = v.OIDC.SendBack(ctx, v.actor, c.ID, version, sent.Get("why"))
	case "keys":
		c.JWKS = sent.Get("jwks")
		err = v.OIDC.Change(ctx, v.actor, c)
	case "newkeys", "oldkeys":
		version, _ := strconv.ParseInt(sent.Get("version"), 10, 64)
		err = v.OIDC.SettleKeys(ctx, v.actor, c.ID, version, v.r.PathValue("act") == "newkeys")
	case "adopt":
		err = v.OIDC.Adopt(ctx, v.actor, c.ID)
	case "end":
		err = v.OIDC.End(ctx, v.actor, c.ID)
	default:
		return notFound()
	}
	if p, ok := v.wrong(err); ok {
		return v.appPage(http.StatusUnprocessableEntity, "", sent, []web.Problem{p})
	}
	if err != nil {
		return err
	}
	return v.to(appPath(c.ID) + "?done=1")
}
