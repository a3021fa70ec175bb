package oidc

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"lancar"
	"lancar/identity"
	"lancar/identity/machine"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// Register adds a client that works in the sandbox at once. by is the officer who answers for it;
// agency, region and officer come from them. The secret is "" but for clients with one, is shown
// this once and kept as a hash. Errors are lancar.Invalid with the field they are about.
func (p *Provider) Register(ctx context.Context, by lancar.Actor, c Client) (_ Client, secret string, err error) {
	if by.Kind != lancar.Officer || by.Agency == "" || by.Region == "" {
		return Client{}, "", lancar.Fail(lancar.Forbidden, "", "Hanya petugas yang sedang bertugas di suatu instansi.", "Only an officer who acts for an agency.")
	}
	c.Region, c.Agency, c.Officer, c.Stage = by.Region, by.Agency, by.ID, Sandbox
	c.Numbers = false // given with the approval alone
	c.fill()
	if err := errors.Join(p.check(c), p.checkSector(ctx, c)); err != nil {
		return Client{}, "", err
	}
	if err := p.Publish(ctx, c.IDTokenAlg, c.UserinfoAlg); err != nil { // before they sign for this client
		return Client{}, "", err
	}
	err = p.DB.Write(ctx, func(tx *store.Tx) error {
		c, secret, err = p.RegisterTx(tx, c)
		return err
	})
	return c, secret, err
}

// RegisterTx is [Provider.Register] without asking who registers: for dynamic registration and
// demonstrations. Region, Agency and Officer must be set; ID is made when empty.
func (p *Provider) RegisterTx(tx *store.Tx, c Client) (_ Client, secret string, err error) {
	c.fill()
	if err := p.check(c); err != nil {
		return Client{}, "", err
	}
	if c.ID == "" {
		c.ID = lancar.NewID(tx.Now)
	}
	c.Stage, c.Made = Sandbox, tx.Now
	var hash []byte
	if c.Auth == SecretBasic || c.Auth == SecretPost {
		secret = keys.Token()
		hash = p.secretHash(c.ID, secret)
	}
	return c, secret, insertClient(tx, c, hash)
}

// RegistrationToken is the initial access token with which a sandbox takes dynamic registrations
// (RFC 7591 section 3). A node without a sandbox takes none.
func (p *Provider) RegistrationToken() string {
	return b64.EncodeToString(p.Keys.MAC("oidc registration token", nil)[:24])
}

// Change replaces what a client is registered with. Only who answers for it may, or a superior. One
// that was admitted to production changes its keys and certificates alone, so that they can be rotated
// without a pause: new ones wait for [Provider.SettleKeys], old ones are taken away at once. Anything
// else is another client, which is approved anew (lancar.Conflict).
func (p *Provider) Change(ctx context.Context, by lancar.Actor, c Client) error {
	c.fill()
	if err := errors.Join(p.check(c), p.checkSector(ctx, c)); err != nil {
		return err
	}
	err := p.DB.Write(ctx, func(tx *store.Tx) error {
		old, err := clientByID(tx, c.ID)
		if err := mayChange(by, old.Client, err); err != nil {
			return err
		}
		now := c
		now.Editor = by.ID
		if old.Stage == Production {
			now = old.Client
			c.Editor, c.Adopted = old.Editor, old.Adopted
			now.JWKS, now.Certificates = c.JWKS, c.Certificates
			if !same(now, c) {
				return lancar.Fail(lancar.Conflict, "", "Aplikasi di produksi hanya bisa mengganti kunci. Daftarkan aplikasi baru untuk perubahan lain.",
					"A client in production changes its keys alone. Register another one for anything else.")
			}
			_, err := p.rotateKeysTx(tx, old.Client, c, by.ID)
			return err
		}
		now.Numbers = false // given with the approval alone
		return updateClient(tx, now, old.Version, Sandbox)
	})
	p.clients.forget(c.ID)
	return err
}

