package check

import (
	"bytes"
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write docs/spec/service.schema.json")

func TestSchemaIsWrittenFromTheFormat(t *testing.T) {
	const file = "../../docs/spec/service.schema.json"
	if *update {
		if err := os.WriteFile(file, Schema(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, Schema()) {
		t.Errorf("%s differs from the format; run go test ./catalog/check -update", file)
	}
}
