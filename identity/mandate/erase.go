package mandate

import (
	"lancar"
	"lancar/access"
	"lancar/internal/store"
)

// EraseTx ends the mandates of an account that is closed, on either side, and destroys the names in
// those over it. Call it before identity closes the account. That they ended stays in the rows.
func (m *Mandates) EraseTx(tx *store.Tx, account lancar.ID) error {
	rows, err := open(tx, account)
	if err != nil {
		return err
	}
	for _, r := range rows {
		event := Lapse
		if r.State == Active {
			event = End
		}
		if err := m.moveTx(tx, &r, event, lancar.TheSystem("erasure"), ""); err != nil {
			return err
		}
	}
	over, err := idsOver(tx, account)
	if err != nil {
		return err
	}
	for _, id := range over {
		if err := m.ring.DestroyTx(tx, owner(id)); err != nil {
			return err
		}
	}
	return nil
}

// MovedTx ends what was given or begun in an account's name before it went to another contact: nobody
// knows who gave it. What the account holds for others stays; its grounds were looked at.
func (m *Mandates) MovedTx(tx *store.Tx, account lancar.ID) error {
	rows, err := open(tx, account)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.Principal.Account != account || r.Kind != Agent && r.Kind != Helper {
			continue
		}
		event := Lapse
		if r.State == Active {
			event = End
		}
		if err := m.moveTx(tx, &r, event, lancar.TheSystem("recovery"), ""); err != nil {
			return err
		}
	}
	return nil
}

// Exporter gives a person the mandates over their affairs, and what was done under each, in their own
// download.
func (m *Mandates) Exporter() access.Exporter {
	return access.Exporter{Name: "kuasa", Data: func(tx *store.Tx, own access.Grant) (any, error) {
		if err := own.For(own.Subject(), access.Looks); err != nil {
			return nil, err
		}
		rows, err := byPrincipal(tx, own.Account())
		if err != nil || len(rows) == 0 {
			return nil, err
		}
		var out []any
		for _, r := range rows {
			if err := m.openTx(tx, &r); err != nil {
				return nil, err
			}
			did, err := actsOf(tx, r.ID, "~", 1000)
			if err != nil {
				return nil, err
			}
			services, verbs := r.Scope.columns()
			out = append(out, map[string]any{"jenis": r.Kind, "penerima": r.Holder.Name, "keadaan": r.State, "layanan": services, "boleh": verbs,
				"mulai": r.From, "sampai": r.Until, "berakhir": r.Ended, "dilakukan": did})
		}
		return out, nil
	}}
}
