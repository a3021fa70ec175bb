package office

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"lancar"
	"lancar/access"
	"lancar/access/breach"
	"lancar/document"
	"lancar/identity"
	"lancar/web"
)

type breachRow struct {
	Href, What, Found, Due, People string
	Late                           bool
	Tag                            web.Tag
}

// breaches lists failures of protection, those that wait first, and opens a new one.
func breaches(v *visit) error { return v.breachesPage(url.Values{}, nil) }

func (v *visit) breachesPage(sent url.Values, problems []web.Problem) error {
	if err := v.only(access.OfficerRole); err != nil {
		return err
	}
	list, err := v.Breaches.List(v.r.Context(), v.actor)
	if err != nil {
		return err
	}
	var rows []breachRow
	for _, b := range list {
		rows = append(rows, breachRow{Href: below("/office/breaches/", b.Region, b.ID), What: firstWords(b.What), Found: v.Moment(b.Found, v.now), Due: v.Moment(b.Due, v.now),
			People: strconv.FormatInt(b.People, 10), Late: b.Late(v.now), Tag: v.breachTag(b)})
	}
	fields := v.breachFields(sent)
	pick, err := v.pickFields(sent)
	if err != nil {
		return err
	}
	for i := range fields {
		mark(problems, &fields[i])
	}
	for i := range pick {
		mark(problems, &pick[i])
	}
	status := http.StatusOK
	if len(problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return v.showAs(status, "breaches", v.title(v.T("Kegagalan pelindungan data", "Data breaches"), problems),
		map[string]any{"Rows": rows, "Fields": fields, "Pick": pick, "Problems": problems, "Open": len(problems) > 0})
}

func (v *visit) breachFields(sent url.Values) []web.Field {
	date := func(name, id, en, hint string, optional bool) web.Field {
		return web.Field{Name: name, Kind: web.DateField, Label: v.T(id, en), Hint: hint, Optional: optional, Day: sent.Get(name + ".d"), Month: sent.Get(name + ".m"), Year: sent.Get(name + ".y")}
	}
	long := func(name, id, en, hint string, most int) web.Field {
		return web.Field{Name: name, Kind: web.LongField, Label: v.T(id, en), Hint: hint, Value: sent.Get(name), Max: most}
	}
	return []web.Field{
		long("what", "Data apa yang terlihat", "Which data came out", v.T("Tanpa nama atau nomor orang. Terbaca persis seperti ini oleh pemilik data.", "No names or numbers of people. People read it exactly as written."), 2000),
		long("how", "Kapan dan bagaimana terjadinya", "When and how it happened", "", 4000),
		long("measures", "Yang dilakukan, dan yang bisa dilakukan pemilik data", "What is done, and what people can do", "", 4000),
		{Name: "contact", Kind: web.TextField, Label: v.T("Tempat bertanya", "Where to ask"), Value: sent.Get("contact"), Max: 300},
		date("happened", "Tanggal kejadian", "Day it happened", "", true),
		date("found", "Tanggal diketahui", "Day it was found", v.T("Batas 3×24 jam dihitung dari sini.", "The term of 3×24 hours runs from here."), false),
		{Name: "found_at", Kind: web.TextField, Width: "s", Label: v.T("Pukul", "Time"), Hint: v.T("Misalnya 14.30", "For example 14.30"), Value: sent.Get("found_at")},
	}
}

// pickFields ask whose data it concerns: by cases, by service, or by who looked.
func (v *visit) pickFields(sent url.Values) ([]web.Field, error) {
	services := web.Field{Name: "service", Kind: web.SelectField, Label: v.T("Layanan", "Service")}
	for _, d := range v.Catalog.All() {
		services.Options = append(services.Options, web.Option{Value: d.Slug, Label: v.In(d.Title), Checked: sent.Get("service") == d.Slug})
	}
	readers := web.Field{Name: "reader", Kind: web.SelectField, Label: v.T("Petugas", "Officer")}
	list, err := v.officersHere()
	if err != nil {
		return nil, err
	}
	for _, o := range list {
		readers.Options = append(readers.Options, web.Option{Value: string(o.Account), Label: o.Name, Checked: sent.Get("reader") == string(o.Account)})
	}
	date := func(name, id, en string) web.Field {
		return web.Field{Name: name, Kind: web.DateField, Label: v.T(id, en), Day: sent.Get(name + ".d"), Month: sent.Get(name + ".m"), Year: sent.Get(name + ".y")}
	}
	by := web.Field{Name: "by", Kind: web.ChoiceField, Label: v.T("Data siapa", "Whose data"), Options: []web.Option{
		{Value: "cases", Label: v.T("Pemohon dengan nomor permohonan ini", "Applicants of these cases"), Checked: sent.Get("by") == "cases", Opens: []web.Field{
			{Name: "cases", Kind: web.LongField, Label: v.T("Nomor permohonan, satu sebaris", "Numbers of cases, one a line"), Value: sent.Get("cases"), Max: 20000}}},
		{Value: "service", Label: v.T("Semua pemohon satu layanan", "Everyone who applied for a service"), Checked: sent.Get("by") == "service", Opens: []web.Field{services}},
		{Value: "reader", Label: v.T("Semua orang yang datanya dibuka satu petugas", "Everyone at whose data an officer looked"), Checked: sent.Get("by") == "reader", Opens: []web.Field{readers}}}}
	return []web.Field{by, date("from", "Untuk layanan atau petugas: dari tanggal", "For a service or an officer: from"), date("until", "Untuk layanan atau petugas: sampai tanggal", "For a service or an officer: until")}, nil
}

// officersHere are the officers of the region, for choosing who looked.
func (v *visit) officersHere() (list []identity.OnRoster, err error) {
	roles, err := v.Identity.Rosters(v.r.Context())
	if err != nil {
		return nil, err
	}
	seen := map[lancar.ID]bool{}
	for _, r := range roles {
		if !access.Within(r.Region, v.actor.Region) {
			continue
		}
		on, err := v.Identity.Roster(v.r.Context(), r.Region, r.Agency, r.Role)
		if err != nil {
			return nil, err
		}
		for _, o := range on {
			if !seen[o.Account] && len(list) < 200 {
				seen[o.Account], list = true, append(list, o)
			}
		}
	}
	return list, nil
}

// day reads a date of a form at its midnight in the office's zone, the zero time if it is empty.
func (v *visit) day(sent url.Values, name string) (time.Time, *web.Problem) {
	d, m, y := strings.TrimSpace(sent.Get(name+".d")), strings.TrimSpace(sent.Get(name+".m")), strings.TrimSpace(sent.Get(name+".y"))
	if d+m+y == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation("2006-1-2", y+"-"+m+"-"+d, v.Zone)
	if err != nil {
		return t, &web.Problem{Field: name, Text: v.T("Tulis tanggal lengkap, misalnya 17-08-2026.", "Write the full date, for example 17-08-2026.")}
	}
	return t, nil
}

// readBreach reads the form; what it means is checked by the room.
func (v *visit) readBreach(sent url.Values) (b breach.Breach, p breach.Pick, problems []web.Problem) {
	b = breach.Breach{What: sent.Get("what"), How: sent.Get("how"), Measures: sent.Get("measures"), Contact: sent.Get("contact")}
	date := func(name string) time.Time {
		t, wrong := v.day(sent, name)
		if wrong != nil {
			problems = append(problems, *wrong)
		}
		return t
	}
	b.Happened, b.Found, p.From, p.Until = date("happened"), date("found"), date("from"), date("until")
	if clock := strings.ReplaceAll(strings.TrimSpace(sent.Get("found_at")), ".", ":"); clock != "" && !b.Found.IsZero() {
		at, err := time.Parse("15:04", clock)
		if err != nil {
			problems = append(problems, web.Problem{Field: "found_at", Text: v.T("Tulis pukulnya, misalnya 14.30.", "Write the time, for example 14.30.")})
		}
		b.Found = b.Found.Add(time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute)
	}
	if !p.Until.IsZero() {
		p.Until = p.Until.AddDate(0, 0, 1) // the day itself counts
	}
	switch sent.Get("by") {
	case "cases":
		p.Cases = strings.Fields(strings.ReplaceAll(sent.Get("cases"), ",", "\n"))
	case "service":
		p.Service = sent.Get("service")
	case "reader":
		p.Reader = lancar.ID(sent.Get("reader"))
	}
	return b, p, problems
}

func openBreach(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	if err := v.only(access.OfficerRole); err != nil {
		return err
	}
	b, p, problems := v.readBreach(sent)
	if len(problems) == 0 {
		b, err = v.Breaches.Open(v.r.Context(), v.actor, b, p)
		if wrong, ok := v.wrong(err); ok {
			problems = append(problems, wrong)
		} else if err != nil {
			return err
		}
	}
	if len(problems) > 0 {
		return v.breachesPage(sent, problems)
	}
	return v.to(below("/office/breaches/", b.Region, b.ID))
}

type breachView struct {
	Title, Path, Left    string
	Late, Told, Reported bool
	Rows                 []web.Row
	People               int64
	Ref                  web.Field
	Problems             []web.Problem
	Done                 string
	Tag                  web.Tag
	Letter               string
}

func showBreach(v *visit) error { return v.breachPage(nil) }

func (v *visit) breachPage(problems []web.Problem) error {
	if err := v.only(access.OfficerRole); err != nil {
		return err
	}
	region, id := v.r.PathValue("region"), lancar.ID(v.r.PathValue("id"))
	b, err := v.Breaches.ByID(v.r.Context(), v.actor, region, id)
	if err != nil {
		return err
	}
	path := below("/office/breaches/", region, id)
	view := breachView{Title: firstWords(b.What), Path: path, Letter: path + "/letter", Left: v.hours(b.Due), Late: b.Late(v.now), Told: !b.Told.IsZero(), Reported: !b.Reported.IsZero(),
		People: b.People - b.Away, Rows: v.breachRows(b), Problems: problems, Tag: v.breachTag(b),
		Ref: web.Field{Name: "ref", Kind: web.TextField, Width: "m", Label: v.T("Nomor surat atau tanda terima", "Letter's number or receipt")}}
	mark(problems, &view.Ref)
	view.Done = v.Done(v.r, map[string][2]string{
		"told":     {"Pemberitahuan sedang dikirim ke semua kontak mereka.", "The notice is on its way to all their contacts."},
		"reported": {"Tercatat: lembaga pengawas sudah diberi tahu.", "Noted: the authority was told."},
	})
	status := http.StatusOK
	if len(problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return v.showAs(status, "breach", v.title(v.T("Kegagalan pelindungan data", "Data breach"), problems), view)
}

func (v *visit) breachRows(b breach.Breach) []web.Row {
	when := func(t time.Time, no string) string {
		if t.IsZero() {
			return no
		}
		return v.When(t)
	}
	told := v.T("Belum", "Not yet")
	if !b.Told.IsZero() {
		told = fmt.Sprintf(v.T("%s: %d dari %d lewat pesan", "%s: %d of %d by message"), v.When(b.Told), b.Reached, b.People)
	}
	if b.Away > 0 {
		told += fmt.Sprintf(v.T("; %d orang tanpa akun harus lewat surat atau pengumuman", "; %d people without an account need a letter or a public notice"), b.Away)
	}
	reported := when(b.Reported, v.T("Belum", "Not yet"))
	if b.Ref != "" {
		reported += ", " + b.Ref
	}
	row := func(id, en, text string) web.Row { return web.Row{Term: v.T(id, en), Lines: strings.Split(text, "\n")} }
	return []web.Row{row("Data apa", "Which data", b.What), row("Kapan dan bagaimana", "When and how", b.How), row("Penanganan", "What is done", b.Measures),
		row("Tempat bertanya", "Where to ask", b.Contact), row("Terjadi", "Happened", when(b.Happened, v.T("tidak diketahui", "not known"))), row("Diketahui", "Found", v.When(b.Found)),
		row("Batas", "Due", v.When(b.Due)), row("Orang", "People", strconv.FormatInt(b.People, 10)), row("Pemilik data diberi tahu", "People told", told),
		row("Lembaga pengawas diberi tahu", "Authority told", reported)}
}

func tellBreach(v *visit) error {
	return v.breachAct("told", func(region string, id lancar.ID, _ url.Values) error {
		return v.Breaches.Tell(v.r.Context(), v.actor, region, id)
	})
}

func reportBreach(v *visit) error {
	return v.breachAct("reported", func(region string, id lancar.ID, sent url.Values) error {
		return v.Breaches.Reported(v.r.Context(), v.actor, region, id, sent.Get("ref"))
	})
}

func (v *visit) breachAct(done string, act func(region string, id lancar.ID, sent url.Values) error) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	if err := v.only(access.OfficerRole); err != nil {
		return err
	}
	region, id := v.r.PathValue("region"), lancar.ID(v.r.PathValue("id"))
	err = act(region, id, sent)
	if wrong, ok := v.wrong(err); ok {
		return v.breachPage([]web.Problem{wrong})
	}
	if err != nil {
		return err
	}
	return v.to(below("/office/breaches/", region, id) + "?done=" + done)
}

// breachLetter is the notice to the authority as text, to be put on the office's letter paper.
func breachLetter(v *visit) error {
	l, err := v.letterOfBreach()
	if err != nil {
		return err
	}
	return v.download("text/plain; charset=utf-8", "txt", []byte(l.String()))
}

// breachPaper is the same on the letter paper, to be signed.
func breachPaper(v *visit) error {
	l, err := v.letterOfBreach()
	if err != nil {
		return err
	}
	head, sign := document.HeadOf(v.region, v.actor.Agency, "id")
	paper := document.Paper{Lang: "id", Head: head, Signatory: sign, Title: l.Title, Place: v.region.Name, Date: v.now.In(v.Zone),
		Blocks: []document.Block{{Text: l.Law}}}
	for _, p := range l.Parts {
		if p.Line {
			paper.Blocks[0].Rows = append(paper.Blocks[0].Rows, document.Row{Label: p.Heading, Value: p.Text})
			continue
		}
		paper.Blocks = append(paper.Blocks, document.Block{Heading: p.Heading, Text: p.Text})
	}
	pdf, err := v.Documents.Print(paper, v.Rehearsal)
	if err != nil {
		return err
	}
	return v.download("application/pdf", "pdf", pdf)
}

func (v *visit) letterOfBreach() (breach.Letter, error) {
	if err := v.only(access.OfficerRole); err != nil {
		return breach.Letter{}, err
	}
	office := v.region.Name
	if name := v.agencyName(v.actor.Agency, v.region.Code); name != "" {
		office = name + ", " + office
	}
	return v.Breaches.Letter(v.r.Context(), v.actor, v.r.PathValue("region"), lancar.ID(v.r.PathValue("id")), office, v.Zone, v.Abbr)
}

func (v *visit) download(kind, ending string, content []byte) error {
	h := v.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="pemberitahuan-`+url.PathEscape(v.r.PathValue("id"))+"."+ending+`"`)
	h.Set("Cache-Control", "no-store")
	_, err := v.w.Write(content)
	return err
}
