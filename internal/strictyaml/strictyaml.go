// Package strictyaml decodes YAML files that people write and lawyers review: one document, no
// unknown or repeated keys, no anchors, a size limit, and every complaint with its file and line
// in words. All complaints of a file are reported at once.
package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// MaxBytes is the largest file that is decoded.
const MaxBytes = 1 << 20

// Error is one complaint about a file. Line counts from 1; 0 means the file as a whole.
type Error struct {
	File    string
	Line    int
	Message string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Message
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message)
}

// Decode decodes data, the content of file, into the value that into points to. The error is nil
// or joins one [Error] per complaint (see [All]). into may be partly filled when it is not nil.
func Decode(file string, data []byte, into any) error {
	doc, err := Parse(file, data)
	if err != nil {
		return err
	}
	return doc.Decode(into)
}

// All returns the complaints that err joins, in the order of their lines.
func All(err error) []*Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		if joined, many := err.(interface{ Unwrap() []error }); many {
			var all []*Error
			for _, each := range joined.Unwrap() {
				all = append(all, All(each)...)
			}
			return all
		}
		return []*Error{e}
	}
	return []*Error{{Message: err.Error()}}
}

// Document is a parsed file that still knows its lines.
type Document struct {
	file string
	root *yaml.Node
}

// Parse reads the one document of a file. An empty file is an error.
func Parse(file string, data []byte) (*Document, error) {
	if len(data) > MaxBytes {
		return nil, &Error{file, 0, fmt.Sprintf("the file has %d bytes, more than the allowed %d", len(data), MaxBytes)}
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var root yaml.Node
	switch err := dec.Decode(&root); {
	case errors.Is(err, io.EOF):
		return nil, &Error{file, 0, "the file is empty"}
	case err != nil:
		return nil, syntaxError(file, err)
	}
	var second yaml.Node
	if err := dec.Decode(&second); !errors.Is(err, io.EOF) {
		if err != nil {
			return nil, syntaxError(file, err)
		}
		return nil, &Error{file, second.Line, "a second document begins here (---); one file holds one document"}
	}
	if len(root.Content) != 1 {
		return nil, &Error{file, 0, "the file is empty"}
	}
	return &Document{file, root.Content[0]}, nil
}

// Decode checks every key against the type of into and decodes.
func (d *Document) Decode(into any) error {
	c := checker{file: d.file}
	c.walk(d.root, reflect.TypeOf(into))
	if len(c.errs) > 0 {
		return errors.Join(c.errs...)
	}
	if err := d.root.Decode(into); err != nil {
		return typeErrors(d.file, err)
	}
	return nil
}

// Line returns the line of the value at path, where a string steps into a mapping and an int into
// a list. When the path leads nowhere it is the line of the last step that exists.
func (d *Document) Line(path ...any) int {
	at, line := d.root, d.root.Line
	for _, step := range path {
		var next *yaml.Node
		switch s := step.(type) {
		case string:
			for i := 0; at.Kind == yaml.MappingNode && i+1 < len(at.Content); i += 2 {
				if at.Content[i].Value == s {
					next, line = at.Content[i+1], at.Content[i].Line
				}
			}
		case int:
			if at.Kind == yaml.SequenceNode && s >= 0 && s < len(at.Content) {
				next = at.Content[s]
				line = next.Line
			}
		}
		if next == nil {
			return line
		}
		at = next
	}
	return line
}

var linePrefix = regexp.MustCompile(`^(?:yaml: )?line (\d+): `)

func syntaxError(file string, err error) error {
	return split(file, err.Error())
}

// split takes "yaml: line 3: message" apart.
func split(file, message string) *Error {
	line := 0
	if m := linePrefix.FindStringSubmatch(message); m != nil {
		line, _ = strconv.Atoi(m[1])
		message = message[len(m[0]):]
	}
	return &Error{file, line, inWords(strings.TrimPrefix(message, "yaml: "))}
}

func typeErrors(file string, err error) error {
	te, ok := errors.AsType[*yaml.TypeError](err)
	if !ok {
		return split(file, err.Error())
	}
	var all []error
	for _, m := range te.Errors {
		all = append(all, split(file, m))
	}
	return errors.Join(all...)
}

var cannot = regexp.MustCompile("^cannot unmarshal (!!\\w+)(?: `(.*)`)? into (.+)$")

// inWords turns the decoder's type complaint into a sentence about the file.
func inWords(message string) string {
	m := cannot.FindStringSubmatch(message)
	if m == nil {
		return message
	}
	found := map[string]string{"!!map": "a mapping", "!!seq": "a list", "!!str": "text",
		"!!int": "a whole number", "!!float": "a number", "!!bool": "true or false"}[m[1]]
	if m[2] != "" {
		found = strconv.Quote(m[2])
	}
	return "expected " + wanted(m[3]) + ", found " + found
}

func wanted(goType string) string {
	switch {
	case strings.HasPrefix(goType, "[]"):
		return "a list"
	case strings.HasPrefix(goType, "int"), strings.HasPrefix(goType, "uint"):
		return "a whole number"
	case goType == "bool":
		return "true or false"
	case goType == "string":
		return "text"
	}
	return "a mapping"
}
