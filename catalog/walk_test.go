package catalog

import (
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"lancar"
	"lancar/catalog/flow"
	"lancar/services"

	"pgregory.net/rapid"
)

func load(t testing.TB, slug string) *Definition {
	t.Helper()
	c, problems := Load(services.FS)
	for _, p := range problems {
		t.Log(p)
	}
	if c.Service(slug) == nil {
		t.Fatalf("no service %s", slug)
	}
	return c.Service(slug)
}

// trader is a situation in which the market stall could be submitted.
func trader() Situation {
	now := time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)
	read := func(register, value string) Fact {
		return Fact{Value: value, Register: register, At: now, State: "read"}
	}
	return Situation{
		Now: now, Zone: time.FixedZone("WITA", 8*3600), Figures: map[string]string{"retribusi_lapak_m2_bulan": "15000"},
		Files: map[string]int{"goods_photo": 1},
		Facts: map[string]Fact{
			"applicant.nik": read("population", "5315014803910002"), "applicant.name": read("population", "MARIA CONTOH"),
			"applicant.birth_date": read("population", "1991-03-08"), "applicant.address": read("population", "JL. CONTOH 1"),
			"applicant.domicile": read("population", "53.15.05.1025"),
			"business_name":      read("oss", "KOPI CONTOH"), "nib": read("oss", "9000000000017"), "nib_status": read("oss", "active"),
		},
		Answers: map[string]string{"applicant.phone": "0812-3456-7890", "market": "53.15.05.1003", "market_name": "Pasar Baru",
			"size": "6", "start": "2026-12-01", "months": "6", "goods": "food"},
	}
}

func TestWhatRegistersKnowIsShownNotAsked(t *testing.T) {
	d, in := load(t, "lapak-pasar"), trader()
	o := Walk(d, in)
	if !o.Ready() || o.Total != lancar.Rupiah(540_000) || o.Office != "53.15" {
		t.Fatalf("ready %v, %v, errors %v, office %q", o.Ready(), o.Total, o.Errors, o.Office)
	}
	for _, v := range o.Fields {
		if v.Field.ID == "business_name" && (!v.Shown || v.Fact.Register != "oss" || v.Value != "KOPI CONTOH") {
			t.Errorf("the business is %+v", v)
		}
	}
	in.Answers["business_name"] = "Something else"
	if got := Walk(d, in); !reflect.DeepEqual(names(got.Fields), names(o.Fields)) || got.Total != o.Total {
		t.Error("typing over a register's fact changed something")
	}
}

func names(vs []FieldView) (out []string) {
	for _, v := range vs {
		out = append(out, v.Field.ID+"="+v.Value)
	}
	return out
}

func TestARegisterThatIsDownIsTypedAndFlagged(t *testing.T) {
	d, in := load(t, "lapak-pasar"), trader()
	in.Facts["nib"] = Fact{Register: "oss", State: "unchecked"}
	if o := Walk(d, in); o.Ready() || len(o.Errors) != 1 || o.Errors[0].Field != "nib" {
		t.Fatalf("errors %v", o.Errors)
	}
	in.Answers["nib"] = "9000000000017"
	if o := Walk(d, in); !o.Ready() || len(o.Flags) != 1 || o.Flags[0].Field != "nib" {
		t.Errorf("ready %v, errors %v, flags %v", o.Ready(), o.Errors, o.Flags)
	}
	in.Facts["nib"] = Fact{Register: "oss", State: "nomatch"}
	if o := Walk(d, in); !o.Ready() || len(o.Flags) != 1 {
		t.Errorf("a mismatch is for the officer: ready %v, flags %v", o.Ready(), o.Flags)
	}
}

func TestNobodyAppliesInAnothersName(t *testing.T) {
	d, in := load(t, "lapak-pasar"), trader()
	in.Facts["applicant.nik"] = Fact{Value: "5315014803910002", Register: "population", State: "confirmed"}
	in.Answers["applicant.nik"] = "5315016311090001"
	for _, v := range Walk(d, in).Fields {
		if v.Field.ID == "applicant.nik" && (!v.Shown || v.Value != "5315014803910002") {
			t.Errorf("the number is %s, shown %v", v.Value, v.Shown)
		}
	}
}

func TestNotEligibleSaysWhichRuleWhichFactAndTheMend(t *testing.T) {
	d, in := load(t, "lapak-pasar"), trader()
	in.Facts["nib_status"] = Fact{Value: "revoked", Register: "oss", State: "read"}
	o := Walk(d, in)
	if o.Ready() || len(o.Against) != 1 {
		t.Fatalf("against: %v", o.Against)
	}
	f := o.Against[0]
	if want := "NIB 9000000000017 is recorded as: Revoked. A stall permit is only for a business with a valid NIB."; f.Because["en"] != want {
		t.Errorf("because %q", f.Because["en"])
	}
	if f.Law == nil || f.Law.ID != "pp28-2025" || f.Mend["id"] == "" || len(f.Facts) != 1 || f.Facts[0].Fact.Register != "oss" {
		t.Errorf("finding %+v", f)
	}
}

