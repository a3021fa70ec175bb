package catalog

import (
	"maps"
	"strconv"
	"strings"
	"time"

	"lancar"
)

// Say writes an answer as people read it in a language: a date in words, money with Rp, the label
// of a choice, the name of a place, an identity number masked. place may be nil.
func (f *Field) Say(value, lang string, place func(code string) (string, bool)) string {
	if value == "" {
		return ""
	}
	switch f.Kind {
	case "date":
		return Date(value, lang)
	case "money":
		if n, err := strconv.ParseInt(value, 10, 64); err == nil {
			return lancar.Rupiah(n).String()
		}
	case "number":
		if n, err := strconv.ParseInt(value, 10, 64); err == nil {
			return thousands(n)
		}
	case "yesno":
		if value == "yes" {
			return say("Ya", "Yes").In(lang)
		}
		return say("Tidak", "No").In(lang)
	case "choice", "multichoice":
		return f.sayChoices(value, lang)
	case "place":
		if place != nil {
			if name, ok := place(value); ok {
				return name
			}
		}
	case "nik", "family_card":
		if len(value) == 16 {
			return value[:6] + "******" + value[12:]
		}
	}
	return value
}

func (f *Field) sayChoices(value, lang string) string {
	var words []string
	for v := range strings.SplitSeq(value, ",") {
		word := strings.TrimSpace(v)
		for _, o := range f.Options {
			if o.Value == word {
				word = o.Label.In(lang)
			}
		}
		words = append(words, word)
	}
	return strings.Join(words, ", ")
}

// Date writes 2026-03-21 as "21 Maret 2026", or "21 March 2026".
func Date(date, lang string) string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	if lang == "en" {
		return t.Format("2 January 2006")
	}
	months := [...]string{"Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"}
	return strconv.Itoa(t.Day()) + " " + months[t.Month()-1] + " " + strconv.Itoa(t.Year())
}

// Values makes the function that fills a letter's or message's slots from an outcome: applicant.*
// and answers.* (written as people read them in lang), params.*, fee.total, service.title. What the
// catalog cannot know (case.number, decision.reason, …) comes from more, which goes first.
func (d *Definition) Values(in Situation, o *Outcome, lang string, more map[string]string) func(slot string) string {
	return func(slot string) string {
		if v, ok := more[slot]; ok {
			return v
		}
		switch slot {
		case "service.title":
			return d.Title.In(lang)
		case "fee.total":
			return o.Total.String()
		case "valid.until":
			return Date(d.ValidUntil(o, in.today()), lang)
		case "today":
			return Date(in.today().Format(time.DateOnly), lang)
		}
		if id, ok := strings.CutPrefix(slot, "params."); ok {
			return d.sayFigure(id, o)
		}
		for _, v := range o.Fields {
			if v.Field.variable() == slot {
				return v.Field.Say(v.Value, lang, in.Place)
			}
		}
		return ""
	}
}

func (d *Definition) sayFigure(id string, o *Outcome) string {
	for i := range d.Figures {
		if d.Figures[i].ID != id {
			continue
		}
		switch v := o.vars["params."+id].(type) {
		case string:
			return strings.ReplaceAll(v, ".", ",") + " %"
		case int64:
			if d.Figures[i].Unit == "IDR" {
				return lancar.Rupiah(v).String()
			}
			return thousands(v)
		}
	}
	return ""
}

// ValidUntil is the last day of validity (2026-03-21) of a document decided on a day: "" when it
// is valid until revoked.
func (d *Definition) ValidUntil(o *Outcome, decided time.Time) string {
	decided = time.Date(decided.Year(), decided.Month(), decided.Day(), 0, 0, 0, 0, time.UTC)
	switch {
	case d.Output.Months > 0:
		first := time.Date(decided.Year(), decided.Month()+time.Month(d.Output.Months), 1, 0, 0, 0, 0, time.UTC)
		last := first.AddDate(0, 1, -1).Day()
		return first.AddDate(0, 0, min(decided.Day(), last)-1).Format(time.DateOnly)
	case d.Output.Until != "":
		with := &Outcome{vars: maps.Clone(o.vars)}
		with.vars["decided"] = decided
		if t, ok := eval[time.Time](with, d.rule("until")); ok {
			return t.Format(time.DateOnly)
		}
	}
	return ""
}
