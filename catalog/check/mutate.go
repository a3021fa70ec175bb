package check

import (
	"regexp"
	"strconv"
	"strings"

	"lancar/catalog"
	"lancar/catalog/rule"
)

// mutate changes each rule in every small way, one at a time, and complains when no example
// notices: such a rule could be wrong without anybody seeing it.
func (r *Report) mutate(d *catalog.Definition) {
	d.Expressions(func(key, file string, line int, source string, kind rule.Type) {
		var missed []string
		for _, changed := range changes(source, kind) {
			altered, err := d.Altered(key, changed)
			if err != nil {
				continue // the change makes no sense of types, so nobody could make it
			}
			r.Mutations++
			if !noticed(altered) {
				missed = append(missed, changed)
			}
		}
		if len(missed) > 0 {
			r.fail(file, line, "no example notices when the rule %s becomes %s", source, strings.Join(missed, " or "))
		}
	})
}

func noticed(d *catalog.Definition) bool {
	for i := range d.Examples() {
		if len(Run(d, &d.Examples()[i])) > 0 {
			return true
		}
	}
	return false
}

// token splits a rule: strings, numbers, names with dots, two-character operators, the rest.
var token = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|\d+|[A-Za-z_][A-Za-z0-9_.]*|==|!=|<=|>=|&&|\|\||\s+|.`)

// changes lists small changes of a rule: the whole turned round, dropped or moved by one, each
// comparison moved by one, each connective and each constant changed.
func changes(source string, kind rule.Type) []string {
	var all []string
	switch kind {
	case rule.Bool:
		all = append(all, "!("+source+")", "true", "false")
	case rule.Int:
		all = append(all, "("+source+") + 1")
	case rule.Date:
		all = append(all, "days_after("+source+", 1)")
	case rule.String: // a figure's number
		return []string{source + "1", "1" + source}
	}
	tokens := token.FindAllString(source, -1)
	for i, t := range tokens {
		for _, other := range others(t, tokens, i) {
			all = append(all, strings.Join(tokens[:i], "")+other+strings.Join(tokens[i+1:], ""))
		}
	}
	return all
}

func others(t string, tokens []string, i int) []string {
	swaps := map[string]string{"==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "&&": "||", "||": "&&"}
	if s, ok := swaps[t]; ok {
		return []string{s}
	}
	if t[0] >= '0' && t[0] <= '9' {
		n, err := strconv.ParseInt(t, 10, 64)
		if err != nil {
			return nil
		}
		return []string{strconv.FormatInt(n+1, 10), strconv.FormatInt(n-1, 10)}
	}
	if t[0] == '"' && len(t) > 2 && compared(tokens, i) {
		return []string{t[:len(t)-1] + `~"`}
	}
	return nil
}

// compared says whether a text constant is compared with == or stands in a list after in, so that
// another text makes a difference.
func compared(tokens []string, i int) bool {
	for j := i - 1; j >= 0; j-- {
		switch strings.TrimSpace(tokens[j]) {
		case "", ",":
			continue
		case "==", "!=", "[", "in":
			return true
		}
		return tokens[j][0] == '"'
	}
	for j := i + 1; j < len(tokens); j++ {
		if s := strings.TrimSpace(tokens[j]); s != "" {
			return s == "==" || s == "!=" || s == "in"
		}
	}
	return false
}
