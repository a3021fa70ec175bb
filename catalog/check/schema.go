package check

import (
	"encoding/json"
	"reflect"
	"strings"

	"lancar"
	"lancar/catalog"
)

// Schema is the JSON Schema (2020-12) of the format, for editors: $defs holds one schema for each
// of service.yaml, form.yaml, rules.yaml and examples.yaml.
func Schema() []byte {
	defs := map[string]any{
		"text": map[string]any{"type": "object", "description": "the same in each language", "required": []string{"id", "en"},
			"additionalProperties": map[string]any{"type": "string"}},
	}
	for name, t := range map[string]reflect.Type{
		"service": reflect.TypeFor[catalog.Service](), "form": reflect.TypeFor[catalog.Form](),
		"rules": reflect.TypeFor[catalog.Rules](), "examples": reflect.TypeFor[[]catalog.Example](),
	} {
		defs[name] = schemaOf(t)
	}
	whole := map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"$id":     "service.schema.json",
		"title":   "A public service as data",
		"$defs":   defs,
		"anyOf":   []any{ref("service"), ref("form"), ref("rules"), ref("examples")},
	}
	out, err := json.MarshalIndent(whole, "", "  ")
	if err != nil {
		panic(err) // maps of strings always marshal
	}
	return append(out, '\n')
}

func ref(name string) map[string]any { return map[string]any{"$ref": "#/$defs/" + name} }

func schemaOf(t reflect.Type) map[string]any {
	if t == reflect.TypeFor[lancar.Text]() {
		return ref("text")
	}
	switch t.Kind() {
	case reflect.Pointer:
		return schemaOf(t.Elem())
	case reflect.Slice:
		return map[string]any{"type": "array", "items": schemaOf(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": schemaOf(t.Elem())}
	case reflect.Struct:
		return objectOf(t)
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return map[string]any{"type": "integer"}
	}
	return map[string]any{"type": []string{"string", "number", "boolean"}} // YAML scalars are read as they are written
}

func objectOf(t reflect.Type) map[string]any {
	properties, required := map[string]any{}, []string{}
	for f := range t.Fields() {
		name := f.Tag.Get("yaml")
		if name == "" || name == "-" || !f.IsExported() {
			continue
		}
		s := schemaOf(f.Type)
		if words := f.Tag.Get("enum"); words != "" {
			if f.Type.Kind() == reflect.Slice {
				s = map[string]any{"type": "array", "items": map[string]any{"enum": strings.Fields(words)}}
			} else {
				s = map[string]any{"enum": strings.Fields(words)}
			}
		}
		if help := f.Tag.Get("help"); help != "" {
			s["description"] = help
		}
		if f.Tag.Get("need") == "yes" {
			required = append(required, name)
		}
		properties[name] = s
	}
	o := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		o["required"] = required
	}
	return o
}
