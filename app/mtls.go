package app

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

// MTLSConfig is a port of the node itself that asks for client certificates (RFC 8705). TLS ends there:
// whatever stands before it passes the connection on as it is. It serves /oauth/ alone.
type MTLSConfig struct {
	Listen      string `yaml:"listen"`      // HOST:PORT; "" for no such port
	URL         string `yaml:"url"`         // its public URL, https, without a path
	Certificate string `yaml:"certificate"` // PEM file: ours, then what stands between it and a root
	KeyFile     string `yaml:"key_file"`    // PEM file
	ClientCAs   string `yaml:"client_cas"`  // PEM file: who issues the certificates of tls_client_auth; "" takes registered certificates alone
}

func (m MTLSConfig) check() (wrong []error) {
	if m.Listen == "" {
		if m != (MTLSConfig{}) {
			wrong = append(wrong, errors.New("mtls.listen is missing: the address to listen on, like 0.0.0.0:8444"))
		}
		return wrong
	}
	if u, err := url.Parse(m.URL); err != nil || u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" {
		wrong = append(wrong, fmt.Errorf("mtls.url is %q: write the public URL of that port, like https://mtls.layanan.example.go.id", m.URL))
	}
	if _, err := tls.LoadX509KeyPair(m.Certificate, m.KeyFile); err != nil {
		wrong = append(wrong, fmt.Errorf("mtls.certificate and mtls.key_file: %w", err))
	}
	if _, err := m.authorities(); err != nil {
		wrong = append(wrong, fmt.Errorf("mtls.client_cas: %w", err))
	}
	return wrong
}

// authorities are those of client certificates, nil for none.
func (m MTLSConfig) authorities() (*x509.CertPool, error) {
	if m.ClientCAs == "" {
		return nil, nil
	}
	text, err := os.ReadFile(m.ClientCAs)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, errors.New("holds no certificate")
	}
	return pool, nil
}

// listen opens the port, nil where there is none.
func (m MTLSConfig) listen() (net.Listener, error) {
	if m.Listen == "" {
		return nil, nil
	}
	l, err := net.Listen("tcp", m.Listen)
	if err != nil {
		return nil, err
	}
	c := fapiTLS()
	c.GetCertificate = (&certificateFile{certificate: m.Certificate, key: m.KeyFile}).get
	c.ClientAuth = tls.RequestClientCert // the provider judges it, by what the client is registered with
	return tls.NewListener(l, c), nil
}

// fapiTLS is TLS as FAPI 2.0 wants it (section 5.2.2): 1.3, or 1.2 with what BCP 195 recommends alone.
func fapiTLS() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384}}
}

// certificateFile is a certificate that is renewed without a pause: files that changed are read again
// within a minute. A pair that does not fit leaves the one before.
type certificateFile struct {
	certificate, key string

	mu      sync.Mutex
	loaded  *tls.Certificate
	looked  time.Time
	changed time.Time // of the file that is loaded
}

func (f *certificateFile) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now() // of files, not of anything kept
	if f.loaded != nil && now.Sub(f.looked) < time.Minute {
		return f.loaded, nil
	}
	f.looked = now
	at, err := os.Stat(f.key)
	if err == nil && (f.loaded == nil || !at.ModTime().Equal(f.changed)) {
		var pair tls.Certificate
		if pair, err = tls.LoadX509KeyPair(f.certificate, f.key); err == nil {
			f.loaded, f.changed = &pair, at.ModTime()
		}
	}
	if f.loaded == nil {
		return nil, err
	}
	return f.loaded, nil
}

// protocolAlone lets through what clients with certificates come for.
func protocolAlone(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/oauth/") {
			http.NotFound(w, r)
			return
		}
		h.ServeHTTP(w, r)
	})
}
