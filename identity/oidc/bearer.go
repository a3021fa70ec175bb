package oidc

import (
	"context"
	"net/http"
	"strings"
	"time"

	"encoding/json"

	"lancar"
	"lancar/internal/store"
)

// accessClaims are those of an access token of ours.
type accessClaims struct {
	Issuer   string   `json:"iss"`
	Subject  string   `json:"sub"`
	Audience audience `json:"aud"`
	Client   string   `json:"client_id"`
	Issued   int64    `json:"iat"`
	Expires  int64    `json:"exp"`
	ID       string   `json:"jti"`
	Scope    string   `json:"scope"`
	AuthTime int64    `json:"auth_time,omitempty"`
	ACR      string   `json:"acr,omitempty"`
	Confirm  struct {
		JKT string `json:"jkt,omitempty"`
		X5T string `json:"x5t#S256,omitempty"`
	} `json:"cnf"`
	Act json.RawMessage `json:"act,omitempty"`
}

// bearer is an access token that was presented and holds.
type bearer struct {
	accessClaims
	row tokenRow
}

func badToken(id, en string) *fault {
	return refuse("invalid_token", id, en).with(http.StatusUnauthorized)
}

// openAccess reads an access token of ours, JWT or opaque, and looks up whether it still counts.
func (p *Provider) openAccess(ctx context.Context, text string) (t bearer, err error) {
	bad := badToken("Token tidak berlaku.", "The token is not valid")
	opaque := strings.HasPrefix(text, "a.")
	if opaque {
		id, _, err := p.openHandle("a", text)
		if err != nil {
			return t, bad
		}
		t.ID = string(id)
	} else {
		list, err := p.keys(ctx, p.DB.Now())
		if err != nil {
			return t, err
		}
		token, err := p.heads.parse(text, algorithms())
		if err != nil {
			return t, bad
		}
		if !published(list, token.kid) { // another copy of the node may have a newer one
			if list, err = p.keysAgain(ctx); err != nil {
				return t, err
			}
		}
		if _, err := token.among(public(list)); err != nil || token.typ != "at+jwt" || decode(token.payload, &t.accessClaims) != nil {
			return t, bad
		}
	}
	id := t.ID
	err = p.DB.Read(ctx, func(tx *store.Tx) error {
		t.row, err = tokenByID(tx, id)
		return err
	})
	switch {
	case err == store.ErrNone || err == nil && !t.row.live:
		return t, bad
	case err != nil:
		return t, err
	}
	if opaque {
		if err := decode(t.row.data, &t.accessClaims); err != nil {
			return t, err
		}
	}
	if _, err := p.client(ctx, t.Client); err != nil { // ended, or a machine that was stopped
		if asFault(err).status >= http.StatusInternalServerError {
			return t, err
		}
		return t, bad
	}
	if t.Issuer != p.config.Issuer || !p.actsOn(ctx, &t) || !p.DB.Now().Before(time.Unix(t.Expires, 0)) {
		return t, bad
	}
	return t, nil
}

// present takes the access token of a request to us as resource server: from the header alone (or,
// for Bearer, a form's body), with the proof or certificate that it is bound to.
func (p *Provider) present(w http.ResponseWriter, r *http.Request) (t bearer, err error) {
	scheme, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	bound := strings.EqualFold(scheme, "DPoP")
	switch {
	case len(r.Header.Values("Authorization")) > 1:
		return t, badRequest("Lebih dari satu token.", "More than one token")
	case text == "" && r.Method == http.MethodPost && r.Header.Get("Authorization") == "":
		f, err := form(w, r)
		if err != nil || f.Get("access_token") == "" {
			return t, badToken("Token tidak ada.", "The token is missing")
		}
		text = f.Get("access_token")
	case text == "" || !bound && !strings.EqualFold(scheme, "Bearer"):
		return t, badToken("Token tidak ada.", "The token is missing")
	}
	if len(r.URL.Query()["access_token"]) > 0 {
		return t, badRequest("Token tidak boleh ada di alamat.", "A token may not stand in an address")
	}
	if t, err = p.openAccess(r.Context(), text); err != nil {
		return t, err
	}
	switch {
	case t.Confirm.JKT != "" && !bound, t.Confirm.JKT == "" && bound:
		return t, badToken("Token ini terikat dengan cara lain.", "The token is bound in another way")
	case t.Confirm.X5T != "" && (r.TLS == nil || len(r.TLS.PeerCertificates) == 0 || thumbprint(r.TLS.PeerCertificates[0].Raw) != t.Confirm.X5T):
		return t, badToken("Token ini terikat pada sertifikat lain.", "The token is bound to another certificate")
	case bound:
		return t, p.presentProof(w, r, t, text)
	}
	return t, nil
}

// presentProof checks the DPoP proof beside a token and uses it up.
func (p *Provider) presentProof(w http.ResponseWriter, r *http.Request, t bearer, text string) error {
	reg, err := p.client(r.Context(), t.Client)
	if err != nil {
		return err
	}
	jkt, used, err := p.checkProof(w, r, r.Header.Values("DPoP"), text, reg.Nonce)
	if err != nil {
		return asFault(err).with(http.StatusUnauthorized)
	}
	if jkt != t.Confirm.JKT {
		return badProof("Token ini terikat pada kunci lain.", "The token is bound to another key").with(http.StatusUnauthorized)
	}
	c := &call{reg: reg, used: []once{used}}
	if err := p.DB.Append(r.Context(), c.spendTx); err != nil {
		err = p.replayed(r.Context(), c, err)
		if f := asFault(err); f.code == "invalid_dpop_proof" {
			return f.with(http.StatusUnauthorized)
		}
		return err
	}
	return nil
}

// failBearer answers a wrong token as RFC 6750 section 3 and RFC 9449 section 7.1 want it.
func (p *Provider) failBearer(w http.ResponseWriter, r *http.Request, endpoint string, client lancar.ID, err error) {
	f := asFault(err)
	if challenge := p.challenge(r, f); challenge != "" {
		w.Header().Set("WWW-Authenticate", challenge)
	}
	p.fail(w, r, endpoint, client, f)
}
