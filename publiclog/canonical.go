package publiclog

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Canonical writes fields as canonical JSON (RFC 8785): sorted keys, no white space, one
// spelling for every value. Values are strings, int, int64, bool, []string, []int64 and nested
// maps; keys are ASCII. Other types are refused, floats above all: they have no single spelling
// across languages.
func Canonical(fields map[string]any) ([]byte, error) {
	return appendMap(nil, fields)
}

func appendMap(b []byte, fields map[string]any) ([]byte, error) {
	b = append(b, '{')
	for i, key := range slices.Sorted(maps.Keys(fields)) {
		if i > 0 {
			b = append(b, ',')
		}
		for _, r := range key {
			if r < 0x20 || r > 0x7e {
				return nil, fmt.Errorf("publiclog: the key %q of a record is not ASCII", key)
			}
		}
		var err error
		b, _ = appendString(b, key)
		if b, err = appendValue(append(b, ':'), fields[key]); err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
	}
	return append(b, '}'), nil
}

func appendValue(b []byte, value any) ([]byte, error) {
	switch v := value.(type) {
	case string:
		return appendString(b, v)
	case int:
		return appendInt(b, int64(v))
	case int64:
		return appendInt(b, v)
	case bool:
		return strconv.AppendBool(b, v), nil
	case map[string]any:
		return appendMap(b, v)
	case []string:
		return appendList(b, v, appendString)
	case []int64:
		return appendList(b, v, appendInt)
	}
	return nil, fmt.Errorf("publiclog: a record holds no %T", value)
}

func appendList[T any](b []byte, list []T, one func([]byte, T) ([]byte, error)) ([]byte, error) {
	b = append(b, '[')
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = one(b, v); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

// appendInt refuses what a reader that holds numbers as IEEE 754 doubles would change.
func appendInt(b []byte, n int64) ([]byte, error) {
	if n > 1<<53-1 || n < -(1<<53-1) {
		return nil, fmt.Errorf("publiclog: %d has no exact spelling in RFC 8785", n)
	}
	return strconv.AppendInt(b, n, 10), nil
}

func appendString(b []byte, s string) ([]byte, error) {
	if !utf8.ValidString(s) {
		return nil, fmt.Errorf("publiclog: text that is not UTF-8")
	}
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\b':
			b = append(b, '\\', 'b')
		case c == '\t':
			b = append(b, '\\', 't')
		case c == '\n':
			b = append(b, '\\', 'n')
		case c == '\f':
			b = append(b, '\\', 'f')
		case c == '\r':
			b = append(b, '\\', 'r')
		case c < 0x20:
			b = fmt.Appendf(b, `\u%04x`, c)
		default:
			b = append(b, c)
		}
	}
	return append(b, '"'), nil
}
