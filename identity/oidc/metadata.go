package oidc

import (
	"encoding/json"
	"slices"
	"strings"

	"lancar"
)

// metadata is a client as dynamic registration speaks of it (RFC 7591 section 2, OpenID Connect
// Registration section 2, and the standards that add members). Members that nobody knows are passed
// over, as the standard wants; known ones with a value that we do not keep are refused.
type metadata struct {
	ClientID string `json:"client_id,omitempty"`
	Secret   string `json:"client_secret,omitempty"`

	Name      string          `json:"client_name,omitempty"`
	NameEn    string          `json:"client_name#en,omitempty"`
	Purpose   string          `json:"purpose,omitempty"` // why, as the person reads it; ours
	Kind      string          `json:"application_type,omitempty"`
	Redirects []string        `json:"redirect_uris,omitempty"`
	LogoutTo  []string        `json:"post_logout_redirect_uris,omitempty"`
	Responses []string        `json:"response_types,omitempty"`
	Grants    []string        `json:"grant_types,omitempty"`
	Scope     string          `json:"scope,omitempty"`
	Resources []string        `json:"resources,omitempty"` // ours: what it may ask tokens for (RFC 8707)
	Server    bool            `json:"resource_server,omitempty"`
	Auth      Method          `json:"token_endpoint_auth_method,omitempty"`
	AuthAlg   string          `json:"token_endpoint_auth_signing_alg,omitempty"`
	JWKS      json.RawMessage `json:"jwks,omitempty"`
	JWKSURI   string          `json:"jwks_uri,omitempty"`
	Subject   string          `json:"subject_type,omitempty"`
	SectorURI string          `json:"sector_identifier_uri,omitempty"`

	IDTokenAlg  string `json:"id_token_signed_response_alg,omitempty"`
	IDTokenEnc  string `json:"id_token_encrypted_response_alg,omitempty"`
	UserinfoAlg string `json:"userinfo_signed_response_alg,omitempty"`
	UserinfoEnc string `json:"userinfo_encrypted_response_alg,omitempty"`
	ObjectAlg   string `json:"request_object_signing_alg,omitempty"`

	TLSName    string `json:"tls_client_auth_subject_dn,omitempty"`
	TLSDNS     string `json:"tls_client_auth_san_dns,omitempty"`
	CertBound  bool   `json:"tls_client_certificate_bound_access_tokens,omitempty"`
	DPoP       bool   `json:"dpop_bound_access_tokens,omitempty"`
	Nonce      bool   `json:"dpop_nonce_required,omitempty"`  // ours
	Opaque     bool   `json:"opaque_access_tokens,omitempty"` // ours
	Pushed     bool   `json:"require_pushed_authorization_requests,omitempty"`
	SignedOnly bool   `json:"require_signed_request_object,omitempty"`
	FAPI       bool   `json:"fapi2_security_profile,omitempty"`   // ours
	Draft      bool   `json:"fapi2_implementers_draft,omitempty"` // ours, in a sandbox alone

	LogoutURI string `json:"backchannel_logout_uri,omitempty"`
	Delivery  string `json:"backchannel_token_delivery_mode,omitempty"`
	NotifyTo  string `json:"backchannel_client_notification_endpoint,omitempty"`
	CIBAAlg   string `json:"backchannel_authentication_request_signing_alg,omitempty"`
	UserCode  bool   `json:"backchannel_user_code_parameter,omitempty"`

	Basic bool `json:"certification_basic,omitempty"` // ours: PKCE is not demanded; what has a secret has it anyway
}

func badMetadata(id, en string) *fault { return refuse("invalid_client_metadata", id, en) }

// client reads what was sent as a client, with the standards' defaults. Ids, stage and who answers
// for it are the caller's to set.
func (m metadata) client(sandbox bool) (Client, error) {
	if err := m.supported(); err != nil {
		return Client{}, err
	}
	c := Client{Name: lancar.Text{"id": m.Name}, Purpose: lancar.Text{"id": m.Purpose}, Grants: m.Grants, Redirects: m.Redirects, LogoutTo: m.LogoutTo,
		Scopes: strings.Fields(m.Scope), Resources: m.Resources, Server: m.Server, Auth: m.Auth, JWKS: string(m.JWKS), TLSName: m.TLSName + m.TLSDNS,
		Subject: m.Subject, IDTokenAlg: m.IDTokenAlg, UserinfoAlg: m.UserinfoAlg, DPoP: m.DPoP, CertBound: m.CertBound, Pushed: m.Pushed,
		SignedOnly: m.SignedOnly, FAPI: m.FAPI, LogoutURI: m.LogoutURI, Delivery: m.Delivery, NotifyTo: m.NotifyTo, CIBAAlg: m.CIBAAlg, KeysAt: m.JWKSURI, SectorAt: m.SectorURI, Draft: m.Draft, Native: m.Kind == "native", Nonce: m.Nonce, Opaque: m.Opaque}
	if m.NameEn != "" {
		c.Name["en"] = m.NameEn
	}
	if m.Name == "" {
		c.Name = lancar.Text{"id": "Aplikasi tanpa nama", "en": "An app without a name"}
	}
	if m.Purpose == "" {
		if !sandbox {
			return c, badMetadata("Tulis purpose: untuk apa data orang diminta.", "The purpose is missing: say what people's data are asked for")
		}
		c.Purpose = lancar.Text{"id": "Mencoba aplikasi ini", "en": "Trying this app out"}
	}
	if c.Auth == "" {
		c.Auth = SecretBasic
	}
	if len(c.Grants) == 0 {
		c.Grants = []string{"authorization_code"}
	}
	if len(c.Scopes) == 0 {
		c.Scopes = []string{"openid", "profile", "email", "phone", "address", "offline_access"}
	}
	// Secrets exist for certification's basic plan, which sends no PKCE challenge and takes the standard's
	// default for an ID token (OpenID Connect Registration section 2).
	secret := c.Auth == SecretBasic || c.Auth == SecretPost
	c.Basic = secret || m.Basic && sandbox
	if c.IDTokenAlg == "" && secret {
		c.IDTokenAlg = "RS256"
	}
	return c, nil
}

