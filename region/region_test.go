package region

import (
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"lancar/region/places"
	"lancar/regions"
)

func load(t testing.TB) *Regions {
	t.Helper()
	tab, err := places.Open()
	if err != nil {
		t.Fatal(err)
	}
	rs, err := Load(regions.FS, tab)
	if err != nil {
		t.Fatal(err)
	}
	return rs
}

func TestHostDecidesThePortal(t *testing.T) {
	rs := load(t)
	for host, want := range map[string]string{
		"ntt.localhost": "53", "NTT.localhost:8080": "53", "mabar.localhost": "53.15", "localhost:8080": "00", "127.0.0.1:80": "00",
		"jogja.contoh.go.id": "34", "papua.localhost": "91", "": "00", "ntt": "00", "[::1]:80": "00", "unknown.localhost": "00", "lancar.contoh.go.id": "00",
	} {
		if got := rs.ByHost(host); got.Code != want {
			t.Errorf("host %q is %s, want %s", host, got.Code, want)
		}
	}
}

func TestWhatIsMissingIsInherited(t *testing.T) {
	rs := load(t)
	ntt, mabar, nation := rs.ByCode("53"), rs.ByCode("53.15"), rs.ByCode("00")
	if mabar.AppName != "Tabe" || mabar.Palette.Light["brand"] != "#075776" || len(mabar.Tile) != 24 || mabar.Treasury == ntt.Treasury {
		t.Errorf("53.15 is %+v", mabar)
	}
	village := rs.ByCode("53.15.05.1025")
	if village.Name != "Kelurahan Labuan Bajo" || village.AppName != "Tabe" || village.Treasury != mabar.Treasury ||
		village.Level != places.Village || village.ZoneName != "WITA" || village.Host != "mabar" {
		t.Errorf("the village is %+v", village)
	}
	if got := strings.Join(village.Path(), " "); got != "53.15.05.1025 53.15.05 53.15 53 00" {
		t.Errorf("path %s", got)
	}
	if up := mabar.Up(); up.Code != "53" || nation.Up() != nil {
		t.Error("the way up")
	}
	if foreign := rs.ByCode("64.71"); foreign.AppName != "Lancar" || foreign.ZoneName != "WITA" || foreign.Name != "Kota Balikpapan" {
		t.Errorf("a city without a pack: %+v", foreign)
	}
	if rs.ByCode("99") != nil || rs.ByCode("nowhere") != nil {
		t.Error("a place that does not exist has a region")
	}
	if !mabar.Within("53") || mabar.Within("5") || !mabar.Within("00") || ntt.Within("53.15") {
		t.Error("within")
	}
	if g, ok := mabar.Greet(); !ok || g.Lang != "mqy" {
		t.Errorf("greeting %+v", g)
	}
	if g, ok := rs.ByCode("34.71").Greet(); ok {
		t.Errorf("a phrase that nobody confirmed is shown: %+v", g)
	}
}

func TestEveryPlaceHasItsZone(t *testing.T) {
	rs := load(t)
	n := map[string]int{}
	for _, p := range rs.Places().Children(Nation) {
		r := rs.ByCode(p.Code)
		_, offset := time.Date(2026, 1, 1, 0, 0, 0, 0, r.Zone).Zone()
		if offset != map[string]int{"WIB": 7, "WITA": 8, "WIT": 9}[r.ZoneName]*3600 {
			t.Errorf("%s: %s is %d s from UTC", p.Code, r.ZoneName, offset)
		}
		n[r.ZoneName]++
	}
	if n["WIB"] != 18 || n["WITA"] != 12 || n["WIT"] != 8 {
		t.Errorf("zones %v", n)
	}
	for code, want := range map[string]string{"00": "WIB", "61.71": "WIB", "62": "WIB", "63": "WITA", "65": "WITA", "51.71": "WITA", "81": "WIT", "96": "WIT", "91.71.01": "WIT", "34": "WIB"} {
		if got := rs.ByCode(code).ZoneName; got != want {
			t.Errorf("%s lies in %s, want %s", code, got, want)
		}
	}
}

