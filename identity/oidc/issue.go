package oidc

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"lancar"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// issue is what an access token is to say.
type issue struct {
	reg      *registration
	grant    lancar.ID // "" for a machine's own
	sub      string
	scope    []string
	aud      []string // empty: this node
	jkt, x5t string
	authTime int64
	acr      string
	act      json.RawMessage // who acts for sub (RFC 8693 section 4.1), nil for sub itself
	life     time.Duration
}

// issued is a token that is ready; it counts once [issued.keepTx] committed.
type issued struct {
	token   string
	id      string
	reg     *registration
	grant   lancar.ID
	data    []byte // of an opaque token
	expires time.Time
	bound   bool // to a DPoP key
	life    time.Duration
	scope   []string
}

// access makes an access token: a JWT (RFC 9068), or an opaque one that stands for the same claims.
func (p *Provider) access(ctx context.Context, in issue) (issued, error) {
	now := p.DB.Now()
	out := issued{id: string(lancar.NewID(now)), reg: in.reg, grant: in.grant, expires: now.Add(in.life), bound: in.jkt != "", life: in.life, scope: in.scope}
	payload := p.accessPayload(in, out.id, now)
	if in.reg.Opaque {
		out.data, out.token = payload, p.handle("a", lancar.ID(out.id), 0)
		return out, nil
	}
	k, err := p.key(ctx, "ES256")
	if err != nil {
		return out, err
	}
	out.token, err = sign(k, k.headAccess, payload)
	return out, err
}

func (p *Provider) accessPayload(in issue, id string, now time.Time) []byte {
	b := make([]byte, 0, 512)
	b = append(b, `{"iss":`...)
	b = quote(b, p.config.Issuer)
	b = append(b, `,"sub":`...)
	b = quote(b, in.sub)
	b = append(b, `,"aud":`...)
	switch len(in.aud) {
	case 0:
		b = quote(b, p.config.Issuer)
	case 1:
		b = quote(b, in.aud[0])
	default:
		b = quoteList(b, in.aud)
	}
	b = append(b, `,"client_id":`...)
	b = quote(b, string(in.reg.ID))
	b = append(b, `,"iat":`...)
	b = strconv.AppendInt(b, now.Unix(), 10)
	b = append(b, `,"exp":`...)
	b = strconv.AppendInt(b, now.Add(in.life).Unix(), 10)
	b = append(b, `,"jti":`...)
	b = quote(b, id)
	if len(in.scope) > 0 {
		b = append(b, `,"scope":`...)
		b = quote(b, strings.Join(in.scope, " "))
	}
	if in.authTime != 0 {
		b = append(b, `,"auth_time":`...)
		b = strconv.AppendInt(b, in.authTime, 10)
		b = append(b, `,"acr":`...)
		b = quote(b, in.acr)
	}
	switch {
	case in.jkt != "":
		b = append(b, `,"cnf":{"jkt":`...)
		b = append(quote(b, in.jkt), '}')
	case in.x5t != "":
		b = append(b, `,"cnf":{"x5t#S256":`...)
		b = append(quote(b, in.x5t), '}')
	}
	if in.act != nil {
		b = append(append(b, `,"act":`...), in.act...)
	}
	return append(b, '}')
}

