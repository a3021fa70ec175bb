package app

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"gopkg.in/yaml.v3"

	"lancar"
	"lancar/identity"
	"lancar/internal/store"
	"lancar/test/town"
)

// A conformance run is a demonstration that outside suites can drive: https on one issuer under a CA
// of its own, mutual TLS on a second port, clients from a file, a person whose code never changes,
// and an address that answers for a CIBA request's person. Only `lancar demo --conformance` makes
// one; docs/spec/oidc.md describes file and addresses.

// conformanceFile is FILE, YAML or JSON. Everything may be left out.
type conformanceFile struct {
	Host    string           `yaml:"host"`    // of the issuer, "localhost" unless set; it must lead to this machine
	MTLS    string           `yaml:"mtls"`    // HOST:PORT of the second port, any free one unless set
	Trust   []string         `yaml:"trust"`   // PEM files with CAs of the suite: of addresses that we call, and of client certificates
	Person  string           `yaml:"person"`  // identity number of the person with the fixed code; the town's first unless set
	Code    string           `yaml:"code"`    // six digits, "123456" unless set
	Clients []map[string]any `yaml:"clients"` // registrations as RFC 7591 has them, with client_id and perhaps client_secret
}

// conformance is a run's part that is made before the node.
type conformance struct {
	file  conformanceFile
	ca    string // path of its certificate
	pool  *x509.CertPool
	leaf  tls.Certificate
	mtls  net.Listener
	plain net.Listener // for the sandbox process, on this machine
}

// ConformancePath answers for the person of a CIBA request: ?auth_req_id=…&action=allow|deny (or
// token and type, as some suites call them).
const ConformancePath = "/.demo/ciba"

// perRun is how often an hour a suite may have its one person sign in or asked, in place of a person's
// own limits: a plan has fifty modules, each in a new browser.
const perRun = 1_000_000

// perDemo is the same in a plain demonstration, whose few named people many try things out with.
const perDemo = 100

func openConformance(o DemoOptions) (*conformance, error) {
	c := &conformance{file: conformanceFile{Host: "localhost", MTLS: "127.0.0.1:0", Code: "123456"}}
	if o.ConformanceFile != "" {
		f, err := os.Open(o.ConformanceFile)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		d := yaml.NewDecoder(f)
		d.KnownFields(true)
		if err := d.Decode(&c.file); err != nil {
			return nil, fmt.Errorf("%s: %w", o.ConformanceFile, err)
		}
	}
	if c.file.Person == "" {
		for _, p := range town.People() {
			if p.Persona != "" {
				c.file.Person = p.NIK
				break
			}
		}
	}
	return c, c.makeKeys(filepath.Join(o.Data, "conformance"))
}

// makeKeys makes the CA once, and a certificate of the issuer at every start.
func (c *conformance) makeKeys(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	c.ca = filepath.Join(dir, "ca.pem")
	now := time.Now()
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Lancar SIMULASI CA"}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.CreateCertificate(rand.Reader, ca, ca, caKey.Public(), caKey)
	if err != nil {
		return err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	if err := os.WriteFile(c.ca, text, 0o644); err != nil {
		return err
	}
	if c.pool, err = x509.SystemCertPool(); err != nil {
		c.pool = x509.NewCertPool()
	}
	c.pool.AppendCertsFromPEM(text)
	for _, path := range c.file.Trust {
		more, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !c.pool.AppendCertsFromPEM(more) {
			return fmt.Errorf("%s holds no certificate", path)
		}
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048) // RSA: suites probe with ECDHE_RSA alone
	if err != nil {
		return err
	}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: c.file.Host}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(0, 3, 0),
		DNSNames: []string{c.file.Host, "localhost", "*.localhost", "*." + c.file.Host}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	signed, err := x509.CreateCertificate(rand.Reader, leaf, ca, key.Public(), caKey)
	c.leaf = tls.Certificate{Certificate: [][]byte{signed, der}, PrivateKey: key}
	return err
}

// listen puts TLS on the issuer's port and opens the two others.
func (c *conformance) listen(l net.Listener) (net.Listener, error) {
	var err error
	if c.plain, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	second, err := net.Listen("tcp", c.file.MTLS)
	if err != nil {
		return nil, err
	}
	plain := fapiTLS()
	plain.Certificates = []tls.Certificate{c.leaf}
	asking := plain.Clone()
	asking.ClientAuth = tls.RequestClientCert
	c.mtls = tls.NewListener(second, asking)
	return tls.NewListener(l, plain), nil
}

