package check

import (
	"bytes"
	"testing"
)

func TestShippedServices(t *testing.T) {
	var out bytes.Buffer
	if Main(&out, []string{"../../services"}) != 0 {
		t.Errorf("%s", out.String())
	}
	t.Log(out.String())
}
