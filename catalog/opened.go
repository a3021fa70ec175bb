package catalog

import (
	"regexp"
	"slices"
	"strings"
)

var (
	opensOne  = regexp.MustCompile(`^answers\.([a-z0-9_]+) == "([^"]*)"$`)
	opensMany = regexp.MustCompile(`^answers\.([a-z0-9_]+) in \[("[^"]*"(?:, ?"[^"]*")*)\]$`)
)

// OpenedBy reads the commonest show_if, a choice having one of some values, so that a page can
// open the question without asking the server. False for any other rule.
func (f *Field) OpenedBy() (field string, values []string, ok bool) {
	if m := opensOne.FindStringSubmatch(f.ShowIf); m != nil {
		return m[1], []string{m[2]}, true
	}
	if m := opensMany.FindStringSubmatch(f.ShowIf); m != nil {
		for v := range strings.SplitSeq(m[2], ",") {
			values = append(values, strings.Trim(v, ` "`))
		}
		return m[1], slices.Compact(values), true
	}
	return "", nil, false
}
