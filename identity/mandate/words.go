package mandate

import "lancar"

// said is what pages call k; a word that has no name stands for itself.
func said[K ~string](k K, names map[K]lancar.Text) lancar.Text {
	if name, ok := names[k]; ok {
		return name
	}
	return lancar.Text{"id": string(k), "en": string(k)}
}

// Text is the verb as pages say it.
func (v Verb) Text() lancar.Text {
	return said(v, map[Verb]lancar.Text{
		See:      {"id": "melihat permohonan", "en": "see applications"},
		Draft:    {"id": "mengisi permohonan", "en": "fill in applications"},
		Submit:   {"id": "mengirim permohonan", "en": "send applications"},
		Pay:      {"id": "membayar tagihan", "en": "pay charges"},
		Answer:   {"id": "menjawab petugas", "en": "answer the office"},
		Withdraw: {"id": "menarik permohonan", "en": "take applications back"},
		Collect:  {"id": "mengambil dokumen", "en": "collect documents"},
	})
}

// Text is the kind as pages say it, from the holder's side.
func (k Kind) Text() lancar.Text {
	return said(k, map[Kind]lancar.Text{
		Child:   {"id": "orang tua untuk anak", "en": "parent for a child"},
		Company: {"id": "pengurus badan usaha", "en": "officer of a company"},
		Helper:  {"id": "pendamping", "en": "helper"},
		Heir:    {"id": "ahli waris", "en": "heir"},
		Agent:   {"id": "agen komputer", "en": "software agent"},
	})
}

// Text is the state as pages say it.
func (s State) Text() lancar.Text {
	return said(s, map[State]lancar.Text{
		Offered:  {"id": "Menunggu penerima", "en": "Waits for the holder"},
		Asked:    {"id": "Menunggu kode pemberi kuasa", "en": "Waits for the principal's code"},
		Claimed:  {"id": "Menunggu petugas kedua", "en": "Waits for the second officer"},
		Active:   {"id": "Berlaku", "en": "In force"},
		Declined: {"id": "Ditolak", "en": "Declined"},
		Lapsed:   {"id": "Tidak dijawab", "en": "Not answered"},
		Revoked:  {"id": "Dicabut", "en": "Taken back"},
		Returned: {"id": "Dikembalikan", "en": "Laid down"},
		Expired:  {"id": "Masa berlaku habis", "en": "Expired"},
		Ended:    {"id": "Berakhir", "en": "Ended"},
	})
}
