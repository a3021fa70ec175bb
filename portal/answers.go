package portal

import (
	"fmt"
	"net/url"
	"strings"

	"lancar/catalog"
)

// answerOf reads the answer to a field from a sent form, in the spelling of catalog.Field. False
// when the form does not hold the field at all. What cannot be read is kept as it was typed: the
// interpreter says what is wrong with it, and the person sees their own words.
func answerOf(d *catalog.Field, sent url.Values) (string, bool) {
	switch d.Kind {
	case "attachment", "place":
		return "", false // they have pages of their own
	case "date":
		return dateOf(d.ID, sent)
	case "multichoice":
		return strings.Join(sent[d.ID], ","), true // no box ticked sends nothing
	case "choice", "yesno":
		return sent.Get(d.ID), true
	}
	if !sent.Has(d.ID) {
		return "", false
	}
	s := strings.TrimSpace(strings.ReplaceAll(sent.Get(d.ID), "\r\n", "\n"))
	switch d.Kind {
	case "number", "nik", "family_card", "nib", "nop":
		s = digitsOnly(s)
	case "money":
		s = digitsOnly(strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(s, "Rp"), "rp"), ",00"))
	}
	return s, true
}

// digitsOnly drops the spaces, dots and hyphens that people put between digits; anything with
// other characters is left as it is.
func digitsOnly(s string) string {
	t := strings.NewReplacer(" ", "", ".", "", "-", "", "\u00a0", "").Replace(s)
	if strings.Trim(t, "0123456789") != "" {
		return s
	}
	return t
}

func dateOf(id string, sent url.Values) (string, bool) {
	if !sent.Has(id + ".y") {
		if !sent.Has(id) {
			return "", false
		}
		return strings.TrimSpace(sent.Get(id)), true
	}
	y, m, d := strings.TrimSpace(sent.Get(id+".y")), strings.TrimSpace(sent.Get(id+".m")), strings.TrimSpace(sent.Get(id+".d"))
	if y+m+d == "" {
		return "", true
	}
	return fmt.Sprintf("%s-%s-%s", y, pad(m), pad(d)), true
}

func pad(s string) string {
	if len(s) == 1 && s[0] >= '0' && s[0] <= '9' {
		return "0" + s
	}
	return s
}

// splitDate takes a date apart again, also one that is not yet right.
func splitDate(s string) (year, month, day string) {
	parts := strings.SplitN(s, "-", 3)
	for len(parts) < 3 {
		parts = append(parts, "")
	}
	return parts[0], strings.TrimPrefix(parts[1], "0"), strings.TrimPrefix(parts[2], "0")
}