// mayChange refuses who does not keep the client, and colleagues who neither answer for it nor head
// the office: its keys are the client.
func mayChange(by lancar.Actor, c Client, err error) error {
	switch {
	case err != nil || !mayKeep(by, c):
		return errNoClient(err)
	case c.Officer != by.ID && !MayApprove(by):
		return lancar.Fail(lancar.Forbidden, "", "Hanya penanggung jawab aplikasi ini atau atasan yang bisa mengubah atau mengakhirinya.", "Only who answers for this app, or a superior, can change or end it.")
	}
	return nil
}

// same compares what is kept of two registrations.
func same(a, b Client) bool {
	one, err1 := json.Marshal(a)
	two, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && bytes.Equal(one, two)
}

// Submit asks that a client be admitted to production.
func (p *Provider) Submit(ctx context.Context, by lancar.Actor, id lancar.ID) error {
	return p.DB.Write(ctx, func(tx *store.Tx) error {
		c, err := clientByID(tx, id)
		if err != nil || !mayKeep(by, c.Client) {
			return errNoClient(err)
		}
		if err := fitForProduction(c.Client); err != nil {
			return err
		}
		if c.Stage != Sandbox {
			return lancar.Fail(lancar.Conflict, "", "Hanya aplikasi uji coba yang bisa diajukan.", "Only a sandbox client can be submitted.")
		}
		c.Returned = ""
		return updateClient(tx, c.Client, c.Version, Waiting)
	})
}

// SendBack ends the wait for production: an officer who may approve does not, and says why, or who asked
// withdraws. The client works on in the sandbox. version is as with [Provider.Approve].
func (p *Provider) SendBack(ctx context.Context, by lancar.Actor, id lancar.ID, version int64, why string) error {
	err := p.DB.Write(ctx, func(tx *store.Tx) error {
		c, err := clientByID(tx, id)
		if err := mayChange(by, c.Client, err); err != nil {
			return err
		}
		why = strings.TrimSpace(why)
		switch {
		case c.Stage != Waiting || c.Version != version:
			return lancar.Fail(lancar.Conflict, "", "Aplikasi ini berubah atau tidak sedang menunggu persetujuan. Baca lagi.", "This client has changed, or does not wait for approval. Read it again.")
		case c.Officer != by.ID && (why == "" || utf8.RuneCountInString(why) > 500):
			return lancar.Fail(lancar.Invalid, "why", "Tulis apa yang perlu diperbaiki, paling panjang 500 huruf.", "Write what must be mended, in 500 letters at most.")
		case c.Officer == by.ID:
			why = ""
		}
		c.Returned = why
		return updateClient(tx, c.Client, c.Version, Sandbox)
	})
	p.clients.forget(id)
	return err
}

// fitForProduction refuses what exists in a sandbox alone, and what is no app but a machine.
func fitForProduction(c Client) error {
	switch {
	case c.Basic || c.Draft || c.KeysAt != "":
		return lancar.Fail(lancar.Invalid, "basic", "Aplikasi dengan pilihan uji coba tidak bisa masuk produksi.", "A client with sandbox options cannot go to production.")
	case c.allows("client_credentials"):
		return lancar.Fail(lancar.Invalid, "grants", "Yang bekerja sendiri tanpa orang adalah mesin. Daftarkan di halaman Mesin, supaya ada pemilik dan tombol berhentinya.",
			"What works by itself, without a person, is a machine. Register it on the page Machines, so that it has an owner and a stop button.")
	}
	return nil
}

// Approve admits a waiting client to production; numbers says whether it may see identity numbers,
// by agreement. by must be a superior, or hold [machine.Role], in the same region or one above, and
// be another human being than the one who registered it and the one who changed it last:
// lancar.Forbidden. version is the client's as they saw it: what changed since is not approved
// unseen (lancar.Conflict).
func (p *Provider) Approve(ctx context.Context, by lancar.Actor, id lancar.ID, version int64, numbers bool) error {
	return p.DB.Write(ctx, func(tx *store.Tx) error {
		c, err := clientByID(tx, id)
		if err != nil || !mayKeep(by, c.Client) {
			return errNoClient(err)
		}
		if !MayApprove(by) {
			return lancar.Fail(lancar.Forbidden, "", "Atasan, atau petugas mesin, yang menyetujui.", "A superior, or the officer for machines, approves.")
		}
		for _, first := range []lancar.ID{c.Officer, cmp.Or(c.Editor, c.Officer)} {
			if err := p.Identity.SecondTx(tx, first, by.ID); err != nil {
				return err
			}
		}
		if c.Stage != Waiting || c.Version != version {
			return lancar.Fail(lancar.Conflict, "", "Aplikasi ini berubah atau tidak sedang menunggu persetujuan. Baca lagi.", "This client has changed, or does not wait for approval. Read it again.")
		}
		if err := fitForProduction(c.Client); err != nil {
			return err
		}
		if err := p.unclaimedTx(tx, c.Client); err != nil {
			return err
		}
		c.Numbers = numbers
		if err := updateClient(tx, c.Client, c.Version, Production); err != nil {
			return err
		}
		return stageClient(tx, id, c.Version+1, Production, by.ID)
	})
}

