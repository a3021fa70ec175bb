package office

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"lancar"
	"lancar/identity/oidc"
	"lancar/web"
)

// Kinds of app, as the form asks: what each means for the protocol stands in [appKind].
const (
	serverApp = "server"
	strictApp = "strict"
	nativeApp = "native"
)

// appKind sets what a kind of app is registered with.
func appKind(kind string, c *oidc.Client) {
	switch kind {
	case nativeApp:
		c.Auth = oidc.None
	case strictApp:
		c.Auth, c.FAPI, c.DPoP = oidc.PrivateKeyJWT, true, true
	default:
		c.Auth = oidc.PrivateKeyJWT
	}
}

// scopesOf are the kinds of data that an app may ask for, in words.
func scopesOf(v *visit) []web.Option {
	return []web.Option{
		{Value: "profile", Label: v.T("Nama dan tanggal lahir", "Name and date of birth")},
		{Value: "email", Label: v.T("Alamat surel", "E-mail address")},
		{Value: "phone", Label: v.T("Nomor telepon", "Telephone number")},
		{Value: "address", Label: v.T("Alamat menurut data kependudukan", "Address, as the population register has it")},
		{Value: "mandates", Label: v.T("Bertindak dengan kuasa yang dipegang orangnya", "Acting under mandates that the person holds")},
		{Value: "offline_access", Label: v.T("Tetap terhubung setelah orangnya pergi", "Staying connected when the person has left"), Note: v.T("Token penyegar; berakhir saat izinnya dicabut.", "A refresh token; it ends when the agreement is withdrawn.")},
	}
}

func newApp(v *visit) error { return v.newAppPage(http.StatusOK, nil, nil) }

func (v *visit) newAppPage(status int, sent url.Values, problems []web.Problem) error {
	kind := func(value, id, en, noteID, noteEN string) web.Option {
		return web.Option{Value: value, Label: v.T(id, en), Note: v.T(noteID, noteEN), Checked: sent.Get("kind") == value}
	}
	text := func(name, kind, id, en, hintID, hintEN string, most int) web.Field {
		return web.Field{Name: name, Kind: kind, Label: v.T(id, en), Hint: v.T(hintID, hintEN), Max: most, Value: sent.Get(name)}
	}
	fields := append([]web.Field{text("name", web.TextField, "Nama aplikasi", "Name of the app", "Dibaca warga saat diminta setuju.", "People read it when they are asked to agree.", 80),
		{Name: "kind", Kind: web.ChoiceField, Label: v.T("Jenis", "Kind"), Options: []web.Option{
			kind(serverApp, "Aplikasi dengan server", "App with a server", "Membuktikan diri dengan kunci rahasianya sendiri (private_key_jwt).", "Proves itself with a secret key of its own (private_key_jwt)."),
			kind(strictApp, "Aplikasi dengan server, tingkat tertinggi", "App with a server, highest level", "FAPI 2.0: permintaan dikirim lewat belakang, token terikat pada kunci.", "FAPI 2.0: requests are pushed, tokens are bound to a key."),
			kind(nativeApp, "Aplikasi ponsel atau di peramban", "App on a phone or in a browser", "Tidak menyimpan rahasia; dikenali dari PKCE dan alamat kembali.", "Keeps no secret; known by PKCE and its redirect address.")}}},
		v.askedFields(sent)...)
	fields = append(fields, web.Field{Name: "jwks", Kind: web.LongField, Optional: true, Label: v.T("Kunci publik (JWK Set)", "Public keys (JWK set)"), Max: 32768, Value: sent.Get("jwks"),
		Hint: v.T("Untuk aplikasi dengan server. Hanya bagian publik; kunci rahasia tetap di server Anda.", "For apps with a server. The public part only; the secret key stays on your server.")})
	for i := range fields {
		mark(problems, &fields[i])
	}
	title := v.T("Daftarkan aplikasi", "Register an app")
	return v.showAs(status, "appform", v.title(title, problems), map[string]any{"Title": title, "Fields": fields, "Problems": problems, "Action": "/office/apps/new", "Back": "/office/apps", "BackText": v.T("Aplikasi", "Apps"),
		"Lead": v.T("Anda menjadi penanggung jawabnya. Aplikasi langsung bekerja di uji coba.", "You answer for it. It works in the sandbox at once."), "Key": strings.TrimSpace(keyExample), "Verb": v.T("Daftarkan", "Register")})
}

