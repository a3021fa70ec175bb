package portal

import (
	"net/url"
	"testing"

	"lancar/catalog"
)

func TestAnswersAreReadAsPeopleType(t *testing.T) {
	for _, c := range []struct{ kind, sent, want string }{
		{"number", "x=1.250", "1250"}, {"number", "x=dua", "dua"}, {"money", "x=Rp 50.000", "50000"}, {"money", "x=50.000,00", "50000"},
		{"nik", "x=3204 1101-0190 0001", "3204110101900001"}, {"text", "x=+Warung+%0d%0aIbu+", "Warung \nIbu"},
		{"date", "x.d=3&x.m=4&x.y=1990", "1990-04-03"}, {"date", "x.d=31&x.m=&x.y=1990", "1990--31"}, {"date", "x.d=&x.m=&x.y=", ""},
		{"multichoice", "x=a&x=b", "a,b"}, {"multichoice", "", ""}, {"yesno", "x=yes", "yes"},
	} {
		sent, _ := url.ParseQuery(c.sent)
		got, ok := answerOf(&catalog.Field{ID: "x", Kind: c.kind}, sent)
		if !ok || got != c.want {
			t.Errorf("%s %q: got %q %v, want %q", c.kind, c.sent, got, ok, c.want)
		}
	}
	if _, ok := answerOf(&catalog.Field{ID: "x", Kind: "text"}, url.Values{}); ok {
		t.Error("a field that was not sent was read as cleared")
	}
	y, m, d := splitDate("1990--31")
	if y != "1990" || m != "" || d != "31" {
		t.Errorf("%q %q %q", y, m, d)
	}
}
