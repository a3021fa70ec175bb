package web

import (
	"fmt"
	"html/template"
	"strings"
)

// Clock is the sign of the house: a cell for each working day of the promise. State is "" while it
// runs, "warn" when it is the person's turn, "bad" when late, "ok" when over.
type Clock struct {
	State   string
	Tag     Tag
	Heading string // the deadline with day, date and zone
	Figure  int    // what remains, is late or was used
	Unit    string // "hari kerja lagi"
	Days    []Day
	Must    string // what the person must do, usually nothing
	Then    string // what follows by itself
	Link    *Link  // the answer, when it is the person's turn
}

// Day is a cell of a clock. State is "done", "now", "left", "off", "hold" or "over".
type Day struct {
	State  string
	Name   string // "Sel"; for off the reason
	Number string // "17"
	Hidden string // state in words, for those who cannot see the cell
}

// TermStrip is a [Strip] from figures alone: a term of so many working days with left of them to
// go, today included; with none left it is over.
func TermStrip(term, left int) template.HTML {
	days := make([]Day, max(term, 0))
	for i := range days {
		switch rest := term - i; {
		case left <= 0:
			days[i].State = "over"
		case rest > left:
			days[i].State = "done"
		case rest == left:
			days[i].State = "now"
		default:
			days[i].State = "left"
		}
	}
	return Strip(days)
}

// Strip is the same clock in a list, plain colours; the words beside it carry the meaning.
func Strip(days []Day) template.HTML {
	var cells []string
	for _, d := range days {
		if d.State != "off" {
			cells = append(cells, d.State)
		}
	}
	if len(cells) == 0 || len(cells) > 40 {
		return ""
	}
	width := 110 / float64(len(cells))
	class := map[string]string{"done": "b", "now": "e", "left": "e", "hold": "h", "over": "x"}
	var b strings.Builder
	b.WriteString(`<svg class="strip" viewBox="0 0 110 12" aria-hidden="true">`)
	for i, state := range cells {
		x := float64(i) * width
		fmt.Fprintf(&b, `<rect class="%s" x="%.1f" width="%.1f" height="12"/>`, class[state], x, width-2)
		if state == "now" {
			fmt.Fprintf(&b, `<rect class="b" x="%.1f" width="%.1f" height="12"/>`, x, (width-2)*.45)
		}
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}
