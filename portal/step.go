package portal

import (
	"errors"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lancar"
	"lancar/casework"
	"lancar/catalog"
	"lancar/internal/serve"
	"lancar/web"
)

// stepView is one page of the form.
type stepView struct {
	Back     web.Link
	Steps    map[string]any
	Problems []web.Problem
	Title    string
	Text     string
	Known    []web.Known
	Action   string
	Files    bool // the form has uploads
	Keep     string
	Version  int64
	Fields   []web.Field
	Until    string
	Discard  string
}

func showStep(v *visit) error {
	d, err := v.draft()
	if err != nil {
		return err
	}
	if d.Number != "" {
		return v.to("/cases/" + d.Number)
	}
	steps := v.stepsOf(d)
	i := findStep(steps, v.r.PathValue("step"))
	if i < 0 {
		return v.to(draftPath(d.ID))
	}
	return v.stepPage(d, steps, i, v.r.URL.Query().Get("mend") != "", complaint{})
}

// complaint is why what was just sent for a step could not be kept, or not all of it.
type complaint struct {
	web.Problem             // about one field, or about none
	code        lancar.Code // "" while there is none
	sent        url.Values  // what was typed, whether it was kept or not
}

// on writes what was sent over what is kept, for showing the step again.
func (c complaint) on(s step, answers map[string]string) step {
	typed := map[string]string{}
	for _, f := range sentFields(s, c.sent) {
		if a, ok := answerOf(f, c.sent); ok {
			typed[f.ID], answers[f.ID] = a, a
		}
	}
	s.asked = slices.Clone(s.asked)
	for i := range s.asked {
		if a, ok := typed[s.asked[i].Field.ID]; ok {
			s.asked[i].Value = a
		}
	}
	return s
}

// stepPage renders step i, with a complaint about what was just sent for it.
func (v *visit) stepPage(d casework.Checked, steps []step, i int, complain bool, said complaint) error {
	s := steps[i]
	d.Answers = maps.Clone(d.Answers)
	if d.Answers == nil {
		d.Answers = map[string]string{}
	}
	if said.sent != nil {
		s = said.on(s, d.Answers)
	}
	f := &form{visit: v, path: draftPath(d.ID), fetch: stepPath(d.ID, s.id) + "/obtain/", answers: d.Answers, files: d.Files, errors: notesByField(d.Outcome.Errors, v.Words), complain: complain}
	view := stepView{Steps: marks(i+1, len(steps)+1), Title: s.title, Text: s.text, Action: stepPath(d.ID, s.id),
		Keep: string(d.ID) + ":" + s.id, Version: d.Version, Discard: draftPath(d.ID) + "/discard", Known: v.known(s.known)}
	view.Back = web.Link{Href: "/services/" + d.Service.Slug, Text: v.In(d.Service.Title)}
	if i > 0 {
		view.Back = web.Link{Href: stepPath(d.ID, steps[i-1].id), Text: v.T("Langkah sebelumnya", "The step before")}
	}
	for _, q := range topLevel(s) {
		field := f.field(q)
		if said.Text != "" && field.Name == said.Field {
			field.Error = said.Text
		}
		view.Files = view.Files || field.Kind == web.FileField
		view.Fields = append(view.Fields, field)
	}
	view.Problems = sayProblems(view.Fields)
	if said.Text != "" && len(view.Problems) == 0 {
		view.Problems = []web.Problem{said.Problem}
	}
	view.Until = v.T("Isian tersimpan sampai ", "Kept until ") + v.Date(d.Expires) + v.T(". Hanya Anda yang bisa membukanya.", ". Only you can open it.")
	title, status := s.title, http.StatusOK
	if len(view.Problems) > 0 {
		title = v.T("Kesalahan: ", "Error: ") + title
		if said.Text != "" {
			status = serve.Status(said.code)
		}
	}
	return v.showAs(status, "step", title, view)
}

// known groups what registers know by register.
func (v *visit) known(fields []catalog.FieldView) []web.Known {
	var out []web.Known
	at := map[string]int{}
	for _, f := range fields {
		if f.Fact == nil {
			continue
		}
		i, ok := at[f.Fact.Register]
		if !ok {
			i = len(out)
			at[f.Fact.Register] = i
			out = append(out, web.Known{
				Title: v.T("Sudah diketahui dari ", "Already known from ") + v.registerName(f.Fact.Register),
				Note: v.T("Diambil ", "Asked ") + v.Moment(f.Fact.At, v.now) +
					v.T(" untuk permohonan ini. Tidak perlu diisi lagi.", " for this application. You need not fill it in."),
				Fix: "/me/rights?right=correct"})
		}
		out[i].Rows = append(out[i].Rows, web.Row{Term: v.In(f.Field.Label), Lines: v.inWords(f.Field, f.Value), Num: f.Field.Kind == "nik"})
	}
	return out
}

// saveStep keeps the answers of a page, whatever is wrong with them, and goes where the pressed
// button says.
func saveStep(v *visit) error {
	d, err := v.saveSent(v.r.PathValue("step"))
	if err != nil {
		return v.complainAt(v.r.PathValue("step"), err)
	}
	switch goes := v.r.PostForm.Get("go"); {
	case goes == "later":
		return v.to("/me#drafts")
	case strings.HasPrefix(goes, draftPath(d.ID)+"/place/"):
		return v.to(goes)
	}
	return v.afterStep(d)
}

