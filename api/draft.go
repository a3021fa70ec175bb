package api

import (
	"errors"
	"time"

	"lancar"
	"lancar/casework"
	"lancar/catalog"
)

// draftBody is a draft with its questions as they are asked in its situation.
type draftBody struct {
	ID      lancar.ID   `json:"id"`
	Service string      `json:"service"`
	Title   lancar.Text `json:"title,omitempty"`
	State   string      `json:"state" enum:"open,submitted"`
	Case    string      `json:"case,omitempty" doc:"Number of the case that it became."`
	Version int64       `json:"version"`
	Place   string      `json:"place,omitempty"`
	Expires *time.Time  `json:"expires,omitempty"`
	Fields  []fieldBody `json:"fields"`
	Files   []fileBody  `json:"files"`
	Check   *checkBody  `json:"check,omitempty"`
}

type fieldBody struct {
	ID       string       `json:"id" example:"area"`
	Section  string       `json:"section,omitempty"`
	Kind     string       `json:"kind" enum:"text,longtext,number,money,date,choice,multichoice,yesno,place,attachment,nik,family_card,passport,nib,nop,plate,phone,email"`
	Label    lancar.Text  `json:"label"`
	Hint     lancar.Text  `json:"hint,omitempty"`
	Optional bool         `json:"optional,omitempty"`
	Options  []optionBody `json:"options,omitempty"`
	Accept   []string     `json:"accept,omitempty"`
	Value    string       `json:"value,omitempty" doc:"As typed, or as a register knows it; a known identity number shows its last digits alone."`
	Known    string       `json:"known,omitempty" doc:"The register that knows it: it is not asked."`
	Error    lancar.Text  `json:"error,omitempty" doc:"What is wrong, and how to mend it."`
}

type optionBody struct {
	Value string      `json:"value"`
	Label lancar.Text `json:"label"`
}

// checkBody says whether a draft can be sent.
type checkBody struct {
	Ready   bool          `json:"ready"`
	Errors  []noteBody    `json:"errors"`
	Against []againstBody `json:"against" doc:"Rules that stand against the applicant."`
	Fee     *feeBody      `json:"fee,omitempty" doc:"Not while it depends on what is not answered yet."`
	Office  string        `json:"office,omitempty" doc:"Code of the region whose office decides."`
	Level   string        `json:"acr,omitempty" doc:"How sure the sign-in must be that sends it."`
	Version int64         `json:"version"`
}

type noteBody struct {
	Field string      `json:"field"`
	Text  lancar.Text `json:"text"`
}

type againstBody struct {
	Because lancar.Text `json:"because"`
	Mend    lancar.Text `json:"mend,omitempty"`
	Law     string      `json:"law,omitempty"`
}

type feeBody struct {
	Total    int64      `json:"total" doc:"In sen." example:"15000000"`
	Currency string     `json:"currency" example:"IDR"`
	Lines    []lineBody `json:"lines"`
}

type lineBody struct {
	Text   lancar.Text `json:"text"`
	Amount int64       `json:"amount" doc:"In sen."`
}

func bodyOfDraft(d casework.Checked) draftBody {
	out := draftBody{ID: d.ID, Service: d.Draft.Service, State: "open", Version: d.Version, Place: d.Place, Fields: []fieldBody{}, Files: []fileBody{}}
	if d.Number != "" {
		out.State, out.Case = "submitted", d.Number
		return out
	}
	out.Title, out.Expires = d.Service.Title, instant(d.Expires)
	out.Files = append(out.Files, files(d.Files)...)
	wrong := map[string]lancar.Text{}
	for _, e := range d.Outcome.Errors {
		wrong[e.Field] = e.Text
	}
	for _, f := range d.Outcome.Fields {
		one := fieldOf(f)
		one.Error = wrong[f.Field.ID]
		out.Fields = append(out.Fields, one)
	}
	check := checkOf(d)
	out.Check = &check
	return out
}

func fieldOf(v catalog.FieldView) fieldBody {
	f := v.Field
	out := fieldBody{ID: f.ID, Kind: f.Kind, Label: f.Label, Hint: f.Hint, Optional: f.Optional, Accept: f.Accept, Value: v.Value}
	if v.Section != nil {
		out.Section = v.Section.ID
	}
	for _, o := range f.Options {
		out.Options = append(out.Options, optionBody{o.Value, o.Label})
	}
	if v.Shown && v.Fact != nil {
		out.Known, out.Value = v.Fact.Register, lastDigits(f.Kind, v.Value)
	}
	return out
}

// lastDigits masks an identity number, as pages do.
func lastDigits(kind, value string) string {
	switch kind {
	case "nik", "family_card", "passport":
		if len(value) > 4 {
			return "••••" + value[len(value)-4:]
		}
	}
	return value
}

func checkOf(d casework.Checked) checkBody {
	out := checkBody{Ready: d.Outcome.Ready(), Errors: []noteBody{}, Against: []againstBody{}, Office: d.Outcome.Office, Version: d.Version}
	if d.Service.Level > 0 {
		out.Level = acrOf(d.Service.Level)
	}
	for _, e := range d.Outcome.Errors {
		out.Errors = append(out.Errors, noteBody{e.Field, e.Text})
	}
	for _, f := range d.Outcome.Against {
		one := againstBody{Because: f.Because, Mend: f.Mend}
		if f.Law != nil {
			one.Law = f.Law.Text
		}
		out.Against = append(out.Against, one)
	}
	if d.Outcome.FeeKnown {
		out.Fee = &feeBody{Total: d.Outcome.Total.Amount, Currency: d.Outcome.Total.Currency, Lines: []lineBody{}}
		for _, item := range d.Outcome.Fee {
			out.Fee.Lines = append(out.Fee.Lines, lineBody{item.Line.Text, item.Amount.Amount})
		}
	}
	return out
}

// answering puts an error about a question at its answer.
func answering(err error) error {
	e, ok := errors.AsType[*lancar.Error](err)
	if !ok || e.Code != lancar.Invalid || e.Field == "" {
		return err
	}
	about := *e
	about.Field = "answers." + e.Field
	return &about
}
