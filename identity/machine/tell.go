package machine

import (
	"strconv"
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

func proposedNews(m Machine) news {
	return news{lancar.Text{"id": "Mesin menunggu persetujuan: " + m.Name, "en": "A machine waits for approval: " + m.Name},
		lancar.Text{"id": "Pemiliknya meminta izin kerja atau cakupan lebih luas. Orang kedua perlu memeriksanya.", "en": "Its owner asks that it may work, or for more. A second person must look at it."}}
}

func approvedNews(m Machine) news {
	return news{lancar.Text{"id": "Mesin disetujui: " + m.Name, "en": "Machine approved: " + m.Name},
		lancar.Text{"id": "Permintaan Anda disetujui dan berlaku sekarang.", "en": "What you asked for is approved and holds from now."}}
}

func deniedNews(m Machine) news {
	return news{lancar.Text{"id": "Permintaan mesin ditolak: " + m.Name, "en": "Request for a machine refused: " + m.Name},
		lancar.Text{"id": "Alasannya ada di halaman mesin itu.", "en": "The reason is on the machine's page."}}
}

func adoptedNews(m Machine) news {
	return news{lancar.Text{"id": "Mesin punya pemilik baru: " + m.Name, "en": "A machine has a new owner: " + m.Name},
		lancar.Text{"id": "Mesin yang ditinggal pemiliknya kini dipegang petugas lain di kantor Anda.", "en": "A machine whose owner had left is now answered for by another officer of your office."}}
}

func stoppedNews(m Machine) news {
	return news{lancar.Text{"id": "Mesin dihentikan: " + m.Name, "en": "Machine stopped: " + m.Name},
		lancar.Text{"id": "Semua panggilannya ditolak sejak sekarang.", "en": "All its calls are refused from now."}}
}

func pausedNews(m Machine) news {
	return news{lancar.Text{"id": "Mesin dijeda: " + m.Name, "en": "Machine paused: " + m.Name},
		lancar.Text{"id": "Kantor Anda menjedanya. Panggilannya ditolak sampai dibuka lagi.", "en": "Your office paused it. Its calls are refused until it is lifted."}}
}

func expiredNews(m Machine) news {
	return news{lancar.Text{"id": "Masa berlaku mesin habis: " + m.Name, "en": "Machine expired: " + m.Name},
		lancar.Text{"id": "Daftarkan lagi bila masih diperlukan.", "en": "Register it again if it is still needed."}}
}

func orphanedNews(m Machine) news {
	return news{lancar.Text{"id": "Mesin tanpa pemilik: " + m.Name, "en": "A machine without an owner: " + m.Name},
		lancar.Text{"id": "Pemiliknya tidak lagi bertugas di kantor ini. Bila tidak ada yang mengambil alih, mesin ini berhenti pada " + date(m.Stops) + ".",
			"en": "Its owner no longer serves in this office. If nobody takes it over, it stops on " + date(m.Stops) + "."}}
}

func unusedNews(m Machine) news {
	return news{lancar.Text{"id": "Mesin lama tidak dipakai: " + m.Name, "en": "A machine long unused: " + m.Name},
		lancar.Text{"id": "Kami usulkan dihentikan. Buka halamannya, lalu pilih: hentikan, atau masih perlu.", "en": "We propose to stop it. Open its page and choose: stop, or still needed."}}
}

func reviewNews(m Machine, grace time.Duration) news {
	return news{lancar.Text{"id": "Tinjauan tahunan mesin: " + m.Name, "en": "Yearly review of a machine: " + m.Name},
		lancar.Text{"id": "Tanda tangani paling lambat " + date(m.Review) + ". Sesudah " + date(m.Review.Add(grace)) + " mesin ini dijeda.",
			"en": "Sign by " + date(m.Review) + ". After " + date(m.Review.Add(grace)) + " the machine is paused."}}
}

func overdueNews(m Machine) news {
	return news{lancar.Text{"id": "Mesin dijeda, tinjauan belum ditandatangani: " + m.Name, "en": "Machine paused, its review was not signed: " + m.Name},
		lancar.Text{"id": "Panggilannya ditolak sampai pemiliknya menandatangani tinjauan.", "en": "Its calls are refused until its owner signs the review."}}
}
