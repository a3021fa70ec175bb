package api_test

import (
	"strings"
	"testing"
	"time"

	"lancar/access"
	"lancar/identity"
	"lancar/identity/mandate"
)

// agrees is the person's yes to what their agent asks, by the code that came to them.
func (w *town) agrees(s identity.Session) {
	w.Helper()
	code := w.code("maria@example.com", "masukkan kode ini: ")
	asks, err := w.Mandates.Asks(w.Context(), s.Own)
	w.Must(err)
	if len(asks) != 1 {
		w.Fatalf("%d questions wait", len(asks))
	}
	w.Must(w.Mandates.Agree(w.Context(), s, asks[0].ID, code))
}

func TestAnAgentDraftsAsksSendsAndPays(t *testing.T) {
	eachTown(t, func(w *town) {
		s := w.Person(maria)
		c := w.agent(s, machineScopes...)
		m := c.gives(s, 1_000_000)
		c.acts(m.ID)
		at := c.filled()

		// What registers know is shown, identity numbers by their last digits.
		r := c.want(200, c.call("GET", at, nil))
		if strings.Contains(r.text, maria) || !strings.Contains(r.text, "KOPI TABE") {
			t.Error(r.text)
		}
		r = c.want(422, c.call("PATCH", at, map[string]any{"answers": map[string]string{"no_such": "x"}}))
		if !strings.Contains(r.text, "body.answers.no_such") || r.header.Get("Content-Type") != "application/problem+json" {
			t.Error(r.text)
		}
		r = c.want(200, c.call("PATCH", at, map[string]any{"answers": map[string]string{"size": "90"}}))
		if !strings.Contains(r.text, `"errors":[{"field":"size"`) {
			t.Error("a wrong answer is not named:", r.text)
		}
		c.want(200, c.call("PATCH", at, map[string]any{"answers": map[string]string{"size": "6"}}))

		// Sending waits for the person, who is asked once.
		first := c.want(202, c.call("POST", at+"/submit", nil, "Idempotency-Key", "kirim-0001"))
		again := c.want(202, c.call("POST", at+"/submit", nil, "Idempotency-Key", "kirim-0001"))
		if first.str("ask", "id") == "" || first.str("ask", "id") != again.str("ask", "id") || first.header.Get("Location") != first.str("ask", "poll") {
			t.Fatal(first.text, again.text)
		}
		poll := first.str("ask", "poll")
		if r := c.want(200, c.call("GET", poll, nil)); r.str("state") != "waiting" {
			t.Error(r.text)
		}
		w.agrees(s)
		if r := c.acts(m.ID).want(200, c.call("GET", poll, nil)); r.str("state") != "agreed" {
			t.Error(r.text)
		}
		sent := c.want(201, c.call("POST", at+"/submit", nil, "Idempotency-Key", "kirim-0001"))
		number := sent.str("case", "number")
		if r := c.want(201, c.call("POST", at+"/submit", nil, "Idempotency-Key", "kirim-0001")); r.str("case", "number") != number {
			t.Error("sent again it is another case:", r.text)
		}
		if r := c.want(200, c.call("GET", poll, nil)); r.str("state") != "done" {
			t.Error(r.text)
		}

		// Paying waits again, and takes effect once.
		pay := "/api/v1/cases/" + number + "/payment"
		c.want(202, c.call("POST", pay, nil, "Idempotency-Key", "bayar-0001"))
		c.want(422, c.call("POST", pay, nil, "Idempotency-Key", "kirim-0001"))
		w.agrees(s)
		c.acts(m.ID)
		code := c.want(200, c.call("POST", pay, nil, "Idempotency-Key", "bayar-0001")).str("qris")
		if code == "" || c.want(200, c.call("POST", pay, nil, "Idempotency-Key", "bayar-0001")).str("qris") != code {
			t.Error("another code, or none:", code)
		}

		c.want(204, c.call("POST", "/api/v1/cases/"+number+"/messages", map[string]string{"text": "Kapan lapaknya bisa dilihat?"}))
		page, err := w.Cases.Case(t.Context(), own(s), number)
		w.Must(err)
		if len(page.Messages) != 1 || page.Messages[0].From != "machine" || page.Messages[0].Name != "Asisten Maria" || page.By == nil || page.By.Kind != mandate.Agent {
			t.Errorf("the person does not see who wrote: %+v %+v", page.Messages, page.By)
		}

		// The case says that an agent did it, to the person and to the agent.
		r = c.want(200, c.call("GET", "/api/v1/cases/"+number, nil))
		if r.str("next", "who") != "person" || r.str("next", "by") == "" || !strings.Contains(r.text, `"by":{"name":"Asisten Maria","as":"agent"`) || r.str("answers", "market_name") != "Pasar Baru" {
			t.Error(r.text)
		}
		if r := c.want(200, c.call("GET", "/api/v1/cases", nil)); !strings.Contains(r.text, number) {
			t.Error(r.text)
		}
		c.want(403, c.call("GET", "/api/v1/me/looks", nil)) // who looked stays with the person
		_, did, err := w.Mandates.Did(t.Context(), s, m.ID, "")
		w.Must(err)
		verbs := map[mandate.Verb]bool{}
		for _, l := range did {
			verbs[l.Verb] = true
		}
		for _, v := range []mandate.Verb{mandate.See, mandate.Draft, mandate.Submit, mandate.Pay} {
			if !verbs[v] {
				t.Errorf("%s is not in what it did: %+v", v, did)
			}
		}
		w.Must(w.Queue.Drain(t.Context()))
		rows, _, err := w.Access.Rows(t.Context(), s.Own, "")
		w.Must(err)
		if !seenBy(rows, string(c.id), string(m.ID)) {
			t.Errorf("the person does not see the agent's looks: %+v", rows)
		}

		// Taken back, it ends at once, with the token in the agent's hand.
		c.acts(m.ID)
		w.Must(w.Mandates.Revoke(t.Context(), s, m.ID))
		r = c.want(401, c.call("GET", "/api/v1/cases/"+number, nil))
		if !strings.Contains(r.header.Get("WWW-Authenticate"), `error="invalid_token"`) || r.str("error") != "invalid_token" || r.header.Get("Content-Type") != "application/problem+json" {
			t.Error(r.header, r.text)
		}
		w.Must(w.Cases.Verify(t.Context()))
		w.Must(w.Mandates.Verify(t.Context()))
	})
}