// askedFields ask what people are told, what is asked of them, and where they come back to.
func (v *visit) askedFields(sent url.Values) []web.Field {
	scopes := scopesOf(v)
	for i := range scopes {
		scopes[i].Checked = slices.Contains(sent["scopes"], scopes[i].Value)
	}
	text := func(name, id, en, hintID, hintEN string, most int) web.Field {
		return web.Field{Name: name, Kind: web.LongField, Label: v.T(id, en), Hint: v.T(hintID, hintEN), Max: most, Value: sent.Get(name)}
	}
	out := []web.Field{
		text("purpose_id", "Untuk apa data orang diminta (bahasa Indonesia)", "What people's data are asked for (Indonesian)", "Dalam bahasa warga. Contoh: Mengisi pendaftaran pasien.", "In people's words. Example: Mengisi pendaftaran pasien.", 300),
		text("purpose_en", "Untuk apa (bahasa Inggris)", "What for (English)", "", "", 300),
		{Name: "scopes", Kind: web.ManyField, Label: v.T("Data yang diminta", "Data it asks for"), Hint: v.T("Pilih sesedikit mungkin. NIK hanya dengan perjanjian, saat disetujui untuk produksi.", "Choose as little as possible. Identity numbers by agreement alone, when it is approved for production."), Options: scopes, Optional: true},
		text("redirects", "Alamat kembali", "Redirect addresses", "Satu alamat satu baris, utuh, dengan https.", "One address a line, whole, with https.", 4000),
		text("logout", "Alamat setelah keluar", "Addresses after signing out", "", "", 4000),
	}
	out[4].Optional = true
	return out
}

// takeAsked puts what [visit.askedFields] asked into an app. Scopes that the form does not offer stay.
func (v *visit) takeAsked(sent url.Values, c *oidc.Client) {
	name := strings.TrimSpace(sent.Get("name"))
	c.Name = lancar.Text{"id": name, "en": name}
	c.Purpose = lancar.Text{"id": strings.TrimSpace(sent.Get("purpose_id")), "en": strings.TrimSpace(sent.Get("purpose_en"))}
	c.Redirects, c.LogoutTo = lines(sent.Get("redirects")), lines(sent.Get("logout"))
	offered := scopesOf(v)
	scopes := slices.DeleteFunc(slices.Clone(c.Scopes), func(s string) bool {
		return slices.ContainsFunc(offered, func(o web.Option) bool { return o.Value == s })
	})
	c.Scopes = append(scopes, sent["scopes"]...)
	c.Grants = slices.DeleteFunc(slices.Clone(c.Grants), func(g string) bool { return g == "refresh_token" })
	if slices.Contains(c.Scopes, "offline_access") {
		c.Grants = append(c.Grants, "refresh_token")
	}
}

func registerApp(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	if kinds := []string{serverApp, strictApp, nativeApp}; !slices.Contains(kinds, sent.Get("kind")) {
		return v.newAppPage(http.StatusUnprocessableEntity, sent, []web.Problem{{Field: "kind", Text: v.T("Pilih jenis aplikasinya.", "Choose the kind of app.")}})
	}
	c := oidc.Client{AgencyName: lancar.Text{"id": v.agencyName(v.actor.Agency, v.actor.Region)}, Scopes: []string{"openid"}, Grants: []string{"authorization_code"},
		JWKS: strings.TrimSpace(sent.Get("jwks"))}
	v.takeAsked(sent, &c)
	appKind(sent.Get("kind"), &c)
	c, _, err = v.OIDC.Register(v.r.Context(), v.actor, c)
	if p, ok := v.wrongApp(err); ok {
		return v.newAppPage(http.StatusUnprocessableEntity, sent, []web.Problem{p})
	}
	if err != nil {
		return err
	}
	return v.to(appPath(c.ID) + "?done=1")
}

// wrongApp is a mistake in the form, at its field.
func (v *visit) wrongApp(err error) (web.Problem, bool) {
	p, ok := v.wrong(err)
	if p.Field == "purpose" {
		p.Field = "purpose_id"
	}
	return p, ok
}

// lines are the lines of a field that say something.
func lines(text string) (out []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}
