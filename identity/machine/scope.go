package machine

import (
	"slices"

	"lancar"
	"lancar/access"
)

// Scope is one kind of thing a machine may do. The list is closed: who wants another adds a line
// here, with its words and what of people's data it opens.
type Scope struct {
	ID    string
	Words lancar.Text
	Data  []string // kinds of people's data it opens, as in package access; none: no person's data
	Kinds []Kind   // who may have it
}

// Scopes is the closed list, in the order of pages.
func Scopes() []Scope {
	all, office, agent := []Kind{Service, Bot, Agent}, []Kind{Service, Bot}, []Kind{Agent}
	return []Scope{
		{"services.read", lancar.Text{"id": "melihat layanan dan syaratnya", "en": "see services and what they require"}, nil, all},
		{"documents.check", lancar.Text{"id": "memeriksa keaslian dokumen", "en": "check whether a document is genuine"}, nil, all},
		{"figures.read", lancar.Text{"id": "melihat angka layanan tanpa nama", "en": "see figures of services, without names"}, nil, office},
		{"cases.read", lancar.Text{"id": "melihat keadaan permohonan", "en": "see the state of applications"}, []string{access.Case}, all},
		{"cases.answers", lancar.Text{"id": "melihat isian permohonan dan pesan dengan kantor", "en": "see what was filled in and written to the office"}, []string{access.Answers, access.Messages}, all},
		{"cases.files", lancar.Text{"id": "membuka berkas yang diunggah", "en": "open uploaded files"}, []string{access.Attachments}, office},
		{"cases.prepare", lancar.Text{"id": "mengisi permohonan, tanpa mengirimnya", "en": "fill in applications, without sending them"}, []string{access.Answers}, agent},
		{"cases.submit", lancar.Text{"id": "mengirim permohonan, setelah Anda setujui satu per satu", "en": "send applications, each after you agreed to it"}, nil, agent},
		{"cases.reply", lancar.Text{"id": "menjawab kantor: pesan dan perbaikan", "en": "answer the office: messages and corrections"}, nil, agent},
		{"cases.withdraw", lancar.Text{"id": "menarik permohonan, setelah Anda setujui satu per satu", "en": "take applications back, each after you agreed to it"}, nil, agent},
		{"documents.read", lancar.Text{"id": "membuka dokumen yang terbit", "en": "open issued documents"}, []string{access.Documents}, all},
		{"payments.read", lancar.Text{"id": "melihat tagihan dan pembayaran", "en": "see charges and payments"}, []string{access.Payments}, all},
		{"payments.make", lancar.Text{"id": "meminta kode bayar, setelah Anda setujui satu per satu", "en": "ask for payment codes, each after you agreed to it"}, []string{access.Payments}, agent},
		{"messages.send", lancar.Text{"id": "mengirim kabar tentang permohonan", "en": "send news about an application"}, []string{access.Messages}, office},
		{"messages.read", lancar.Text{"id": "membaca kotak pesan", "en": "read the inbox"}, []string{access.Messages}, agent},
		{"person.match", lancar.Text{"id": "bertanya cocok atau tidaknya data, tanpa melihatnya", "en": "ask whether data agree, without seeing them"}, []string{access.Match}, office},
		{"person.read", lancar.Text{"id": "membaca nama dan tanggal lahir", "en": "read name and date of birth"}, []string{access.Identity}, all},
		{"register.read", lancar.Text{"id": "membaca data dari register instansi", "en": "read facts from an agency's register"}, []string{access.Register}, office},
		{"looks.read", lancar.Text{"id": "membaca catatan siapa melihat data", "en": "read the record of who looked"}, []string{access.Looks}, agent},
	}
}

// ScopeByID finds a scope; false for one that is not on the list.
func ScopeByID(id string) (Scope, bool) {
	all := Scopes()
	if i := slices.IndexFunc(all, func(s Scope) bool { return s.ID == id }); i >= 0 {
		return all[i], true
	}
	return Scope{}, false
}

// scopesFor checks a choice of scopes and returns them once each, sorted.
func scopesFor(kind Kind, ids []string) ([]string, error) {
	out := slices.Compact(slices.Sorted(slices.Values(ids)))
	for _, id := range out {
		s, ok := ScopeByID(id)
		if !ok || !slices.Contains(s.Kinds, kind) {
			return nil, invalid("scopes", "Cakupan ini tidak ada untuk jenis mesin ini.", "There is no such scope for this kind of machine.")
		}
	}
	if len(out) == 0 {
		return nil, invalid("scopes", "Pilih paling sedikit satu cakupan.", "Choose at least one scope.")
	}
	return out, nil
}

// within says whether every one of a is in b.
func within(a, b []string) bool {
	return !slices.ContainsFunc(a, func(s string) bool { return !slices.Contains(b, s) })
}
