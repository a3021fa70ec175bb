package access

import (
	"strings"

	"lancar"
)

// Words says in plain words what kinds of data were opened.
func Words(kinds []string) lancar.Text {
	var id, en []string
	for _, k := range kinds {
		t := word(k)
		id, en = append(id, t["id"]), append(en, t["en"])
	}
	return lancar.Text{"id": strings.Join(id, ", "), "en": strings.Join(en, ", ")}
}

func word(kind string) lancar.Text {
	head, _, _ := strings.Cut(kind, "/")
	switch head {
	case Identity:
		return lancar.Text{"id": "nama dan tanggal lahir", "en": "name and date of birth"}
	case Number:
		return lancar.Text{"id": "nomor identitas", "en": "identity number"}
	case Contact:
		return lancar.Text{"id": "alamat surel dan nomor HP", "en": "e-mail address and phone number"}
	case Answers:
		return lancar.Text{"id": "isian permohonan", "en": "answers in the application"}
	case Attachments:
		return lancar.Text{"id": "berkas yang diunggah", "en": "uploaded files"}
	case Register:
		return lancar.Text{"id": "data dari catatan instansi", "en": "facts from an agency's register"}
	case Things:
		return lancar.Text{"id": "data benda dari catatan instansi", "en": "facts about a thing from an agency's register"}
	case Match:
		return lancar.Text{"id": "cocok atau tidaknya data", "en": "whether data agree"}
	case Case:
		return lancar.Text{"id": "keadaan permohonan", "en": "state of the application"}
	case Payments:
		return lancar.Text{"id": "tagihan dan pembayaran", "en": "charges and payments"}
	case Documents:
		return lancar.Text{"id": "dokumen yang terbit", "en": "issued documents"}
	case Messages:
		return lancar.Text{"id": "pesan", "en": "messages"}
	case Looks:
		return lancar.Text{"id": "catatan siapa yang melihat data", "en": "the record of who looked at the data"}
	}
	return lancar.Text{"id": kind, "en": kind}
}

// PublicDuty is the ground on which an office reads what it needs to decide an application:
// carrying out a public duty, UU 27/2022 Article 20.
func PublicDuty() lancar.Text {
	return lancar.Text{
		"id": "Pelaksanaan tugas pelayanan publik (UU 27/2022 Pasal 20)",
		"en": "Carrying out a public duty (Law 27/2022, Article 20)",
	}
}