func (c *conformance) url(l net.Listener) string {
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return ""
	}
	return "https://" + net.JoinHostPort(c.file.Host, port)
}

// seedConformance registers the file's clients.
func (n *node) seedConformance(ctx context.Context) error {
	if err := n.oidc.Publish(ctx); err != nil {
		return err
	}
	return n.db.Write(ctx, func(tx *store.Tx) error {
		for i, one := range n.config.demo.conformance.file.Clients {
			text, err := json.Marshal(one)
			if err != nil {
				return fmt.Errorf("clients[%d]: %w", i, err)
			}
			if _, err := n.oidc.SeedTx(tx, text); err != nil {
				return fmt.Errorf("clients[%d] %v: %w", i, one["client_id"], err)
			}
		}
		return nil
	})
}

// seedPerson opens the account of the run's person as they would, so that a counter finds them before
// their first sign-in. Who is not of the town signs in by themself.
func (n *node) seedPerson(ctx context.Context) error {
	file := n.config.demo.conformance.file
	for _, p := range town.People() {
		if p.NIK != file.Person {
			continue
		}
		var known lancar.ID
		err := n.db.Read(ctx, func(tx *store.Tx) (err error) {
			known, err = n.identity.FindTx(tx, p.NIK)
			return err
		})
		if err != nil || known != "" {
			return err
		}
		at, err := n.identity.Start(ctx, identity.Claim{Kind: identity.Resident, Number: p.NIK, Name: p.Name, BirthDate: p.BirthDate, Contact: p.Email, Region: "00", Address: "127.0.0.1", Lang: "id"})
		if err == nil {
			err = n.queue.Drain(ctx)
		}
		if err == nil {
			_, _, err = n.identity.Confirm(ctx, identity.Confirmation{Attempt: at.ID, Code: file.Code, Address: "127.0.0.1", Host: "conformance", Device: "conformance"})
		}
		if err != nil {
			return fmt.Errorf("person %s… cannot sign in: %w", p.NIK[:4], err)
		}
	}
	return nil
}

// driven adds what only a conformance run answers. A code that was just asked for is on its way
// through a job: who types it at once waits for it, for five seconds at most.
func (n *node) driven(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == ConformancePath:
			n.drive(w, r)
			return
		case r.Method == http.MethodPost && r.URL.Path == "/signin/code":
			n.proven(r)
		}
		h.ServeHTTP(w, r)
	})
}

func (n *node) proven(r *http.Request) {
	for range 500 {
		is, err := n.identity.Proven(r.Context(), r.PostFormValue("attempt"))
		if is || err != nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func (n *node) drive(w http.ResponseWriter, r *http.Request) {
	id, action := r.FormValue("auth_req_id")+r.FormValue("token"), r.FormValue("action")+r.FormValue("type")
	if action != "allow" && action != "deny" {
		http.Error(w, "want auth_req_id, and action allow or deny", http.StatusBadRequest)
		return
	}
	if err := n.oidc.Drive(r.Context(), id, action == "allow"); err != nil {
		status := http.StatusBadRequest
		if lancar.CodeOf(err) == "" || lancar.CodeOf(err) == lancar.Internal {
			status = http.StatusInternalServerError
		}
		http.Error(w, err.Error(), status)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// conformanceHere is what `demo --conformance --json` adds under oidc.
type conformanceHere struct {
	CA     string   `json:"ca"`   // path of the CA's certificate, PEM
	MTLS   string   `json:"mtls"` // base URL of the port that asks for client certificates
	CIBA   string   `json:"ciba"` // answers a CIBA request: ?auth_req_id=…&action=allow|deny
	Code   string   `json:"code"` // that the person's sign-in always takes
	Person playbill `json:"person"`
}

func (n *node) conformanceHere() *conformanceHere {
	c := n.config.demo.conformance
	if c == nil {
		return nil
	}
	out := &conformanceHere{CA: c.ca, MTLS: c.url(c.mtls), CIBA: n.config.Base + ConformancePath, Code: c.file.Code}
	for _, p := range cast() {
		if p.SignIn["nik"] == c.file.Person {
			out.Person = p
		}
	}
	return out
}
