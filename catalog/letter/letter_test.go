package letter

import (
	"strings"
	"testing"
)

func TestALetterIsFilled(t *testing.T) {
	sheet, err := Parse("# PERMIT {number}\n\nGiven to:\n\nName :: {name}\nNote :: {note}\n\n## Terms\n\n- Keep it {how}.\n- Valid until {until}.\n\nThis paragraph\ngoes on.\n\n{basis}\n")
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{"number": "7", "name": "A {B}", "how": "clean"}
	got := sheet.Fill(func(slot string) string { return values[slot] }).String()
	want := "PERMIT 7\n\n\nGiven to:\nName: A {B}\n\nTerms\n- Keep it clean.\n\nThis paragraph goes on.\n"
	if got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestALetterSaysWhatItLacks(t *testing.T) {
	for text, want := range map[string]string{
		"":              "line 1: the letter has no title",
		"Hello\n":       "line 1: the letter has no title",
		"# A\n":         "line 1: the letter says nothing",
		"# A\nx\n# B\n": "line 3: a second title",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

func TestInFallsBackToIndonesian(t *testing.T) {
	l := Letter{"id": &Sheet{Title: "Surat"}, "en": &Sheet{Title: "Letter"}}
	if l.In("en").Title != "Letter" || l.In("jv").Title != "Surat" {
		t.Error("the wrong language")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("# A\n\nB :: {c}\n- d\n")
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := Parse(text); err == nil {
			_ = s.Fill(func(string) string { return "" }).String()
		}
	})
}
