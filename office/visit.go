package office

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/identity/machine"
	"lancar/internal/serve"
	"lancar/payment"
	"lancar/region"
	"lancar/web"
)

// visit is one request of one officer.
type visit struct {
	web.Words
	*Office
	w       http.ResponseWriter
	r       *http.Request
	now     time.Time
	region  *region.Region   // where the officer acts; the nation until they do
	session identity.Session // zero while nobody is signed in
	actor   lancar.Actor     // without a role until one is chosen
}

type handler func(*visit) error

// open serves a page to anyone.
func (o *Office) open(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if web.ChooseLanguage(w, r, languages()) {
			return
		}
		v := &visit{Office: o, w: w, r: r, now: o.Deps.Clock(), region: o.Regions.ByCode(region.Nation)}
		v.Words = web.Words{Lang: web.Language(r, languages()), Zone: v.region.Zone, Abbr: v.region.ZoneName}
		if o.Regions.ByHost(r.Host).Host != "" {
			v.elsewhere()
			return
		}
		err := v.recognise()
		if err == nil {
			err = h(v)
		}
		if err != nil {
			v.fail(err)
		}
	}
}

// officer serves a page to an officer in a role; others are sent to sign in, or to choose.
func (o *Office) officer(h handler) http.HandlerFunc {
	return o.open(func(v *visit) error {
		reading := v.r.Method == http.MethodGet || v.r.Method == http.MethodHead
		switch {
		case v.actor.Role != "":
			return h(v)
		case !reading:
			return lancar.Fail(lancar.Unauthenticated, "", "Anda sudah tidak masuk. Yang baru Anda kirim belum dicatat. Masuk lagi, lalu kirim ulang.",
				"You are no longer signed in. What you just sent was not recorded. Sign in again and send it once more.")
		case v.actor.ID != "":
			return v.to("/office/role?to=" + url.QueryEscape(v.r.URL.RequestURI()))
		}
		return v.to("/office/signin?to=" + url.QueryEscape(v.r.URL.RequestURI()))
	})
}

// elsewhere leads from a region's host to the bare one.
func (v *visit) elsewhere() {
	if v.r.Method != http.MethodGet {
		v.fail(notFound())
		return
	}
	to := *v.Home
	to.Path, to.RawQuery = v.r.URL.Path, v.r.URL.RawQuery
	http.Redirect(v.w, v.r, to.String(), http.StatusSeeOther)
}

func (v *visit) secure() bool { return v.r.TLS != nil || v.Home.Scheme == "https" }

// recognise reads the session, if the browser has an officer's.
func (v *visit) recognise() error {
	token := identity.Token(v.r, v.secure())
	if token == "" {
		return nil
	}
	s, err := v.Identity.Session(v.r.Context(), token)
	if lancar.CodeOf(err) == lancar.Unauthenticated {
		return nil
	}
	if err != nil {
		return err
	}
	if s.Kind == identity.Officer {
		v.act(s)
	}
	return nil
}

// act takes over a session: whose office, whose zone.
func (v *visit) act(s identity.Session) {
	v.session, v.actor = s, s.Actor
	if r := v.Regions.ByCode(s.Actor.Region); s.Actor.Role != "" && r != nil {
		v.region = r
		v.Zone, v.Abbr = r.Zone, r.ZoneName
	}
}

// look is that of the nearest region with a pack.
func (v *visit) look() *web.Look {
	for _, code := range v.region.Path() {
		if l := v.looks[code]; l != nil {
			return l
		}
	}
	return v.looks[region.Nation]
}

// foot is what stands at the end of every page.
type foot struct {
	Who, Role   string // "" while nobody is signed in
	Now         string
	Langs       []web.Link
	Open, Other bool // somebody is signed in; they hold other roles
}

func (v *visit) page(title string) *web.Page {
	p := &web.Page{Words: v.Words, Look: v.look(), Title: title, Now: v.now, Moved: v.Moved != nil && v.Moved(), Path: v.r.URL.RequestURI(),
		Langs: languages(), Dense: true, NoIndex: true, Home: "/office", Sub: v.T("Ruang petugas", "Officers' room") + " · " + v.region.Name, Nav: v.nav()}
	if v.r.Method != http.MethodGet {
		p.Path = "/office"
	}
	if v.Rehearsal {
		p.Demo = v.T("Peragaan: orang, uang, dan dokumen di sini tidak nyata.", "Demonstration: people, money and documents here are not real.")
	}
	f := foot{Now: v.When(v.now), Open: v.actor.ID != ""}
	if v.actor.Role != "" {
		f.Who, f.Role = v.actor.Name, v.roleName(v.actor.Role)+", "+v.agencyName(v.actor.Agency, v.actor.Region)
	}
	p.Foot = f
	return p
}

// nav leads to what the officer's role does.
func (v *visit) nav() []web.Link {
	if v.actor.Role == "" {
		return nil
	}
	var out []web.Link
	add := func(href, id, en string) {
		at := v.r.URL.Path
		current := at == href || strings.HasPrefix(at, href+"/") && href != "/office" || href == "/office" && strings.HasPrefix(at, "/office/cases/")
		out = append(out, web.Link{Href: href, Text: v.T(id, en), Current: current})
	}
	switch v.actor.Role {
	case identity.DataRole:
		add("/office/data", "Pelindungan data", "Data protection")
		add("/office/rights", "Hak data", "Data rights")
		add("/office/breaches", "Kegagalan", "Breaches")
	case identity.ClaimRole:
		add("/office/claims", "Akun", "Accounts")
		add("/office/number", "Nomor berubah", "Changed numbers")
		add("/office/mandates", "Kuasa", "Mandates")
	case roleOps:
		add("/office/trouble", "Kendala", "Trouble")
	case payment.Treasurer:
		add("/office/refunds", "Pengembalian", "Refunds")
	case machine.Role: // the link below is all
	case identity.Superior:
		add("/office/late", "Terlambat", "Late")
		add("/office/team", "Tim", "Team")
		if v.Charges.Returns(v.r.Context(), v.actor) {
			add("/office/refunds", "Pengembalian", "Refunds")
		}
		add("/office/trouble", "Kendala", "Trouble")
	default:
		add("/office", "Antrean", "Inbox")
		if v.mayRevoke() {
			add("/office/documents", "Dokumen", "Documents")
		}
		add("/me/mandates", "Bantu warga", "Help a resident")
	}
	add("/office/apps", "Aplikasi", "Apps")
	add("/office/machines", "Mesin", "Machines")
	return out
}