func (v *visit) afterStep(d casework.Checked) error {
	steps := v.stepsOf(d)
	i := findStep(steps, v.r.PathValue("step"))
	if i < 0 {
		return v.to(draftPath(d.ID))
	}
	wrong := notesByField(d.Outcome.Errors, v.Words)
	for _, q := range steps[i].asked {
		if wrong[q.Field.ID] != "" {
			return v.to(stepPath(d.ID, steps[i].id) + "?mend=1")
		}
	}
	if len(d.Outcome.Against) > 0 {
		return v.to(draftPath(d.ID) + "/against")
	}
	if i+1 < len(steps) {
		return v.to(stepPath(d.ID, steps[i+1].id))
	}
	return v.to(draftPath(d.ID) + "/check")
}

// maxForm bounds a form with its files in memory; casework bounds each file. Who is not signed in
// sends a few lines of text.
const (
	maxForm      = 12 << 20
	maxStrangers = 64 << 10
)

func (v *visit) readForm() error {
	most := int64(maxStrangers)
	if v.signed {
		most = maxForm
	}
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, most)
	var err error
	if kind, _, _ := mime.ParseMediaType(v.r.Header.Get("Content-Type")); kind == "multipart/form-data" {
		err = v.r.ParseMultipartForm(maxForm)
	} else {
		err = v.r.ParseForm()
	}
	if err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return err
		}
		return lancar.Fail(lancar.Invalid, "", "Isian tidak terbaca. Coba kirim lagi.", "The form could not be read. Please send it again.").Because(err)
	}
	return nil
}

// saveSent reads the form that was sent for a step, keeps its answers and any files in it.
func (v *visit) saveSent(stepID string) (casework.Checked, error) {
	if err := v.readForm(); err != nil {
		return casework.Checked{}, err
	}
	d, err := v.draft()
	if err != nil {
		return d, err
	}
	steps := v.stepsOf(d)
	i := findStep(steps, stepID)
	if i < 0 {
		return d, nil // asked no more: nothing of it is kept
	}
	answers := map[string]string{}
	for _, f := range sentFields(steps[i], v.r.PostForm) {
		if a, ok := answerOf(f, v.r.PostForm); ok {
			answers[f.ID] = a
		}
	}
	next := stepID
	if v.r.PostForm.Get("go") == "next" {
		if next = "check"; i+1 < len(steps) {
			next = steps[i+1].id
		}
	}
	version, _ := strconv.ParseInt(v.r.PostForm.Get("version"), 10, 64)
	if version == 0 {
		version = d.Version
	}
	if _, err := v.Cases.SaveStep(v.r.Context(), v.applicant(), d.ID, version, next, answers); err != nil {
		return d, err
	}
	for _, q := range steps[i].asked {
		if q.Field.Kind == "attachment" {
			if err := v.attachSent(d.ID, q.Field.ID); err != nil {
				return d, named(err, q.Field.ID)
			}
		}
	}
	return v.draft()
}

// named gives a complaint the field that it is about, if it names none itself.
func named(err error, field string) error {
	if e, ok := errors.AsType[*lancar.Error](err); ok && (e.Field == "" || e.Field == "file") {
		about := *e
		about.Field = field
		return &about
	}
	return err
}

// complainAt shows a step again with a complaint at its field, or at its head when the node itself
// cannot keep it now: whatever was typed stands in it. Other errors go on.
func (v *visit) complainAt(stepID string, err error) error {
	said, ok := errors.AsType[*lancar.Error](err)
	if !ok || said.Code != lancar.Invalid && said.Code != lancar.TooLarge && said.Code != lancar.Unavailable {
		return err
	}
	d, derr := v.draft()
	if derr != nil {
		return derr
	}
	steps := v.stepsOf(d)
	i := findStep(steps, stepID)
	if i < 0 || said.Code != lancar.Unavailable && !slices.ContainsFunc(steps[i].asked, func(q catalog.FieldView) bool { return q.Field.ID == said.Field }) {
		return err
	}
	return v.stepPage(d, steps, i, false, complaint{web.Problem{Field: said.Field, Text: v.In(said.Text)}, said.Code, v.r.PostForm})
}

// attachSent adds the files that a form holds for a field.
func (v *visit) attachSent(id lancar.ID, field string) error {
	if v.r.MultipartForm == nil {
		return nil
	}
	for _, head := range v.r.MultipartForm.File[field] {
		if head.Size == 0 {
			continue // the browser sends an empty part for a file that was not chosen
		}
		data, err := readPart(head)
		if err != nil {
			return err
		}
		if _, err := v.Cases.Attach(v.r.Context(), v.applicant(), id, casework.Upload{Field: field, Name: head.Filename, Data: data}); err != nil {
			return err
		}
	}
	return nil
}

func readPart(head *multipart.FileHeader) ([]byte, error) {
	f, err := head.Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxForm))
}
