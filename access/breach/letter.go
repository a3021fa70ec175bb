package breach

import (
	"context"
	"fmt"
	"strings"
	"time"

	"lancar"
)

// Letter is the notice to the authority as plain text, in Indonesian, with what Article 46 asks for:
// which data came out, when and how, how it is handled and recovered from. office names the sender,
// zone its local time.
func (b *Breaches) Letter(ctx context.Context, officer lancar.Actor, region string, id lancar.ID, office string, zone *time.Location, abbr string) (string, error) {
	n, err := b.ByID(ctx, officer, region, id)
	if err != nil {
		return "", err
	}
	when := func(t time.Time) string {
		if t.IsZero() {
			return "belum diketahui"
		}
		return t.In(zone).Format("02-01-2006 15.04 ") + abbr
	}
	told := "Belum diberitahukan; dilakukan sebelum " + when(n.Due) + "."
	if !n.Told.IsZero() {
		told = fmt.Sprintf("Diberitahukan mulai %s: %d dari %d orang lewat pesan; %d orang tanpa akun, lewat surat atau pengumuman.", when(n.Told), n.Reached, n.People, n.Away)
	}
	var s strings.Builder
	line := func(title, text string) { fmt.Fprintf(&s, "%s\n%s\n\n", title, text) }
	fmt.Fprintf(&s, "PEMBERITAHUAN KEGAGALAN PELINDUNGAN DATA PRIBADI\n(UU 27/2022 Pasal 46)\n\n")
	line("Kepada", "Lembaga penyelenggara pelindungan data pribadi")
	line("Dari", office)
	line("Nomor catatan", n.Region+"/"+string(n.ID))
	line("1. Data pribadi yang terungkap", n.What)
	line("2. Kapan dan bagaimana", "Terjadi: "+when(n.Happened)+"\nDiketahui: "+when(n.Found)+"\n"+n.How)
	line("3. Jumlah orang", fmt.Sprintf("%d orang", n.People))
	line("4. Penanganan dan pemulihan", n.Measures)
	line("5. Pemberitahuan kepada pemilik data", told)
	line("6. Narahubung", n.Contact)
	fmt.Fprintf(&s, "Batas pemberitahuan (3x24 jam sejak diketahui): %s\n", when(n.Due))
	return s.String(), nil
}