// show answers with a page.
func (v *visit) show(name, title string, view any) error {
	return v.showAs(http.StatusOK, name, title, view)
}

func (v *visit) showAs(status int, name, title string, view any) error {
	return v.templates.Render(v.w, v.r, status, v.page(title), name, view)
}

// to sends the browser elsewhere.
func (v *visit) to(path string) error {
	v.w.Header().Set("Cache-Control", "no-store")
	http.Redirect(v.w, v.r, path, http.StatusSeeOther)
	return nil
}

// form reads what was sent.
func (v *visit) form() (url.Values, error) {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, 1<<20)
	if err := v.r.ParseForm(); err != nil {
		return nil, lancar.Fail(lancar.Invalid, "", "Kiriman ini tidak bisa dibaca.", "What was sent cannot be read.").Because(err)
	}
	return v.r.PostForm, nil
}

// wrong is an error that belongs on the form again, at its field.
func (v *visit) wrong(err error) (web.Problem, bool) {
	e, ok := errors.AsType[*lancar.Error](err)
	if !ok || e.Code != lancar.Invalid || e.Field == "" {
		return web.Problem{}, false
	}
	return web.Problem{Field: e.Field, Text: v.In(e.Text)}, true
}

// fail answers an error with a page that says what happened, whether anything is lost, and what
// to do now. What is not an [lancar.Error] is logged and not shown.
func (v *visit) fail(err error) {
	if errors.Is(err, context.Canceled) && v.r.Context().Err() != nil {
		return // the browser left
	}
	code, status := lancar.CodeOf(err), serve.StatusOf(err)
	view := v.sorry(code)
	if e, ok := errors.AsType[*lancar.Error](err); ok && code != lancar.Internal {
		view.Lead = v.In(e.Text)
	}
	if code == lancar.Internal || code == lancar.Unavailable {
		view.Code = serve.RequestID(v.r.Context())
	}
	if code == lancar.Internal {
		v.Logger.Error("office page failed", "request", serve.RequestID(v.r.Context()), "error", err.Error())
	}
	if rerr := v.showAs(status, "empty", view.Title, view); rerr != nil {
		v.Logger.Error("office error page failed", "error", rerr.Error())
		http.Error(v.w, http.StatusText(status), status)
	}
}

func (v *visit) sorry(code lancar.Code) web.Empty {
	e := web.Empty{Pattern: "frame", Href: "/office", Action: v.T("Ke antrean", "To the inbox")}
	switch code {
	case lancar.NotFound:
		e.Title = v.T("Tidak ada di sini", "Nothing here")
	case lancar.Unauthenticated:
		e.Title, e.Href, e.Action = v.T("Masuk dulu", "Please sign in"), "/office/signin", v.T("Masuk", "Sign in")
	case lancar.Forbidden:
		e.Title = v.T("Ini bukan tugas Anda", "This is not your task")
	case lancar.Conflict:
		e.Title = v.T("Berkas ini sudah bergerak", "This file has moved on")
		e.Small = v.T("Orang lain atau sistem lebih dulu. Tidak ada yang tercatat dua kali.", "Somebody else or the system was first. Nothing was recorded twice.")
		e.Href, e.Action = v.again(), v.T("Buka lagi", "Open it again")
	case lancar.TooMany:
		e.Title = v.T("Terlalu sering", "Too often")
	case lancar.Invalid:
		e.Title = v.T("Belum bisa diterima", "This cannot be accepted yet")
		e.Small = v.T("Tekan tombol kembali, isian Anda masih ada.", "Press back; what you typed is still there.")
	case lancar.Unavailable:
		e.Pattern, e.Title = "torn", v.T("Belum bisa sekarang", "Not possible right now")
		e.Small = v.T("Tidak ada keputusan yang tercatat. Tekan kembali, lalu coba lagi.", "No decision was recorded. Press back and try again.")
	case lancar.Gone, lancar.TooLarge:
		e.Title = v.T("Tidak bisa dibuka", "This cannot be opened")
	default:
		e.Pattern, e.Title = "torn", v.T("Ada gangguan di pihak kami", "Something is wrong on our side")
		e.Lead = v.T("Yang sudah tercatat aman. Jam layanan tetap berjalan, jadi coba lagi sebentar.", "What was recorded is safe. The clock goes on, so try again shortly.")
	}
	return e
}

// again is the page from which something was sent.
func (v *visit) again() string {
	if n := v.r.PathValue("number"); n != "" && strings.HasPrefix(v.r.URL.Path, "/office/cases/") {
		return "/office/cases/" + url.PathEscape(n)
	}
	if id := v.r.PathValue("id"); id != "" && strings.HasPrefix(v.r.URL.Path, "/office/refunds/") {
		return refundPath(v.r.PathValue("region"), lancar.ID(id))
	}
	return "/office"
}

func notFound() error {
	return lancar.Fail(lancar.NotFound, "", "Alamat ini kurang lengkap, atau berkasnya bukan untuk Anda.", "This address is incomplete, or the file is not for you.")
}
