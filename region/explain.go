package region

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"lancar"
)

// Explanation is a deadline told day by day, for officers and lawyers. Its JSON has `deadline`,
// RFC 3339 with the region's offset, or null while a stop without an end holds the term.
type Explanation struct {
	Region   string         `json:"region"`
	Name     string         `json:"name"`
	Zone     string         `json:"zone"`
	From     time.Time      `json:"from"`
	Days     int            `json:"days"`
	Deadline *time.Time     `json:"deadline"`
	Counted  int            `json:"counted"`
	Trace    []ExplainedDay `json:"explanation"`
	Notes    []string       `json:"notes,omitempty"`
}

// ExplainedDay is one line of an [Explanation]. Number is the count after this day.
type ExplainedDay struct {
	Date   Date     `json:"date"`
	Day    string   `json:"day"`
	State  DayState `json:"state"`
	Why    string   `json:"why"`
	Number int      `json:"counted"`
}

// Explain counts a term in a region and tells it. The calendar is the region's unless holidays is
// given, even empty; then it alone is used.
func Explain(r *Region, from time.Time, days int, pauses []Pause, holidays []Date, lang string) (Explanation, error) {
	cal := r.Calendar()
	if holidays != nil {
		hs := make([]Holiday, len(holidays))
		for i, d := range holidays {
			hs[i] = Holiday{Date: d, Name: lancar.Text{"id": "libur menurut berkas", "en": "holiday of the file"}, Kind: "file"}
		}
		cal = NewCalendar(hs)
	}
	d, err := Count(cal, r.Zone, from, days, pauses)
	if err != nil {
		return Explanation{}, err
	}
	w := clockWords(lang)
	e := Explanation{Region: r.Code, Name: r.Name, Zone: r.ZoneName, From: d.From, Days: days, Counted: d.Counted}
	if !d.Open {
		e.Deadline = &d.At
	} else {
		e.Notes = append(e.Notes, w.open)
	}
	year := 0
	for _, day := range d.Trace {
		e.Trace = append(e.Trace, ExplainedDay{day.Date, w.days[day.Date.Weekday()], day.State, w.why(day, lang), day.Number})
		if day.Date.Year != year && holidays == nil && !cal.Knows(day.Date.Year) {
			e.Notes = append(e.Notes, fmt.Sprintf(w.unknown, day.Date.Year))
		}
		year = day.Date.Year
	}
	return e, nil
}

// words of the explanation in one language.
type explainWords struct {
	days                                    [7]string
	zero, weekend, paused, counted, holiday string
	open, unknown, head, end, noEnd         string
	sure                                    map[string]string
}

func clockWords(lang string) explainWords {
	if lang == "en" {
		return explainWords{
			days: [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
			zero: "day 0: complete on this date", weekend: "weekend", paused: "the clock stood at 23:59:59",
			counted: "working day %d", holiday: "holiday: %s",
			open:    "A stop has no end yet, so there is no deadline.",
			unknown: "No holidays are known for %d; the deadline moves when they are published.",
			head:    "%s (%s), %s. Complete %s. Term: %d working days.\n",
			end:     "Deadline: %s, 24:00 %s (%s).\n", noEnd: "Deadline: none while the clock stands. Counted so far: %d of %d.\n",
			sure: map[string]string{Estimate: " (estimate)"}}
	}
	return explainWords{
		days: [7]string{"Minggu", "Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu"},
		zero: "hari ke-0: lengkap pada tanggal ini", weekend: "akhir pekan", paused: "jam berhenti pada pukul 23.59.59",
		counted: "hari kerja ke-%d", holiday: "libur: %s",
		open:    "Ada penghentian yang belum berakhir, jadi belum ada tenggat.",
		unknown: "Hari libur tahun %d belum diketahui; tenggat bergeser bila sudah ditetapkan.",
		head:    "%s (%s), %s. Lengkap %s. Jangka waktu: %d hari kerja.\n",
		end:     "Tenggat: %s, pukul 24.00 %s (%s).\n", noEnd: "Tenggat: belum ada selama jam berhenti. Sudah dihitung: %d dari %d.\n",
		sure: map[string]string{Estimate: " (perkiraan)"}}
}

func (w explainWords) why(d Day, lang string) string {
	switch d.State {
	case DayZero:
		return w.zero
	case DayWeekend:
		return w.weekend
	case DayHoliday:
		return fmt.Sprintf(w.holiday, d.Holiday.Name.In(lang)) + w.sure[d.Holiday.Status]
	case DayPaused:
		return w.paused
	}
	return fmt.Sprintf(w.counted, d.Number)
}

// Text writes the explanation for reading: a line of heading, a line a day, the deadline last.
func (e Explanation) Text(lang string) string {
	w := clockWords(lang)
	var b strings.Builder
	fmt.Fprintf(&b, w.head, e.Name, e.Region, e.Zone, e.From.Format(time.RFC3339), e.Days)
	for _, d := range e.Trace {
		fmt.Fprintf(&b, "  %s  %-9s  %s\n", d.Date, d.Day, d.Why)
	}
	if e.Deadline == nil {
		fmt.Fprintf(&b, w.noEnd, e.Counted, e.Days)
	} else {
		last := DateIn(e.Deadline.Add(-time.Second), e.Deadline.Location())
		fmt.Fprintf(&b, w.end, w.days[last.Weekday()]+" "+last.String(), e.Zone, e.Deadline.Format(time.RFC3339))
	}
	for _, n := range e.Notes {
		b.WriteString(n + "\n")
	}
	return b.String()
}

// JSON writes the explanation as one indented document.
func (e Explanation) JSON() ([]byte, error) { return json.MarshalIndent(e, "", "  ") }

// ParsePause reads "FROM/TO", two RFC 3339 instants; "FROM/" is a stop that has not ended.
func ParsePause(s string) (Pause, error) {
	from, to, ok := strings.Cut(s, "/")
	if !ok {
		return Pause{}, fmt.Errorf("%q is not FROM/TO", s)
	}
	var p Pause
	var err error
	if p.From, err = time.Parse(time.RFC3339, from); err != nil {
		return Pause{}, fmt.Errorf("%q does not begin with an instant like 2026-01-05T09:00:00+08:00", s)
	}
	if to == "" {
		return p, nil
	}
	if p.To, err = time.Parse(time.RFC3339, to); err != nil {
		return Pause{}, fmt.Errorf("%q does not end with an instant like 2026-01-05T09:00:00+08:00", s)
	}
	if p.To.Before(p.From) {
		return Pause{}, fmt.Errorf("the stop %q ends before it begins", s)
	}
	return p, nil
}

// ParseHolidays reads a file of one date a line; blank lines are ignored. An error names the
// file's line. The result is never nil.
func ParseHolidays(file string, r io.Reader) ([]Date, error) {
	dates := []Date{}
	sc := bufio.NewScanner(r)
	for n := 1; sc.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(sc.Text(), "\ufeff"))
		if line == "" {
			continue
		}
		d, err := ParseDate(line)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, n, err)
		}
		dates = append(dates, d)
		if len(dates) > 100_000 {
			return nil, errors.New(file + ": more than 100,000 dates")
		}
	}
	if err := sc.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return dates, nil
}
