package oidc

import (
	"encoding/json"
	"slices"

	"lancar"
)

// wish is how one claim is asked for (OpenID Connect Core section 5.5.1).
type wish struct {
	Essential bool
	Values    []string
}

// wishes are the claims parameter, cut down to the claims that we know.
type wishes struct {
	Userinfo map[string]wish `json:"userinfo,omitempty"`
	IDToken  map[string]wish `json:"id_token,omitempty"`
}

const (
	maxClaims = 4 << 10 // bytes of the parameter
	maxWishes = 40      // claims in one section
	maxValues = 10
)

// kindOf is the kind of data, as a person agrees to it, that a claim belongs to; "" for claims that
// say nothing about the person.
func kindOf(claim string) string {
	switch claim {
	case "name", "birthdate", "nik", "address":
		return claim
	case "email", "email_verified":
		return "email"
	case "phone_number", "phone_number_verified":
		return "phone"
	}
	return ""
}

// scopeOf is the scope that a client must be registered with to see a kind.
func scopeOf(kind string) string {
	if kind == "name" || kind == "birthdate" {
		return "profile"
	}
	return kind
}

// claimsOf are the claims of a scope (section 5.4).
func claimsOf(scope string) []string {
	switch scope {
	case "profile":
		return []string{"name", "birthdate"}
	case "email":
		return []string{"email", "email_verified"}
	case "phone":
		return []string{"phone_number", "phone_number_verified"}
	case "nik", "address":
		return []string{scope}
	}
	return nil
}

// standardScopes are those that people are asked about.
func standardScopes() []string {
	return []string{"openid", "profile", "email", "phone", "address", "nik", "mandates", "offline_access"}
}

// apiScopes are those of the API that a person may give an app; a machine has the same of its
// register (identity/machine).
func apiScopes() []string {
	return []string{"cases.read", "cases.answers", "cases.prepare", "cases.submit", "cases.reply", "cases.withdraw", "payments.make", "documents.read", "looks.read"}
}

// Acts says whether a kind lets an app do something in the person's name.
func Acts(kind string) bool {
	return slices.Contains([]string{"cases.prepare", "cases.submit", "cases.reply", "cases.withdraw", "payments.make", "mandates"}, kind)
}

// asked says whether a person is asked about a scope.
func asked(scope string) bool {
	return slices.Contains(standardScopes(), scope) || slices.Contains(apiScopes(), scope)
}

// allKinds are the kinds in the order in which a person reads them.
func allKinds() []string {
	return slices.Concat([]string{"openid", "name", "birthdate", "email", "phone", "address", "nik"}, apiScopes(), []string{"mandates", "offline_access"})
}

// kindWords says what a kind gives away, as the person reads it.
func kindWords(kind string) lancar.Text {
	switch kind {
	case "openid":
		return lancar.Text{"id": "Nomor acak untuk aplikasi ini saja, supaya Anda dikenali lagi. Bukan NIK.", "en": "A random number for this app alone, so that it knows you again. Not your identity number."}
	case "name":
		return lancar.Text{"id": "Nama lengkap Anda", "en": "Your full name"}
	case "birthdate":
		return lancar.Text{"id": "Tanggal lahir Anda", "en": "Your date of birth"}
	case "email":
		return lancar.Text{"id": "Alamat surel Anda", "en": "Your e-mail address"}
	case "phone":
		return lancar.Text{"id": "Nomor HP Anda", "en": "Your mobile number"}
	case "address":
		return lancar.Text{"id": "Alamat Anda menurut data kependudukan", "en": "Your address, as the population register has it"}
	case "nik":
		return lancar.Text{"id": "Nomor identitas Anda (NIK atau paspor)", "en": "Your identity or passport number"}
	case "cases.read":
		return lancar.Text{"id": "Permohonan Anda: layanan mana dan sampai di mana", "en": "Your applications: for which service, and how they stand"}
	case "cases.answers":
		return lancar.Text{"id": "Isi permohonan Anda, keputusannya, dan pesan dengan kantor", "en": "What you filled in, what was decided, and messages with the office"}
	case "cases.prepare":
		return lancar.Text{"id": "Mengisi permohonan untuk Anda, tanpa mengirimnya", "en": "To fill in applications for you, without sending them"}
	case "cases.submit":
		return lancar.Text{"id": "Mengirim permohonan atas nama Anda", "en": "To send applications in your name"}
	case "cases.reply":
		return lancar.Text{"id": "Menjawab kantor atas nama Anda: pesan dan perbaikan", "en": "To answer the office in your name: messages and corrections"}
	case "cases.withdraw":
		return lancar.Text{"id": "Menarik permohonan atas nama Anda", "en": "To take applications back in your name"}
	case "payments.make":
		return lancar.Text{"id": "Tagihan Anda, dan kode untuk membayarnya", "en": "Your charges, and the codes to pay them"}
	case "documents.read":
		return lancar.Text{"id": "Dokumen yang terbit untuk Anda", "en": "Documents issued to you"}
	case "looks.read":
		return lancar.Text{"id": "Siapa saja yang melihat data Anda", "en": "Who looked at your data"}
	case "mandates":
		return lancar.Text{"id": "Bertindak untuk orang yang memberi Anda kuasa, dalam batas kuasa itu", "en": "To act for people who gave you a mandate, within its limits"}
	case "offline_access":
		return lancar.Text{"id": "Tetap terhubung saat Anda tidak membukanya, paling lama 60 hari", "en": "To stay connected while you are away, for 60 days at most"}
	}
	return lancar.Text{"id": kind}
}

