package document

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"slices"

	"lancar/internal/keys"
)

// The object identifiers of RFC 5652, RFC 5035 and RFC 5758 that a signature names.
var (
	oidData        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSignedData  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidContentType = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidDigest      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningCert = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	oidSHA256      = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidECDSASHA256 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
)

type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content signedData `asn1:"explicit,tag:0"`
}

type signedData struct {
	Version      int
	Digests      []pkix.AlgorithmIdentifier `asn1:"set"`
	Encapsulated struct{ Type asn1.ObjectIdentifier }
	Certificates asn1.RawValue
	Signers      []signerInfo `asn1:"set"`
}

type signerInfo struct {
	Version    int
	Issuer     issuerSerial
	Digest     pkix.AlgorithmIdentifier
	Attributes asn1.RawValue
	Algorithm  pkix.AlgorithmIdentifier
	Signature  []byte
}

type issuerSerial struct {
	Issuer asn1.RawValue
	Serial *big.Int
}

type attribute struct {
	Type   asn1.ObjectIdentifier
	Values []asn1.RawValue `asn1:"set"`
}

// essCert is ESSCertIDv2 of RFC 5035 with its default hash, SHA-256.
type essCert struct {
	Hash   []byte
	Issuer struct {
		Names  []asn1.RawValue
		Serial *big.Int
	}
}

// signature makes the detached CMS signature of ETSI EN 319 142-1, baseline B: content type,
// digest and signing certificate are signed; the time stands in the PDF (M), not here.
func signature(content []byte, by keys.DocumentSigner) ([]byte, error) {
	cert := by.Certificate
	attributes, err := signedAttributes(sha256.Sum256(content), cert)
	if err != nil {
		return nil, err
	}
	set, err := attributeSet(attributes)
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(set)
	sig, err := by.Key.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	certificates := cert.Raw[:len(cert.Raw):len(cert.Raw)]
	for _, c := range by.Chain {
		certificates = append(certificates, c.Raw...)
	}
	return enclose(cert, certificates, attributes, sig)
}

// enclose writes the structure around a signature, in the one shape that ours have.
func enclose(cert *x509.Certificate, certificates, attributes, sig []byte) ([]byte, error) {
	sha := pkix.AlgorithmIdentifier{Algorithm: oidSHA256}
	tagged := func(b []byte) asn1.RawValue {
		return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: b}
	}
	sd := signedData{
		Version: 1, Digests: []pkix.AlgorithmIdentifier{sha}, Certificates: tagged(certificates),
		Signers: []signerInfo{{
			Version: 1, Issuer: issuerSerial{asn1.RawValue{FullBytes: cert.RawIssuer}, cert.SerialNumber}, Digest: sha,
			Attributes: tagged(attributes), Algorithm: pkix.AlgorithmIdentifier{Algorithm: oidECDSASHA256}, Signature: sig,
		}},
	}
	sd.Encapsulated.Type = oidData
	return asn1.Marshal(contentInfo{oidSignedData, sd})
}

// attributeSet is what is signed: the attributes as a SET (RFC 5652, section 5.4).
func attributeSet(attributes []byte) ([]byte, error) {
	return asn1.Marshal(asn1.RawValue{Tag: asn1.TagSet, IsCompound: true, Bytes: attributes})
}

// ours says whether a CMS signature has the shape that enclose gives, around attributes that are
// signed byte for byte. A signature vouches for the file and the attributes, not for the structure
// around them: a byte changed there would go unnoticed.
func ours(cms []byte, cert *x509.Certificate) bool {
	var c contentInfo
	if rest, err := asn1.Unmarshal(cms, &c); err != nil || len(rest) > 0 || len(c.Content.Signers) != 1 {
		return false
	}
	s := c.Content.Signers[0]
	again, err := enclose(cert, c.Content.Certificates.Bytes, s.Attributes.Bytes, s.Signature)
	if err != nil || !bytes.Equal(again, cms) {
		return false
	}
	set, err := attributeSet(s.Attributes.Bytes)
	return err == nil && cert.CheckSignature(x509.ECDSAWithSHA256, set, s.Signature) == nil
}

// signedAttributes are the attributes one after another, sorted as DER sorts a set.
func signedAttributes(digest [32]byte, cert *x509.Certificate) ([]byte, error) {
	hash := sha256.Sum256(cert.Raw)
	ess := essCert{Hash: hash[:]}
	ess.Issuer.Names = []asn1.RawValue{{Class: asn1.ClassContextSpecific, Tag: 4, IsCompound: true, Bytes: cert.RawIssuer}}
	ess.Issuer.Serial = cert.SerialNumber
	var list [][]byte
	for _, a := range []struct {
		oid   asn1.ObjectIdentifier
		value any
	}{{oidContentType, oidData}, {oidDigest, digest[:]}, {oidSigningCert, struct{ Certs []essCert }{[]essCert{ess}}}} {
		value, err := asn1.Marshal(a.value)
		if err != nil {
			return nil, err
		}
		der, err := asn1.Marshal(attribute{a.oid, []asn1.RawValue{{FullBytes: value}}})
		if err != nil {
			return nil, err
		}
		list = append(list, der)
	}
	slices.SortFunc(list, bytes.Compare)
	return bytes.Join(list, nil), nil
}
