package interop

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gopkg.in/yaml.v3"
)

// plans is a conformance run with the clients of docs/spec/conformance.yaml, their keys and addresses
// replaced by those of the test.
type plans struct {
	*run
	clients map[string]map[string]any
	keys    map[string]crypto.Signer
	suite   *httptest.Server // where the provider calls the suite: logout and ping
	mu      sync.Mutex
	calls   []call
	answer  map[string]int // status by path; 204 unless set
	mode    string         // response_mode that its clients ask for
}

// call is one that the provider made.
type call struct {
	path, body string
	head       http.Header
}

func TestPlans(t *testing.T) {
	t.Parallel()
	p := openPlans(t)
	for _, plan := range []struct {
		name    string
		modules []module
	}{{"ciba", cibaPlan()}, // first: a counter finds the person before they ever signed in
		{"basic", basicPlan()}, {"formpost", formPostPlan()}, {"config", configPlan()}, {"logout", logoutPlan()}, {"fapi2", fapi2Plan()}} {
		t.Run(plan.name, func(t *testing.T) {
			if plan.name != "ciba" {
				t.Parallel()
			}
			for _, m := range plan.modules {
				t.Run(m.name, func(t *testing.T) {
					t.Parallel()
					m.play(t, p)
				})
			}
		})
	}
}

// module is one of the suite's, by its own name.
type module struct {
	name string
	play func(*testing.T, *plans)
}

func openPlans(t *testing.T) *plans {
	p := &plans{clients: map[string]map[string]any{}, keys: map[string]crypto.Signer{}, answer: map[string]int{}}
	p.suite = httptest.NewServer(http.HandlerFunc(p.called))
	t.Cleanup(p.suite.Close)
	text, err := os.ReadFile("../../docs/spec/conformance.yaml")
	must(t, err)
	var file map[string]any
	must(t, yaml.Unmarshal(text, &file))
	file["mtls"] = "127.0.0.1:0"
	for _, one := range file["clients"].([]any) {
		c := one.(map[string]any)
		id := c["client_id"].(string)
		p.clients[id] = c
		for _, name := range []string{"backchannel_logout_uri", "backchannel_client_notification_endpoint"} {
			if to, has := c[name].(string); has {
				c[name] = p.suite.URL + to[strings.LastIndex(to, "/"):] + "/" + id
			}
		}
		if c["jwks"] != nil {
			alg := "ES256"
			if c["backchannel_authentication_request_signing_alg"] != nil {
				alg = "PS256"
			}
			p.keys[id] = newKey(alg)
			set, err := json.Marshal(keySet(p.keys[id], alg))
			must(t, err)
			var plain any
			must(t, json.Unmarshal(set, &plain))
			c["jwks"] = plain
		}
	}
	text, err = json.Marshal(file)
	must(t, err)
	path := filepath.Join(t.TempDir(), "clients.json")
	must(t, os.WriteFile(path, text, 0o600))
	p.run = start(t, path)
	return p
}

func (p *plans) called(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = append(p.calls, call{r.URL.Path, string(body), r.Header})
	status := p.answer[r.URL.Path]
	if status == 0 {
		status = http.StatusNoContent
	}
	if status == http.StatusFound {
		w.Header().Set("Location", p.suite.URL+"/followed")
	}
	w.WriteHeader(status)
}

// heard waits for a call at a path that is the one, and returns all of them.
func (p *plans) heard(path string, wait time.Duration, is func(call) bool) (list []call) {
	for end := time.Now().Add(wait); len(list) == 0 && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		p.mu.Lock()
		for _, c := range p.calls {
			if c.path == path && is(c) {
				list = append(list, c)
			}
		}
		p.mu.Unlock()
	}
	return list
}

// client is one of the file.
func (p *plans) client(t *testing.T, id string) *rp {
	t.Helper()
	text, err := json.Marshal(p.clients[id])
	must(t, err)
	c := &rp{run: p.run, TB: t, key: p.keys[id], mode: p.mode}
	must(t, json.Unmarshal(text, c))
	if p.clients[id]["dpop_bound_access_tokens"] == true {
		c.dpop = newKey("ES256")
	}
	if p.clients[id]["tls_client_certificate_bound_access_tokens"] == true {
		c.tls = p.withCertificate(certificate(t))
	}
	return c
}

// dynamic registers a client as the suite does with the registration_token as initial access token.
func (p *plans) dynamic(t *testing.T, more map[string]any) *rp {
	t.Helper()
	c := &rp{run: p.run, TB: t, key: newKey("RS256"), mode: p.mode}
	body := map[string]any{"client_name": "lancar " + unique(), "grant_types": []string{"authorization_code"}, "response_types": []string{"code"}, "contacts": []string{"suite@example.com"},
		"token_endpoint_auth_method": "client_secret_basic", "redirect_uris": []string{"https://www.certification.openid.net/test/a/lancar/callback"}, "jwks": keySet(c.key, "RS256")}
	for k, v := range more {
		body[k] = v
	}
	text, err := json.Marshal(body)
	must(t, err)
	r := c.send(p.http, "POST", p.Issuer+"/oauth/register", http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + p.Registration}}, string(text)).ok(t, 201)
	must(t, json.Unmarshal([]byte(r.text), c))
	if _, has := r.body["client_secret_expires_at"]; !has || c.Manage == "" || c.Token == "" {
		t.Fatal(r.text)
	}
	t.Cleanup(func() {
		c.send(p.http, "DELETE", c.Manage, http.Header{"Authorization": {"Bearer " + c.Token}}, "").ok(t, 204)
	})
	return c
}

// certificate is one that signs itself, as the suite's configuration holds it.
func certificate(t *testing.T) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	leaf := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "suite"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	der, err := x509.CreateCertificate(rand.Reader, leaf, leaf, key.Public(), key)
	must(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