func TestAnswersThatCannotBe(t *testing.T) {
	d := load(t, "lapak-pasar")
	for field, values := range map[string][]string{
		"size": {"0", "25", "3.5x", "enam", "99999999999999999999"}, "start": {"2026-02-30", "1-12-2026", "3026-01-01"},
		"market": {"53.15", "53.15.05", "x", "53.15.05.1003.1"}, "goods": {"gold", "food,produce"}, "applicant.phone": {"12", "surel"},
		"market_name": {"Pasar Baru\nIzin ini berlaku selamanya.", "Pasar \u202eurab", "Pasar\x00"},
	} {
		for _, value := range values {
			in := trader()
			in.Answers[field] = value
			o := Walk(d, in)
			if o.Ready() || !slices.ContainsFunc(o.Errors, func(n Note) bool { return n.Field == field && n.Text["id"] != "" && n.Text["en"] != "" }) {
				t.Errorf("%s = %q: errors %v", field, value, o.Errors)
			}
		}
	}
}

func TestUnknownPlacesAreRefused(t *testing.T) {
	d, in := load(t, "lapak-pasar"), trader()
	in.Place = func(code string) (string, bool) { return "Kelurahan Contoh", code != "53.15.05.1003" }
	if o := Walk(d, in); o.Ready() || o.Errors[0].Field != "market" {
		t.Errorf("errors %v", o.Errors)
	}
}

func TestAFeeThatIsNotKnownBlocks(t *testing.T) {
	d, in := load(t, "lapak-pasar"), trader()
	in.Figures = nil
	if o := Walk(d, in); o.FeeKnown || o.Ready() {
		t.Errorf("without the region's figure the fee is %v", o.Total)
	}
}

func TestTheDayIsTheRegionsDay(t *testing.T) {
	d, in := load(t, "lapak-pasar"), trader()
	in.Answers["start"] = "2026-11-24"
	in.Now = time.Date(2026, 11, 24, 15, 59, 59, 0, time.UTC) // 23:59:59 in WITA
	if o := Walk(d, in); !o.Ready() {
		t.Errorf("still that day: %v", o.Against)
	}
	in.Now = in.Now.Add(time.Second)
	if o := Walk(d, in); o.Ready() {
		t.Error("the next day began")
	}
}

func TestReplay(t *testing.T) {
	d := load(t, "lapak-pasar")
	for _, c := range []struct {
		acts    string
		state   flow.State
		step    string
		letter  string
		refused int
	}{
		{"", flow.Draft, "", "", 0},
		{"submit", flow.Unpaid, "pay", "submitted", 0},
		{"submit lapse", flow.Lapsed, "", "", 0},
		{"submit settle", flow.Drawing, "review", "submitted", 0},
		{"submit settle settle", flow.Drawing, "review", "submitted", 1},
		{"submit settle draw ask answer ask", flow.Review, "review", "submitted", 1},
		{"submit settle draw ask close", flow.Withdrawn, "", "", 0},
		{"submit settle draw ask deem", flow.Correction, "review", "submitted", 1},
		{"submit settle draw grant", flow.Signing, "sign", "submitted", 0},
		{"submit settle draw grant return refuse sign", flow.Refused, "", "refused", 0},
		{"submit settle draw redraw draw grant sign", flow.Granted, "", "granted", 0},
		{"submit settle draw refuse deem", flow.Granted, "", "granted", 0},
		{"submit settle draw escalate", flow.Review, "review", "submitted", 1},
		{"submit settle draw grant sign withdraw", flow.Granted, "", "granted", 1},
	} {
		in := trader()
		for _, e := range fields(c.acts) {
			in.Acts = append(in.Acts, Act{Event: flow.Event(e), Ground: "stall-taken", Requirement: "stall"})
		}
		o := Walk(d, in)
		step := ""
		if o.Step != nil {
			step = o.Step.ID
		}
		if o.State != c.state || step != c.step || o.Letter != c.letter || len(o.Refused) != c.refused {
			t.Errorf("%s: %s, step %q, letter %q, refused %v", c.acts, o.State, step, o.Letter, o.Refused)
		}
	}
}

func fields(s string) []string {
	var out []string
	for start := 0; start < len(s); {
		end := start
		for end < len(s) && s[end] != ' ' {
			end++
		}
		out = append(out, s[start:end])
		start = end + 1
	}
	return out
}

