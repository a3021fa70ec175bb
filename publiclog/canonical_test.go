package publiclog

import (
	"encoding/json"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

func TestCanonicalVector(t *testing.T) {
	got, err := Canonical(map[string]any{
		"type": "case.completed", "at": int64(1_780_000_000_000_000), "ok": true, "n": []int64{3, -1},
		"text": "a\"\\\b\t\n\f\r\x01 é 😀 </script>", "more": map[string]any{"b": 1, "a": []string{"x", ""}},
	})
	want := `{"at":1780000000000000,"more":{"a":["x",""],"b":1},"n":[3,-1],"ok":true,` +
		`"text":"a\"\\\b\t\n\f\r\u0001 é 😀 </script>","type":"case.completed"}`
	if err != nil || string(got) != want {
		t.Fatalf("%v\n got %s\nwant %s", err, got, want)
	}
}

func TestCanonicalRefuses(t *testing.T) {
	for name, v := range map[string]any{"float": 1.5, "nil": nil, "not UTF-8": "\xff", "past 2^53": int64(1) << 53} {
		if got, err := Canonical(map[string]any{"x": v}); err == nil {
			t.Errorf("%s: accepted as %s", name, got)
		}
	}
	if _, err := Canonical(map[string]any{"é": ""}); err == nil {
		t.Error("a key that is not ASCII was accepted")
	}
}

// Whatever text goes in comes out of any JSON reader.
func TestCanonicalRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.MapOf(rapid.StringMatching(`[ -~]{0,8}`), rapid.String()).Draw(t, "fields")
		fields := map[string]any{}
		for k, v := range in {
			fields[k] = v
		}
		b, err := Canonical(fields)
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]string{}
		if err := json.Unmarshal(b, &out); err != nil || !reflect.DeepEqual(in, out) {
			t.Fatalf("%v: %q came back as %q from %s", err, in, out, b)
		}
	})
}
