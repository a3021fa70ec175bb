package api_test

import (
	"strings"
	"testing"
	"time"

	"lancar"
	"lancar/access"
	"lancar/identity/mandate"
	"lancar/test/outside"
)

func TestAnAppAppliesForThePersonWhoSignedIn(t *testing.T) {
	eachTown(t, func(w *town) {
		s := w.Person(maria)
		c := w.app(s, true, "openid cases.read cases.prepare cases.submit cases.reply payments.make looks.read")
		at := c.filled()
		r := c.want(200, c.call("GET", at, nil))
		for _, known := range []string{maria, "KOPI TABE", "MARIA", "9000000000017", "1997-09-06"} {
			if strings.Contains(r.text, known) {
				t.Errorf("the app is told %s, which registers know and the person did not give it: %s", known, r.text)
			}
		}
		if !strings.Contains(r.text, `"known":"oss"`) {
			t.Error("it is not said what is known:", r.text)
		}
		number := c.want(201, c.call("POST", at+"/submit", nil, "Idempotency-Key", "kirim-0001")).str("case", "number")
		r = c.want(200, c.call("GET", "/api/v1/cases/"+number, nil))
		if !strings.Contains(r.text, `"through":"Aplikasi Sehat"`) || r.at("answers") != nil || strings.Contains(r.text, "Pasar Baru") {
			t.Error(r.text)
		}
		if c.want(200, c.call("POST", "/api/v1/cases/"+number+"/payment", nil, "Idempotency-Key", "bayar-0001")).str("qris") == "" {
			t.Error("no code")
		}
		c.want(204, c.call("POST", "/api/v1/cases/"+number+"/messages", map[string]string{"text": "Kapan lapaknya bisa dilihat?"}))

		// Looked at again in the same quarter of an hour it is one row.
		c.want(200, c.call("GET", "/api/v1/cases/"+number, nil))
		w.Must(w.Queue.Drain(t.Context()))
		rows, _, err := w.Access.Looks(t.Context(), s.Own, access.Filter{App: string(c.id)}, "")
		w.Must(err)
		of := 0
		for _, row := range rows {
			if row.Case != "" && row.Words.In("id") == "keadaan permohonan" {
				of++
			}
			if row.Who.Kind != lancar.Machine || row.Who.Name != "Aplikasi Sehat" || row.Purpose.In("id") == "" || row.Consent == "" {
				t.Errorf("%+v", row)
			}
		}
		if of != 1 {
			t.Errorf("%d rows of one look: %+v", of, rows)
		}
		r = c.want(200, c.call("GET", "/api/v1/me/looks", nil))
		if !strings.Contains(r.text, "Aplikasi Sehat") || !strings.Contains(r.text, "Persetujuan Anda") {
			t.Error(r.text)
		}

		// What the person takes back ends with the click, whatever has not been told yet.
		consents, err := w.Access.Consents(t.Context(), s.Own)
		w.Must(err)
		w.Must(w.Access.Withdraw(t.Context(), s.Own, consents[0].ID))
		r = c.want(403, c.call("GET", "/api/v1/cases/"+number, nil))
		if r.str("error") != "insufficient_scope" || r.header.Get("WWW-Authenticate") == "" {
			t.Error(r.header, r.text)
		}
		c.want(403, c.call("POST", "/api/v1/drafts", map[string]string{"service": stall}))
		w.Must(w.Queue.Drain(t.Context()))
		c.want(401, c.call("GET", "/api/v1/cases/"+number, nil))
		w.Must(w.Cases.Verify(t.Context()))
	})
}

func TestAnAppReadsWhatThePersonAgreedTo(t *testing.T) {
	eachTown(t, func(w *town) {
		s := w.Person(maria)
		c := w.app(s, false, "openid cases.read cases.answers cases.prepare cases.submit")
		number := c.want(201, c.call("POST", c.filled()+"/submit", nil, "Idempotency-Key", "kirim-0001")).str("case", "number")
		r := c.want(200, c.call("GET", "/api/v1/cases/"+number, nil))
		if r.str("answers", "market_name") != "Pasar Baru" || strings.Contains(r.text, maria) || strings.Contains(r.text, "MARIA") {
			t.Error(r.text)
		}
	})
}

func TestWhatARegisterHoldsAgainstSomebodyIsNotTheAppsToKnow(t *testing.T) {
	eachTown(t, func(w *town) {
		s := w.Person(petra)
		c := w.app(s, false, "openid cases.prepare cases.submit")
		at := c.want(201, c.call("POST", "/api/v1/drafts", map[string]string{"service": stall, "place": "53.15.05.1025"})).header.Get("Location")
		c.want(200, c.call("PATCH", at, map[string]any{"answers": map[string]string{"applicant.phone": "081234567890", "market": "53.15.05.1025", "market_name": "Pasar Baru", "size": "6", "start": "2027-02-01", "months": "6", "goods": "food"}}))
		c.want(201, c.call("POST", at+"/files/goods_photo", outside.Picture()))
		page, err := w.Cases.Check(t.Context(), own(s), lancar.ID(strings.TrimPrefix(at, "/api/v1/drafts/")))
		w.Must(err)
		if len(page.Outcome.Against) != 1 || !strings.Contains(page.Outcome.Against[0].Because.In("id"), "9000000000033") {
			t.Fatalf("%+v", page.Outcome.Against)
		}
		for _, r := range []reply{c.want(200, c.call("GET", at, nil)), c.want(200, c.call("GET", at+"/check", nil)), c.want(422, c.call("POST", at+"/submit", nil, "Idempotency-Key", "kirim-0001"))} {
			if strings.Contains(r.text, "9000000000033") || strings.Contains(r.text, "KUE PETRA") || !strings.Contains(r.text, "on their own page") {
				t.Error(r.call, r.text)
			}
		}
	})
}

