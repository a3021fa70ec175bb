package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An officer whose identity number nobody knows could be the second person to what they themself began.
func TestProductionKnowsWhichOfficersAreTwoPeople(t *testing.T) {
	c := production(t)
	c.Officers = filepath.Join(t.TempDir(), "officers.yaml")
	entry := func(nik string) string {
		return "- {number: \"198609262015051001\", name: A, mail: a@example.go.id, nik: \"" + nik + "\", roles: [{role: machines, agency: dinkes, region: \"53.15\"}]}\n"
	}
	for text, wrong := range map[string]string{
		entry("5371040101800011"):                    "",
		entry("5371040101800011") + entry(""):        "entry 2 of " + c.Officers + " has no nik",
		entry("5371"):                                "the nik of entry 1",
		"- {number: \"1\", name: A, mail: a@b.id}\n": "", // holds no office
		"[]\n": "names nobody",
	} {
		if err := os.WriteFile(c.Officers, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		err := c.check()
		said := err != nil && strings.Contains(err.Error(), "officers: ")
		if said != (wrong != "") || wrong != "" && !strings.Contains(err.Error(), wrong) {
			t.Errorf("%q: %v", text, err)
		}
		c.Stage = Rehearsal
		if err := c.check(); err != nil {
			t.Error("in a rehearsal:", err)
		}
		c.Stage = Production
	}
}
