package machine

import (
	"strconv"
	"strings"
	"time"

	"lancar"
	"lancar/internal/store"
	"lancar/notify"
)

// news is a message about a machine. It names the machine, never a person.
type news struct{ title, body lancar.Text }

func (s *Machines) tellOwner(tx *store.Tx, m Machine, event string, n news) error {
	return s.tell(tx, m, m.Owner, event, n)
}

// tellHeads tells the superiors and the officers for machines of the office, other than the owner.
func (s *Machines) tellHeads(tx *store.Tx, m Machine, event string, n news) error {
	if m.Kind == Agent {
		return nil
	}
	list, err := heads(tx, m.Region, m.Agency)
	for _, account := range list {
		if account == m.Owner {
			continue
		}
		if err := s.tell(tx, m, account, event, n); err != nil {
			return err
		}
	}
	return err
}

func (s *Machines) tell(tx *store.Tx, m Machine, account lancar.ID, event string, n news) error {
	link := "/office/machines/" + string(m.ID)
	region := m.Region
	if m.Kind == Agent {
		link, region = "/me/agents", "00"
	}
	return s.ident.TellTx(tx, account, notify.Message{Region: region, Title: n.title, Body: n.body, Link: link,
		Key: "machine " + string(m.ID) + " " + event + " " + strconv.FormatInt(m.Version, 10)})
}

func (s *Machines) tellAlarm(tx *store.Tx, m Machine, a Alarm) error {
	w := a.Words()
	n := news{lancar.Text{"id": "Pemakaian tidak biasa: " + m.Name, "en": "Unusual use: " + m.Name},
		lancar.Text{"id": "Hari ini: " + w["id"] + ". Bila ini bukan Anda, tekan tombol berhenti di halaman mesin itu.",
			"en": "Today: " + w["en"] + ". If this was not you, press stop on that machine's page."}}
	event := "alarm " + string(a.Rule) + " " + strconv.FormatInt(spans()[1].slot(a.At), 10)
	if err := s.tellOwner(tx, m, event, n); err != nil {
		return err
	}
	return s.tellHeads(tx, m, event, n)
}

// date writes a day without a zone's name: the page behind the link says the hour.
func date(t time.Time) string { return t.Add(jakarta).Format("2006-01-02") }

// occasion is why somebody is told about a machine.
type occasion int

const (
	ofProposed occasion = iota
	ofApproved
	ofDenied
	ofAdopted
	ofStopped
	ofPaused
	ofExpired
	ofOrphaned
	ofUnused
	ofReview
	ofOverdue
)

// news is what is said on an occasion. In its words {stops} is the day an orphan stops, {review} the day by
// which its owner signs, {pause} the day without a signature on which it is paused.
func (s *Machines) news(m Machine, o occasion) news {
	said := [...][2]lancar.Text{
		ofProposed: {{"id": "Mesin menunggu persetujuan", "en": "A machine waits for approval"},
			{"id": "Pemiliknya meminta izin kerja atau cakupan lebih luas. Orang kedua perlu memeriksanya.",
				"en": "Its owner asks that it may work, or for more. A second person must look at it."}},
		ofApproved: {{"id": "Mesin disetujui", "en": "Machine approved"},
			{"id": "Permintaan Anda disetujui dan berlaku sekarang.",
				"en": "What you asked for is approved and holds from now."}},
		ofDenied: {{"id": "Permintaan mesin ditolak", "en": "Request for a machine refused"},
			{"id": "Alasannya ada di halaman mesin itu.",
				"en": "The reason is on the machine's page."}},
		ofAdopted: {{"id": "Mesin punya pemilik baru", "en": "A machine has a new owner"},
			{"id": "Mesin yang ditinggal pemiliknya kini dipegang petugas lain di kantor Anda.",
				"en": "A machine whose owner had left is now answered for by another officer of your office."}},
		ofStopped: {{"id": "Mesin dihentikan", "en": "Machine stopped"},
			{"id": "Semua panggilannya ditolak sejak sekarang.",
				"en": "All its calls are refused from now."}},
		ofPaused: {{"id": "Mesin dijeda", "en": "Machine paused"},
			{"id": "Kantor Anda menjedanya. Panggilannya ditolak sampai dibuka lagi.",
				"en": "Your office paused it. Its calls are refused until it is lifted."}},
		ofExpired: {{"id": "Masa berlaku mesin habis", "en": "Machine expired"},
			{"id": "Daftarkan lagi bila masih diperlukan.",
				"en": "Register it again if it is still needed."}},
		ofOrphaned: {{"id": "Mesin tanpa pemilik", "en": "A machine without an owner"},
			{"id": "Pemiliknya tidak lagi bertugas di kantor ini. Bila tidak ada yang mengambil alih, mesin ini berhenti pada {stops}.",
				"en": "Its owner no longer serves in this office. If nobody takes it over, it stops on {stops}."}},
		ofUnused: {{"id": "Mesin lama tidak dipakai", "en": "A machine long unused"},
			{"id": "Kami usulkan dihentikan. Buka halamannya, lalu pilih: hentikan, atau masih perlu.",
				"en": "We propose to stop it. Open its page and choose: stop, or still needed."}},
		ofReview: {{"id": "Tinjauan tahunan mesin", "en": "Yearly review of a machine"},
			{"id": "Tanda tangani paling lambat {review}. Sesudah {pause} mesin ini dijeda.",
				"en": "Sign by {review}. After {pause} the machine is paused."}},
		ofOverdue: {{"id": "Mesin dijeda, tinjauan belum ditandatangani", "en": "Machine paused, its review was not signed"},
			{"id": "Panggilannya ditolak sampai pemiliknya menandatangani tinjauan.",
				"en": "Its calls are refused until its owner signs the review."}},
	}[o]
	days := strings.NewReplacer("{stops}", date(m.Stops), "{review}", date(m.Review), "{pause}", date(m.Review.Add(s.config.Grace)))
	n := news{lancar.Text{}, lancar.Text{}}
	for lang := range said[0] {
		n.title[lang], n.body[lang] = said[0][lang]+": "+m.Name, days.Replace(said[1][lang])
	}
	return n
}
