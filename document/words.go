package document

import (
	"fmt"
	"strings"
	"time"

	"lancar"
)

// words are the fixed texts of the pages, by name.
func words(lang, name string) string {
	return map[string]lancar.Text{
		"number":    {"id": "Nomor", "en": "Number"},
		"signed":    {"id": "Ditandatangani secara elektronik", "en": "Signed electronically"},
		"check":     {"id": "Periksa keaslian dokumen ini", "en": "Check that this document is genuine"},
		"scan":      {"id": "Pindai kode di samping, atau buka", "en": "Scan the code, or open"},
		"match":     {"id": "Cocokkan nomor dan isinya dengan yang tampil di sana.", "en": "Compare the number and the content with what is shown there."},
		"foot":      {"id": "Tanda tangan elektronik ada di dalam berkas PDF ini. Hasil cetak diperiksa lewat kode di atas.", "en": "The electronic signature is inside this PDF file. A print is checked by the code above."},
		"simulated": {"id": "SIMULASI: dokumen latihan, tidak berlaku sebagai dokumen resmi. Ditandatangani dengan sertifikat peragaan.", "en": "SIMULASI: a rehearsal document without legal effect, signed with a demonstration certificate."},
		"practised": {"id": "SIMULASI: surat latihan, tidak berlaku.", "en": "SIMULASI: a rehearsal letter without effect."},
		"courtesy":  {"id": "Terjemahan untuk memudahkan. Yang berlaku adalah dokumen di halaman sebelumnya.", "en": "Translation, for your convenience. What counts is the document in Indonesian on the pages before."},
		"page":      {"id": "Halaman %s dari %s", "en": "Page %s of %s"},
		"employee":  {"id": "NIP", "en": "Employee number"},
	}[name].In(lang)
}

// dateIn writes the calendar date of t in words.
func dateIn(lang string, t time.Time) string {
	if lang == "en" {
		return t.Format("2 January 2006")
	}
	months := strings.Fields("Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember")
	return fmt.Sprintf("%d %s %d", t.Day(), months[t.Month()-1], t.Year())
}

// Mask hides a name for whoever checks a document: "Maria Yosefa Bano" → "M•••• Y•••• Bano",
// a single name keeps its first letter. It is enough to compare with a paper in one's hand.
func Mask(name string) string {
	parts := strings.Fields(name)
	for i, part := range parts {
		if i == len(parts)-1 && len(parts) > 1 {
			break
		}
		for _, r := range part {
			parts[i] = string(r) + "••••"
			break
		}
	}
	return strings.Join(parts, " ")
}
