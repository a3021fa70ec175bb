package rule

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func scope(t testing.TB) *Scope {
	t.Helper()
	l, err := NewLanguage()
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.Scope(map[string]Type{"answers.size": Int, "answers.kind": String, "answers.wants": List,
		"answers.new": Bool, "applicant.birth_date": Date, "today": Date, "params.rate": String, "given": List})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func on(s string) time.Time {
	t, _ := time.Parse(time.DateOnly, s)
	return t
}

func TestEval(t *testing.T) {
	s := scope(t)
	vars := map[string]any{"answers.size": int64(7), "answers.kind": "small", "answers.wants": []string{"a", "b"},
		"answers.new": true, "applicant.birth_date": on("2008-02-29"), "today": on("2026-02-28"), "params.rate": "0.25", "given": []string{"answers.size"}}
	for source, want := range map[string]any{
		`answers.size * 15000`:                                   int64(105000),
		`age(applicant.birth_date, today)`:                       int64(17),
		`age(applicant.birth_date, days_after(today, 1))`:        int64(18),
		`months_after(date("2026-01-31"), 1)`:                    on("2026-02-28"),
		`days_after(months_after(date("2026-12-01"), 6), -1)`:    on("2027-05-31"),
		`days_between(date("2026-03-01"), date("2026-02-28"))`:   int64(-1),
		`months_between(date("2026-01-15"), date("2026-03-14"))`: int64(1),
		`percent(1001, params.rate)`:                             int64(3),
		`percent(200, "0.25")`:                                   int64(1),
		`earlier(today, date("2026-01-01"))`:                     on("2026-01-01"),
		`min(answers.size, 5) + max(1, 2)`:                       int64(7),
		`answers.kind == "small" && "b" in answers.wants`:        true,
		`"answers.size" in given`:                                true,
		`answers.size > 3 ? "big" : "little"`:                    "big",
		`year(today) == 2026`:                                    true,
		`answers.new && answers.kind.startsWith("sm")`:           true,
	} {
		for want, typ := range map[any]Type{want: typeOf(want)} {
			r, err := s.Compile(source, typ)
			if err != nil {
				t.Errorf("%s: %v", source, err)
				continue
			}
			if got, err := r.Eval(vars); err != nil || got != want {
				t.Errorf("%s = %v, %v; want %v", source, got, err, want)
			}
		}
	}
}

func typeOf(v any) Type {
	switch v.(type) {
	case int64:
		return Int
	case bool:
		return Bool
	case time.Time:
		return Date
	}
	return String
}

func TestWhatIsNotAnsweredIsUnknown(t *testing.T) {
	s := scope(t)
	for source, known := range map[string]bool{
		`answers.size > 3`:                 false,
		`answers.new || answers.size > 3`:  true,
		`!answers.new && answers.size > 3`: true,
		`answers.new && answers.size > 3`:  false,
	} {
		r, err := s.Compile(source, Bool)
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.Eval(map[string]any{"answers.new": true})
		if known != (err == nil) || !known && !errors.Is(err, ErrUnknown) {
			t.Errorf("%s: known %v, error %v", source, known, err)
		}
	}
}

func TestCompileRefuses(t *testing.T) {
	s := scope(t)
	for source, want := range map[string]string{
		`answers.siz > 3`:                        `nothing here is called "answers.siz"; there are answers.kind, answers.new, answers.size, answers.wants`,
		`shout(today)`:                           `nothing here is called "shout"`,
		`answers.size > "3"`:                     `these kinds of values cannot be put together`,
		`answers.size`:                           `gives int, but bool is needed`,
		`answers.wants.exists(x, x == "a")`:      `exists`,
		`answers.kind.matches("(a+)+$")`:         `matches`,
		`today`:                                  `gives date, but bool`,
		`answers.size >`:                         `Syntax error`,
		strings.Repeat("true && ", 200) + `true`: `longer than`,
	} {
		if _, err := s.Compile(source, Bool); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", source, err, want)
		}
	}
}

func TestVars(t *testing.T) {
	r, err := scope(t).Compile(`age(applicant.birth_date, today) >= 17 && answers.size < 3`, Bool)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(r.Vars, " "); got != "answers.size applicant.birth_date today" {
		t.Errorf("reads %s", got)
	}
}

func TestOverflowIsAnErrorNotANumber(t *testing.T) {
	r, err := scope(t).Compile(`answers.size * answers.size`, Int)
	if err != nil {
		t.Fatal(err)
	}
	if v, err := r.Eval(map[string]any{"answers.size": int64(1) << 40}); err == nil {
		t.Errorf("got %v", v)
	}
}

func BenchmarkScope(b *testing.B) {
	l, _ := NewLanguage()
	for b.Loop() {
		l.Scope(map[string]Type{"answers.size": Int, "answers.kind": String})
	}
}

func BenchmarkCompile(b *testing.B) {
	s := scope(b)
	for b.Loop() {
		s.Compile(`age(applicant.birth_date, today) >= 17 && answers.size < 3`, Bool)
	}
}

func BenchmarkEval(b *testing.B) {
	r, _ := scope(b).Compile(`age(applicant.birth_date, today) >= 17 && answers.size < 3`, Bool)
	vars := map[string]any{"answers.size": int64(2), "applicant.birth_date": on("2000-01-01"), "today": on("2026-01-01")}
	for b.Loop() {
		r.Eval(vars)
	}
}
