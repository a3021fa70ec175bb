package payment

import (
	"lancar"
	"lancar/access"
)

// Processing declares, for the record of processing, what the room does with people's data.
func (c *Charges) Processing() []access.Processing {
	return []access.Processing{{
		Name:     lancar.Text{"id": "Tagihan dan pembayaran", "en": "Charges and payments"},
		Purpose:  lancar.Text{"id": "Menagih, menerima, dan membukukan biaya layanan", "en": "Charging, receiving and booking the fees of services"},
		Grounds:  []string{"UU 27/2022 Pasal 20 (tugas pelayanan publik)"},
		Whose:    lancar.Text{"id": "Pemohon layanan berbayar", "en": "Applicants of services with a fee"},
		General:  []lancar.Text{{"id": "jumlah, waktu, dan keadaan tagihan", "en": "amount, time and state of charges"}},
		Specific: []lancar.Text{{"id": "rekening tujuan, bila uang harus dikembalikan", "en": "the account to which money due back goes"}},
		Given: []lancar.Text{{"id": "bank penerima: nomor rujukan dan jumlah, tanpa nama", "en": "the acquiring bank: reference and amount, no name"},
			{"id": "bank kas daerah: rekening tujuan, bila bendahara mengirim uang kembali", "en": "the treasury's bank: the account, where the treasurer sends money back"}},
		Keep: lancar.Text{"id": "Pembukuan disimpan tanpa nama; masa simpannya belum dipastikan. Rekening tujuan dihapus begitu uangnya kembali", "en": "The ledger is kept without names; for how long was not confirmed. The account for money due back is erased once it went back"},
	}}
}
