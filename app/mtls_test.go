package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// pair writes a certificate that signs itself, and its key, and returns both.
func pair(t *testing.T, dir, name string, serial int64) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, leaf, leaf, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for ext, block := range map[string]*pem.Block{".pem": {Type: "CERTIFICATE", Bytes: der}, ".key": {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(filepath.Join(dir, name+ext), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func TestAPortAsksForCertificates(t *testing.T) {
	dir := t.TempDir()
	app := pair(t, dir, "app", 1)
	pair(t, dir, "node", 2)
	m := MTLSConfig{Listen: "127.0.0.1:0", URL: "https://mtls.layanan.example.go.id", Certificate: filepath.Join(dir, "node.pem"), KeyFile: filepath.Join(dir, "node.key"), ClientCAs: filepath.Join(dir, "app.pem")}
	if wrong := m.check(); len(wrong) > 0 {
		t.Fatal(wrong)
	}
	for name, change := range map[string]func(*MTLSConfig){
		"no port":          func(m *MTLSConfig) { m.Listen = "" },
		"plain http":       func(m *MTLSConfig) { m.URL = "http://mtls.example" },
		"a path":           func(m *MTLSConfig) { m.URL += "/oauth" },
		"another's key":    func(m *MTLSConfig) { m.KeyFile = filepath.Join(dir, "app.key") },
		"no authority":     func(m *MTLSConfig) { m.ClientCAs = filepath.Join(dir, "app.key") },
		"a file not there": func(m *MTLSConfig) { m.Certificate = filepath.Join(dir, "none.pem") },
	} {
		bad := m
		if change(&bad); len(bad.check()) != 1 {
			t.Error(name, bad.check())
		}
	}
	l, err := m.listen()
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		_ = http.Serve(l, protocolAlone(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if len(r.TLS.PeerCertificates) == 1 {
				_, _ = io.WriteString(w, r.TLS.PeerCertificates[0].Subject.CommonName)
			}
		})))
	}()
	roots, err := MTLSConfig{ClientCAs: m.Certificate}.authorities()
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string, most uint16, with ...tls.Certificate) (string, error) {
		c := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: with, MaxVersion: most}, DisableKeepAlives: true}}
		res, err := c.Get("https://" + l.Addr().String() + path)
		if err != nil {
			return "", err
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		return res.Status[:3] + " " + string(body), err
	}
	for _, one := range []struct {
		path, want string
		most       uint16
		with       []tls.Certificate
	}{{"/oauth/token", "200 app", 0, []tls.Certificate{app}}, {"/oauth/token", "200 app", tls.VersionTLS12, []tls.Certificate{app}}, {"/oauth/token", "200 ", 0, nil},
		{"/me", "404 404 page not found\n", 0, []tls.Certificate{app}}} {
		if got, err := get(one.path, one.most, one.with...); err != nil || got != one.want {
			t.Errorf("%s: %q %v, want %q", one.path, got, err, one.want)
		}
	}
	if _, err := get("/oauth/token", tls.VersionTLS11); err == nil {
		t.Error("TLS 1.1")
	}
}

func TestACertificateIsRenewedWithoutAPause(t *testing.T) {
	dir := t.TempDir()
	pair(t, dir, "node", 1)
	f := &certificateFile{certificate: filepath.Join(dir, "node.pem"), key: filepath.Join(dir, "node.key")}
	serial := func() int64 {
		t.Helper()
		got, err := f.get(nil)
		if err != nil {
			t.Fatal(err)
		}
		leaf, err := x509.ParseCertificate(got.Certificate[0])
		if err != nil {
			t.Fatal(err)
		}
		return leaf.SerialNumber.Int64()
	}
	if serial() != 1 {
		t.Fatal("not read")
	}
	pair(t, dir, "node", 2)
	if serial() != 1 {
		t.Fatal("read at every connection")
	}
	f.looked = f.looked.Add(-2 * time.Minute)
	if serial() != 2 {
		t.Fatal("the new one is not read")
	}
	if err := os.WriteFile(f.key, []byte("half written"), 0o600); err != nil {
		t.Fatal(err)
	}
	f.looked = f.looked.Add(-2 * time.Minute)
	if serial() != 2 {
		t.Fatal("a pair that does not fit took the port down")
	}
}
