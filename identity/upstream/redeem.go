package upstream

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"lancar/internal/keys"
)

// algorithm is what a key of ours signs by, "" for another curve.
func algorithm(k *ecdsa.PrivateKey) jose.SignatureAlgorithm {
	return map[int]jose.SignatureAlgorithm{256: jose.ES256, 384: jose.ES384, 521: jose.ES512}[k.Curve.Params().BitSize]
}

// accepted are the algorithms of ID tokens; never none, never a shared key.
func accepted() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{jose.ES256, jose.ES384, jose.ES512, jose.PS256, jose.EdDSA, jose.RS256}
}

// assertion proves who we are (private_key_jwt, RFC 7523).
func (u *Upstream) assertion() (string, error) {
	o := (&jose.SignerOptions{}).WithType("JWT")
	if u.config.KeyID != "" {
		o = o.WithHeader("kid", u.config.KeyID)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm(u.config.Key), Key: u.config.Key}, o)
	if err != nil {
		return "", err
	}
	now := u.db.Now()
	payload, err := json.Marshal(map[string]any{"iss": u.config.ClientID, "sub": u.config.ClientID, "aud": u.config.Issuer, "jti": keys.Token(), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix()})
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}

// redeem trades the code and returns what the provider says about the person: the ID token's claims,
// and those of userinfo beside them.
func (u *Upstream) redeem(ctx context.Context, about metadata, code string, w way) (map[string]any, error) {
	proof, err := u.assertion()
	if err != nil {
		return nil, err
	}
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {u.config.Redirect}, "code_verifier": {w.Verifier}, "client_id": {u.config.ClientID},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {proof}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, about.Token, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	var got struct {
		ID     string `json:"id_token"`
		Access string `json:"access_token"`
	}
	if err := u.call(req, &got); err != nil {
		return nil, wrong(err.Error())
	}
	said, err := u.checkID(ctx, got.ID, w.Nonce)
	if err != nil {
		return nil, err
	}
	if said[u.config.Claims.Number] != nil && said[u.config.Claims.Name] != nil && said[u.config.Claims.BirthDate] != nil || about.Userinfo == "" {
		return said, nil
	}
	more := map[string]any{}
	if err := u.get(ctx, about.Userinfo, got.Access, &more); err != nil || more["sub"] != said["sub"] {
		return nil, wrong("userinfo")
	}
	maps.Copy(more, said) // what is signed counts before what is not
	return more, nil
}

// checkID holds an ID token to OpenID Connect Core section 3.1.3.7.
func (u *Upstream) checkID(ctx context.Context, text, nonce string) (map[string]any, error) {
	jws, err := jose.ParseSignedCompact(text, accepted())
	if err != nil {
		return nil, wrong("ID token: " + err.Error())
	}
	kid := jws.Signatures[0].Protected.KeyID
	_, set, err := u.known(ctx, kid)
	if err != nil {
		return nil, err
	}
	payload, err := verify(jws, set, kid)
	if err != nil {
		return nil, wrong("ID token: " + err.Error())
	}
	said := map[string]any{}
	if err := json.Unmarshal(payload, &said); err != nil {
		return nil, wrong("ID token: " + err.Error())
	}
	var c struct {
		Issuer  string  `json:"iss"`
		Subject string  `json:"sub"`
		For     any     `json:"aud"`
		Party   string  `json:"azp"`
		Expires float64 `json:"exp"`
		Issued  float64 `json:"iat"`
		Nonce   string  `json:"nonce"`
	}
	if err := json.Unmarshal(payload, &c); err != nil {
		return nil, wrong("ID token: " + err.Error())
	}
	now := float64(u.db.Now().Unix())
	many, _ := c.For.([]any)
	ours := c.For == any(u.config.ClientID) || len(many) == 1 && many[0] == any(u.config.ClientID)
	switch {
	case c.Issuer != u.config.Issuer:
		return nil, wrong("ID token of another issuer")
	case !ours || c.Party != "" && c.Party != u.config.ClientID:
		return nil, wrong("ID token for another app")
	case c.Nonce != nonce:
		return nil, wrong("nonce")
	case c.Subject == "" || now >= c.Expires+skew.Seconds() || c.Issued > now+skew.Seconds() || c.Issued < now-life.Seconds():
		return nil, wrong("ID token is not of now")
	}
	return said, nil
}

func verify(jws *jose.JSONWebSignature, set jose.JSONWebKeySet, kid string) ([]byte, error) {
	for i := range set.Keys {
		k := &set.Keys[i]
		if kid != "" && k.KeyID != kid || !k.IsPublic() || k.Use == "enc" {
			continue
		}
		if payload, err := jws.Verify(k.Key); err == nil {
			return payload, nil
		}
	}
	return nil, errors.New("no key of the provider verifies it")
}

func (u *Upstream) get(ctx context.Context, at, token string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return err
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return u.call(req, into)
}

func (u *Upstream) call(req *http.Request, into any) error {
	req.Header.Set("Accept", "application/json")
	res, err := u.config.HTTP.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxBody))
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %d", req.URL.Path, res.StatusCode)
	}
	return json.Unmarshal(text, into)
}