func TestAMothersAppActsForHerChild(t *testing.T) {
	eachTown(t, func(w *town) {
		s := w.Person(maria)
		m, err := w.Mandates.Parent(t.Context(), s, mandate.ChildClaim{Number: tia, Name: "TIA JEHALUT", BirthDate: "2018-05-02", Region: "53.15", Lang: "id"})
		w.Must(err)
		c := w.app(s, false, "openid mandates cases.read").under(m.ID, "cases.read cases.prepare")
		at := c.want(201, c.call("POST", "/api/v1/drafts", map[string]string{"service": stall, "place": "53.15.05.1025"})).header.Get("Location")
		c.want(200, c.call("PATCH", at, map[string]any{"answers": map[string]string{"market_name": "Pasar Baru"}}))
		if list, err := w.Cases.Drafts(t.Context(), own(s)); err != nil || len(list) != 0 {
			t.Error("the draft is the mother's:", list, err)
		}
		w.Must(w.Mandates.Revoke(t.Context(), s, m.ID))
		c.want(401, c.call("GET", at, nil))
	})
}

func TestARestrictionClosesAnApp(t *testing.T) {
	eachTown(t, func(w *town) {
		s := w.Person(maria)
		c := w.app(s, false, "openid cases.read cases.prepare cases.submit")
		at := c.filled()
		number := c.want(201, c.call("POST", at+"/submit", nil, "Idempotency-Key", "kirim-0001")).str("case", "number")
		ask, err := w.Access.AskFor(t.Context(), s.Own, access.Ask{Right: access.Restrict, Region: "53.15", Text: "Saya tidak mau data saya dipakai."})
		w.Must(err)
		dpo := lancar.Actor{Kind: lancar.Officer, ID: "dpo", Role: access.OfficerRole, Region: "53.15", Agency: "dpmptsp"}
		_, err = w.Access.Take(t.Context(), dpo, "53.15", ask.ID)
		w.Must(err)
		w.Must(w.Access.Answer(t.Context(), dpo, "53.15", ask.ID, false, "Dibatasi."))
		w.Must(w.Queue.Drain(t.Context()))
		c.want(403, c.call("GET", "/api/v1/cases", nil))
		c.want(403, c.call("POST", "/api/v1/drafts", map[string]string{"service": stall}))
		c.want(200, c.call("GET", "/api/v1/cases/"+number, nil)) // what she brought herself goes on
		w.Must(w.Access.Unrestrict(t.Context(), s.Own))
		c.want(200, c.call("GET", "/api/v1/cases", nil))
	})
}

func TestAnOfficesOwnSystemAsksHowItsCasesStand(t *testing.T) {
	eachTown(t, func(w *town) {
		s := w.Person(maria)
		c := w.app(s, false, "openid cases.read cases.prepare cases.submit")
		number := c.want(201, c.call("POST", c.filled()+"/submit", nil, "Idempotency-Key", "kirim-0001")).str("case", "number")
		agency := c.want(200, c.call("GET", "/api/v1/cases/"+number, nil)).str("agency")
		path := "/api/v1/cases/" + number + "/status"

		m := w.service("53.15", agency).self()
		r := m.want(200, m.call("GET", path, nil))
		if r.str("state") != "unpaid" || strings.Contains(r.text, "MARIA") || r.at("answers") != nil {
			t.Error(r.text)
		}
		w.Must(w.Queue.Drain(t.Context()))
		rows, _, err := w.Access.Looks(t.Context(), s.Own, access.Filter{Who: m.id}, "")
		w.Must(err)
		if len(rows) != 1 || rows[0].Who.Kind != lancar.Machine || rows[0].Who.Name != "Sistem pasar" || rows[0].Case == "" || rows[0].Purpose.In("id") != "Menampilkan keadaan permohonan lapak." {
			t.Errorf("%+v", rows)
		}

		for _, other := range []*caller{w.service("53.15", "dinkes").self(), w.service("53", agency).self()} {
			other.want(404, other.call("GET", path, nil))
			other.want(404, other.call("GET", "/api/v1/cases/5315-0000-0000/status", nil))
			other.want(403, other.call("GET", "/api/v1/cases", nil))
		}
		c.want(403, c.call("GET", path, nil))
		r = m.want(403, m.call("GET", "/api/v1/cases/"+number, nil))
		if r.str("error") != "insufficient_scope" {
			t.Error(r.text)
		}
		w.Pass(2 * time.Minute)
		m.want(401, m.call("GET", path, nil)) // its token lives a minute
	})
}
