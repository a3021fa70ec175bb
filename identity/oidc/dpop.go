package oidc

import (
	"crypto/sha256"
	"encoding/binary"
	"net/http"
	"net/url"
	"strings"
	"time"

	"lancar/internal/keys"
)

// proofClaims are those of a DPoP proof (RFC 9449 section 4.2).
type proofClaims struct {
	ID     string  `json:"jti"`
	Method string  `json:"htm"`
	URL    string  `json:"htu"`
	Issued seconds `json:"iat"`
	Nonce  string  `json:"nonce"`
	Hash   string  `json:"ath"`
}

func badProof(id, en string) *fault { return refuse("invalid_dpop_proof", id, en) }

// proof reads the DPoP proof of a client's request, if it has one, and notes its key.
func (p *Provider) proof(w http.ResponseWriter, r *http.Request, c *call) error {
	list := r.Header.Values("DPoP")
	if len(list) == 0 {
		return nil
	}
	jkt, used, err := p.checkProof(w, r, list, "", c.reg.Nonce)
	if err != nil {
		return p.refuseAfter(r.Context(), c, err)
	}
	c.jkt = jkt
	c.used = append(c.used, used)
	return nil
}

// checkProof checks a DPoP proof for this request: signed by the key it carries, for this method and
// address, now, good once. token is the access token that it goes with, "" at the token endpoint.
// It returns the key's thumbprint (RFC 7638). A nonce of ours goes out with every answer.
func (p *Provider) checkProof(w http.ResponseWriter, r *http.Request, list []string, token string, nonce bool) (jkt string, used once, err error) {
	now := p.DB.Now()
	w.Header().Set("DPoP-Nonce", p.nonce(now))
	if len(list) != 1 {
		return "", used, badProof("Lebih dari satu bukti DPoP.", "More than one DPoP proof")
	}
	bad := badProof("Bukti DPoP tidak sah.", "The DPoP proof is not valid")
	proof, err := p.heads.parse(list[0], algorithms())
	if err != nil {
		return "", used, bad.because(err)
	}
	if proof.typ != "dpop+jwt" || proof.key == nil || keyAlgorithm(proof.key) != string(proof.alg) {
		return "", used, bad
	}
	if !proof.by(proof.key) {
		return "", used, bad.because(errSignature)
	}
	var said proofClaims
	if err := decode(proof.payload, &said); err != nil {
		return "", used, bad.because(err)
	}
	switch {
	case said.Method != r.Method || !p.here(r, said.URL):
		return "", used, badProof("Bukti DPoP untuk alamat atau metode lain.", "The DPoP proof is for another address or method")
	case said.ID == "" || len(said.ID) > maxParam:
		return "", used, badProof("Bukti DPoP tanpa jti.", "The DPoP proof has no jti")
	case token != "" && said.Hash != accessHash(token):
		return "", used, badProof("Bukti DPoP untuk token lain.", "The DPoP proof is for another token")
	case nonce && said.Nonce == "":
		return "", used, refuse("use_dpop_nonce", "Pakai nonce dari jawaban ini.", "Use the nonce of this answer")
	case said.Nonce != "" && !p.ourNonce(said.Nonce, now):
		return "", used, refuse("use_dpop_nonce", "Nonce sudah lama, pakai yang baru.", "The nonce is stale, use the new one")
	case said.Issued.time().After(now.Add(skew)) || now.Sub(said.Issued.time()) > proofLife+skew:
		return "", used, badProof("Bukti DPoP bukan dari sekarang. Periksa jam server Anda.", "The DPoP proof is not from now, check your clock")
	}
	return proof.thumb, newOnce("proof", proof.thumb, said.ID, said.Issued.time().Add(proofLife+2*skew), badProof("Bukti DPoP ini sudah pernah dipakai.", "The DPoP proof was used before")), nil
}

// here says whether htu is the address of this request as we publish it; query and fragment do not
// count.
func (p *Provider) here(r *http.Request, htu string) bool {
	u, err := url.Parse(htu)
	if err != nil || u.User != nil {
		return false
	}
	at := strings.ToLower(u.Scheme) + "://" + strings.TrimSuffix(strings.ToLower(u.Host), defaultPort(u)) + u.EscapedPath()
	return at == strings.ToLower(p.config.Issuer)+r.URL.Path || at == strings.ToLower(p.config.MTLS)+r.URL.Path
}

// defaultPort is what the host of an address may end in and mean the same (RFC 3986 section 6.2.3).
func defaultPort(u *url.URL) string {
	if strings.EqualFold(u.Scheme, "https") {
		return ":443"
	}
	return ":80"
}

func accessHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return b64.EncodeToString(sum[:])
}

// nonceLife is how long one nonce is handed out; it is taken for twice that.
const nonceLife = 2 * time.Minute

// nonce is the same on every copy of the node and needs no table.
func (p *Provider) nonce(now time.Time) string {
	var slot [8]byte
	binary.BigEndian.PutUint64(slot[:], uint64(now.Unix()/int64(nonceLife.Seconds())))
	return b64.EncodeToString(p.Keys.MAC("oidc dpop nonce", slot[:])[:12])
}

func (p *Provider) ourNonce(said string, now time.Time) bool {
	return keys.Equal([]byte(said), []byte(p.nonce(now))) || keys.Equal([]byte(said), []byte(p.nonce(now.Add(-nonceLife))))
}
