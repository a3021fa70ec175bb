package breach

import (
	"context"
	"fmt"
	"strings"
	"time"

	"lancar"
)

// Letter is the notice to the authority, in Indonesian, with what Article 46 asks for: which data came out,
// when and how, how it is handled and recovered from.
type Letter struct {
	Title, Law string
	Parts      []Part
}

// Part is a piece of a letter; Line says that its text stands beside its heading.
type Part struct {
	Heading, Text string
	Line          bool
}

// String is the letter as plain text.
func (l Letter) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s\n(%s)\n\n", strings.ToUpper(l.Title), l.Law)
	for _, p := range l.Parts {
		fmt.Fprintf(&s, "%s\n%s\n\n", p.Heading, p.Text)
	}
	return s.String()
}

// Letter writes the notice to the authority. office names the sender, zone its local time.
func (b *Breaches) Letter(ctx context.Context, officer lancar.Actor, region string, id lancar.ID, office string, zone *time.Location, abbr string) (Letter, error) {
	n, err := b.ByID(ctx, officer, region, id)
	if err != nil {
		return Letter{}, err
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
	return Letter{Title: "Pemberitahuan kegagalan pelindungan data pribadi", Law: "UU 27/2022 Pasal 46", Parts: []Part{
		{"Kepada", "Lembaga penyelenggara pelindungan data pribadi", true},
		{"Dari", office, true},
		{"Nomor catatan", n.Region + "/" + string(n.ID), true},
		{"1. Data pribadi yang terungkap", n.What, false},
		{"2. Kapan dan bagaimana", "Terjadi: " + when(n.Happened) + "\nDiketahui: " + when(n.Found) + "\n" + n.How, false},
		{"3. Jumlah orang", fmt.Sprintf("%d orang", n.People), false},
		{"4. Penanganan dan pemulihan", n.Measures, false},
		{"5. Pemberitahuan kepada pemilik data", told, false},
		{"6. Narahubung", n.Contact, false},
		{"Batas pemberitahuan (3x24 jam sejak diketahui)", when(n.Due), false}}}, nil
}
