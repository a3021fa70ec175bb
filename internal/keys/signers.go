package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// DemoCA is the common name of the certificate authority that demonstration nodes make. A
// production node refuses keys certified by it.
const DemoCA = "Lancar SIMULASI Root CA"

// signers are one region's keys.
type signers struct {
	document DocumentSigner
	log      note.Signer
	verifier string
}

type roots struct{ pool *x509.CertPool }

// DocumentSigner signs documents: Chain goes from the issuer of Certificate to the root.
type DocumentSigner struct {
	Key         crypto.Signer
	Certificate *x509.Certificate
	Chain       []*x509.Certificate
}

// Demo says whether the certificate was made by a demonstration node.
func (d DocumentSigner) Demo() bool { return d.Certificate.Issuer.CommonName == DemoCA }

// DocumentSigner is the key of the region, or of the nearest region above that has one.
func (r *Ring) DocumentSigner(region string) DocumentSigner { return r.nearest(region).document }

// LogSigner signs the region's checkpoints; its name tells whose key it is.
func (r *Ring) LogSigner(region string) note.Signer { return r.nearest(region).log }

// LogVerifierKey is the public half in the note format, "name+hash+key".
func (r *Ring) LogVerifierKey(region string) string { return r.nearest(region).verifier }

// Demos are the codes of the regions whose documents would be signed by a demonstration key.
func (r *Ring) Demos() (codes []string) {
	for code, s := range r.signers {
		if s.document.Demo() {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	return codes
}

// Roots are the certificate authorities this node's documents chain to.
func (r *Ring) Roots() *x509.CertPool { return r.roots.pool }

func (r *Ring) nearest(region string) signers {
	for code := region; code != ""; code = above(code) {
		if s, ok := r.signers[code]; ok {
			return s
		}
	}
	return r.signers["00"]
}

// above is the code one level up: "53.15" → "53" → "".
func above(code string) string {
	if i := strings.LastIndexByte(code, '.'); i > 0 {
		return code[:i]
	}
	return ""
}

func createSigners(dir string, o Options) error {
	ca, err := loadOrMakeCA(dir, o.Now)
	if err != nil {
		return err
	}
	for _, code := range append([]string{"00"}, o.Regions...) {
		if err := makeDocumentKey(dir, code, ca, o.Now); err != nil {
			return err
		}
		path := filepath.Join(dir, "log-"+code+".key")
		if _, err := os.Stat(path); err == nil {
			continue
		}
		private, _, err := note.GenerateKey(rand.Reader, o.Origin+"/log/"+code)
		if err != nil {
			return err
		}
		if err := writeSecret(path, []byte(private+"\n")); err != nil {
			return err
		}
	}
	return nil
}

func loadOrMakeCA(dir string, now time.Time) (DocumentSigner, error) {
	if s, err := loadPair(dir, "ca"); err == nil || !errors.Is(err, os.ErrNotExist) {
		return s, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return DocumentSigner{}, err
	}
	t := template(DemoCA, now, 20)
	t.IsCA, t.BasicConstraintsValid, t.KeyUsage = true, true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign
	return savePair(dir, "ca", key, t, DocumentSigner{Key: key, Certificate: t})
}

func makeDocumentKey(dir, code string, ca DocumentSigner, now time.Time) error {
	if _, err := loadPair(dir, "document-"+code); err == nil || !errors.Is(err, os.ErrNotExist) {
		return err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	t := template("Lancar SIMULASI "+code, now, 5)
	t.KeyUsage, t.ExtKeyUsage = x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment, []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}
	_, err = savePair(dir, "document-"+code, key, t, ca)
	return err
}

func template(name string, now time.Time, years int) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		panic(err) // the system's randomness failed: nothing that follows could be trusted
	}
	return &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name, Organization: []string{"Lancar SIMULASI"}, Country: []string{"ID"}},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(years, 0, 0)}
}

func savePair(dir, name string, key *ecdsa.PrivateKey, t *x509.Certificate, issuer DocumentSigner) (DocumentSigner, error) {
	der, err := x509.CreateCertificate(rand.Reader, t, issuer.Certificate, key.Public(), issuer.Key)
	if err != nil {
		return DocumentSigner{}, err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return DocumentSigner{}, err
	}
	// The certificate first: a pair counts as there only when its key is.
	crt := filepath.Join(dir, name+".crt")
	if err := os.WriteFile(crt, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644); err != nil {
		return DocumentSigner{}, err
	}
	if err := writeSecret(filepath.Join(dir, name+".key"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})); err != nil {
		return DocumentSigner{}, err
	}
	return loadPair(dir, name)
}

func loadPair(dir, name string) (DocumentSigner, error) {
	var s DocumentSigner
	keyPEM, err := readSecret(filepath.Join(dir, name+".key"))
	if err != nil {
		return s, err
	}
	block, _ := pem.Decode(keyPEM)
	if block == nil {
		return s, fmt.Errorf("%s.key: not PEM", name)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return s, fmt.Errorf("%s.key: %w", name, err)
	}
	var ok bool
	if s.Key, ok = key.(crypto.Signer); !ok {
		return s, fmt.Errorf("%s.key: cannot sign", name)
	}
	crtPEM, err := os.ReadFile(filepath.Join(dir, name+".crt"))
	if err != nil {
		return s, err
	}
	for block, rest := pem.Decode(crtPEM); block != nil; block, rest = pem.Decode(rest) {
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return s, fmt.Errorf("%s.crt: %w", name, err)
		}
		if s.Certificate == nil {
			s.Certificate = cert
		} else {
			s.Chain = append(s.Chain, cert)
		}
	}
	if s.Certificate == nil {
		return s, fmt.Errorf("%s.crt: holds no certificate", name)
	}
	return s, nil
}

func (r *Ring) openSigners(dir string) error {
	r.roots.pool = x509.NewCertPool()
	ca, err := os.ReadFile(filepath.Join(dir, "ca.crt"))
	if err != nil || !r.roots.pool.AppendCertsFromPEM(ca) {
		return fmt.Errorf("%s: no certificate authority (%w)", filepath.Join(dir, "ca.crt"), err)
	}
	var chain []*x509.Certificate
	if block, _ := pem.Decode(ca); block != nil {
		if root, err := x509.ParseCertificate(block.Bytes); err == nil {
			chain = []*x509.Certificate{root}
		}
	}
	paths, err := filepath.Glob(filepath.Join(dir, "log-*.key"))
	if err != nil {
		return err
	}
	for _, path := range paths {
		code := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "log-"), ".key")
		s, err := openRegion(dir, code)
		if err != nil {
			return err
		}
		if len(s.document.Chain) == 0 {
			s.document.Chain = chain
		}
		r.signers[code] = s
	}
	if _, ok := r.signers["00"]; !ok {
		return fmt.Errorf("%s: the node needs log-00.key and document-00.key", dir)
	}
	return nil
}

func openRegion(dir, code string) (s signers, err error) {
	if s.document, err = loadPair(dir, "document-"+code); err != nil {
		return s, fmt.Errorf("region %s: %w", code, err)
	}
	text, err := readSecret(filepath.Join(dir, "log-"+code+".key"))
	if err != nil {
		return s, err
	}
	private := strings.TrimSpace(string(text))
	if s.log, err = note.NewSigner(private); err != nil {
		return s, fmt.Errorf("log-%s.key: %w", code, err)
	}
	s.verifier, err = verifierKey(private)
	return s, err
}
