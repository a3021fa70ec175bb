package api_test

import (
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"lancar"
	"lancar/identity/mandate"
	"lancar/test/outside"
)

func TestATokenOpensWhatItWasMadeForAlone(t *testing.T) {
	eachTown(t, func(w *town) {
		s := w.Person(maria)
		c := w.app(s, false, "openid cases.read")
		for _, try := range []struct{ method, path, scope string }{
			{"POST", "/api/v1/drafts", "cases.prepare"}, {"GET", "/api/v1/drafts/00000000000000000000000000000000", "cases.prepare"},
			{"POST", "/api/v1/drafts/00000000000000000000000000000000/submit", "cases.submit"}, {"POST", "/api/v1/cases/5315-AAAA-AAAA/payment", "payments.make"},
			{"POST", "/api/v1/cases/5315-AAAA-AAAA/messages", "cases.reply"}, {"GET", "/api/v1/drafts", "cases.prepare"},
			{"POST", "/api/v1/cases/5315-AAAA-AAAA/withdraw", "cases.withdraw"}, {"GET", "/api/v1/me/looks", "looks.read"},
		} {
			r := c.want(403, c.call(try.method, try.path, nil))
			if !strings.Contains(r.header.Get("WWW-Authenticate"), `error="insufficient_scope"`) || !strings.Contains(r.header.Get("WWW-Authenticate"), `scope="`+try.scope+`"`) {
				t.Error(try.path, r.header.Get("WWW-Authenticate"))
			}
		}
		nobody := &caller{town: w}
		for _, path := range []string{"/api/v1/cases", "/api/v1/me/looks", "/api/v1/asks/x"} {
			if r := nobody.want(401, nobody.call("GET", path, nil)); r.header.Get("WWW-Authenticate") == "" {
				t.Error(path, r.header)
			}
		}
		// A token in an address is no token, and a forged one neither.
		nobody.want(401, nobody.call("GET", "/api/v1/cases?access_token="+url.QueryEscape(c.token), nil))
		nobody.token = c.token[:len(c.token)-4] + "AAAA"
		nobody.want(401, nobody.call("GET", "/api/v1/cases", nil))
	})
}

