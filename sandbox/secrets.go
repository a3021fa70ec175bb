package sandbox

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Secrets are what a node and this sandbox share, as files: each begins with "sandbox-" or has a
// PEM header "Lancar: sandbox", by which a production node refuses it.
type Secrets struct {
	ClientKey         string // X-CLIENT-KEY and X-PARTNER-ID of the node at the bank
	ClientSecretFile  string // for HMAC signatures of services 47 and 51
	PartnerKeyFile    string // the node's RSA key, PKCS #8 PEM, signs service 73
	BankPublicFile    string // the bank's RSA public key, PKIX PEM, checks service 52
	RegisterTokenFile string // bearer token of /register/
	PhoneTokenFile    string // bearer token of /phone/messages
	ClockSecretFile   string // HMAC key of POST /.demo/time
}

const clientKey = "sandbox-lancar"

func paths(dir string) Secrets {
	f := func(name string) string { return filepath.Join(dir, "sandbox", name) }
	return Secrets{clientKey, f("client.secret"), f("partner.key"), f("bank.pub"), f("register.secret"), f("phone.secret"), f("clock.secret")}
}

// Prepare makes in DIR/sandbox/ whatever is missing there. Call it before the node and the
// sandbox start.
func Prepare(dir string) (Secrets, error) {
	if err := os.MkdirAll(filepath.Join(dir, "sandbox"), 0o700); err != nil {
		return Secrets{}, err
	}
	p := paths(dir)
	for _, name := range []string{p.ClientSecretFile, p.RegisterTokenFile, p.PhoneTokenFile, p.ClockSecretFile} {
		b := make([]byte, 32)
		rand.Read(b)
		if err := create(name, []byte("sandbox-"+base64.RawURLEncoding.EncodeToString(b)+"\n")); err != nil {
			return Secrets{}, err
		}
	}
	for _, name := range []string{"partner", "bank"} {
		if err := makePair(filepath.Join(dir, "sandbox", name)); err != nil {
			return Secrets{}, err
		}
	}
	return p, nil
}

// create writes a file that does not exist yet, whole or not at all.
func create(path string, data []byte) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := os.WriteFile(path+".new", data, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func makePair(path string) error {
	if _, err := os.Stat(path + ".pub"); err == nil {
		return nil
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return err
	}
	mark := map[string]string{"Lancar": "sandbox"}
	// The public half is written last: its presence says that the pair is whole.
	os.Remove(path + ".key")
	err = create(path+".key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Headers: mark, Bytes: private}))
	return errors.Join(err, create(path+".pub", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Headers: mark, Bytes: public})))
}

func readSecrets(dir string) (s secrets, err error) {
	p := paths(dir)
	text := func(path string) string {
		b, e := os.ReadFile(path)
		err = errors.Join(err, e)
		return strings.TrimSpace(string(b))
	}
	s = secrets{clientKey: p.ClientKey, secret: text(p.ClientSecretFile), register: text(p.RegisterTokenFile),
		phone: text(p.PhoneTokenFile), clock: []byte(text(p.ClockSecretFile))}
	s.partner, s.bank = publicKey(text(filepath.Join(dir, "sandbox", "partner.pub"))), privateKey(text(filepath.Join(dir, "sandbox", "bank.key")))
	if errors.Is(err, fs.ErrNotExist) {
		return s, fmt.Errorf("the sandbox's secrets are missing; `lancar demo` makes them: %w", err)
	}
	if err == nil && (s.partner == nil || s.bank == nil) {
		err = errors.New("a key in " + filepath.Join(dir, "sandbox") + " cannot be read")
	}
	return s, err
}

func publicKey(text string) *rsa.PublicKey {
	b, _ := pem.Decode([]byte(text))
	if b == nil {
		return nil
	}
	k, _ := x509.ParsePKIXPublicKey(b.Bytes)
	r, _ := k.(*rsa.PublicKey)
	return r
}

func privateKey(text string) *rsa.PrivateKey {
	b, _ := pem.Decode([]byte(text))
	if b == nil {
		return nil
	}
	k, _ := x509.ParsePKCS8PrivateKey(b.Bytes)
	r, _ := k.(*rsa.PrivateKey)
	return r
}
