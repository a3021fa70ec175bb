package identity

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"lancar"
	"lancar/access"
	"lancar/internal/jobs"
	"lancar/internal/store"
	"lancar/notify"
)

// What says what happened to the safety of an account.
type What string

// What can happen.
const (
	NewDevice       What = "device"
	NewPasskey      What = "passkey"
	PasskeyGone     What = "passkey-gone"
	PasskeyCopied   What = "passkey-copied"
	NewApp          What = "app"
	AppGone         What = "app-gone"
	RecoveryBegun   What = "recovery"
	RecoveryStopped What = "recovery-stopped"
	Recovered       What = "recovered"
	SignedOutAll    What = "signed-out"
	NumberChanged   What = "number"
	PinSet          What = "pin"
	PinChanged      What = "pin-changed"
	PinRemoved      What = "pin-removed"
	PinBurned       What = "pin-burned"
	contactJoins    What = "contact-joins"
	contactYoung    What = "contact-young"
	contactLeaves   What = "contact-leaves"
	contactStays    What = "contact-stays"
	contactGone     What = "contact-gone"
)

// Text says it in a few words.
func (w What) Text() lancar.Text { return wordsOf(w, "").Title }

// Happening is one entry of the list that an account's owner sees.
type Happening struct {
	At     time.Time
	What   What
	Detail string // a device, the name of a passkey, a masked contact
}

// The events of this room. Their payload is [SignedOut] as JSON.
const (
	// EventSignedOut is emitted when all sessions of an account end at once; what was handed out on
	// their strength (tokens, grants of sign-in) must end too.
	EventSignedOut = "identity.signed_out"
	// EventLeft is emitted when one sign-in of an account ends by its owner's wish; which of its
	// sessions are left says the database.
	EventLeft = "identity.left"
	// EventMoved is emitted when an account went to another contact, by recovery or by an officer's
	// settlement: what was given in its name before must end.
	EventMoved = "identity.moved"
)

// SignedOut is the payload of this room's events.
type SignedOut struct {
	Account lancar.ID `json:"account"`
	At      int64     `json:"at,omitempty"` // of the transaction that emitted it, in microseconds
}

// AtSignOut names what ends when all sessions of an account end at once, in that very transaction: who
// asks afterwards finds it ended, however long the queue is. app hands it down before anything is served.
func (i *Identity) AtSignOut(end func(tx *store.Tx, account lancar.ID) error) { i.ends = end }

func (i *Identity) leftTx(tx *store.Tx, account lancar.ID) error {
	return i.emit(tx, EventLeft, account)
}

func (i *Identity) emit(tx *store.Tx, event string, account lancar.ID) error {
	payload, err := json.Marshal(SignedOut{account, store.Micros(tx.Now)})
	if err != nil {
		return err
	}
	return i.queue.EmitTx(tx, jobs.Event{Region: "00", Name: event, Payload: payload})
}

// HappenedTx writes down what happened and tells the account on all its channels.
func (i *Identity) HappenedTx(tx *store.Tx, account lancar.ID, what What, detail string) error {
	id := lancar.NewID(tx.Now)
	if err := i.noteTx(tx, account, id, what, detail); err != nil {
		return err
	}
	m := wordsOf(what, detail)
	m.Region, m.Link, m.Key = "00", "/me/devices", "happened "+string(id)
	a, err := accountByID(tx, account)
	if err != nil && err != store.ErrNone {
		return err
	}
	if a.Kind == Officer {
		m.Link = "/office/devices"
	}
	return i.TellTx(tx, account, m)
}

func (i *Identity) noteTx(tx *store.Tx, account, id lancar.ID, what What, detail string) error {
	sealed, err := i.SealTx(tx, account, detail, "identity_happenings "+string(id))
	if err != nil {
		return err
	}
	return insertHappening(tx, account, id, what, sealed)
}

// Happenings lists what happened to the account, newest first, at most fifty.
func (i *Identity) Happenings(ctx context.Context, s Session) (list []Happening, err error) {
	err = i.db.Read(ctx, func(tx *store.Tx) error {
		list, err = i.happened(tx, s.Account)
		return err
	})
	return list, err
}

