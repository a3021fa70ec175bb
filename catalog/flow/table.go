package flow

import "lancar"

func why(id, en string) lancar.Text { return lancar.Text{"id": id, "en": en} }

// Table returns every transition there is. Anything else cannot happen.
func Table() []Transition {
	return []Transition{
		{Draft, Submit, WithFee, Unpaid, Applicant, why("Permohonan dikirim dan menunggu pembayaran.", "The application was sent and waits for payment.")},
		{Draft, Submit, Free, Drawing, Applicant, why("Permohonan lengkap dan tanpa biaya. Jangka waktu mulai dihitung.", "The application is complete and free of charge. The term begins.")},
		{Unpaid, Settle, Decides, Drawing, System, why("Biaya lunas, permohonan lengkap. Jangka waktu mulai dihitung.", "The fee is settled and the application complete. The term begins.")},
		{Unpaid, Settle, Only, Done, System, why("Pembayaran diterima.", "The payment was received.")},
		{Unpaid, Withdraw, Always, Withdrawn, Applicant, why("Pemohon membatalkan permohonan.", "The applicant withdrew.")},
		{Unpaid, Lapse, Always, Lapsed, System, why("Biaya tidak dibayar dalam tujuh hari.", "The fee was not paid within seven days.")},

		{Drawing, Draw, Always, Review, System, why("Petugas ditetapkan dengan undian yang dapat diperiksa.", "An officer was drawn by a lot that anyone can check.")},
		{Drawing, Withdraw, Always, Withdrawn, Applicant, why("Pemohon membatalkan permohonan.", "The applicant withdrew.")},
		{Drawing, Deem, HasDeemed, Granted, System, why("Jangka waktu berakhir tanpa keputusan. Permohonan dikabulkan demi hukum.", "The term ended without a decision. The application is granted by law.")},
		{Drawing, Escalate, NotDeemed, Drawing, System, why("Jangka waktu berakhir. Atasan diberi tahu.", "The term ended. The superior was told.")},

		{Review, Opine, Always, Review, Officer, why("Satu langkah selesai, langkah berikutnya dimulai.", "One step is done, the next begins.")},
		{Review, Redraw, Always, Drawing, Officer, why("Petugas berhalangan atau memiliki kepentingan. Undian diulang.", "The officer cannot or must not go on. The lot is drawn again.")},
		{Review, Ask, Always, Correction, Officer, why("Petugas meminta perbaikan satu kali. Jangka waktu berhenti.", "The officer asked for a correction, once. The clock stops.")},
		{Review, Grant, Second, Signing, Officer, why("Permohonan dikabulkan dan menunggu tanda tangan.", "The application is granted and waits for the signature.")},
		{Review, Grant, Alone, Granted, Officer, why("Permohonan dikabulkan.", "The application is granted.")},
		{Review, Refuse, Second, Signing, Officer, why("Permohonan ditolak dan menunggu tanda tangan.", "The application is refused and waits for the signature.")},
		{Review, Refuse, Alone, Refused, Officer, why("Permohonan ditolak.", "The application is refused.")},
		{Review, Withdraw, Always, Withdrawn, Applicant, why("Pemohon membatalkan permohonan.", "The applicant withdrew.")},
		{Review, Deem, HasDeemed, Granted, System, why("Jangka waktu berakhir tanpa keputusan. Permohonan dikabulkan demi hukum.", "The term ended without a decision. The application is granted by law.")},
		{Review, Escalate, NotDeemed, Review, System, why("Jangka waktu berakhir. Atasan diberi tahu.", "The term ended. The superior was told.")},

		{Correction, Answer, Always, Review, Applicant, why("Pemohon menjawab. Jangka waktu berjalan lagi.", "The applicant answered. The clock runs again.")},
		{Correction, Close, Always, Withdrawn, System, why("Perbaikan tidak dijawab dalam batas waktunya.", "The correction was not answered in time.")},
		{Correction, Withdraw, Always, Withdrawn, Applicant, why("Pemohon membatalkan permohonan.", "The applicant withdrew.")},

		{Signing, Sign, ToGrant, Granted, Officer, why("Keputusan ditandatangani. Permohonan dikabulkan.", "The decision was signed. The application is granted.")},
		{Signing, Sign, ToRefuse, Refused, Officer, why("Keputusan ditandatangani. Permohonan ditolak.", "The decision was signed. The application is refused.")},
		{Signing, Return, Always, Review, Officer, why("Penanda tangan mengembalikan keputusan dengan alasan.", "The signer sent the decision back with a reason.")},
		{Signing, Redraw, Always, Drawing, Officer, why("Penanda tangan berhalangan atau memiliki kepentingan. Undian diulang, lalu keputusan diambil kembali.", "The signer cannot or must not go on. The lot is drawn again, then the decision is taken once more.")},
		{Signing, Deem, HasDeemed, Granted, System, why("Jangka waktu berakhir sebelum ditandatangani. Permohonan dikabulkan demi hukum.", "The term ended before the signature. The application is granted by law.")},
		{Signing, Escalate, NotDeemed, Signing, System, why("Jangka waktu berakhir. Atasan diberi tahu.", "The term ended. The superior was told.")},
	}
}

// Text names the state as pages do.
func (s State) Text() lancar.Text {
	switch s {
	case Draft:
		return why("Draf", "Draft")
	case Unpaid:
		return why("Menunggu pembayaran", "Waiting for payment")
	case Drawing:
		return why("Lengkap, menunggu petugas", "Complete, waiting for an officer")
	case Review:
		return why("Sedang diperiksa", "Under review")
	case Correction:
		return why("Perlu perbaikan", "Needs a correction")
	case Signing:
		return why("Menunggu tanda tangan", "Waiting for the signature")
	case Granted:
		return why("Dikabulkan", "Granted")
	case Refused:
		return why("Ditolak", "Refused")
	case Withdrawn:
		return why("Dibatalkan", "Withdrawn")
	case Lapsed:
		return why("Kedaluwarsa", "Lapsed")
	case Done:
		return why("Selesai", "Done")
	}
	return lancar.Text{"id": string(s)}
}