// MayApprove says whether an officer's role lets apps of their agency into production.
func MayApprove(by lancar.Actor) bool {
	return by.Kind == lancar.Officer && (by.Role == identity.Superior || by.Role == machine.Role)
}

// End closes a client: nothing more is issued to it, what it holds ends with it. Who may is as with
// [Provider.Change].
func (p *Provider) End(ctx context.Context, by lancar.Actor, id lancar.ID) error {
	return p.DB.Write(ctx, func(tx *store.Tx) error {
		c, err := clientByID(tx, id)
		if err := mayChange(by, c.Client, err); err != nil {
			return err
		}
		return stageClient(tx, id, c.Version, Ended, by.ID)
	})
}

// mayKeep says whether an officer keeps the clients of that agency: by their own, in that region or
// one above it.
func mayKeep(by lancar.Actor, c Client) bool {
	return by.Kind == lancar.Officer && by.Agency == c.Agency && (by.Region == c.Region || by.Region == "00" || strings.HasPrefix(c.Region, by.Region+"."))
}

func errNoClient(err error) error {
	if err != nil && err != store.ErrNone {
		return err
	}
	return lancar.Fail(lancar.NotFound, "client", "Aplikasi itu tidak ada.", "There is no such client.")
}

func (p *Provider) secretHash(id lancar.ID, secret string) []byte {
	return p.Keys.MAC("oidc secret", []byte(string(id)+":"+secret))
}

// fill sets what was left out.
func (c *Client) fill() {
	if len(c.Grants) == 0 {
		c.Grants = []string{"authorization_code"}
	}
	if c.Subject == "" {
		c.Subject = "pairwise"
	}
	if c.IDTokenAlg == "" {
		c.IDTokenAlg = "ES256"
	}
	if c.FAPI {
		c.Pushed = true
	}
	if c.AgencyName.In("id") == "" {
		c.AgencyName = lancar.Text{"id": c.Agency}
	}
}

func wrong(field, id, en string) error { return lancar.Fail(lancar.Invalid, field, id, en) }