func (i *Identity) happened(tx *store.Tx, account lancar.ID) ([]Happening, error) {
	rows, err := happeningsOf(tx, account)
	list := make([]Happening, len(rows))
	for n, r := range rows {
		if err != nil {
			return nil, err
		}
		list[n] = r.Happening
		list[n].Detail, err = i.OpenTx(tx, account, r.sealed, "identity_happenings "+string(r.id))
	}
	return list, err
}

// endSessions ends all sessions of an account, the PINs of all its devices too, and says so upward.
func (i *Identity) endSessions(tx *store.Tx, account lancar.ID) error {
	if err := errors.Join(deleteSessions(tx, account), deletePins(tx, account)); err != nil {
		return err
	}
	if i.ends != nil {
		if err := i.ends(tx, account); err != nil {
			return err
		}
	}
	return i.emit(tx, EventSignedOut, account)
}

// keepHappenings is how long the list goes back.
const keepHappenings = 2 * 365 * 24 * time.Hour

// HappeningsRetention deletes old entries of the list.
func (i *Identity) HappeningsRetention() access.Rule {
	return access.Rule{
		Name:  "identity.happenings",
		Words: lancar.Text{"id": "Riwayat keamanan akun dihapus setelah dua tahun, peramban dan PIN yang tidak dipakai lagi setelah 400 hari", "en": "The history of an account's safety is deleted after two years, browsers and PINs that were not used again after 400 days"},
		Sweep: func(tx *store.Tx, limit int) (int, error) {
			gone, err := deleteHappenings(tx, tx.Now.Add(-keepHappenings), limit)
			if err != nil {
				return gone, err
			}
			forgotten, err := deleteBrowsers(tx, tx.Now.Add(-browserLife), limit)
			if err != nil {
				return gone + forgotten, err
			}
			pins, err := deleteOldPins(tx, tx.Now.Add(-browserLife), limit)
			return gone + forgotten + pins, err
		},
	}
}

