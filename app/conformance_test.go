package app

import (
	"crypto/tls"
	"encoding/json"
	"testing"
)

func TestTheExampleOfAConformanceRunIsRead(t *testing.T) {
	c, err := openConformance(DemoOptions{Data: t.TempDir(), ConformanceFile: "../docs/spec/conformance.yaml"})
	if err != nil {
		t.Fatal(err)
	}
	if c.file.Host != "localhost" || c.file.Person == "" || c.file.Code != "123456" {
		t.Fatalf("%+v", c.file)
	}
	seen := map[any]bool{}
	for _, one := range c.file.Clients { // test/interop registers them and plays the plans
		if _, err := json.Marshal(one); err != nil || one["client_id"] == nil || seen[one["client_id"]] {
			t.Fatal(one, err)
		}
		seen[one["client_id"]] = true
	}
	if len(seen) < 9 {
		t.Fatal("a plan without its clients: ", seen)
	}
	for _, id := range fapiTLS().CipherSuites {
		for _, weak := range tls.InsecureCipherSuites() {
			if id == weak.ID {
				t.Fatal(weak.Name)
			}
		}
	}
}
