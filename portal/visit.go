package portal

import (
	"net/http"
	"strings"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/identity/mandate"
	"lancar/identity/oidc"
	"lancar/web"
)

// visit is one request of one person: whose portal, in which language, signed in or not.
type visit struct {
	web.Words
	*Portal
	w       http.ResponseWriter
	r       *http.Request
	site    *site
	now     time.Time
	session identity.Session // zero while nobody is signed in; of the principal while acting
	signed  bool
	self    identity.Session // who holds the browser
	acting  *mandate.Acting  // for whom they act, nil for themself
	over    error            // why the mandate they acted under is over
	watch   web.Watch
	noindex bool
	led     bool         // [visit.leadsOn] has looked
	request string       // of the app that sent the person here, "" for none
	asks    oidc.Pending // that app
	brought bool         // the page stands where an app sent the browser: nothing was typed here
	hinted  string       // contact by which an app that sent the person here thinks it knows them, "" for none
	forget  bool
	agents  map[lancar.ID]string // names of this person's agents, once asked for
	cache   *string              // key under which the page is kept for everyone
}

type handler func(*visit) error

// visitor makes the visit of a request. It reads no session.
func (p *Portal) visitor(w http.ResponseWriter, r *http.Request) *visit {
	s := p.siteOf(r.Host)
	v := &visit{Portal: p, w: w, r: r, site: s, now: p.Clock()}
	v.Words = web.Words{Lang: s.language(r), Zone: s.region.Zone, Abbr: s.region.ZoneName}
	if v.elsewhere() {
		v.allowForms(p.Home)
	}
	return v
}

// open serves a page to anyone, signed in or not.
func (p *Portal) open(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := p.visitor(w, r)
		err := v.recognise()
		if err == nil {
			err = v.permitted()
		}
		if err == nil {
			err = h(v)
		}
		if err != nil {
			v.fail(err)
		}
	}
}

// own serves a page to a signed-in person; others are sent to sign in and come back.
func (p *Portal) own(h handler) http.HandlerFunc {
	return p.open(func(v *visit) error {
		if v.signed {
			v.noindex = true
			return h(v)
		}
		if v.r.Method != http.MethodGet && v.r.Method != http.MethodHead {
			return lancar.Fail(lancar.Unauthenticated, "",
				"Anda sudah tidak masuk. Masuk lagi, isian yang tersimpan tetap ada.",
				"You are no longer signed in. Sign in again; what was saved is still there.")
		}
		v.toSignIn(v.r.URL.RequestURI())
		return nil
	})
}

// public serves a page that is the same for everyone. It is rendered once a minute at most, and
// no database is asked for it while it is kept.
func (p *Portal) public(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.URL.RawQuery = "" // says nothing here, and must not fill the memory
		v := p.visitor(w, r)
		if v.seemsActing() {
			p.open(h)(w, r)
			return
		}
		v.signed = v.hasCookie()
		who := "-"
		if v.signed {
			who = "+"
		}
		key := v.site.region.Code + who + v.Lang + r.URL.RequestURI()
		if page := p.kept.get(key, v.now); page != nil {
			page.ServeHTTP(w, r)
			return
		}
		v.cache = &key
		if err := h(v); err != nil {
			v.cache = nil
			v.fail(err)
		}
	}
}

// page makes the frame around a view.
func (v *visit) page(title string) *web.Page {
	p := &web.Page{Words: v.Words, Look: v.site.look, Title: title, Now: v.now, Moved: v.Moved != nil && v.Moved(),
		Path: v.r.URL.RequestURI(), Langs: v.site.langs, Watch: v.watch, NoIndex: v.noindex, Forget: v.forget, Acting: v.actingBar()}
	if v.Rehearsal {
		p.Demo = v.T("Peragaan: orang, uang, dan dokumen di sini tidak nyata.", "Demonstration: people, money and documents here are not real.")
	}
	if v.r.Method != http.MethodGet {
		p.Path = "/"
	}
	at := v.r.URL.Path
	p.Nav = append(p.Nav, web.Link{Href: "/search", Text: v.T("Cari", "Search"), Icon: "search", Current: at == "/search"})
	if v.signed && v.acting == nil && v.self.Kind == identity.Officer { // who helps at a counter has no page of their own here
		p.Nav = append(p.Nav, web.Link{Href: "/office", Text: v.T("Ruang petugas", "Officers' room"), Icon: "person"})
	} else if v.signed {
		p.Nav = append(p.Nav, web.Link{Href: "/me", Text: v.T("Saya", "My page"), Icon: "person", Current: strings.HasPrefix(at, "/me")})
	} else {
		p.Nav = append(p.Nav, web.Link{Href: "/signin", Text: v.T("Masuk", "Sign in"), Icon: "person", Current: strings.HasPrefix(at, "/signin")})
	}
	return p
}

// show answers with a page.
func (v *visit) show(name, title string, view any) error {
	return v.showAs(http.StatusOK, name, title, view)
}

func (v *visit) showAs(status int, name, title string, view any) error {
	if strings.HasPrefix(v.r.URL.Path, "/signin") {
		v.leadsOn()
	}
	if v.cache == nil || status != http.StatusOK {
		return v.templates.Render(v.w, v.r, status, v.page(title), name, view)
	}
	body, err := v.templates.Bytes(v.page(title), name, view)
	if err != nil {
		return err
	}
	page := web.NewPublic(body)
	v.kept.put(*v.cache, v.now, page)
	page.ServeHTTP(v.w, v.r)
	return nil
}

// to sends the browser elsewhere after a change was made.
func (v *visit) to(path string) error {
	v.w.Header().Set("Cache-Control", "no-store")
	http.Redirect(v.w, v.r, path, http.StatusSeeOther)
	return nil
}