func TestWordsForPlacesFollowTheProvince(t *testing.T) {
	rs := load(t)
	for code, want := range map[string]string{
		"53.15.05": "Kecamatan Komodo", "34.71.03": "Kemantren", "34.04.01": "Kapanewon", "91.71.03": "Distrik", "53.15": "Kabupaten Manggarai Barat", "53": "Nusa Tenggara Timur",
	} {
		if got := rs.ByCode(code).Name; !strings.HasPrefix(got, want) {
			t.Errorf("%s is %q, want %q", code, got, want)
		}
	}
}

func TestAgenciesAnswerAtTheirLevel(t *testing.T) {
	rs := load(t)
	a, ok := rs.ByCode("53.15.05.1025").Agency("dukcapil")
	if !ok || a.Region != "53.15" || a.Name.In("id") != "Dinas Kependudukan dan Pencatatan Sipil Kabupaten Manggarai Barat" {
		t.Errorf("registry of the village: %+v", a)
	}
	if a, ok := rs.ByCode("53.15.05.1025").Agency("desa"); !ok || a.Region != "53.15.05.1025" || a.Name.In("id") != "Kantor Kelurahan Labuan Bajo" {
		t.Errorf("office of the village: %+v", a)
	}
	if a, ok := rs.ByCode("34.71").Agency("samsat"); !ok || a.Region != "34" {
		t.Errorf("vehicle office: %+v", a)
	}
	if a, ok := rs.ByCode("91").Agency("oss"); !ok || a.Region != "00" {
		t.Errorf("national office: %+v", a)
	}
	if a, ok := rs.ByCode("53").Agency("dukcapil"); ok {
		t.Errorf("a province has no single registry: %+v", a)
	}
	if a, ok := rs.ByCode("53.15").Agency("nobody"); ok {
		t.Errorf("an unknown agency: %+v", a)
	}
	if s, ok := rs.ByCode("53.15").Signatory("dpmptsp"); !ok || s.Agency != "dpmptsp" || s.Region != "53.15" {
		t.Errorf("signatory %+v", s)
	}
	if s, ok := rs.ByCode("53.03").Signatory("dukcapil"); !ok || s.Region != "53" {
		t.Errorf("inherited signatory %+v", s)
	}
	ids := rs.ByCode("53.15").Agencies()
	if !slices.Contains(ids, "dukcapil") || !slices.Contains(ids, "oss") || slices.Contains(ids, "desa") {
		t.Errorf("agencies %v", ids)
	}
}

func TestFiguresAreTheRegionsOwnOrFromAbove(t *testing.T) {
	rs := load(t)
	day := Date{2026, 6, 1}
	own, ok := rs.ByCode("53.15").Figure("retribusi_lapak_m2_bulan", day)
	if !ok || own.Region != "53.15" || own.Value != "6000" {
		t.Errorf("own figure %+v", own)
	}
	if f, ok := rs.ByCode("53.71").Figure("retribusi_lapak_m2_bulan", day); !ok || f.Region != "00" {
		t.Errorf("inherited figure %+v", f)
	}
	if f, ok := rs.ByCode("53.15").Figure("retribusi_lapak_m2_bulan", Date{2020, 1, 1}); ok {
		t.Errorf("a figure before its day: %+v", f)
	}
	if m := rs.ByCode("53.15").Figures(day); m["retribusi_lapak_m2_bulan"] != "6000" || m["tarif_pkb_persen"] != "1.2" || m["swdkllj_motor"] == "" {
		t.Errorf("figures %v", m)
	}
}