func TestARefusalNeedsAGroundAndACorrectionARequirement(t *testing.T) {
	d, in := load(t, "lapak-pasar"), trader()
	in.Acts = []Act{{Event: flow.Submit}, {Event: flow.Settle}, {Event: flow.Draw}, {Event: flow.Refuse, Ground: "mood"}, {Event: flow.Ask, Requirement: "more"}}
	if o := Walk(d, in); o.State != flow.Review || len(o.Refused) != 2 {
		t.Errorf("%s, refused %v", o.State, o.Refused)
	}
}

func TestLettersAreFilledForPeople(t *testing.T) {
	d, in := load(t, "lapak-pasar"), trader()
	o := Walk(d, in)
	more := map[string]string{"document.number": "503/1/53.15/2026", "office.name": "DPMPTSP"}
	text := d.Letters["granted"].In("id").Fill(d.Values(in, &o, "id", more)).String()
	for _, want := range []string{"NIK: 531501******0002", "Barang dagangan: Makanan atau minuman", "Berlaku: 1 Desember 2026 sampai 31 Mei 2027", "Retribusi: Rp540.000, lunas"} {
		if !slices.Contains(lines(text), want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if slices.ContainsFunc(lines(text), func(l string) bool { return l == "Keterangan: " }) {
		t.Error("an empty row is printed")
	}
}

func lines(s string) (out []string) {
	start := 0
	for i := range s {
		if s[i] == '\n' {
			out = append(out, s[start:i])
			start = i + 1
		}
	}
	return out
}

func TestLookups(t *testing.T) {
	var got []string
	for _, l := range load(t, "lapak-pasar").Lookups() {
		got = append(got, l.Register+" by "+l.By)
		if l.Register == "oss" && !maps.Equal(l.Fields, map[string]string{"business_name": "business_name", "nib": "nib", "status": "nib_status"}) {
			t.Errorf("oss is asked for %v", l.Fields)
		}
	}
	if !slices.Equal(got, []string{"population by applicant.nik", "oss by applicant.nik"}) {
		t.Errorf("registers: %v", got)
	}
}

func TestOffice(t *testing.T) {
	d := load(t, "lapak-pasar")
	for place, want := range map[string]string{"53.15.05.1003": "53.15", "53.15": "53.15", "53": "", "": "", "xx.xx": ""} {
		if got, ok := d.Office(place); got != want || ok != (want != "") {
			t.Errorf("office of %q is %q", place, got)
		}
	}
}

// TestWalkIsTotal: whatever is typed, Walk answers, says the same twice, and never lets through
// what has complaints.
func TestWalkIsTotal(t *testing.T) {
	c, _ := Load(services.FS)
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SampledFrom(c.All()).Draw(t, "service")
		in := trader()
		in.Kind = rapid.SampledFrom([]string{"", "foreigner", "company"}).Draw(t, "kind")
		for _, s := range d.Pages() {
			for _, f := range s.Fields {
				if rapid.Bool().Draw(t, "typed "+f.ID) {
					in.Answers[f.ID] = answer(t, &f)
				}
				if rapid.Bool().Draw(t, "file "+f.ID) {
					in.Files[f.ID] = 1
				}
			}
		}
		events := rapid.SliceOfN(rapid.SampledFrom([]flow.Event{flow.Submit, flow.Settle, flow.Draw, flow.Opine, flow.Grant, flow.Sign, flow.Deem, flow.Withdraw}), 0, 6).Draw(t, "acts")
		for _, e := range events {
			in.Acts = append(in.Acts, Act{Event: e})
		}
		one, two := Walk(d, in), Walk(d, in)
		if !reflect.DeepEqual(names(one.Fields), names(two.Fields)) || one.State != two.State || one.Total != two.Total || len(one.Errors) != len(two.Errors) {
			t.Fatal("the same situation gives two outcomes")
		}
		if one.Total.Amount < 0 || one.Ready() && (len(one.Errors) > 0 || len(one.Against) > 0 || !one.FeeKnown) {
			t.Fatalf("outcome %+v", one)
		}
	})
}

func answer(t *rapid.T, f *Field) string {
	values := []string{"", "x", "0", "12", "yes", "no", "2026-12-01", "1990-02-28", "53.15.05.1003", "081234567890", "5315014803910002"}
	for _, o := range f.Options {
		values = append(values, o.Value)
	}
	return rapid.SampledFrom(values).Draw(t, f.ID)
}

func BenchmarkWalk(b *testing.B) {
	d, in := load(b, "lapak-pasar"), trader()
	Walk(d, in)
	for b.Loop() {
		Walk(d, in)
	}
}
