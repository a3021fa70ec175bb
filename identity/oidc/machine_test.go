package oidc_test

import (
	"net/url"
	"testing"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/identity/machine"
	"lancar/identity/oidc"
)

// officer hires somebody and returns them in their office.
func (w *world) officer(number, role string) lancar.Actor {
	w.Helper()
	id, err := w.Identity.SaveEmployee(w.Context(), identity.Employee{Number: number, Name: "Petugas " + number, Mail: number + "@dinkes.example", NIK: "537104010180" + number,
		Roles: []identity.Role{{Role: role, Agency: "dinkes", Region: "53.15"}}})
	w.Must(err)
	return lancar.Actor{Kind: lancar.Officer, ID: id, Role: role, Agency: "dinkes", Region: "53.15"}
}

// machine is a registered and approved machine with one key, as a client.
func (w *world) machine(budget, peak int) (a *app, owner, head lancar.Actor) {
	w.Helper()
	owner, head = w.officer("1001", identity.Reviewer), w.officer("1002", identity.Superior)
	a = &app{world: w}
	a.key, a.alg = newKey(w.TB, "ES256")
	keys, err := machine.ReadKeys(jwks(w.TB, a.key.Public()))
	w.Must(err)
	m, err := w.machines.Register(w.Context(), owner, machine.Proposal{Kind: machine.Service, Stage: machine.Production, Name: "Sistem klinik",
		Purpose: lancar.Text{"id": "Menjawab keadaan permohonan.", "en": "Answers how applications stand."}, Keys: keys,
		Wish: machine.Wish{Scopes: []string{"cases.read", "documents.read", "services.read"}, Budget: budget, Peak: peak, Expires: w.Now().Add(100 * 24 * time.Hour)}})
	w.Must(err)
	a.Client = oidc.Client{ID: m.ID, Auth: oidc.PrivateKeyJWT}
	a.call("/oauth/token", url.Values{"grant_type": {"client_credentials"}}).wants(w.TB, 401, "invalid_client") // not yet approved
	_, err = w.machines.Approve(w.Context(), head, m.ID, m.Version)
	w.Must(err)
	w.provider.ForgetForTest()
	return a, owner, head
}

func TestARegisteredMachineGetsTokensUntilItIsStopped(t *testing.T) {
	each(t, func(w *world) {
		a, owner, head := w.machine(1000, 100)
		got := a.call("/oauth/token", url.Values{"grant_type": {"client_credentials"}, "scope": {"cases.read"}})
		if got.status != 200 || got.body["expires_in"] != 60.0 {
			t.Fatal(got.text)
		}
		if c := w.claims(got.get("access_token")); c["sub"] != string(a.ID) || c["scope"] != "cases.read" {
			t.Fatal(c)
		}
		if !a.active(got.get("access_token")) {
			t.Fatal("not active")
		}
		a.call("/oauth/token", url.Values{"grant_type": {"client_credentials"}, "scope": {"cases.files"}}).wants(t, 400, "invalid_scope")
		a.call("/oauth/token", url.Values{"grant_type": {"authorization_code"}, "code": {"x"}}).wants(t, 400, "unauthorized_client")
		w.Must(w.machines.Flush(t.Context()))
		sheet, err := w.machines.Sheet(t.Context(), owner, a.ID)
		w.Must(err)
		if sheet.LastUsed.IsZero() || sheet.Keys[0].LastUsed.IsZero() {
			t.Error("its last use is not known")
		}

		_, err = w.machines.Stop(t.Context(), head, a.ID, "kunci bocor")
		w.Must(err)
		stopped := time.Now()
		for {
			r := a.userinfo(got.get("access_token"), nil)
			if r.status == 401 {
				break
			}
			if time.Since(stopped) > 3*time.Second {
				t.Fatal("its token lives on")
			}
			time.Sleep(20 * time.Millisecond)
		}
		a.call("/oauth/token", url.Values{"grant_type": {"client_credentials"}}).wants(t, 401, "invalid_client")
	})
}

func TestAMachineOverItsBudgetIsToldToSlowDown(t *testing.T) {
	each(t, func(w *world) {
		a, _, _ := w.machine(100, 2)
		for range 2 {
			if r := a.call("/oauth/token", url.Values{"grant_type": {"client_credentials"}}); r.status != 200 {
				t.Fatal(r.text)
			}
		}
		a.call("/oauth/token", url.Values{"grant_type": {"client_credentials"}}).wants(t, 429, "slow_down")
	})
}

func TestAnEndedKeyProvesNothing(t *testing.T) {
	each(t, func(w *world) {
		a, owner, _ := w.machine(100, 50)
		sheet, err := w.machines.Sheet(t.Context(), owner, a.ID)
		w.Must(err)
		_, err = w.machines.EndKey(t.Context(), owner, a.ID, sheet.Keys[0].Thumb)
		w.Must(err)
		w.provider.ForgetForTest()
		a.call("/oauth/token", url.Values{"grant_type": {"client_credentials"}}).wants(t, 401, "invalid_client")
	})
}

func TestWhatWorksWithoutAPersonIsNoAppInProduction(t *testing.T) {
	once(t, func(w *world) {
		a := w.app(nil)
		err := w.provider.Submit(t.Context(), engineer, a.ID)
		if lancar.CodeOf(err) != lancar.Invalid {
			t.Fatal(err)
		}
	})
}
