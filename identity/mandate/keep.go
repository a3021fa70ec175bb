package mandate

import (
	"strconv"
	"time"

	"lancar"
	"lancar/access"
	"lancar/internal/store"
)

// askKept is how long a question to a person is remembered after it was asked.
const askKept = 400 * 24 * time.Hour

// Retention deletes mandates that ended so many years ago (Config.Years), with what was done under each,
// and old questions. A case then says that somebody acted under a mandate, and no longer who.
func (m *Mandates) Retention() []access.Rule {
	years := strconv.Itoa(m.config.Years)
	return []access.Rule{{
		Name: "identity.mandates",
		Words: lancar.Text{"id": "Kuasa yang berakhir, dan catatan yang dilakukan dengannya, dihapus setelah " + years + " tahun",
			"en": "Mandates that ended, and the record of what was done under them, are deleted after " + years + " years"},
		Sweep: func(tx *store.Tx, limit int) (int, error) {
			return m.forget(tx, tx.Now.AddDate(-m.config.Years, 0, 0), limit)
		},
	}, {
		Name:  "identity.mandate_asks",
		Words: lancar.Text{"id": "Pertanyaan agen kepada orangnya dihapus setelah 400 hari", "en": "What agents asked their person is deleted after 400 days"},
		Sweep: func(tx *store.Tx, limit int) (int, error) { return deleteAsks(tx, tx.Now.Add(-askKept), limit) },
	}}
}

func (m *Mandates) forget(tx *store.Tx, before time.Time, limit int) (int, error) {
	ids, err := endedBefore(tx, before, limit)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		if err := deleteMandate(tx, id); err != nil {
			return 0, err
		}
		if err := m.ring.DestroyTx(tx, owner(id)); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}
