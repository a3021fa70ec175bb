package machine

import (
	"context"
	"time"

	"lancar"
	"lancar/internal/store"
)

// AddKeys gives a machine more public keys or certificates. Those that it has stay valid, so that
// a rotation is: add the new, switch, end the old. A key belongs to one machine for ever: one that
// any machine has or had is refused. From zero means now, Until zero or too late the machine's
// expiry.
func (s *Machines) AddKeys(ctx context.Context, owner lancar.Actor, id lancar.ID, keys []Key) (Machine, error) {
	return s.act(ctx, id, "key", owner, "", nil, func(tx *store.Tx, m Machine) error { return s.addKeys(tx, m, owner.ID, keys) })
}

func (s *Machines) addKeys(tx *store.Tx, m Machine, by lancar.ID, keys []Key) error {
	have, err := s.keysTx(tx, m.ID)
	if err != nil {
		return err
	}
	names := map[string]bool{} // of keys that are not over: a signature names its key
	for _, k := range have {
		if k.Ended.IsZero() && tx.Now.Before(k.Until) {
			names[k.ID] = true
		}
	}
	if len(names)+len(keys) > maxKeys {
		return invalid("keys", "Paling banyak enam kunci sekaligus. Akhiri dulu yang lama.", "Six keys at once at most. End the old ones first.")
	}
	for _, k := range keys {
		if k.From.Before(tx.Now) {
			k.From = tx.Now
		}
		if k.Until.IsZero() || k.Until.After(m.Expires) {
			k.Until = m.Expires
		}
		if k.Until.Sub(k.From) <= 0 {
			return invalid("keys", "Kunci atau sertifikat ini sudah tidak berlaku.", "This key or certificate is not valid any more.")
		}
		if names[k.ID] {
			return invalid("keys", "Nama kunci (kid) itu masih dipakai. Beri kunci baru nama lain.", "That name of a key (kid) is in use. Give the new key another.")
		}
		names[k.ID] = true
		k.Added, k.Ended = tx.Now, time.Time{}
		k.From, k.Until = k.From.Truncate(time.Microsecond), k.Until.Truncate(time.Microsecond)
		switch ok, err := insertKey(tx, m.ID, by, k, s.sealKey(m.ID, k)); {
		case err != nil:
			return err
		case !ok:
			return invalid("keys", "Kunci ini pernah dipakai. Setiap mesin perlu kunci baru miliknya sendiri.", "This key was used before. Every machine needs a fresh key of its own.")
		}
	}
	return nil
}

// EndKey ends one key at once, by its thumbprint: what to do when it leaks. The owner
// may, and the office.
func (s *Machines) EndKey(ctx context.Context, by lancar.Actor, id lancar.ID, thumb string) (Machine, error) {
	return s.act(ctx, id, "cut", by, "", nil, func(tx *store.Tx, m Machine) error {
		id, k, err := s.ownerOf(tx, thumb)
		if err != nil && err != store.ErrNone {
			return err
		}
		if err == store.ErrNone || id != m.ID {
			return notHere()
		}
		k.Ended = tx.Now
		ok, err := endKey(tx, m.ID, k, s.sealKey(m.ID, k))
		if err == nil && !ok {
			return notHere()
		}
		return err
	})
}

// KeysTx are the credentials with which a machine may prove itself now, newest first. Whether the
// machine itself may go on is another question: [Machines.UseTx].
func (s *Machines) KeysTx(tx *store.Tx, id lancar.ID) ([]Key, error) {
	all, err := s.keysTx(tx, id)
	var out []Key
	for _, k := range all {
		if k.Valid(tx.Now) {
			out = append(out, k)
		}
	}
	return out, err
}

// ProofTx is what a token endpoint needs of a machine: whether it may go on (lancar.Unauthenticated
// with words if not) and the credentials that are valid now.
func (s *Machines) ProofTx(tx *store.Tx, id lancar.ID) (Machine, []Key, error) {
	m, err := s.readTx(tx, id)
	if err != nil {
		return Machine{}, nil, err
	}
	if err := m.Working(tx.Now); err != nil {
		return Machine{}, nil, err
	}
	list, err := s.KeysTx(tx, id)
	return m, list, err
}

// CertificateTx finds whose TLS client certificate this is, by its thumbprint x5t#S256;
// lancar.Unauthenticated for one that is not registered or not valid now.
func (s *Machines) CertificateTx(tx *store.Tx, thumb string, now time.Time) (lancar.ID, error) {
	id, k, err := s.ownerOf(tx, thumb)
	if err != nil && err != store.ErrNone {
		return "", err
	}
	if err == store.ErrNone || k.Kind != Certificate || !k.Valid(now) {
		return "", refused("Sertifikat ini tidak terdaftar atau sudah tidak berlaku.", "This certificate is not registered or not valid any more.")
	}
	return id, nil
}
