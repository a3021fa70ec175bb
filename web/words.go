package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"lancar"
)

// Words writes dates and figures for a reader: in their language, in the zone of the region that
// is spoken of. The zero value writes Indonesian in UTC.
type Words struct {
	Lang string
	Zone *time.Location
	Abbr string // "WIB", "WITA" or "WIT"
}

// T picks one of two texts by language.
func (w Words) T(id, en string) string {
	if w.Lang == "en" {
		return en
	}
	return id
}

// Done says what was just done, as the query's "done" names it: say has the text in both languages by
// that name. "" for nothing, or for what no page says.
func (w Words) Done(r *http.Request, say map[string][2]string) string {
	text := say[r.URL.Query().Get("done")]
	return w.T(text[0], text[1])
}

// In is t in the reader's language.
func (w Words) In(t lancar.Text) string { return t.In(w.Lang) }

func (w Words) local(t time.Time) time.Time {
	if w.Zone == nil {
		return t.UTC()
	}
	return t.In(w.Zone)
}

const (
	monthsID = "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember"
	daysID   = "Minggu Senin Selasa Rabu Kamis Jumat Sabtu"
)

func (w Words) month(m time.Month) string {
	if w.Lang == "en" {
		return m.String()
	}
	return strings.Fields(monthsID)[m-1]
}

// Month is the name of the local month.
func (w Words) Month(t time.Time) string { return w.month(w.local(t).Month()) }

// Weekday is the name of the local day.
func (w Words) Weekday(t time.Time) string {
	d := w.local(t).Weekday()
	if w.Lang == "en" {
		return d.String()
	}
	return strings.Fields(daysID)[d]
}

// Date is "21 November 2026".
func (w Words) Date(t time.Time) string {
	l := w.local(t)
	return fmt.Sprintf("%d %s %d", l.Day(), w.month(l.Month()), l.Year())
}

// Day is "Senin, 23 November", with the year only where it is not now's.
func (w Words) Day(t, now time.Time) string {
	l := w.local(t)
	s := fmt.Sprintf("%s, %d %s", w.Weekday(t), l.Day(), w.month(l.Month()))
	if w.Lang == "en" {
		s = fmt.Sprintf("%s %d %s", w.Weekday(t), l.Day(), w.month(l.Month()))
	}
	if l.Year() != w.local(now).Year() {
		s += fmt.Sprintf(" %d", l.Year())
	}
	return s
}

// Clock is "16.00 WITA" or "16:00 WITA".
func (w Words) Clock(t time.Time) string {
	sep := "."
	if w.Lang == "en" {
		sep = ":"
	}
	return strings.TrimSpace(w.local(t).Format("15"+sep+"04") + " " + w.Abbr)
}

// When is a date and the time of day with its zone: "21 November 2026, pukul 16.00 WITA".
func (w Words) When(t time.Time) string {
	return w.Date(t) + w.T(", pukul ", ", ") + w.Clock(t)
}

// Moment is When with the weekday and, for today, without the date: "hari ini, 08.47".
func (w Words) Moment(t, now time.Time) string {
	if w.local(t).Format(time.DateOnly) == w.local(now).Format(time.DateOnly) {
		return w.T("hari ini, ", "today, ") + w.Clock(t)
	}
	return w.Day(t, now) + ", " + w.Clock(t)
}

// Until is the last day of a term that ends at an instant: a term to 24:00 ends on the day before
// the local midnight.
func (w Words) Until(end, now time.Time) string { return w.Day(end.Add(-time.Nanosecond), now) }

// WorkDays is "5 hari kerja", "1 working day".
func (w Words) WorkDays(n int) string {
	if w.Lang != "en" {
		return fmt.Sprintf("%d hari kerja", n)
	}
	if n == 1 {
		return "1 working day"
	}
	return fmt.Sprintf("%d working days", n)
}

// Money is "Rp50.000", or "Gratis" for nothing.
func (w Words) Money(m lancar.Money) string {
	if m.Amount == 0 {
		return w.T("Gratis", "Free")
	}
	return m.String()
}

// Size is a file's size for people.
func (w Words) Size(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d byte", n)
	case n < 1_000_000:
		return fmt.Sprintf("%d KB", (n+500)/1000)
	}
	s := strings.Replace(fmt.Sprintf("%.1f MB", float64(n)/1e6), ".0 ", " ", 1)
	if w.Lang != "en" {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}
