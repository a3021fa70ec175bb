package catalog

import (
	"reflect"
	"slices"
	"strings"

	"lancar"
)

var textType = reflect.TypeFor[lancar.Text]()

// tags checks what the struct tags say: need:"yes" (something must stand there) and enum (one of
// these words, or a list of them), and that every text is there in Indonesian and English.
func (p *parser) tags(name string, v reflect.Value, path []any) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			p.tags(name, v.Elem(), path)
		}
	case reflect.Slice:
		for i := range v.Len() {
			p.tags(name, v.Index(i), append(slices.Clone(path), i))
		}
	case reflect.Map:
		if v.Type() == textType {
			p.bilingual(name, v.Interface().(lancar.Text), path)
			return
		}
		for _, key := range v.MapKeys() {
			p.tags(name, v.MapIndex(key), append(slices.Clone(path), key.String()))
		}
	case reflect.Struct:
		for f, value := range v.Fields() {
			key := f.Tag.Get("yaml")
			if !f.IsExported() || key == "" || key == "-" {
				continue
			}
			at := append(slices.Clone(path), key)
			if f.Tag.Get("need") == "yes" && empty(value) {
				p.fail(name, path, "%q is missing: %s", key, f.Tag.Get("help"))
				continue
			}
			if value.Kind() == reflect.Struct && value.IsZero() {
				continue // left out as a whole
			}
			p.enum(name, f.Tag.Get("enum"), value, at)
			p.tags(name, value, at)
		}
	}
}

func empty(v reflect.Value) bool {
	if v.Kind() == reflect.Slice || v.Kind() == reflect.Map {
		return v.Len() == 0
	}
	return v.IsZero()
}

func (p *parser) enum(name, allowed string, v reflect.Value, path []any) {
	if allowed == "" {
		return
	}
	words := strings.Fields(allowed)
	check := func(s string, at []any) {
		if s != "" && !slices.Contains(words, s) {
			p.fail(name, at, "%q is not one of: %s", s, strings.Join(words, ", "))
		}
	}
	switch v.Kind() {
	case reflect.String:
		check(v.String(), path)
	case reflect.Slice:
		for i := range v.Len() {
			check(v.Index(i).String(), append(slices.Clone(path), i))
		}
	}
}

func (p *parser) bilingual(name string, t lancar.Text, path []any) {
	if len(t) == 0 {
		return
	}
	for _, lang := range []string{"id", "en"} {
		if strings.TrimSpace(t[lang]) == "" {
			p.fail(name, path, "the text is missing in %s", map[string]string{"id": "Indonesian (id)", "en": "English (en)"}[lang])
		}
	}
	for lang := range t {
		if len(lang) < 2 || len(lang) > 8 || strings.ToLower(lang) != lang {
			p.fail(name, path, "%q is not a language", lang)
		}
	}
}