// seenBy says whether a machine's look under a mandate stands in a list of who looked, with all that
// it must say.
func seenBy(rows []access.Row, machine, mandate string) bool {
	for _, r := range rows {
		if string(r.Who.ID) == machine && r.Who.Kind == "machine" && string(r.Mandate) == mandate && r.Purpose.In("id") != "" && r.Ground.In("id") != "" && r.For != "" {
			return true
		}
	}
	return false
}

func TestAPersonsNoEndsAnAgentsStep(t *testing.T) {
	eachTown(t, func(w *town) {
		s := w.Person(maria)
		c := w.agent(s, machineScopes...)
		m := c.gives(s, 0)
		at := c.acts(m.ID).filled()
		poll := c.want(202, c.call("POST", at+"/submit", nil, "Idempotency-Key", "kirim-0001")).str("ask", "poll")
		asks, err := w.Mandates.Asks(t.Context(), s.Own)
		w.Must(err)
		w.Must(w.Mandates.Refuse(t.Context(), s, asks[0].ID))
		r := c.want(403, c.call("POST", at+"/submit", nil, "Idempotency-Key", "kirim-0001"))
		if r.str("error") != "access_denied" || !strings.Contains(r.text, "said no") {
			t.Error(r.text)
		}
		if r := c.want(200, c.call("GET", poll, nil)); r.str("state") != "refused" {
			t.Error(r.text)
		}
		// Another key does not ask for the same thing again; what changed is asked anew.
		c.want(403, c.call("POST", at+"/submit", nil, "Idempotency-Key", "kirim-0002"))
		if asks, err = w.Mandates.Asks(t.Context(), s.Own); err != nil || len(asks) != 0 {
			t.Error("asked again after a no:", asks, err)
		}
		c.want(200, c.call("PATCH", at, map[string]any{"answers": map[string]string{"goods": "produce"}}))

		// What nobody answers lapses, and may be asked again.
		c.want(202, c.call("POST", at+"/submit", nil, "Idempotency-Key", "kirim-0002"))
		w.Pass(25 * time.Hour)
		c.acts(m.ID)
		if r := c.want(202, c.call("POST", at+"/submit", nil, "Idempotency-Key", "kirim-0002")); r.str("ask", "state") != "waiting" {
			t.Error(r.text)
		}
		// Nobody is worn down.
		status := 0
		for i := range 25 {
			c.want(200, c.call("PATCH", at, map[string]any{"answers": map[string]string{"market_name": "Pasar " + string(rune('A'+i))}}))
			if status = c.call("POST", at+"/submit", nil, "Idempotency-Key", "kirim-x"+string(rune('A'+i))+"000").status; status == 429 {
				break
			}
		}
		if status != 429 {
			t.Error("it may ask without end:", status)
		}
	})
}
