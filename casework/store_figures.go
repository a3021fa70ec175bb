package casework

import "lancar/internal/store"

// addFigure counts one decided case. Its key ends with the days, so that offices that decide much
// do not all wait for one row.
func addFigure(tx *store.Tx, region, agency, service string, f figure) error {
	return tx.Queue(`INSERT INTO casework_figures (region, agency, service, days, late, n) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (region, agency, service, days, late) DO UPDATE SET n = casework_figures.n + excluded.n`,
		region, agency, service, int64(f.days), boolean(f.late), f.n)
}

func figures(tx *store.Tx, region, service string) ([]figure, error) {
	return store.All(tx, func(s store.Scanner) (figure, error) {
		var f figure
		var days, late int64
		err := s.Scan(&days, &late, &f.n)
		f.days, f.late = int(days), late == 1
		return f, err
	}, `SELECT days, late, n FROM casework_figures WHERE region = $1 AND service = $2`, region, service)
}

func boolean(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