func TestATokenForAnotherAudienceIsRefused(t *testing.T) {
	eachTown(t, func(w *town) {
		s := w.Person(maria)
		c := w.agent(s, machineScopes...)
		m := c.gives(s, 0)
		status, body := c.post(url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:token-exchange"}, "subject_token": {string(m.ID)}, "subject_token_type": {"urn:lancar:token-type:mandate"}, "resource": {"https://arsip.example/api"}})
		if status == 200 {
			t.Fatal("made for somebody that it is not registered for:", body)
		}
		c.acts(m.ID)
		c.want(200, c.call("GET", "/api/v1/cases", nil))

		// An app's token for a resource server is none for us.
		a := w.app(s, false, "openid cases.read")
		other := w.appFor(s, "https://arsip.example/api", "openid cases.read")
		a.want(200, a.call("GET", "/api/v1/cases", nil))
		if r := other.want(401, other.call("GET", "/api/v1/cases", nil)); !strings.Contains(r.header.Get("WWW-Authenticate"), "invalid_token") {
			t.Error(r.header)
		}
	})
}

func TestAProofIsGoodOnceAndForItsCall(t *testing.T) {
	eachTown(t, func(w *town) {
		c := w.app(w.Person(maria), true, "openid cases.read")
		proof := c.dpop("GET", "/api/v1/cases", c.token)
		bare := &caller{town: w}
		with := []string{"Authorization", "DPoP " + c.token, "DPoP", proof}
		bare.want(200, bare.call("GET", "/api/v1/cases", nil, with...))
		r := bare.want(401, bare.call("GET", "/api/v1/cases", nil, with...))
		if !strings.HasPrefix(r.header.Get("WWW-Authenticate"), `DPoP error="invalid_dpop_proof"`) || !strings.Contains(r.header.Get("WWW-Authenticate"), "algs=") {
			t.Error("replayed:", r.header, r.text)
		}
		bare.want(401, bare.call("GET", "/api/v1/cases", nil, "Authorization", "DPoP "+c.token, "DPoP", c.dpop("GET", "/api/v1/cases/x", c.token)))
		bare.want(401, bare.call("GET", "/api/v1/cases", nil, "Authorization", "DPoP "+c.token, "DPoP", c.dpop("POST", "/api/v1/cases", c.token)))
		bare.want(401, bare.call("GET", "/api/v1/cases", nil, "Authorization", "Bearer "+c.token))
		thief := *c
		thief.proof, _ = newKey(t)
		thief.want(401, thief.call("GET", "/api/v1/cases", nil))
	})
}

func TestNobodyFindsAnotherPersonsThings(t *testing.T) {
	eachTown(t, func(w *town) {
		s := w.Person(maria)
		c := w.agent(s, machineScopes...)
		m := c.gives(s, 0)
		at := c.acts(m.ID).filled()
		poll := c.want(202, c.call("POST", at+"/submit", nil, "Idempotency-Key", "kirim-0001")).str("ask", "poll")
		w.agrees(s)
		number := c.want(201, c.call("POST", at+"/submit", nil, "Idempotency-Key", "kirim-0001")).str("case", "number")

		o := w.Person(yosef)
		other := w.agent(o, machineScopes...)
		theirs := other.gives(o, 0)
		other.acts(theirs.ID)
		app := w.app(o, false, "openid "+strings.Join(machineScopes, " "))
		for _, x := range []*caller{other, app} {
			for _, try := range []struct{ method, path string }{
				{"GET", at}, {"PATCH", at}, {"GET", at + "/check"}, {"POST", at + "/submit"}, {"DELETE", at}, {"GET", "/api/v1/cases/" + number},
				{"POST", "/api/v1/cases/" + number + "/payment"}, {"GET", poll},
			} {
				var body any
				if try.method == "PATCH" {
					body = map[string]any{"version": 1, "answers": map[string]string{"size": "6"}}
				}
				x.want(404, x.call(try.method, try.path, body, "Idempotency-Key", "coba-"+try.path))
			}
			none := x.want(404, x.call("GET", "/api/v1/cases/5315-AAAA-AAAA", nil)).text
			if there := x.want(404, x.call("GET", "/api/v1/cases/"+number, nil)).text; there != none {
				t.Error("a case that is there is told apart:", there, none)
			}
		}
		// The other's agent does not get a token under a mandate that is not its own.
		if status, body := other.post(url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:token-exchange"}, "subject_token": {string(m.ID)}, "subject_token_type": {"urn:lancar:token-type:mandate"}, "resource": {w.server.URL}}); status == 200 {
			t.Error(body)
		}
	})
}

func TestAMandateEndsInTheMiddleOfADraft(t *testing.T) {
	eachTown(t, func(w *town) {
		s := w.Person(maria)
		c := w.agent(s, machineScopes...)
		m := c.gives(s, 0)
		at := c.acts(m.ID).filled()
		c.want(202, c.call("POST", at+"/submit", nil, "Idempotency-Key", "kirim-0001"))
		w.agrees(s)
		w.Must(w.Mandates.Revoke(t.Context(), s, m.ID))
		for _, try := range []struct{ method, path string }{{"PATCH", at}, {"POST", at + "/submit"}, {"GET", at}, {"GET", "/api/v1/cases"}} {
			if r := c.want(401, c.call(try.method, try.path, map[string]any{"answers": map[string]string{"size": "7"}}, "Idempotency-Key", "kirim-0001")); r.str("error") != "invalid_token" {
				t.Error(try.path, r.text)
			}
		}
		if list, _, err := w.Cases.Mine(t.Context(), own(s), ""); err != nil || len(list) != 0 {
			t.Error("it was sent all the same:", list, err)
		}
		d, err := w.Cases.Check(t.Context(), own(s), lancar.ID(strings.TrimPrefix(at, "/api/v1/drafts/")))
		if err != nil || d.Answers["size"] != "6" {
			t.Error("the person's draft:", d.Answers, err)
		}
	})
}

func TestAStoppedMachineIsRefusedAtOnce(t *testing.T) {
	eachTown(t, func(w *town) {
		s := w.Person(maria)
		c := w.agent(s, machineScopes...)
		m := c.gives(s, 0)
		at := c.acts(m.ID).filled()
		_, err := w.Machines.Stop(t.Context(), s.Actor, c.id, "")
		w.Must(err)
		// A write asks the register in its own transaction, whatever the node remembers.
		if r := c.call("PATCH", at, map[string]any{"answers": map[string]string{"size": "7"}}); r.status != 401 || r.str("error") != "invalid_token" || !strings.Contains(r.header.Get("WWW-Authenticate"), "invalid_token") {
			t.Error(r.status, r.text)
		}
	})
}

func TestAnAgentStaysWithinItsMandate(t *testing.T) {
	eachTown(t, func(w *town) {
		s := w.Person(maria)
		c := w.agent(s, machineScopes...)
		poor := c.gives(s, 1_000)
		at := c.acts(poor.ID).filled()
		r := c.want(403, c.call("POST", at+"/submit", nil, "Idempotency-Key", "kirim-0001"))
		if !strings.Contains(r.text, "at most") {
			t.Error(r.text)
		}
		if asks, err := w.Mandates.Asks(t.Context(), s.Own); err != nil || len(asks) != 0 {
			t.Error("the person is asked about what the mandate forbids:", asks, err)
		}
		w.Must(w.Mandates.Revoke(t.Context(), s, poor.ID))
		other, err := w.Mandates.Agent(t.Context(), s, mandate.AgentGift{Machine: c.id, Name: "Asisten Maria", Until: w.Now().Add(24 * time.Hour), Region: "53.15",
			Scope: mandate.Scope{Services: []string{"surat-domisili"}, Verbs: mandate.Verbs()}})
		w.Must(err)
		r = c.acts(other.ID).want(403, c.call("POST", "/api/v1/drafts", map[string]string{"service": stall}))
		if !strings.Contains(r.text, "certain services") || r.str("error") != "insufficient_scope" {
			t.Error(r.text)
		}
		c.want(403, c.call("POST", at+"/submit", nil, "Idempotency-Key", "kirim-0002"))
		w.Must(w.Mandates.Revoke(t.Context(), s, other.ID))

		looker := w.agent(s, "cases.read", "cases.prepare")
		m := looker.gives(s, 0, mandate.See)
		status, body := looker.post(url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:token-exchange"}, "subject_token": {string(m.ID)}, "subject_token_type": {"urn:lancar:token-type:mandate"}, "resource": {w.server.URL}, "scope": {"cases.prepare"}})
		if status == 200 || body["error"] != "invalid_scope" {
			t.Error(status, body)
		}
	})
}

func TestWhatWasAgreedIsWhatIsSent(t *testing.T) {
	eachTown(t, func(w *town) {
		s := w.Person(maria)
		c := w.agent(s, machineScopes...)
		m := c.gives(s, 0)
		at := c.acts(m.ID).filled()
		send := func() reply { return c.call("POST", at+"/submit", nil, "Idempotency-Key", "kirim-0001") }
		first := c.want(202, send()).str("ask", "id")
		w.agrees(s)
		c.want(201, c.call("POST", at+"/files/goods_photo?name=lain.jpg", outside.Picture())) // another picture, slipped in after the yes
		if again := c.want(202, send()).str("ask", "id"); again == first {
			t.Error("a file that the person did not see is sent on their word")
		}
		w.agrees(s)
		c.want(200, c.call("PATCH", at, map[string]any{"answers": map[string]string{"goods": "produce"}}))
		c.want(202, send())
		w.agrees(s)
		c.want(201, send())
	})
}

func TestAnAgentsBudgetHolds(t *testing.T) {
	eachTown(t, func(w *town) {
		s := w.Person(maria)
		c := w.agentWithin(s, 5, machineScopes...)
		c.acts(c.gives(s, 0).ID)
		last := reply{}
		for range 8 {
			if last = c.call("GET", "/api/v1/cases", nil); last.status != 200 {
				break
			}
		}
		if last.status != 429 || last.str("error") != "slow_down" || last.header.Get("Retry-After") == "" {
			t.Error(last.status, last.header, last.text)
		}
	})
}

func TestTwoSubmitsAtOnceAreOneCase(t *testing.T) {
	eachTown(t, func(w *town) {
		s := w.Person(maria)
		c := w.agent(s, machineScopes...)
		m := c.gives(s, 0)
		at := c.acts(m.ID).filled()
		both := func() (out [6]reply) {
			var wg sync.WaitGroup
			for i := range out {
				wg.Go(func() { out[i] = c.call("POST", at+"/submit", nil, "Idempotency-Key", "kirim-0001") })
			}
			wg.Wait()
			return out
		}
		questions := map[string]bool{}
		for _, r := range both() {
			questions[c.want(202, r).str("ask", "id")] = true
		}
		if len(questions) != 1 {
			t.Error("the person is asked more than once:", questions)
		}
		w.agrees(s)
		numbers := map[string]bool{}
		for _, r := range both() {
			numbers[c.want(201, r).str("case", "number")] = true
		}
		if len(numbers) != 1 {
			t.Error("more than one case:", numbers)
		}
		if asks, err := w.Mandates.Asks(t.Context(), s.Own); err != nil || len(asks) != 0 {
			t.Error("who lost the race asks again:", asks, err)
		}
		w.Must(w.Queue.Drain(t.Context()))
		if list, _, err := w.Cases.Mine(t.Context(), own(s), ""); err != nil || len(list) != 1 {
			t.Error(list, err)
		}
		w.Must(w.Cases.Verify(t.Context()))
	})
}

func TestWhatIsTooMuchIsRefused(t *testing.T) {
	eachTown(t, func(w *town) {
		s := w.Person(maria)
		c := w.app(s, false, "openid cases.read cases.prepare cases.submit cases.reply")
		at := c.filled()
		c.want(413, c.call("POST", at+"/files/goods_photo", make([]byte, 9<<20)))
		c.want(422, c.call("POST", at+"/files/goods_photo", []byte("MZ program")))
		c.want(413, c.call("PATCH", at, map[string]any{"answers": map[string]string{"market_name": strings.Repeat("x", 300<<10)}}))
		c.want(422, c.call("PATCH", at, map[string]any{"answers": map[string]string{"market_name": strings.Repeat("x", 30<<10)}}))
		c.want(422, c.call("POST", at+"/submit", nil)) // without a key
		c.want(422, c.call("POST", at+"/submit", nil, "Idempotency-Key", "pendek"))
		c.want(409, c.call("PATCH", at, map[string]any{"version": 1, "answers": map[string]string{"size": "7"}}))
		c.want(409, c.call("POST", at+"/submit", map[string]any{"version": 1}, "Idempotency-Key", "kirim-0001"))
	})
}
