package portal

import (
	"net/url"
	"strings"

	"lancar"
	"lancar/access"
	"lancar/identity/oidc"
	"lancar/web"
)

type consentView struct {
	ID, Name, Purpose, What, Does, Since, Got, Href string
	Open                                            bool
	Tag                                             web.Tag
}

// consents is what this person agreed to give to which app, what each has received since, and the
// one click that ends it.
func consents(v *visit) error {
	list, err := v.Access.Consents(v.r.Context(), v.session.Own)
	if err != nil {
		return err
	}
	readers, err := v.Access.Readers(v.r.Context(), v.session.Own)
	if err != nil {
		return err
	}
	var open, ended []consentView
	for _, c := range list {
		one := v.consentView(c)
		if one.Open {
			one.Got, one.Href = v.received(c, readers)
			open = append(open, one)
		} else {
			ended = append(ended, one)
		}
	}
	done := ""
	if v.r.URL.Query().Get("done") != "" {
		done = v.T("Persetujuan berakhir. Aplikasi itu tidak bisa lagi melihat data Anda.", "The agreement is over. That app can no longer see your data.")
	}
	return v.show("consents", v.T("Aplikasi yang saya izinkan", "Apps I have agreed to"), map[string]any{"Open": open, "Ended": ended, "Done": done})
}

func (v *visit) consentView(c access.Consent) consentView {
	out := consentView{ID: string(c.ID), Name: v.In(c.Name), Purpose: v.In(c.Purpose), Open: c.InForce(v.now), Since: v.T("Sejak ", "Since ") + v.Date(c.At)}
	var kinds, does []string
	for _, k := range c.Kinds {
		switch word := v.claim(k); {
		case word == "":
		case oidc.Acts(k):
			does = append(does, word)
		default:
			kinds = append(kinds, word)
		}
	}
	out.What, out.Does = strings.Join(kinds, ", "), strings.Join(does, ", ")
	switch {
	case !c.Ended.IsZero():
		out.Since += v.T(" sampai ", " until ") + v.Moment(c.Ended, v.now)
		out.Tag = web.Tag{Kind: "off", Text: v.T("Berakhir", "Over")}
	case !out.Open:
		out.Since += v.T(" sampai ", " until ") + v.Date(c.Until)
		out.Tag = web.Tag{Kind: "off", Text: v.T("Masa berlakunya habis", "Its time is over")}
	case !c.Until.IsZero():
		out.Since += v.T(", berlaku sampai ", ", in force until ") + v.Date(c.Until)
	}
	return out
}

// received says what an app got since this agreement was given; every time is a look of the list.
func (v *visit) received(c access.Consent, readers []access.Reader) (line, href string) {
	var n int64
	var last access.Reader
	for _, r := range readers {
		if r.App == c.To {
			if n += r.Times; r.Last.After(last.Last) {
				last = r
			}
		}
	}
	if n == 0 {
		return v.T("Belum menerima data apa pun.", "Has received nothing yet."), ""
	}
	return v.T("Menerima data ", "Received data ") + v.times(n) + v.T(", terakhir ", ", last ") + v.Moment(last.Last, v.now) + ".",
		"/me/looked?" + url.Values{"app": {c.To}}.Encode()
}

// claim says in words what a scope or claim of an app holds, "" for what names no data.
func (v *visit) claim(kind string) string {
	switch kind {
	case "openid", "offline_access":
		return ""
	case "mandates":
		return v.T("bertindak dengan kuasa yang Anda pegang", "acting under the mandates you hold")
	case "profile", "name", "given_name", "family_name":
		return v.T("nama", "name")
	case "birthdate":
		return v.T("tanggal lahir", "date of birth")
	case "email", "email_verified":
		return v.T("alamat surel", "e-mail address")
	case "phone", "phone_number", "phone_number_verified":
		return v.T("nomor HP", "mobile number")
	case "address":
		return v.T("alamat", "address")
	case "nik":
		return v.T("nomor induk kependudukan", "identity number")
	case access.Documents, "documents.read":
		return v.T("dokumen yang terbit", "issued documents")
	case "cases.read":
		return v.T("keadaan permohonan", "how applications stand")
	case "cases.answers":
		return v.T("isi permohonan dan pesan dengan kantor", "what was filled in, and messages with the office")
	case "cases.prepare":
		return v.T("mengisi permohonan", "filling in applications")
	case "cases.submit":
		return v.T("mengirim permohonan atas nama Anda", "sending applications in your name")
	case "cases.reply":
		return v.T("menjawab kantor atas nama Anda", "answering the office in your name")
	case "cases.withdraw":
		return v.T("menarik permohonan atas nama Anda", "taking applications back in your name")
	case "payments.make":
		return v.T("tagihan dan kode bayar", "charges and payment codes")
	case "looks.read":
		return v.T("siapa yang melihat data", "who looked at the data")
	}
	return v.In(access.Words([]string{kind}))
}

// withdrawConsent ends an agreement with one click.
func withdrawConsent(v *visit) error {
	if err := v.readForm(); err != nil {
		return err
	}
	if err := v.Access.Withdraw(v.r.Context(), v.session.Own, lancar.ID(v.r.PostForm.Get("id"))); err != nil {
		return err
	}
	return v.to("/me/consents?done=1")
}

// unrestrict ends the restriction that the person asked for.
func unrestrict(v *visit) error {
	if err := v.Access.Unrestrict(v.r.Context(), v.session.Own); err != nil {
		return err
	}
	return v.to("/me/rights?free=1")
}
