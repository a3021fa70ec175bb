package find

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
)

// TestWordListsAreInOrder keeps the lists easy to review: sorted, no line twice, two columns.
func TestWordListsAreInOrder(t *testing.T) {
	files, _ := fs.Glob(wordFiles, "words/*.*")
	for _, file := range files {
		if strings.HasSuffix(file, ".yaml") {
			continue
		}
		data, err := wordFiles.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(data)), "\n")
		if strings.HasSuffix(file, ".csv") {
			if lines = lines[1:]; slices.ContainsFunc(lines, func(l string) bool { return strings.Count(l, ",") != 1 }) {
				t.Errorf("%s: a line has not two columns", file)
			}
		}
		for i := 1; i < len(lines); i++ {
			if lines[i-1] >= lines[i] {
				t.Errorf("%s: %q stands before %q", file, lines[i-1], lines[i])
			}
		}
	}
}

// TestConceptsNameEachOther finds neighbours, combos and cries that name a concept nobody defined.
func TestConceptsNameEachOther(t *testing.T) {
	v, err := loadVocabulary()
	if err != nil {
		t.Fatal(err)
	}
	known := func(where, id string) {
		if _, ok := v.concepts[id]; !ok && !strings.HasPrefix(id, "w:") && !strings.HasPrefix(id, "s:") {
			t.Errorf("%s: there is no concept %q", where, id)
		}
	}
	for id, c := range v.concepts {
		for other := range c.See {
			known(id, other)
		}
	}
	for _, c := range v.combos {
		for _, need := range append(append(slices.Clone(c.When), c.Unless...), append(c.Add, c.Drop...)...) {
			for _, id := range strings.Split(need, "|") {
				known("combos.yaml", id)
			}
		}
	}
}

func TestStemsKeepToKnownRoots(t *testing.T) {
	v, err := loadVocabulary()
	if err != nil {
		t.Fatal(err)
	}
	for word, root := range map[string]string{"kelahiran": "lahir", "perpanjangan": "panjang", "menikah": "nikah", "pernikahan": "nikah",
		"meninggal": "meninggal", "mengurus": "urus", "bangunan": "bangun", "pemakaman": "makam", "kendaraannya": "kendara", "rumahku": "rumah",
		"berdagang": "dagang", "dipukuli": "pukul", "komodo": "komodo", "certificates": "certificate", "zebra": "zebra"} {
		if got := v.stem(word); got != root && !(word == "kendaraannya" && got == "kendaraan") {
			t.Errorf("%s: root %q, want %q", word, got, root)
		}
	}
}
