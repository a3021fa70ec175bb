package catalog

import (
	"regexp"
	"strconv"
	"time"
)

var decimal = regexp.MustCompile(`^\d{1,3}(\.\d{1,6})?$`)

// on is the value that law sets on a day, "" when there is none yet.
func (f *Figure) on(today time.Time) string {
	value, since := "", ""
	for _, v := range f.Values {
		if v.From <= today.Format(time.DateOnly) && v.From >= since {
			value, since = v.Value, v.From
		}
	}
	return value
}

// value reads a figure's text: an exact decimal for percent (kept as text), a whole number
// otherwise.
func (f *Figure) value(text string) (any, bool) {
	if f.Unit == "percent" {
		return text, decimal.MatchString(text)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n >= 0 && n <= maxNumber
}
