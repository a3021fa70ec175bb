package casework

import (
	"cmp"
	"slices"
)

// Forecast is what an office has needed for a service, in working days, from kept figures.
type Forecast struct {
	Decided   int64
	Median    int
	P90       int
	LateShare float64 // 0 to 1
}

// figure is one bar of the kept histogram: n cases were decided after that many working days.
type figure struct {
	days int
	late bool
	n    int64
}

// enough is how many decisions a forecast needs before it is honest to show one.
const enough = 10

// forecast reads median, 90th percentile (nearest rank) and the late share from the kept figures.
func forecast(rows []figure) (Forecast, bool) {
	slices.SortFunc(rows, func(a, b figure) int { return cmp.Compare(a.days, b.days) })
	var f Forecast
	var late int64
	for _, r := range rows {
		f.Decided += r.n
		if r.late {
			late += r.n
		}
	}
	if f.Decided < enough {
		return Forecast{}, false
	}
	f.LateShare = float64(late) / float64(f.Decided)
	var seen int64
	median, p90 := (f.Decided+1)/2, (f.Decided*9+9)/10
	for _, r := range rows {
		if seen < median && seen+r.n >= median {
			f.Median = r.days
		}
		if seen < p90 && seen+r.n >= p90 {
			f.P90 = r.days
		}
		seen += r.n
	}
	return f, true
}
