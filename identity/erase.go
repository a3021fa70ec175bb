package identity

import (
	"errors"
	"time"

	"lancar"
	"lancar/access"
	"lancar/internal/store"
)

// EraseTx closes an account and destroys its key: name, number, contacts and messages are gone.
// The person may sign up again. It is called for access.EventErase.
func (i *Identity) EraseTx(tx *store.Tx, account lancar.ID) error {
	if err := i.endSessions(tx, account); err != nil {
		return err
	}
	if err := errors.Join(endContactsExcept(tx, account, ""), endWays(tx, account), stopRecoveries(tx, account), forgetNumbers(tx, account)); err != nil {
		return err
	}
	if err := closeAccount(tx, account); err != nil {
		return err
	}
	if err := i.access.UnbindTx(tx, account); err != nil {
		return err
	}
	return i.ring.DestroyTx(tx, accountOwner(account))
}

// Exporter gives what the room holds about a person to their own download.
func (i *Identity) Exporter() access.Exporter {
	return access.Exporter{Name: "akun", Data: func(tx *store.Tx, own access.Grant) (any, error) {
		h, err := i.HolderTx(tx, own)
		if err != nil {
			return nil, err
		}
		to, err := i.addresses(tx, own.Account())
		if err != nil {
			return nil, err
		}
		happened, err := i.happened(tx, own.Account())
		if err != nil {
			return nil, err
		}
		pins, err := pinsOf(tx, own.Account())
		if err != nil {
			return nil, err
		}
		return map[string]any{"pin_perangkat": pins, "kejadian": happened, "jenis": h.Kind, "nomor": h.Number, "negara": h.Nation, "nama": h.Name, "tanggal_lahir": h.BirthDate, "kontak": to}, nil
	}}
}

// traces is how long what sign-in leaves behind is kept.
const traces = 2 * 24 * time.Hour

// Retention deletes the traces of sign-in: attempts, counters, tickets and ended sessions.
func (i *Identity) Retention() access.Rule {
	return access.Rule{
		Name:  "identity.traces",
		Words: lancar.Text{"id": "Jejak masuk (percobaan, hitungan, sesi yang berakhir) dihapus setelah dua hari", "en": "Traces of sign-in (attempts, counters, ended sessions) are deleted after two days"},
		Sweep: func(tx *store.Tx, limit int) (int, error) { return deleteTraces(tx, tx.Now.Add(-traces), limit) },
	}
}
