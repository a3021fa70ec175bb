package oidc

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"time"

	"lancar"
	"lancar/identity"
)

// leaving is a request to sign out (OpenID Connect RP-Initiated Logout 1.0) that was checked. It
// travels sealed in the address of the portal's page.
type leaving struct {
	Client lancar.ID `json:",omitempty"`
	To     string    `json:",omitempty"` // post_logout_redirect_uri, exactly as registered
	State  string    `json:",omitempty"`
	Sub    string    `json:",omitempty"` // of id_token_hint
	SID    string    `json:",omitempty"`
	At     time.Time
}

// logout takes an app's wish that its person be signed out, and leads the browser to the portal's
// /logout. Nothing ends here: a request alone proves nothing about who sent the browser.
func (p *Provider) logout(w http.ResponseWriter, r *http.Request) {
	l, err := p.readLeaving(w, r)
	if err != nil {
		if _, unknown := p.client(r.Context(), string(l.Client)); unknown != nil {
			l.Client = "" // a name that somebody made up is in nobody's log
		}
		p.sorry(w, r, l.Client, err)
		return
	}
	plain, err := json.Marshal(l)
	if err == nil {
		var sealed []byte
		if sealed, err = p.Keys.Seal(plain, []byte("oidc leaving")); err == nil {
			w.Header().Set("Cache-Control", "no-store")
			http.Redirect(w, r, p.config.Issuer+"/logout?request="+b64.EncodeToString(sealed), http.StatusSeeOther)
			return
		}
	}
	p.sorry(w, r, l.Client, err)
}

func (p *Provider) readLeaving(w http.ResponseWriter, r *http.Request) (l leaving, err error) {
	q, err := p.authorizeForm(w, r)
	if err != nil {
		return l, err
	}
	l.At = p.DB.Now()
	hint, to := q.Get("id_token_hint"), q.Get("post_logout_redirect_uri")
	if l.Client = lancar.ID(q.Get("client_id")); hint != "" {
		if err := p.readLeavingHint(r, hint, &l); err != nil {
			return l, err
		}
	}
	if l.State = q.Get("state"); len(l.State) > maxParam {
		return l, badRequest("state terlalu panjang.", "The state is too long")
	}
	if to == "" {
		return l, nil
	}
	if l.Client == "" {
		return l, badRequest("Alamat kembali tanpa id_token_hint atau client_id.", "A post_logout_redirect_uri without id_token_hint or client_id")
	}
	reg, err := p.client(r.Context(), string(l.Client))
	if err != nil {
		return l, err
	}
	if !slices.Contains(reg.LogoutTo, to) || !p.serves(reg.Client) {
		return l, badRequest("Alamat kembali sesudah keluar tidak terdaftar untuk aplikasi ini.", "The post_logout_redirect_uri is not registered for this client")
	}
	l.To = to
	return l, nil
}

// readLeavingHint reads an ID token that we gave, which may have expired.
func (p *Provider) readLeavingHint(r *http.Request, hint string, l *leaving) error {
	list, err := p.hintKeys(r.Context(), hint)
	if err != nil {
		return err
	}
	var said struct {
		claims
		SID string `json:"sid"`
	}
	err = p.verifyOurs(hint, public(list), &said)
	if err != nil || said.Issuer != p.config.Issuer || len(said.Audience) != 1 || l.Client != "" && lancar.ID(said.Audience[0]) != l.Client {
		return badRequest("id_token_hint tidak sah.", "The id_token_hint is not valid").because(err)
	}
	l.Client, l.Sub, l.SID = lancar.ID(said.Audience[0]), said.Subject, said.SID
	return nil
}

func (p *Provider) openLeaving(request string) (l leaving, err error) {
	gone := lancar.Fail(lancar.Gone, "", "Permintaan keluar ini sudah terlalu lama. Anda bisa keluar lewat halaman Anda.", "This request to sign out is too old. You can sign out on your own page.")
	sealed, err := b64.DecodeString(request)
	if err != nil {
		return l, gone
	}
	plain, err := p.Keys.Open(sealed, []byte("oidc leaving"))
	if err != nil || json.Unmarshal(plain, &l) != nil || p.DB.Now().Sub(l.At) > askingLife {
		return l, gone
	}
	return l, nil
}

// Leaving is a request to sign out, for the portal's page.
type Leaving struct {
	App lancar.Text // that asks, nil for nobody known
	Ask bool        // the person is asked first: it is not sure that their own app sent them
	To  string      // where the browser goes after, "" for the portal's own page
}

// Leaving reads a request to sign out for whoever is signed in (the zero Session for nobody). Without
// a question ends only the sign-in that the app's ID token is of; a page that merely sends the
// browser here, or brings somebody else's token, signs nobody out.
func (p *Provider) Leaving(r *http.Request, request string, s identity.Session) (out Leaving, err error) {
	if request == "" {
		return Leaving{Ask: s.Signed()}, nil
	}
	l, err := p.openLeaving(request)
	if err != nil {
		return out, err
	}
	out.Ask = s.Signed()
	if l.To != "" {
		if out.To = l.To; l.State != "" {
			out.To = addQuery(l.To, "state", l.State)
		}
	}
	if l.Client == "" {
		return out, nil
	}
	reg, err := p.client(r.Context(), string(l.Client))
	if err != nil {
		if asFault(err).code != "invalid_client" {
			return out, err
		}
		return Leaving{Ask: s.Signed()}, nil // the app has ended since
	}
	out.App = reg.Name
	if l.Sub != "" && s.Signed() {
		out.Ask = l.Sub != p.subject(reg, s.Account) || l.SID != "" && l.SID != p.sid(reg, s.ID)
	}
	return out, nil
}

// addQuery adds a parameter to an address that may have some.
func addQuery(to, name, value string) string {
	u, err := url.Parse(to)
	if err != nil {
		return to // registered addresses parse
	}
	q := name + "=" + url.QueryEscape(value)
	if u.RawQuery != "" {
		q = u.RawQuery + "&" + q
	}
	u.RawQuery = q
	return u.String()
}
