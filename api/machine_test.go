package api_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"lancar"
	"lancar/api"
	"lancar/identity"
	"lancar/identity/machine"
	"lancar/identity/mandate"
	"lancar/identity/oidc"
	"lancar/internal/store"
	"lancar/internal/store/storetest"
	"lancar/test/outside"
)

const issuer = "http://lancar.test"

// world is one database with several copies of a node over it, each behind a real HTTP server.
type world struct {
	testing.TB
	db     *store.DB
	copies []*httptest.Server
	rooms  []*machine.Machines
	owner  lancar.Actor
	key    *ecdsa.PrivateKey

	id       *identity.Identity
	mandates *mandate.Mandates
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func newWorld(t testing.TB, db *store.DB, copies int) *world {
	w := &world{TB: t, db: db}
	out := outside.Over(t, outside.NewClock(db.Now()), db, nil)
	for range copies {
		n := out.Node(identity.Limits{})
		rooms := machine.New(db, n.Queue, n.Ring, n.Identity, machine.Config{})
		provider := oidc.New(oidc.Rooms{DB: db, Queue: n.Queue, Keys: n.Ring, Identity: n.Identity, Access: n.Access, Machines: rooms, Log: slog.New(slog.DiscardHandler)}, oidc.Config{Issuer: issuer, Sandbox: true})
		mux := http.NewServeMux()
		mux.Handle("/oauth/", provider.Handler())
		w.id, w.mandates = n.Identity, mandate.New(db, n.Queue, n.Ring, n.Access, n.Notify, n.Exchange, n.Identity, mandate.Config{Working: func(tx *store.Tx, m lancar.ID) error {
			_, _, err := rooms.ProofTx(tx, m)
			return err
		}})
		api.Mount(mux, api.Deps{Clock: db.Now, Admit: provider.Require, Machines: rooms, Mandates: w.mandates})
		server := httptest.NewServer(mux)
		t.Cleanup(server.Close)
		w.copies, w.rooms = append(w.copies, server), append(w.rooms, rooms)
	}
	account, err := w.id.SaveEmployee(t.Context(), identity.Employee{Number: "1001", Name: "Rita", Mail: "rita@dinkes.example", Roles: []identity.Role{{Role: identity.Reviewer, Agency: "dinkes", Region: "53.15"}}})
	w.must(err)
	w.owner = lancar.Actor{Kind: lancar.Officer, ID: account, Role: identity.Reviewer, Agency: "dinkes", Region: "53.15"}
	return w
}

// machine registers one with a fresh key.
func (w *world) machine(budget, peak int) lancar.ID {
	w.Helper()
	var err error
	w.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	w.must(err)
	text, err := json.Marshal(jose.JSONWebKey{Key: w.key.Public(), KeyID: "k1"})
	w.must(err)
	list, err := machine.ReadKeys(string(text))
	w.must(err)
	m, err := w.rooms[0].Register(w.Context(), w.owner, machine.Proposal{Kind: machine.Service, Stage: machine.Sandbox, Name: "Sistem klinik", Keys: list,
		Purpose: lancar.Text{"id": "Menjawab keadaan permohonan.", "en": "Answers how applications stand."},
		Wish:    machine.Wish{Scopes: []string{"cases.read"}, Budget: budget, Peak: peak, Expires: w.db.Now().Add(100 * 24 * time.Hour)}})
	w.must(err)
	return m.ID
}

// token gets an access token from one copy.
func (w *world) token(at int, id lancar.ID) string {
	w.Helper()
	now := w.db.Now()
	payload, err := json.Marshal(map[string]any{"iss": id, "sub": id, "aud": issuer, "jti": rand.Text(), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix()})
	w.must(err)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: w.key}, (&jose.SignerOptions{}).WithHeader("kid", "k1"))
	w.must(err)
	signed, err := signer.Sign(payload)
	w.must(err)
	assertion, err := signed.CompactSerialize()
	w.must(err)
	res, err := http.PostForm(w.copies[at].URL+"/oauth/token", url.Values{"grant_type": {"client_credentials"}, "client_assertion": {assertion},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}})
	w.must(err)
	defer res.Body.Close()
	var body struct {
		Token string `json:"access_token"`
		Error string `json:"error_description"`
	}
	w.must(json.NewDecoder(res.Body).Decode(&body))
	if body.Token == "" {
		w.Fatal(res.Status, body.Error)
	}
	return body.Token
}

// call asks one copy who the token's machine is.
func (w *world) call(at int, token string) (status int, body string, header http.Header) {
	return w.ask(at, "/api/v1/machine", token)
}

func (w *world) ask(at int, path, token string) (status int, body string, header http.Header) {
	req, err := http.NewRequestWithContext(w.Context(), http.MethodGet, w.copies[at].URL+path, nil)
	if err == nil && token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err.Error(), nil
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, err.Error(), nil
	}
	return res.StatusCode, string(text), res.Header
}

// refusals is how long after a stop each copy refused the token for the first time.
func (w *world) refusals(id lancar.ID, token string) []time.Duration {
	w.Helper()
	for at := range w.copies {
		if status, body, _ := w.call(at, token); status != http.StatusOK {
			w.Fatalf("copy %d: %d %s", at, status, body)
		}
	}
	clicked := time.Now()
	_, err := w.rooms[0].Stop(w.Context(), w.owner, id, "")
	w.must(err)
	out := make([]time.Duration, len(w.copies))
	var wg sync.WaitGroup
	for at := range w.copies {
		wg.Go(func() {
			for time.Since(clicked) < 20*time.Second {
				if status, _, _ := w.call(at, token); status == http.StatusUnauthorized {
					break
				}
				time.Sleep(5 * time.Millisecond)
			}
			out[at] = time.Since(clicked)
		})
	}
	wg.Wait()
	return out
}

func TestARegisteredMachineCallsTheAPI(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, 1)
		id := w.machine(1000, 6)
		token := w.token(0, id)
		status, body, _ := w.call(0, token)
		if status != 200 || !strings.Contains(body, `"scopes":["cases.read"]`) || !strings.Contains(body, `"state":"active"`) {
			t.Fatal(status, body)
		}
		status, _, header := w.call(0, "")
		if status != 401 || !strings.Contains(header.Get("WWW-Authenticate"), `Bearer realm=`) {
			t.Error("without a token:", status, header)
		}
		if status, _, _ = w.call(0, token[:len(token)-3]+"abc"); status != 401 {
			t.Error("with a forged one:", status)
		}
		for range 6 {
			status, body, header = w.call(0, token)
		}
		if status != 429 || header.Get("Retry-After") == "" || !strings.Contains(body, "slow_down") {
			t.Error("over its peak:", status, body, header)
		}
	})
}

func TestAStopIsFeltAtEveryCopy(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, 3)
		id := w.machine(1_000_000, 600_000)
		if late := slices.Max(w.refusals(id, w.token(1, id))); late > 5*time.Second {
			t.Errorf("refused after %s", late)
		}
	})
}
