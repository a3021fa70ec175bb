package mandate

import "lancar"

// Text is the verb as pages say it.
func (v Verb) Text() lancar.Text {
	switch v {
	case See:
		return lancar.Text{"id": "melihat permohonan", "en": "see applications"}
	case Draft:
		return lancar.Text{"id": "mengisi permohonan", "en": "fill in applications"}
	case Submit:
		return lancar.Text{"id": "mengirim permohonan", "en": "send applications"}
	case Pay:
		return lancar.Text{"id": "membayar tagihan", "en": "pay charges"}
	case Answer:
		return lancar.Text{"id": "menjawab petugas", "en": "answer the office"}
	case Withdraw:
		return lancar.Text{"id": "menarik permohonan", "en": "take applications back"}
	case Collect:
		return lancar.Text{"id": "mengambil dokumen", "en": "collect documents"}
	}
	return lancar.Text{"id": string(v), "en": string(v)}
}

// Text is the kind as pages say it, from the holder's side.
func (k Kind) Text() lancar.Text {
	switch k {
	case Child:
		return lancar.Text{"id": "orang tua untuk anak", "en": "parent for a child"}
	case Company:
		return lancar.Text{"id": "pengurus badan usaha", "en": "officer of a company"}
	case Helper:
		return lancar.Text{"id": "pendamping", "en": "helper"}
	case Heir:
		return lancar.Text{"id": "ahli waris", "en": "heir"}
	case Agent:
		return lancar.Text{"id": "agen komputer", "en": "software agent"}
	}
	return lancar.Text{"id": string(k), "en": string(k)}
}

// Text is the state as pages say it.
func (s State) Text() lancar.Text {
	switch s {
	case Offered:
		return lancar.Text{"id": "Menunggu penerima", "en": "Waits for the holder"}
	case Asked:
		return lancar.Text{"id": "Menunggu kode pemberi kuasa", "en": "Waits for the principal's code"}
	case Claimed:
		return lancar.Text{"id": "Menunggu petugas kedua", "en": "Waits for the second officer"}
	case Active:
		return lancar.Text{"id": "Berlaku", "en": "In force"}
	case Declined:
		return lancar.Text{"id": "Ditolak", "en": "Declined"}
	case Lapsed:
		return lancar.Text{"id": "Tidak dijawab", "en": "Not answered"}
	case Revoked:
		return lancar.Text{"id": "Dicabut", "en": "Taken back"}
	case Returned:
		return lancar.Text{"id": "Dikembalikan", "en": "Laid down"}
	case Expired:
		return lancar.Text{"id": "Masa berlaku habis", "en": "Expired"}
	case Ended:
		return lancar.Text{"id": "Berakhir", "en": "Ended"}
	}
	return lancar.Text{"id": string(s), "en": string(s)}
}
