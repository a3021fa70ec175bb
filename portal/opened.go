package portal

import (
	"net/url"
	"slices"
	"strings"

	"lancar/catalog"
	"lancar/web"
)

// A question that one answer of a choice on the same page opens stands under that answer, so that
// the page opens it without script and without asking the server (style: .opens and .cond). All
// other conditions show when the page is saved.

// opener is the choice in a section that opens a field, and the answer that does; nil for none.
func opener(s *catalog.Section, f *catalog.Field) (*catalog.Field, string) {
	id, values, ok := f.OpenedBy()
	if !ok || len(values) != 1 || s == nil || f.Kind == "attachment" || f.Kind == "place" {
		return nil, ""
	}
	for i := range s.Fields {
		if s.Fields[i].ID == id && s.Fields[i].Kind == "choice" {
			return &s.Fields[i], values[0]
		}
	}
	return nil, ""
}

// topLevel are a step's questions that no other question on the page opens.
func topLevel(s step) []catalog.FieldView {
	return slices.DeleteFunc(slices.Clone(s.asked), func(q catalog.FieldView) bool {
		by, _ := opener(q.Section, q.Field)
		return by != nil && slices.ContainsFunc(s.asked, func(o catalog.FieldView) bool { return o.Field == by })
	})
}

// opened are the fields that answer value of a choice opens.
func (f *form) opened(q catalog.FieldView, value string) []web.Field {
	if q.Section == nil {
		return nil
	}
	var out []web.Field
	for i := range q.Section.Fields {
		d := &q.Section.Fields[i]
		if by, v := opener(q.Section, d); by == q.Field && v == value {
			out = append(out, f.field(catalog.FieldView{Section: q.Section, Field: d, Value: f.answers[d.ID]}))
		}
	}
	return out
}

// sentFields are the fields whose answers a sent page may hold: those that were asked, and those
// that a chosen answer opened. Hidden ones are ignored.
func sentFields(s step, sent url.Values) []*catalog.Field {
	var out []*catalog.Field
	for _, q := range s.asked {
		if by, value := opener(q.Section, q.Field); by == nil || sent.Get(by.ID) == value {
			out = append(out, q.Field)
		}
		if q.Section == nil || q.Field.Kind != "choice" {
			continue
		}
		for i := range q.Section.Fields {
			d := &q.Section.Fields[i]
			if by, value := opener(q.Section, d); by == q.Field && sent.Get(by.ID) == value {
				out = append(out, d)
			}
		}
	}
	slices.SortFunc(out, func(a, b *catalog.Field) int { return strings.Compare(a.ID, b.ID) })
	return slices.CompactFunc(out, func(a, b *catalog.Field) bool { return a.ID == b.ID })
}
