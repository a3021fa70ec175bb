package identity

import (
	"lancar"
	"lancar/access"
)

// Processing declares, for the record of processing, what the room does with people's data.
func (i *Identity) Processing() []access.Processing {
	return []access.Processing{{
		Name:    lancar.Text{"id": "Akun, masuk, dan pesan", "en": "Accounts, sign-in and messages"},
		Purpose: lancar.Text{"id": "Memastikan siapa yang masuk, dan mengabari orang tentang urusannya", "en": "Making sure who signs in, and telling people about their affairs"},
		Grounds: []string{"UU 27/2022 Pasal 20 (tugas pelayanan publik)"},
		Whose:   lancar.Text{"id": "Pemegang akun: penduduk, orang asing, badan usaha, petugas", "en": "Holders of accounts: residents, foreigners, companies, officers"},
		General: []lancar.Text{{"id": "nomor identitas atau paspor", "en": "identity or passport number"}, {"id": "nama dan tanggal lahir", "en": "name and date of birth"},
			{"id": "alamat surel dan nomor HP", "en": "e-mail address and phone number"}, {"id": "perangkat dan waktu masuk", "en": "devices and times of sign-in"},
			{"id": "di perangkat mana PIN dibuat (PIN-nya sendiri tidak disimpan)", "en": "on which devices a PIN is set (the PIN itself is not kept)"}},
		Sources: []lancar.Text{{"id": "Data kependudukan atau keimigrasian (cocok atau tidak)", "en": "Population or immigration register (match or not)"}},
		Given:   []lancar.Text{{"id": "aplikasi yang disetujui pemilik data", "en": "apps that the person agreed to"}},
		Keep:    lancar.Text{"id": "Selama akun ada; jejak masuk dua hari", "en": "As long as the account; traces of sign-in two days"},
	}}
}