func TestLaunches(t *testing.T) {
	rs := load(t)
	now := at(t, "2026-11-21T10:00:00Z")
	mabar := rs.ByCode("53.15")
	if ok, _ := mabar.Launched("lapak-pasar", now); !ok {
		t.Error("the stall is not launched in 53.15")
	}
	if ok, _ := mabar.Launched("lapak-pasar", at(t, "2026-01-04T15:59:59Z")); ok {
		t.Error("launched before its day")
	}
	if ok, _ := mabar.Launched("lapak-pasar", at(t, "2026-01-04T16:00:00Z")); !ok {
		t.Error("not launched when its day begins there")
	}
	if ok, _ := rs.ByCode("53.15.05.1025").Launched("nib-oss", now); !ok {
		t.Error("a national service does not reach a village")
	}
	ok, where := rs.ByCode("53.71").Launched("lapak-pasar", now)
	if ok || !strings.Contains(where.Text.In("id"), "Kota Kupang") {
		t.Errorf("instead: %+v", where)
	}
	if ok, where := rs.ByCode("64").Launched("lapak-pasar", now); ok || where.Text.In("en") == "" {
		t.Errorf("instead, from above: %+v", where)
	}
	if got := rs.ByCode("53").Offering("lapak-pasar", now); !slices.Equal(got, []string{"53.15"}) {
		t.Errorf("offered in %v", got)
	}
	if got := rs.ByCode("53.15.05").Offering("stnk-tahunan", now); !slices.Equal(got, []string{"53"}) {
		t.Errorf("offered in %v", got)
	}
	sets := map[string]string{}
	for _, r := range rs.All() {
		set := strings.Join(slices.Sorted(maps.Keys(r.Launches())), " ")
		if other := sets[set]; other != "" {
			t.Errorf("%s and %s launch the same services", r.Code, other)
		}
		sets[set] = r.Code
	}
}

func TestCalendarsOfTheRegions(t *testing.T) {
	rs := load(t)
	easter := Date{2026, 4, 6}
	if !rs.ByCode("34").Calendar().Working(easter) || rs.ByCode("53.15").Calendar().Working(easter) {
		t.Error("a local holiday holds in its own region alone")
	}
	cal := rs.ByCode("53.15").Calendar()
	if h, ok := cal.Holiday(Date{2026, 3, 23}); !ok || h.Kind != "joint" || h.Status != decreed || h.Region != Nation {
		t.Errorf("joint leave: %+v", h)
	}
	if n := len(rs.ByCode("00").Calendar().Holidays(2026)); n != 25 {
		t.Errorf("%d holidays in 2026, want 17 and 8", n)
	}
	if cal.Hash() == rs.ByCode("34").Calendar().Hash() || cal.Hash() != rs.ByCode("53").Calendar().Hash() {
		t.Error("hashes of calendars")
	}
	if !cal.Knows(2027) || cal.Knows(2028) {
		t.Error("known years")
	}
}

func TestExplain(t *testing.T) {
	rs := load(t)
	from := at(t, "2026-03-17T09:00:00+08:00")
	e, err := Explain(rs.ByCode("53.15"), from, 2, nil, nil, "en")
	if err != nil {
		t.Fatal(err)
	}
	if got := e.Deadline.Format(time.RFC3339); got != "2026-03-27T00:00:00+08:00" {
		t.Errorf("deadline %s", got)
	}
	text := e.Text("en")
	for _, want := range []string{"Kabupaten Manggarai Barat (53.15), WITA", "2026-03-19  Thursday   holiday: Day of Silence (Nyepi)", "working day 2", "Deadline: Thursday 2026-03-26, 24:00 WITA (2026-03-27T00:00:00+08:00)."} {
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %q:\n%s", want, text)
		}
	}
	raw, err := e.JSON()
	if err != nil || !strings.Contains(string(raw), `"deadline": "2026-03-27T00:00:00+08:00"`) {
		t.Errorf("%s %v", raw, err)
	}
	if e, err = Explain(rs.ByCode("53.15"), from, 2, nil, []Date{}, "id"); err != nil || e.Deadline.Format(time.RFC3339) != "2026-03-20T00:00:00+08:00" {
		t.Errorf("an empty file replaces the calendar: %v %v", e.Deadline, err)
	}
	if e, err = Explain(rs.ByCode("91"), from, 2, []Pause{{From: from}}, nil, "id"); err != nil || e.Deadline != nil {
		t.Errorf("an open stop: %v %v", e.Deadline, err)
	}
	raw, _ = e.JSON()
	if !strings.Contains(string(raw), `"deadline": null`) || !strings.Contains(e.Text("id"), "belum ada") {
		t.Errorf("an open stop: %s", raw)
	}
	if e, err = Explain(rs.ByCode("34"), at(t, "2029-03-01T00:00:00Z"), 1, nil, nil, "en"); err != nil || len(e.Notes) != 1 {
		t.Errorf("a year without holidays: %v %v", e.Notes, err)
	}
}