// check refuses what no client may be registered with.
func (p *Provider) check(c Client) error {
	methods := []Method{PrivateKeyJWT, TLS, SelfSignedTLS, SecretBasic, SecretPost, None}
	switch {
	case c.Name["id"] == "" || !legible(c.Name, 80, ""):
		return wrong("name", "Aplikasi perlu nama yang terbaca, paling panjang 80 huruf.", "The client needs a legible name of at most 80 letters.")
	case c.Purpose["id"] == "" || !legible(c.Purpose, 300, "\r\n"):
		return wrong("purpose", "Tulis untuk apa data orang diminta, paling panjang 300 huruf.", "Say what people's data are asked for, in at most 300 letters.")
	case !slices.Contains(methods, c.Auth):
		return wrong("auth", "Pilih cara aplikasi membuktikan diri.", "Choose how the client authenticates.")
	case (c.Auth == SecretBasic || c.Auth == SecretPost || c.Basic) && !p.config.Sandbox:
		return wrong("auth", "Kata sandi aplikasi hanya ada di uji coba. Pakai kunci atau sertifikat.", "Client secrets exist in a sandbox alone. Use a key or certificate.")
	case c.Draft && !(c.FAPI && p.config.Sandbox):
		return wrong("fapi", "Rancangan FAPI 2.0 hanya ada di uji coba, untuk aplikasi FAPI 2.0.", "The draft of FAPI 2.0 exists in a sandbox alone, for a FAPI 2.0 client.")
	case c.Basic && c.Auth == None:
		return wrong("basic", "Aplikasi tanpa rahasia harus memakai PKCE.", "A client without a secret must use PKCE.")
	case (c.Auth == TLS || c.Auth == SelfSignedTLS || c.CertBound) && !p.mutual:
		return wrong("auth", "Simpul ini tidak punya port yang meminta sertifikat. Pakai kunci.", "No port of this node asks for certificates. Use a key.")
	case c.Auth == TLS && p.config.ClientCAs == nil:
		return wrong("auth", "Simpul ini tidak mengenal penerbit sertifikat. Daftarkan sertifikatnya sendiri, atau pakai kunci.", "This node knows no authority of certificates. Register the certificate itself, or use a key.")
	case c.Auth == None && c.allows("client_credentials"):
		return wrong("auth", "Mesin harus membuktikan diri dengan kunci atau sertifikat.", "A machine must authenticate with a key or certificate.")
	case c.FAPI && (c.Auth != PrivateKeyJWT && c.Auth != TLS && c.Auth != SelfSignedTLS || c.Basic):
		return wrong("fapi", "FAPI 2.0 meminta private_key_jwt atau TLS timbal balik.", "FAPI 2.0 wants private_key_jwt or mutual TLS.")
	case c.FAPI && !c.DPoP && !c.CertBound:
		return wrong("fapi", "FAPI 2.0 meminta token yang terikat: pilih DPoP atau sertifikat.", "FAPI 2.0 wants bound tokens: choose DPoP or the certificate.")
	case c.Subject != "pairwise" && c.Subject != "public":
		return wrong("subject", "Pilih pairwise atau public.", "Choose pairwise or public.")
	case !slices.Contains(idTokenAlgorithms(), c.IDTokenAlg):
		return wrong("id_token_alg", "Pilih ES256, EdDSA, PS256 atau RS256.", "Choose ES256, EdDSA, PS256 or RS256.")
	case c.UserinfoAlg != "" && !slices.Contains(idTokenAlgorithms(), c.UserinfoAlg):
		return wrong("userinfo_alg", "Pilih ES256, EdDSA, PS256 atau RS256.", "Choose ES256, EdDSA, PS256 or RS256.")
	case c.FAPI && (c.IDTokenAlg == "RS256" || c.UserinfoAlg == "RS256"):
		return wrong("id_token_alg", "FAPI 2.0 tidak mengizinkan RS256.", "FAPI 2.0 does not allow RS256.")
	}
	if err := p.checkKeys(c); err != nil {
		return err
	}
	return p.checkAddresses(c)
}

// checkKeys wants public keys of a kind that signs by one of our algorithms.
func (p *Provider) checkKeys(c Client) error {
	if c.KeysAt != "" && (c.JWKS != "" || !p.config.Sandbox || !p.mayCall(c.KeysAt)) {
		return wrong("jwks", "jwks_uri hanya ada di uji coba, tanpa jwks di sampingnya, dengan https: di produksi kunci diganti dua petugas.",
			"A jwks_uri exists in a sandbox alone, without jwks beside it, by https: in production two officers change keys.")
	}
	set, err := parseKeys(c.JWKS)
	if err != nil {
		return wrong("jwks", "Kunci publik tidak terbaca: tulis JWK Set dengan kunci ES256, EdDSA atau PS256.", "The public keys cannot be read: write a JWK set with keys for ES256, EdDSA or PS256.")
	}
	if c.Auth == PrivateKeyJWT && len(set.Keys) == 0 && c.KeysAt == "" {
		return wrong("jwks", "private_key_jwt memerlukan kunci publik: P-256, Ed25519, atau RSA 2048 sampai 4096 bit.", "private_key_jwt needs a public key: P-256, Ed25519, or RSA of 2048 to 4096 bits.")
	}
	if c.Auth == TLS && c.TLSName == "" {
		return wrong("tls_name", "Tulis nama di sertifikat.", "Write the name in the certificate.")
	}
	if c.Auth == SelfSignedTLS && len(c.Certificates) == 0 && len(thumbprints(set.JSONWebKeySet)) == 0 && c.KeysAt == "" {
		return wrong("certificates", "Tulis sidik sertifikat, atau x5c di JWK Set.", "Write the certificate's thumbprint, or x5c in the JWK set.")
	}
	return nil
}

