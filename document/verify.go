package document

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/smallstep/pkcs7"
)

// What can be wrong with the signature of a PDF, apart from a certificate nobody here trusts.
var (
	ErrUnsigned = errors.New("the file carries no signature of ours")
	ErrAltered  = errors.New("the file was altered after it was signed")
)

// Seal is a signature that holds.
type Seal struct {
	Certificate *x509.Certificate
	At          time.Time // as the signer says
}

var (
	byteRange  = regexp.MustCompile(`/ByteRange \[(\d{1,10}) (\d{1,10}) (\d{1,10}) (\d{1,10})\]`)
	signedDate = regexp.MustCompile(`/SubFilter /ETSI\.CAdES\.detached /M \(D:(\d{14})Z\)`)
	keyword    = regexp.MustCompile(regexp.QuoteMeta("("+keywordPrefix) + `([0-9]{2,10}-[0-9A-Z]{10})\)`)
)

// Verify checks the signature inside a PDF as this package makes it: it covers the whole file
// but for itself, and its certificate chains to roots at the time of signing. It returns
// [ErrUnsigned], [ErrAltered], or an error of the certificate.
func Verify(pdf []byte, roots *x509.CertPool) (Seal, error) {
	all := byteRange.FindAllSubmatch(pdf, -1)
	if len(all) == 0 {
		return Seal{}, ErrUnsigned
	}
	var n [4]int
	for i := range n {
		n[i], _ = strconv.Atoi(string(all[0][i+1]))
	}
	open, end := n[1], n[2]
	if len(all) > 1 || n[0] != 0 || open < 0 || end <= open+2 || end > len(pdf) || end+n[3] != len(pdf) || pdf[open] != '<' || pdf[end-1] != '>' {
		return Seal{}, ErrAltered
	}
	padded := make([]byte, (end-open-2)/2)
	if _, err := hex.Decode(padded, pdf[open+1:end-1]); err != nil {
		return Seal{}, ErrAltered
	}
	return verifyCMS(padded, append(bytes.Clone(pdf[:open]), pdf[end:]...), roots)
}

func verifyCMS(padded, content []byte, roots *x509.CertPool) (Seal, error) {
	var whole asn1.RawValue
	rest, err := asn1.Unmarshal(padded, &whole)
	if err != nil || len(bytes.Trim(rest, "\x00")) > 0 {
		return Seal{}, ErrAltered
	}
	p7, err := pkcs7.Parse(whole.FullBytes)
	if err != nil || p7.GetOnlySigner() == nil {
		return Seal{}, ErrAltered
	}
	p7.Content = content
	if err := p7.Verify(); err != nil { // the signature alone; the certificate is next
		return Seal{}, ErrAltered
	}
	cert := p7.GetOnlySigner()
	if !ours(whole.FullBytes, cert) {
		return Seal{}, ErrAltered
	}
	var signing struct{ Certs []essCert }
	hash := sha256.Sum256(cert.Raw)
	if err := p7.UnmarshalSignedAttribute(oidSigningCert, &signing); err != nil || len(signing.Certs) != 1 || !bytes.Equal(signing.Certs[0].Hash, hash[:]) {
		return Seal{}, ErrAltered
	}
	m := signedDate.FindSubmatch(content)
	if m == nil {
		return Seal{}, ErrUnsigned
	}
	at, err := time.Parse("20060102150405", string(m[1]))
	if err != nil {
		return Seal{}, ErrAltered
	}
	if err := chained(p7.Certificates, cert, roots, at); err != nil {
		return Seal{}, err
	}
	return Seal{Certificate: cert, At: at}, nil
}

// chained checks the signer's certificate at the time of signing. What else lies beside it must be of
// its chain, byte for byte: nothing in the file is left unchecked.
func chained(beside []*x509.Certificate, cert *x509.Certificate, roots *x509.CertPool, at time.Time) error {
	between := x509.NewCertPool()
	for _, c := range beside {
		between.AddCert(c)
	}
	chains, err := cert.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	if err != nil {
		return fmt.Errorf("the certificate of the signature: %w", err)
	}
	for _, c := range beside {
		if !slices.ContainsFunc(chains, func(chain []*x509.Certificate) bool { return slices.ContainsFunc(chain, c.Equal) }) {
			return ErrAltered
		}
	}
	return nil
}

// coreInside is the core of the number that a PDF of ours says it has, "" if it says none.
func coreInside(pdf []byte) string {
	if m := keyword.FindSubmatch(pdf); m != nil {
		return string(m[1])
	}
	return ""
}
