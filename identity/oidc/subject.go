package oidc

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/hex"

	"lancar"
)

// subject is the name by which a client knows a person (OpenID Connect Core section 8.1): pairwise by
// the client's sector, or the same for every public client. It is the account, enciphered under a
// key of the sector: a changed identity number changes nothing, it says nothing about the person,
// and we alone can read it back ([Provider.accountOf]).
func (p *Provider) subject(reg *registration, account lancar.ID) string {
	return p.subjectIn(reg.sectorOf(), account)
}

func (p *Provider) subjectIn(sector string, account lancar.ID) string {
	var out [aes.BlockSize]byte
	raw, err := hex.DecodeString(string(account))
	if err != nil || len(raw) != aes.BlockSize {
		return b64.EncodeToString(p.Keys.MAC("oidc subject", []byte(sector+"\n"+string(account)))[:18])
	}
	p.pseudonym(sector).Encrypt(out[:], raw)
	return b64.EncodeToString(out[:])
}

// accountOf is whom a client knows by a name. A name that is not ours gives an account that is none.
func (p *Provider) accountOf(reg *registration, sub string) lancar.ID {
	return p.accountIn(reg.sectorOf(), sub)
}

func (p *Provider) accountIn(sector, sub string) lancar.ID {
	var out [aes.BlockSize]byte
	raw, err := b64.DecodeString(sub)
	if err != nil || len(raw) != aes.BlockSize {
		return ""
	}
	p.pseudonym(sector).Decrypt(out[:], raw)
	return lancar.ID(hex.EncodeToString(out[:]))
}

// pseudonym is one block of AES-256: a permutation of all accounts, another one in each sector.
func (p *Provider) pseudonym(sector string) cipher.Block {
	block, err := aes.NewCipher(p.Keys.MAC("oidc pseudonym", []byte(sector))[:32])
	if err != nil {
		panic(err) // the key is always 32 bytes
	}
	return block
}

// sectorOf is "" for public subjects.
func (r *registration) sectorOf() string {
	if r.Subject == "public" {
		return ""
	}
	return r.sector()
}

// sector is the host that stands for a client and its siblings.
func (r *registration) sector() string {
	if r.Sector != "" {
		return "sector:" + r.Region + "/" + r.Agency + "/" + r.Sector // nobody joins another agency's
	}
	if host := sectorHost(r.SectorAt); host != "" {
		return "host:" + host
	}
	if hosts := redirectHosts(r.Redirects); len(hosts) > 0 {
		return "host:" + hosts[0]
	}
	return "client:" + string(r.ID)
}