// legible says whether a text can be shown to people who decide by it: short, and without letters that
// hide, or that turn the direction of others; also are letters that may stand in it besides.
func legible(t lancar.Text, most int, also string) bool {
	for _, s := range t {
		if utf8.RuneCountInString(s) > most || !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) && !strings.ContainsRune(also, r) }) {
			return false
		}
	}
	return true
}

func parseKeys(text string) (set keySet, err error) {
	if text == "" {
		return set, nil
	}
	if len(text) > maxForm {
		return set, wrong("jwks", "Terlalu besar.", "Too large.")
	}
	if err := json.Unmarshal([]byte(text), &set); err != nil {
		return set, err
	}
	if set.secret {
		return set, wrong("jwks", "Hanya kunci publik.", "Public keys alone.")
	}
	return set, nil
}

func (p *Provider) checkAddresses(c Client) error {
	if c.allows("authorization_code") && len(c.Redirects) == 0 {
		return wrong("redirects", "Tulis alamat kembali aplikasi.", "Write the client's redirect address.")
	}
	for _, r := range slices.Concat(c.Redirects, c.LogoutTo) {
		if !p.redirectAllowed(c, r) {
			return wrong("redirects", "Alamat kembali harus https, utuh, tanpa #: "+r, "A redirect address must be https, whole, without #: "+r)
		}
	}
	for _, to := range []string{c.LogoutURI, c.NotifyTo, c.SectorAt} {
		if to != "" && !p.mayCall(to) {
			return wrong("callbacks", "Alamat yang kami panggil harus https, di jaringan umum.", "An address that we call must be https, on the public network.")
		}
	}
	for _, r := range c.Resources {
		if u, err := url.Parse(r); err != nil || !u.IsAbs() || u.Fragment != "" {
			return wrong("resources", "Alamat sumber daya harus utuh, tanpa #.", "A resource must be an absolute URI without #.")
		}
	}
	if c.Subject == "pairwise" && c.Sector == "" && c.SectorAt == "" {
		if hosts := redirectHosts(c.Redirects); len(hosts) > 1 {
			return wrong("sector", "Alamat kembali di beberapa host: tulis sektor (sector_identifier_uri) yang menyatukannya.", "Redirects on several hosts: name the sector that unites them (sector_identifier_uri).")
		}
	}
	return nil
}

// redirectAllowed: https anywhere; http on this machine for native apps and in a sandbox; a scheme
// of one's own, with a dot in it, for native apps (RFC 8252 section 7).
func (p *Provider) redirectAllowed(c Client, text string) bool {
	u, err := url.Parse(text)
	if err != nil || !u.IsAbs() || u.Fragment != "" || strings.Contains(text, "#") || u.User != nil || u.Opaque != "" || strings.Contains(u.Host, "*") || len(text) > 1000 {
		return false
	}
	for _, r := range text {
		if r <= ' ' || r > '~' || r == '"' || r == '<' || r == '>' || r == '\\' || r == ';' || r == ',' {
			return false
		}
	}
	switch {
	case u.Scheme == "https":
		return u.Host != ""
	case u.Scheme == "http":
		return (c.Auth == None || p.config.Sandbox) && loopback(u)
	}
	return c.Auth == None && strings.Contains(u.Scheme, ".")
}

func loopback(u *url.URL) bool {
	h := u.Hostname()
	return h == "127.0.0.1" || h == "::1" || h == "localhost"
}

// redirectHosts are the hosts that stand for a client. This machine, and a native app's own scheme, stand
// for none: every app has them.
func redirectHosts(list []string) (hosts []string) {
	for _, r := range list {
		if u, err := url.Parse(r); err == nil && u.Scheme == "https" && !slices.Contains(hosts, u.Host) {
			hosts = append(hosts, u.Host)
		}
	}
	return hosts
}
