package check

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestThePageNamesEveryKey: docs/spec/service.md mentions every key of the format.
func TestThePageNamesEveryKey(t *testing.T) {
	page, err := os.ReadFile("../../docs/spec/service.md")
	if err != nil {
		t.Fatal(err)
	}
	var schema any
	if err := json.Unmarshal(Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	for key := range keys(schema, map[string]bool{}) {
		if !strings.Contains(string(page), "`"+key+"`") {
			t.Errorf("docs/spec/service.md does not explain `%s`", key)
		}
	}
}

// keys gathers the property names of a schema.
func keys(schema any, into map[string]bool) map[string]bool {
	switch s := schema.(type) {
	case map[string]any:
		if properties, ok := s["properties"].(map[string]any); ok {
			for name := range properties {
				into[name] = true
			}
		}
		for _, each := range s {
			keys(each, into)
		}
	case []any:
		for _, each := range s {
			keys(each, into)
		}
	}
	return into
}