// wordsOf are the messages. None has a link that signs anybody in.
func wordsOf(what What, detail string) notify.Message {
	say := func(titleID, titleEN, bodyID, bodyEN string) notify.Message {
		return notify.Message{Title: lancar.Text{"id": titleID, "en": titleEN}, Body: lancar.Text{
			"id": bodyID + "\n\nBukan Anda? Buka \"Perangkat dan keamanan\" di halaman Anda, lalu keluar dari semua perangkat.",
			"en": bodyEN + "\n\nNot you? Open \"Devices and security\" on your page and sign out everywhere."}}
	}
	switch what {
	case NewDevice:
		return say("Akun Anda dibuka di perangkat baru", "Your account was opened on a new device",
			"Akun Anda baru saja dibuka di perangkat ini: "+detail, "Your account was just opened on this device: "+detail)
	case NewPasskey:
		return say("Kunci sandi baru ditambahkan", "A passkey was added", "Kunci sandi \""+detail+"\" sekarang bisa membuka akun Anda.", "The passkey \""+detail+"\" can now open your account.")
	case PasskeyGone:
		return say("Kunci sandi dihapus", "A passkey was removed", "Kunci sandi \""+detail+"\" tidak bisa lagi membuka akun Anda.", "The passkey \""+detail+"\" can no longer open your account.")
	case PasskeyCopied:
		return say("Kunci sandi Anda mungkin disalin", "Your passkey may have been copied",
			"Kunci sandi \""+detail+"\" dipakai dari dua tempat. Kami menolaknya dan tidak menerimanya lagi. Masuk dengan kode, hapus kunci itu, lalu buat yang baru.",
			"The passkey \""+detail+"\" was used from two places. We refused it and no longer take it. Sign in with a code, remove that passkey and make a new one.")
	case NewApp:
		return say("Aplikasi kode ditambahkan", "A code app was added", "Kode dari aplikasi sekarang bisa dipakai masuk ke akun Anda.", "Codes from an app can now be used to sign in to your account.")
	case AppGone:
		return say("Aplikasi kode dihapus", "The code app was removed", "Kode dari aplikasi tidak lagi diterima untuk akun Anda.", "Codes from the app are no longer taken for your account.")
	case RecoveryBegun: // told by recovery.go, with its link
		return say("Ada yang ingin memulihkan akun Anda", "Somebody wants to recover your account", "Lewat kontak "+detail, "Through the contact "+detail)
	case RecoveryStopped:
		return say("Pemulihan akun dibatalkan", "A recovery was stopped", "Pemulihan akun Anda lewat "+detail+" dibatalkan.", "The recovery of your account through "+detail+" was stopped.")
	case Recovered:
		return say("Akun Anda dipulihkan", "Your account was recovered",
			"Akun Anda sekarang dibuka lewat "+detail+". Kontak, kunci sandi, PIN, dan sesi yang lama sudah berakhir.", "Your account is now opened through "+detail+". The old contacts, passkeys, PINs and sessions have ended.")
	case PinSet:
		return say("PIN dibuat di perangkat", "A PIN was set on a device", "PIN dibuat di perangkat ini: "+detail+". PIN itu hanya berlaku di sana, dan tidak bisa dipakai untuk masuk.",
			"A PIN was set on this device: "+detail+". It counts there alone and signs nobody in.")
	case PinChanged:
		return say("PIN perangkat diganti", "The PIN of a device was changed", "PIN di perangkat ini diganti: "+detail, "The PIN of this device was changed: "+detail)
	case PinRemoved:
		return say("PIN perangkat dihapus", "The PIN of a device was removed", "PIN di perangkat ini dihapus: "+detail, "The PIN of this device was removed: "+detail)
	case PinBurned:
		return say("PIN salah lima kali", "Five wrong PINs", "Seseorang yang memegang perangkat ini dan sudah masuk ke akun Anda lima kali mengetik PIN yang salah: "+detail+". PIN itu kami hapus. Untuk membuat yang baru, buktikan dulu bahwa ini Anda.",
			"Somebody who holds this device and is signed in to your account typed five wrong PINs: "+detail+". We removed that PIN. To set a new one, prove that it is you.")
	case SignedOutAll:
		return say("Keluar dari semua perangkat", "Signed out everywhere", "Semua perangkat dan aplikasi sudah keluar dari akun Anda. PIN di semua perangkat juga dihapus.", "All devices and apps are signed out of your account. The PINs of all devices are removed too.")
	case contactJoins:
		return say("Kontak baru di akun Anda", "A new contact of your account", "Kontak ini sekarang bisa membuka akun Anda: "+detail, "This contact can now open your account: "+detail)
	case contactLeaves:
		return say("Kontak Anda akan dihapus", "A contact of yours will be removed",
			"Seseorang yang masuk ke akun Anda menghapus kontak ini: "+detail+" lagi. Sampai saat itu kontak ini masih membuka akun Anda, dan Anda bisa membatalkannya di \"Perangkat dan keamanan\".",
			"Somebody who is signed in to your account removes this contact: "+detail+" left. Until then it still opens your account, and you can stop this under \"Devices and security\".")
	case contactStays:
		return say("Kontak Anda tetap dipakai", "Your contact stays", "Penghapusan kontak ini dibatalkan: "+detail, "The removal of this contact was stopped: "+detail)
	case contactGone:
		return say("Kontak dihapus dari akun Anda", "A contact was removed from your account", "Kontak ini tidak lagi membuka akun Anda: "+detail, "This contact no longer opens your account: "+detail)
	case contactYoung:
		return say("Kontak Anda baru tercatat di data kependudukan", "Your contact is new in the population register",
			"Untuk sementara, masuk dengan "+detail+" belum menunjukkan data Anda dari register, karena kontak yang baru bisa saja diganti oleh orang lain. Anda sudah bisa memakai layanan biasa dan mengetik datanya sendiri. Yang memerlukan data itu menyebut sampai kapan. Sesudah itu masuk saja lagi.",
			"For the time being, signing in with "+detail+" does not show your data from registers yet, because a new contact may have been put there by somebody else. You can use ordinary services and type the data yourself. What needs those data says until when. After that, just sign in again.")
	case NumberChanged:
		return say("Nomor identitas Anda diganti", "Your identity number was changed", "Nomor identitas di akun Anda diganti oleh petugas: "+detail, "An officer changed the identity number of your account: "+detail)
	}
	return say("Kejadian di akun Anda", "Something happened to your account", detail, detail)
}