// quote appends a JSON string; nearly all of ours need no escape.
func quote(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			text, err := json.Marshal(s)
			if err != nil {
				panic(err) // strings always encode
			}
			return append(b, text...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

func quoteList(b []byte, list []string) []byte {
	b = append(b, '[')
	for i, s := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = quote(b, s)
	}
	return append(b, ']')
}

// keepTx notes that the token was issued: without this row it is nothing.
func (t issued) keepTx(tx *store.Tx) error {
	return insertToken(tx, t.id, t.reg.ID, t.grant, t.data, t.expires)
}

// response is the token endpoint's answer; idToken and refresh may be "".
func (t issued) response(idToken, refresh string) []byte {
	b := make([]byte, 0, len(t.token)+len(idToken)+256)
	b = append(b, `{"access_token":`...)
	b = quote(b, t.token)
	if t.bound {
		b = append(b, `,"token_type":"DPoP","expires_in":`...)
	} else {
		b = append(b, `,"token_type":"Bearer","expires_in":`...)
	}
	b = strconv.AppendInt(b, int64(t.life.Seconds()), 10)
	if len(t.scope) > 0 {
		b = append(b, `,"scope":`...)
		b = quote(b, strings.Join(t.scope, " "))
	}
	if idToken != "" {
		b = append(b, `,"id_token":`...)
		b = quote(b, idToken)
	}
	if refresh != "" {
		b = append(b, `,"refresh_token":`...)
		b = quote(b, refresh)
	}
	return append(b, '}')
}

// idToken tells the client who signed in, when and how sure that is; claims are those that the
// claims parameter asked for here.
func (p *Provider) idToken(ctx context.Context, reg *registration, g *grant, access string, claims map[string]any) (string, error) {
	now := p.DB.Now()
	body := map[string]any{}
	for name, value := range claims {
		body[name] = value
	}
	body["iss"], body["sub"], body["aud"] = p.config.Issuer, g.Sub, string(reg.ID)
	body["iat"], body["exp"] = now.Unix(), now.Add(idLife).Unix()
	body["auth_time"], body["acr"], body["amr"] = g.AuthTime, g.ACR, g.Methods
	body["sid"] = p.sid(reg, g.Session)
	if g.Nonce != "" {
		body["nonce"] = g.Nonce
	}
	if access != "" {
		body["at_hash"] = atHash(reg.IDTokenAlg, access)
	}
	if g.Actor != nil {
		body["act"] = g.Actor
	}
	return p.signMap(ctx, reg.IDTokenAlg, body)
}

func (p *Provider) signMap(ctx context.Context, alg string, body map[string]any) (string, error) {
	k, err := p.key(ctx, alg)
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(body)
	if err != nil {
		return "", err
	}
	return sign(k, k.headID, payload)
}

// sid names a sign-in towards one client, for logout.
func (p *Provider) sid(reg *registration, session lancar.ID) string {
	return b64.EncodeToString(p.Keys.MAC("oidc sid", []byte(string(reg.ID)+"\n"+string(session)))[:16])
}

// atHash binds an ID token to the access token beside it (section 3.1.3.6).
func atHash(alg, access string) string {
	if alg == "EdDSA" { // Ed25519 hashes with SHA-512
		sum := sha512.Sum512([]byte(access))
		return b64.EncodeToString(sum[:32])
	}
	sum := sha256.Sum256([]byte(access))
	return b64.EncodeToString(sum[:16])
}

// handle is a code ("c"), refresh ("r") or opaque access ("a") token: the row it stands for, a
// serial, and a keyed hash of both. Who reads the database cannot make one.
func (p *Provider) handle(kind string, id lancar.ID, serial int64) string {
	raw, err := hex.DecodeString(string(id))
	if err != nil || len(raw) != 16 {
		panic("oidc: not an id: " + string(id)) // ids are ours
	}
	raw = binary.BigEndian.AppendUint32(raw, uint32(serial))
	return kind + "." + b64.EncodeToString(append(raw, p.Keys.MAC("oidc handle "+kind, raw)[:16]...))
}

var errHandle = errors.New("oidc: not a token of ours")

// openHandle is the inverse of handle.
func (p *Provider) openHandle(kind, text string) (id lancar.ID, serial int64, err error) {
	rest, ok := strings.CutPrefix(text, kind+".")
	raw, err := b64.DecodeString(rest)
	if !ok || err != nil || len(raw) != 36 || !keys.Equal(raw[20:], p.Keys.MAC("oidc handle "+kind, raw[:20])[:16]) {
		return "", 0, errHandle
	}
	return lancar.ID(hex.EncodeToString(raw[:16])), int64(binary.BigEndian.Uint32(raw[16:20])), nil
}

// narrow is the part of a list that a request may ask for again: nothing asked is all of it.
func narrow(all []string, asked []string, code, id, en string) ([]string, error) {
	if len(asked) == 0 {
		return all, nil
	}
	for _, s := range asked {
		if !slices.Contains(all, s) {
			return nil, refuse(code, id, en)
		}
	}
	return asked, nil
}