// supported refuses what we would otherwise keep silently and not do.
func (m metadata) supported() error {
	for field, alg := range map[string]string{"token_endpoint_auth_signing_alg": m.AuthAlg, "id_token_signed_response_alg": m.IDTokenAlg,
		"userinfo_signed_response_alg": m.UserinfoAlg, "request_object_signing_alg": m.ObjectAlg, "backchannel_authentication_request_signing_alg": m.CIBAAlg} {
		may := algorithmNames()
		if field == "id_token_signed_response_alg" || field == "userinfo_signed_response_alg" {
			may = idTokenAlgorithms()
		}
		if alg != "" && !slices.Contains(may, alg) {
			return badMetadata(field+" harus salah satu dari "+strings.Join(may, ", ")+".", "The "+field+" must be one of "+strings.Join(may, ", "))
		}
	}
	known := grantTypes()
	for _, g := range m.Grants {
		if _, ok := known[g]; !ok {
			return badMetadata("grant_types memuat yang tidak didukung.", "The grant_types name one that is not supported")
		}
	}
	code := len(m.Grants) == 0 || slices.Contains(m.Grants, "authorization_code")
	switch {
	case len(m.Responses) > 0 && !slices.Equal(m.Responses, []string{"code"}), len(m.Responses) > 0 && !code:
		return badMetadata("Hanya response_types [code], bersama grant authorization_code.", "Only response_types [code], together with the grant authorization_code")
	case m.Kind != "" && m.Kind != "web" && m.Kind != "native":
		return badMetadata("application_type harus web atau native.", "The application_type must be web or native")
	case m.IDTokenEnc != "" || m.UserinfoEnc != "":
		return badMetadata("Jawaban terenkripsi tidak didukung.", "Encrypted answers are not supported")
	case m.TLSName != "" && m.TLSDNS != "":
		return badMetadata("Pilih satu nama di sertifikat.", "Choose one name in the certificate")
	case !slices.Contains([]string{"", "poll", "ping"}, m.Delivery):
		return badMetadata("backchannel_token_delivery_mode harus poll atau ping.", "The backchannel_token_delivery_mode must be poll or ping")
	case m.UserCode:
		return badMetadata("user_code tidak didukung.", "A user_code is not supported")
	case m.Delivery == "ping" && m.NotifyTo == "":
		return badMetadata("ping memerlukan backchannel_client_notification_endpoint.", "Ping needs a backchannel_client_notification_endpoint")
	case slices.Contains(strings.Fields(m.Scope), "nik"):
		return badMetadata("scope nik diberikan kantor, bukan lewat pendaftaran.", "The scope nik is given by the office, not by registration")
	}
	return m.secrets()
}

// secrets refuses private keys that somebody sent by mistake: they are lost, and must not lie here too.
func (m metadata) secrets() error {
	var set keySet
	if len(m.JWKS) == 0 || json.Unmarshal(m.JWKS, &set) != nil {
		return nil // unreadable ones are refused with the rest of the client
	}
	if set.secret {
		return badMetadata("jwks memuat kunci rahasia. Anggap sudah bocor dan buat yang baru.", "The jwks holds a private key, take it for leaked and make a new one")
	}
	return nil
}

// metadataOf is what a client reads about itself.
func metadataOf(c Client) metadata {
	m := metadata{ClientID: string(c.ID), Name: c.Name["id"], NameEn: c.Name["en"], Purpose: c.Purpose["id"], Kind: "web", Redirects: c.Redirects, LogoutTo: c.LogoutTo,
		Grants: c.Grants, Scope: strings.Join(c.Scopes, " "), Resources: c.Resources, Server: c.Server, Auth: c.Auth, JWKS: json.RawMessage(c.JWKS), Subject: c.Subject,
		IDTokenAlg: c.IDTokenAlg, UserinfoAlg: c.UserinfoAlg, TLSName: c.TLSName, CertBound: c.CertBound, DPoP: c.DPoP, Pushed: c.Pushed, SignedOnly: c.SignedOnly,
		FAPI: c.FAPI, LogoutURI: c.LogoutURI, Delivery: c.Delivery, NotifyTo: c.NotifyTo, CIBAAlg: c.CIBAAlg, JWKSURI: c.KeysAt, SectorURI: c.SectorAt, Draft: c.Draft, Nonce: c.Nonce, Opaque: c.Opaque}
	if c.Native {
		m.Kind = "native"
	}
	if c.allows("authorization_code") {
		m.Responses = []string{"code"}
	}
	return m
}