func TestHolidayFileAndPauses(t *testing.T) {
	got, err := ParseHolidays("libur.txt", strings.NewReader("\ufeff2026-01-06\r\n\n  2026-01-07  \n"))
	if err != nil || len(got) != 2 || got[1] != (Date{2026, 1, 7}) {
		t.Errorf("%v %v", got, err)
	}
	for _, bad := range []string{"2026-02-30", "6 January", "2026-01-06 2026-01-07", "# note"} {
		if _, err := ParseHolidays("libur.txt", strings.NewReader("2026-01-06\n\n"+bad+"\n")); err == nil || !strings.HasPrefix(err.Error(), "libur.txt:3: ") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if p, err := ParsePause("2026-01-05T09:00:00+08:00/"); err != nil || !p.To.IsZero() {
		t.Errorf("%v %v", p, err)
	}
	for _, bad := range []string{"", "/", "2026-01-05T09:00:00Z", "2026-01-05/2026-01-06", "2026-01-05T09:00:00Z/2026-01-05T08:00:00Z"} {
		if p, err := ParsePause(bad); err == nil {
			t.Errorf("%q is %v", bad, p)
		}
	}
}

// Every mistake in a pack is refused with the file that holds it.
func TestBrokenPacksAreRefused(t *testing.T) {
	tab, err := places.Open()
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"unknown key":          {"app_name: Tabe", "app_nam: Tabe"},
		"no such place":        {`code: "53"`, `code: "54"`},
		"unreadable accent":    {"h: 46}", "h: 30}"},
		"short chart":          {"    - \"..........xxxx..........\"\n", ""},
		"figure without a law": {"status: unconfirmed}}", "status: maybe}}"},
		"figure not a decimal": {`value: "1.2"`, `value: "1,2"`},
		"launch without a day": {"stnk-tahunan: {from: 2026-02-02}", "stnk-tahunan: {}"},
		"impossible day":       {"stnk-tahunan: {from: 2026-02-02}", "stnk-tahunan: {from: 2026-02-30}"},
		"greeting unsourced":   {"status: sourced}", "status: sure}"},
		"host of another":      {"host: ntt", "host: papua"},
	} {
		t.Run(name, func(t *testing.T) {
			files := fstest.MapFS{}
			copyPacks(t, files)
			text := string(files["53/region.yaml"].Data)
			if !strings.Contains(text, change[0]) {
				t.Fatalf("the pack does not say %q", change[0])
			}
			files["53/region.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(text, change[0], change[1], 1))}
			if _, err := Load(files, tab); err == nil || !strings.Contains(err.Error(), "/region.yaml") {
				t.Errorf("accepted, or the file is not named: %v", err)
			} else {
				t.Log(err)
			}
		})
	}
	if _, err := Load(fstest.MapFS{}, tab); err == nil {
		t.Error("a node without a nation was accepted")
	}
}

func copyPacks(t *testing.T, into fstest.MapFS) {
	t.Helper()
	fsys := os.DirFS("../regions")
	files, err := fs.Glob(fsys, "*/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := fs.ReadFile(fsys, f)
		if err != nil {
			t.Fatal(err)
		}
		into[f] = &fstest.MapFile{Data: data}
	}
}

func FuzzParsePause(f *testing.F) {
	f.Add("2026-01-05T09:00:00+08:00/2026-01-06T09:00:00+08:00")
	f.Add("2026-01-05T09:00:00Z/")
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := ParsePause(s); err == nil && !p.To.IsZero() && p.To.Before(p.From) {
			t.Fatalf("%q ends before it begins", s)
		}
		if dates, err := ParseHolidays("f", strings.NewReader(s)); err == nil && dates == nil {
			t.Fatal("no list and no error")
		}
	})
}
