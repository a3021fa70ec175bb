package api_test

import (
	"bytes"
	"strings"
	"testing"

	"lancar"
	"lancar/identity"
	"lancar/identity/mandate"
	"lancar/services"
	"lancar/test/outside"
)

func TestAnAppListsDiscardsAndWithdraws(t *testing.T) {
	eachTown(t, func(w *town) {
		s := w.Person(maria)
		c := w.app(s, false, "openid cases.read cases.prepare cases.submit cases.withdraw")
		if r := c.want(200, c.call("GET", "/api/v1/drafts", nil)); r.text != "{\"drafts\":[]}\n" {
			t.Error(r.text)
		}
		at := c.filled()
		r := c.want(200, c.call("GET", "/api/v1/drafts", nil))
		if !strings.Contains(r.text, strings.TrimPrefix(at, "/api/v1/drafts/")) || !strings.Contains(r.text, `"service":"lapak-pasar"`) || strings.Contains(r.text, "Pasar Baru") {
			t.Error(r.text)
		}
		other := w.app(w.Person(yosef), false, "openid cases.prepare cases.withdraw")
		if r := other.want(200, other.call("GET", "/api/v1/drafts", nil)); strings.Contains(r.text, "lapak-pasar") {
			t.Error("another person's:", r.text)
		}
		other.want(404, other.call("DELETE", at, nil))
		c.want(204, c.call("DELETE", at, nil))
		c.want(204, c.call("DELETE", at, nil))
		if r := c.want(200, c.call("GET", "/api/v1/drafts", nil)); strings.Contains(r.text, "lapak-pasar") {
			t.Error("it is there still:", r.text)
		}

		number := c.want(201, c.call("POST", c.filled()+"/submit", nil, "Idempotency-Key", "kirim-0001")).str("case", "number")
		to := "/api/v1/cases/" + number + "/withdraw"
		c.want(422, c.call("POST", to, nil)) // without a key
		c.want(422, c.call("POST", to, nil, "Idempotency-Key", "kirim-0001"))
		other.want(404, other.call("POST", to, nil, "Idempotency-Key", "tarik-0001"))
		c.want(204, c.call("POST", to, nil, "Idempotency-Key", "tarik-0001"))
		c.want(204, c.call("POST", to, nil, "Idempotency-Key", "tarik-0001"))
		c.want(409, c.call("POST", to, nil, "Idempotency-Key", "tarik-0002"))
		r = c.want(200, c.call("GET", "/api/v1/cases/"+number, nil))
		if r.str("state") != "withdrawn" || !strings.Contains(r.text, `"through":"Aplikasi Sehat"`) {
			t.Error(r.text)
		}

		// What the person takes back ends with the click.
		consents, err := w.Access.Consents(t.Context(), s.Own)
		w.Must(err)
		for _, one := range consents {
			w.Must(w.Access.Withdraw(t.Context(), s.Own, one.ID))
		}
		c.want(403, c.call("GET", "/api/v1/drafts", nil))
		w.Must(w.Cases.Verify(t.Context()))
	})
}

func TestAnAgentWithdrawsWhatItsPersonAgreesTo(t *testing.T) {
	eachTown(t, func(w *town) {
		s := w.Person(maria)
		c := w.agent(s, append(machineScopes, "cases.withdraw")...)
		m := c.gives(s, 0, mandate.Verbs()...)
		at := c.acts(m.ID).filled()
		if r := c.want(200, c.call("GET", "/api/v1/drafts", nil)); !strings.Contains(r.text, "lapak-pasar") {
			t.Error(r.text)
		}
		c.want(202, c.call("POST", at+"/submit", nil, "Idempotency-Key", "kirim-0001"))
		w.agrees(s)
		c.acts(m.ID)
		number := c.want(201, c.call("POST", at+"/submit", nil, "Idempotency-Key", "kirim-0001")).str("case", "number")
		to := "/api/v1/cases/" + number + "/withdraw"
		r := c.want(202, c.call("POST", to, nil, "Idempotency-Key", "tarik-0001"))
		if r.str("ask", "verb") != "withdraw" || r.header.Get("Location") != r.str("ask", "poll") {
			t.Error(r.text)
		}
		if r := c.want(200, c.call("GET", "/api/v1/cases/"+number, nil)); r.str("state") != "unpaid" {
			t.Fatal("withdrawn unasked:", r.text)
		}
		w.agrees(s)
		c.acts(m.ID)
		c.want(204, c.call("POST", to, nil, "Idempotency-Key", "tarik-0001"))
		c.want(204, c.call("POST", to, nil, "Idempotency-Key", "tarik-0001"))
		if r := c.want(200, c.call("GET", "/api/v1/cases/"+number, nil)); r.str("state") != "withdrawn" || !strings.Contains(r.text, `"as":"agent"`) {
			t.Error(r.text)
		}
		if r := c.want(409, c.call("POST", to, nil, "Idempotency-Key", "tarik-0002")); r.at("ask") != nil {
			t.Error("asked for nothing:", r.text)
		}

		// An agent that was not registered for it.
		plain := w.agent(s, machineScopes...)
		plain.acts(plain.gives(s, 0, mandate.Verbs()...).ID)
		plain.want(403, plain.call("POST", to, nil, "Idempotency-Key", "tarik-0003"))
		w.Must(w.Cases.Verify(t.Context()))
	})
}

// A service asks for a passkey. An agent has none: its person's word, given with theirs, lifts this one
// step, and nothing less does.
func TestAPasskeyAtTheQuestionLiftsTheAgentsStep(t *testing.T) {
	t.Parallel()
	outside.Each(t, monday, registers, func(t *testing.T, out *outside.World) {
		offers := outside.Copied(services.FS, "common", stall)
		def := offers[stall+"/service.yaml"]
		def.Data = bytes.Replace(def.Data, []byte("\nowner:"), []byte("\nlevel: 3\nowner:"), 1)
		w := newTownOf(t, out, offers)
		s := w.Person(maria)
		a := w.app(s, false, "openid cases.prepare cases.submit") // an app counts as its person's sign-in
		a.want(401, a.call("POST", a.filled()+"/submit", nil, "Idempotency-Key", "kirim-0000"))
		c := w.agent(s, machineScopes...)
		m := c.gives(s, 0)
		at := c.acts(m.ID).filled()
		c.want(202, c.call("POST", at+"/submit", nil, "Idempotency-Key", "kirim-0001"))
		asks, err := w.Mandates.Asks(t.Context(), s.Own)
		w.Must(err)
		if len(asks) != 1 || asks[0].Act.Level != identity.Strong {
			t.Fatalf("%+v", asks)
		}
		if code := w.code("maria@example.com", "masukkan kode ini: "); code != "" {
			t.Error("a code was sent that answers nothing:", code)
		}
		weak := s
		weak.Authenticated = w.Now()
		w.Refused(w.Mandates.Agree(t.Context(), weak, asks[0].ID, "123456"), lancar.Forbidden)
		c.want(202, c.call("POST", at+"/submit", nil, "Idempotency-Key", "kirim-0001"))
		sure := s
		sure.Level, sure.Authenticated = identity.Strong, w.Now()
		w.Must(w.Mandates.Agree(t.Context(), sure, asks[0].ID, ""))
		c.acts(m.ID)
		c.want(201, c.call("POST", at+"/submit", nil, "Idempotency-Key", "kirim-0001"))
		w.Must(w.Cases.Verify(t.Context()))
	})
}
