package app

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lancar/sandbox"
)

// production is a configuration that would do, but for the secrets of a sandbox copied into it
// under other names.
func production(t *testing.T) Config {
	made, err := sandbox.Prepare(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := func(name, from string) string {
		text := []byte("a secret of its own")
		if from != "" {
			if text, err = os.ReadFile(from); err != nil {
				t.Fatal(err)
			}
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	c := Config{Stage: Production, Name: "layanan.example.go.id", Listen: "127.0.0.1:0", Base: "https://layanan.example.go.id", Database: file("db", ""), Keys: dir}
	c.Mail = MailConfig{Address: "127.0.0.1:25", From: "kabar@example.go.id", Plain: true}
	c.Exchange = HTTPConfig{URL: "https://register.example.go.id", TokenFile: file("register", made.RegisterTokenFile)}
	c.Phone = HTTPConfig{URL: "https://sms.example.go.id", TokenFile: file("sms", made.PhoneTokenFile)}
	c.Acquirer = AcquirerConfig{URL: "https://bank.example", ClientKey: made.ClientKey, ClientSecretFile: file("bank", made.ClientSecretFile),
		PrivateKeyFile: file("own.pem", made.PartnerKeyFile), PublicKeyFile: file("bank.pem", made.BankPublicFile)}
	return c
}

func TestProductionRefusesASandboxsSecretsWhereverTheyLie(t *testing.T) {
	c := production(t)
	err := c.check()
	for _, key := range []string{"exchange.token_file", "phone.token_file", "acquirer.client_secret_file", "acquirer.private_key_file", "acquirer.public_key_file", "acquirer.client_key"} {
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s is taken: %v", key, err)
		}
	}
	c.Stage = Rehearsal
	if err := c.check(); err != nil {
		t.Error("a rehearsal may name a sandbox:", err)
	}
}

func TestProductionTakesItsOwnSecretsOnlyIfNobodyElseReadsThem(t *testing.T) {
	c := production(t)
	for _, file := range []string{c.Exchange.TokenFile, c.Phone.TokenFile, c.Acquirer.ClientSecretFile, c.Acquirer.PrivateKeyFile, c.Acquirer.PublicKeyFile} {
		if err := os.WriteFile(file, []byte("something of one's own"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c.Acquirer.ClientKey = "node-1"
	if err := c.check(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(c.Exchange.TokenFile, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := c.check(); err == nil || !strings.Contains(err.Error(), "chmod") {
		t.Error("a token that everybody reads is taken:", err)
	}
	os.Chmod(c.Exchange.TokenFile, 0o600)
	c.Mail.Address = "mail.example.go.id:25"
	if err := c.check(); err == nil || !strings.Contains(err.Error(), "mail.plain") {
		t.Error("mail goes over the network in the clear:", err)
	}
}

func TestMetricsAreNotForWhoComesThroughAProxy(t *testing.T) {
	h := local(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {}))
	for header, want := range map[string]int{"": 200, "X-Forwarded-For": 404, "Forwarded": 404, "Via": 404, "X-Real-Ip": 404} {
		r := httptest.NewRequest("GET", "/metrics", nil)
		r.RemoteAddr = "127.0.0.1:4711"
		if header != "" {
			r.Header.Set(header, "127.0.0.1")
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%q: %d", header, w.Code)
		}
	}
}
