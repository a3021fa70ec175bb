package strictyaml

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// checker walks a document beside the type it will be decoded into.
type checker struct {
	file string
	errs []error
}

func (c *checker) fail(n *yaml.Node, format string, args ...any) {
	c.errs = append(c.errs, &Error{c.file, n.Line, fmt.Sprintf(format, args...)})
}

var (
	unmarshaler     = reflect.TypeFor[yaml.Unmarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// walk checks n; t is nil where the type does not say what is allowed.
func (c *checker) walk(n *yaml.Node, t reflect.Type) {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		c.fail(n, "anchors and aliases (& and *) are not allowed; write the value out")
		return
	}
	if t != nil && (reflect.PointerTo(t).Implements(unmarshaler) || reflect.PointerTo(t).Implements(textUnmarshaler)) {
		t = nil
	}
	switch n.Kind {
	case yaml.SequenceNode:
		var elem reflect.Type
		if t != nil && (t.Kind() == reflect.Slice || t.Kind() == reflect.Array) {
			elem = t.Elem()
		}
		for _, item := range n.Content {
			c.walk(item, elem)
		}
	case yaml.MappingNode:
		c.mapping(n, t)
	}
}

func (c *checker) mapping(n *yaml.Node, t reflect.Type) {
	var known map[string]reflect.Type
	if t != nil && t.Kind() == reflect.Struct {
		known = fields(t)
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode || key.Value == "<<" && key.Style == 0 {
			c.fail(key, "a key must be a plain word")
			continue
		}
		if first, twice := seen[key.Value]; twice {
			c.fail(key, "the key %q stands twice, first in line %d", key.Value, first)
			continue
		}
		seen[key.Value] = key.Line
		var valueType reflect.Type
		if known != nil {
			var ok bool
			if valueType, ok = known[key.Value]; !ok {
				c.fail(key, "unknown key %q%s", key.Value, suggestion(key.Value, known))
				continue
			}
		} else if t != nil && t.Kind() == reflect.Map {
			valueType = t.Elem()
		}
		c.walk(value, valueType)
	}
}

// fields returns the keys that a struct type accepts, as yaml.v3 reads them.
func fields(t reflect.Type) map[string]reflect.Type {
	known := map[string]reflect.Type{}
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case !f.IsExported() || name == "-":
		case strings.Contains(options, "inline"):
			inner := f.Type
			for inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			if inner.Kind() == reflect.Struct {
				for k, v := range fields(inner) {
					known[k] = v
				}
			}
		case name == "":
			known[strings.ToLower(f.Name)] = f.Type
		default:
			known[name] = f.Type
		}
	}
	return known
}

// suggestion names the nearest known key, or all of them when none is near.
func suggestion(key string, known map[string]reflect.Type) string {
	best, distance := "", 3
	names := make([]string, 0, len(known))
	for name := range known {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if d := edits(key, name); d < distance {
			best, distance = name, d
		}
	}
	if best != "" {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	return "; allowed here: " + strings.Join(names, ", ")
}

// edits is the Levenshtein distance of two keys.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			diagonal, row[j] = row[j], min(row[j]+1, row[j-1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
