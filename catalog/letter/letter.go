// Package letter reads the letters of a service: text files that a lawyer reviews as they will be
// printed, with named slots in braces. The first line, "# TITLE", is the heading; "## TEXT" begins
// a part; "LABEL :: TEXT" is a row of particulars; "- TEXT" an item of a list; an empty line
// separates paragraphs. A row, item or paragraph whose slots are all empty is left out.
package letter

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Letter is one letter in each of its languages, by BCP 47 tag.
type Letter map[string]*Sheet

// In returns the sheet in lang, else in Indonesian, else nil.
func (l Letter) In(lang string) *Sheet {
	if s := l[lang]; s != nil {
		return s
	}
	return l["id"]
}

// Kind says how a block is set.
type Kind string

// The kinds of block.
const (
	Heading   Kind = "heading"
	Paragraph Kind = "paragraph"
	Row       Kind = "row"
	Item      Kind = "item"
)

// Block is one piece of a letter. Label is set for rows.
type Block struct {
	Kind  Kind
	Label string
	Text  string
	Line  int // in the file, from 1
}

// Sheet is a letter in one language: with slots as parsed, or filled in by [Sheet.Fill].
type Sheet struct {
	Title  string
	Blocks []Block
}

var slot = regexp.MustCompile(`\{([^{}]*)\}`)

// Parse reads a letter's file. The error says the line.
func Parse(text string) (*Sheet, error) {
	s := &Sheet{}
	open := false // a paragraph goes on
	for i, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		line = strings.TrimSpace(line)
		label, rest, row := strings.Cut(line, "::")
		switch {
		case line == "":
			open = false
			continue
		case strings.HasPrefix(line, "## "):
			s.add(Heading, "", line[3:], i)
		case strings.HasPrefix(line, "# "):
			if s.Title != "" {
				return nil, fmt.Errorf("line %d: a second title; parts begin with ##", i+1)
			}
			s.Title = strings.TrimSpace(line[2:])
		case row:
			s.add(Row, label, rest, i)
		case strings.HasPrefix(line, "- "):
			s.add(Item, "", line[2:], i)
		case open:
			last := &s.Blocks[len(s.Blocks)-1]
			last.Text += " " + line
			continue
		default:
			s.add(Paragraph, "", line, i)
			open = true
			continue
		}
		open = false
	}
	switch {
	case s.Title == "":
		return nil, fmt.Errorf("line 1: the letter has no title (# TITLE)")
	case len(s.Blocks) == 0:
		return nil, fmt.Errorf("line 1: the letter says nothing under its title")
	}
	return s, nil
}

func (s *Sheet) add(kind Kind, label, text string, line int) {
	s.Blocks = append(s.Blocks, Block{kind, strings.TrimSpace(label), strings.TrimSpace(text), line + 1})
}

// Slots names the slots of a text, each once, in order.
func Slots(text string) []string {
	var names []string
	for _, m := range slot.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(names, m[1]) {
			names = append(names, m[1])
		}
	}
	return names
}

// Fill puts values into the slots of a text. Unknown slots become empty.
func Fill(text string, values func(slot string) string) string {
	return slot.ReplaceAllStringFunc(text, func(m string) string { return values(m[1 : len(m)-1]) })
}

// Fill returns the letter with its slots filled.
func (s *Sheet) Fill(values func(slot string) string) *Sheet {
	out := &Sheet{Title: Fill(s.Title, values)}
	for _, b := range s.Blocks {
		if names := Slots(b.Text); len(names) > 0 && allEmpty(names, values) {
			continue
		}
		b.Label, b.Text = Fill(b.Label, values), Fill(b.Text, values)
		out.Blocks = append(out.Blocks, b)
	}
	return out
}

func allEmpty(names []string, values func(string) string) bool {
	return !slices.ContainsFunc(names, func(n string) bool { return values(n) != "" })
}

// String writes the letter as plain text.
func (s *Sheet) String() string {
	var b strings.Builder
	b.WriteString(s.Title + "\n")
	for _, x := range s.Blocks {
		switch x.Kind {
		case Row:
			b.WriteString("\n" + x.Label + ": " + x.Text)
		case Item:
			b.WriteString("\n- " + x.Text)
		default:
			b.WriteString("\n\n" + x.Text)
		}
	}
	return b.String() + "\n"
}
