package api_test

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"lancar/test/outside"
)

// description is what of /openapi.json the test reads.
type description struct {
	OpenAPI string
	Paths   map[string]map[string]struct {
		OperationID string
		Summary     string
		Security    []map[string][]string
		Responses   map[string]struct{ Description string }
		Parameters  []struct{ Name, In string }
		RequestBody *struct {
			Content map[string]struct {
				Schema struct {
					Ref string `json:"$ref"`
				}
			}
		}
	}
	Components struct {
		Schemas map[string]struct {
			Properties map[string]struct {
				Examples []any
			}
		}
		SecuritySchemes map[string]struct {
			Type  string
			Flows map[string]struct{ Scopes map[string]string }
		}
	}
}

// public are the paths that ask for no token.
var public = []string{"/api/v1/services", "/api/v1/services/{slug}", "/api/v1/regions"}

func TestTheDescriptionIsComplete(t *testing.T) {
	w := newTown(t, outside.Once(t, monday, registers))
	res, err := http.Get(w.server.URL + "/openapi.json")
	w.Must(err)
	defer res.Body.Close()
	var d description
	w.Must(json.NewDecoder(res.Body).Decode(&d))
	if !strings.HasPrefix(d.OpenAPI, "3.1") || len(d.Paths) < 18 {
		t.Fatal(d.OpenAPI, len(d.Paths))
	}
	for _, name := range []string{"error", "error_description"} {
		if _, ok := d.Components.Schemas["ErrorModel"].Properties[name]; !ok {
			t.Errorf("the model of errors has no %s", name)
		}
	}
	page, err := os.ReadFile("../docs/spec/api.md")
	w.Must(err)
	ids := map[string]bool{}
	for path, ops := range d.Paths {
		for method, op := range ops {
			name := strings.ToUpper(method) + " " + path
			if op.OperationID == "" || ids[op.OperationID] || op.Summary == "" {
				t.Errorf("%s: no name of its own, or no summary", name)
			}
			ids[op.OperationID] = true
			if final := strings.HasSuffix(path, "/submit") || strings.HasSuffix(path, "/payment") || strings.HasSuffix(path, "/withdraw"); final != (op.Responses["202"].Description != "") {
				t.Errorf("%s: whether it waits for the person is not said", name)
			}
			if op.RequestBody != nil {
				for _, c := range op.RequestBody.Content {
					shown := c.Schema.Ref == "" // bytes
					for _, p := range d.Components.Schemas[strings.TrimPrefix(c.Schema.Ref, "#/components/schemas/")].Properties {
						shown = shown || len(p.Examples) > 0
					}
					if !shown {
						t.Errorf("%s: its body has no example", name)
					}
				}
			}
			open := false
			for _, p := range public {
				open = open || p == path
			}
			if open {
				continue
			}
			if len(op.Security) == 0 || op.Responses["401"].Description == "" || op.Responses["429"].Description == "" {
				t.Errorf("%s does not say what it asks of a token, or what it answers without: %v", name, op.Security)
			}
			for _, way := range op.Security {
				for scheme, scopes := range way {
					known, ok := d.Components.SecuritySchemes[scheme]
					if !ok {
						t.Errorf("%s: there is no way in called %s", name, scheme)
					}
					for _, s := range scopes {
						for flow, f := range known.Flows {
							if f.Scopes[s] == "" {
								t.Errorf("%s: %s has no scope %s", name, flow, s)
							}
						}
						if !strings.Contains(string(page), "`"+s+"`") {
							t.Errorf("docs/spec/api.md does not name the scope %s", s)
						}
					}
				}
			}
		}
	}
}

func TestEveryAnswerIsForMachines(t *testing.T) {
	w := newTown(t, outside.Once(t, monday, registers))
	nobody := &caller{town: w}
	for path, status := range map[string]int{"/api/v1/nothing": 404, "/api/v1/cases": 401, "/api/v1/services?limit=900": 422} {
		r := nobody.want(status, nobody.call("GET", path, nil))
		if r.header.Get("Content-Type") != "application/problem+json" || r.at("status") != float64(status) {
			t.Error(path, r.header, r.text)
		}
		if status != 404 && r.header.Get("Access-Control-Allow-Origin") != "*" {
			t.Error("an app in a browser cannot read it:", path, r.header)
		}
	}
	r := nobody.want(204, nobody.call("OPTIONS", "/api/v1/drafts/x/submit", nil, "Origin", "https://app.example", "Access-Control-Request-Method", "POST"))
	if !strings.Contains(r.header.Get("Access-Control-Allow-Headers"), "Idempotency-Key") {
		t.Error(r.header)
	}
}
