package app

import (
	"errors"
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

// Of a rehearsal, which starts, doctor says so too.
func TestDoctorSaysWhoIsNobodysSecondPerson(t *testing.T) {
	dir := t.TempDir()
	officers, config := filepath.Join(dir, "officers.yaml"), filepath.Join(dir, "lancar.yaml")
	text := "stage: rehearsal\nname: layanan.example.go.id\nlisten: 127.0.0.1:0\nbase: http://localhost:8053\ndatabase: \"sqlite:" + filepath.Join(dir, "lancar.db") + "\"\nkeys: " + dir + "\nofficers: " + officers +
		"\nmail: {address: \"127.0.0.1:1\", from: kabar@example.go.id}\nexchange: {url: \"http://127.0.0.1:1\"}\nacquirer: {url: \"http://127.0.0.1:1\"}\n"
	for nik, want := range map[string]string{"": "SICK  officers", "5371040101800011": "ok    officers"} {
		entry := "- {number: \"198609262015051001\", name: A, mail: a@example.go.id, nik: \"" + nik + "\", roles: [{role: machines, agency: dinkes, region: \"53.15\"}]}\n"
		if err := errors.Join(os.WriteFile(officers, []byte(entry), 0o600), os.WriteFile(config, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
		var said strings.Builder
		Doctor(t.Context(), config, "", &said)
		if !strings.Contains(said.String(), want) {
			t.Errorf("%q: %s", nik, said.String())
		}
	}
}