// parseWishes reads the claims parameter. Claims that nobody knows are passed over, as the standard
// wants; what is too big is refused before it costs anything.
func parseWishes(text string) (w wishes, err error) {
	if text == "" {
		return w, nil
	}
	tooBig := badRequest("Parameter claims terlalu besar.", "The claims parameter is too large")
	if len(text) > maxClaims {
		return w, tooBig
	}
	var raw struct {
		Userinfo map[string]json.RawMessage `json:"userinfo"`
		IDToken  map[string]json.RawMessage `json:"id_token"`
	}
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		return w, badRequest("Parameter claims tidak terbaca.", "The claims parameter is no JSON object").because(err)
	}
	if len(raw.Userinfo) > maxWishes || len(raw.IDToken) > maxWishes {
		return w, tooBig
	}
	if w.Userinfo, err = section(raw.Userinfo); err != nil {
		return w, err
	}
	delete(raw.IDToken, "address") // a register is asked when userinfo is, never while somebody waits for a token
	w.IDToken, err = section(raw.IDToken)
	return w, err
}

func section(raw map[string]json.RawMessage) (map[string]wish, error) {
	out := map[string]wish{}
	for name, text := range raw {
		if kindOf(name) == "" && !slices.Contains([]string{"sub", "acr", "auth_time"}, name) {
			continue
		}
		var one struct {
			Essential bool              `json:"essential"`
			Value     json.RawMessage   `json:"value"`
			Values    []json.RawMessage `json:"values"`
		}
		if err := json.Unmarshal(text, &one); err != nil || len(one.Values) > maxValues {
			return nil, badRequest("Parameter claims tidak terbaca.", "The claims parameter cannot be read").because(err)
		}
		w := wish{Essential: one.Essential}
		for _, v := range append(one.Values, one.Value) {
			var s string
			if len(v) > 0 && json.Unmarshal(v, &s) == nil && s != "" {
				w.Values = append(w.Values, s)
			}
		}
		out[name] = w
	}
	return out, nil
}

// needed are the kinds of data that a request asks for; optional are those that it can do without
// (voluntary claims outside every scope).
func (a *ask) kinds() (needed, optional []string) {
	add := func(to *[]string, kind string) {
		if kind != "" && !slices.Contains(*to, kind) {
			*to = append(*to, kind)
		}
	}
	for _, s := range a.Scope {
		if s == "openid" || s == "mandates" || s == "offline_access" || slices.Contains(apiScopes(), s) {
			add(&needed, s)
		}
		for _, c := range claimsOf(s) {
			add(&needed, kindOf(c))
		}
	}
	var voluntary []string
	for _, section := range []map[string]wish{a.Wishes.Userinfo, a.Wishes.IDToken} {
		for name, w := range section {
			if w.Essential {
				add(&needed, kindOf(name))
			} else {
				add(&voluntary, kindOf(name))
			}
		}
	}
	for _, k := range voluntary {
		if !slices.Contains(needed, k) {
			add(&optional, k)
		}
	}
	if len(needed) == 0 {
		needed = []string{"openid"} // OAuth without OpenID: still one person, the same each time
	}
	inOrder := func(a, b string) int { return slices.Index(allKinds(), a) - slices.Index(allKinds(), b) }
	slices.SortFunc(needed, inOrder)
	slices.SortFunc(optional, inOrder)
	return needed, optional
}
