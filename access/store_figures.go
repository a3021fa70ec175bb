package access

import "lancar/internal/store"

// figures counts; the range is that of a region and those below it.
func figures(tx *store.Tx, region string) (f Figures, err error) {
	from, to := region+".", region+"/" // "/" follows "."
	if region == "00" {
		from, to = "", "~"
	}
	now, since := store.Micros(tx.Now), store.Micros(tx.Now.Add(-month))
	var why, restricted int64
	err = tx.QueryRow(`SELECT count(*) FILTER (WHERE closed_at = 0), count(*) FILTER (WHERE closed_at = 0 AND due_at < $4),
		COALESCE(min(asked_at) FILTER (WHERE closed_at = 0 AND kind = 'why'), 0), count(*) FILTER (WHERE closed_at >= $5), count(*) FILTER (WHERE closed_at >= $5 AND closed_at > due_at)
		FROM access_asked WHERE region = $1 OR (region >= $2 AND region < $3)`, region, from, to, now, since).
		Scan(&f.Open, &f.Overdue, &why, &f.Answered, &f.Late)
	if err != nil {
		return f, err
	}
	if err := tx.QueryRow(`SELECT count(*), COALESCE(min(since), 0) FROM access_restrictions`).Scan(&f.Restricted, &restricted); err != nil {
		return f, err
	}
	err = tx.QueryRow(`SELECT count(*) FILTER (WHERE ended = 0 AND (until = 0 OR until > $1)), count(*) FILTER (WHERE ended >= $2) FROM access_consents`, now, since).
		Scan(&f.Agreements, &f.Withdrawn)
	if err != nil {
		return f, err
	}
	err = tx.QueryRow(`SELECT count(*), count(DISTINCT subject), count(*) FILTER (WHERE who_kind = 'machine'), count(DISTINCT who_id) FILTER (WHERE who_kind = 'machine')
		FROM access_rows WHERE (region = $1 OR (region >= $2 AND region < $3)) AND at >= $4`, region, from, to, since).
		Scan(&f.Looks, &f.LooksPeople, &f.Machines, &f.MachineOf)
	f.OldestWhy, f.RestrictedSince = store.Time(why), store.Time(restricted)
	return f, err
}
