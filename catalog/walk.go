package catalog

import (
	"slices"
	"strings"
	"time"

	"lancar"
	"lancar/catalog/letter"
	"lancar/catalog/rule"
)

// Walk interprets a definition in a situation. It is pure: the same definition and situation
// give the same outcome. It never fails; what cannot be judged is in the outcome. Acts are
// replayed as they are: whether a draft may be submitted is [Outcome.Ready], asked beforehand.
func Walk(def *Definition, in Situation) Outcome {
	o := Outcome{vars: map[string]any{"today": in.today(), "given": []string{}, "applicant.kind": in.kind()}}
	o.figures(def, &in)
	o.form(def, &in)
	o.conditions(def, &in)
	o.fee(def)
	o.Office = o.office(def)
	o.replay(def, in.Acts)
	return o
}

func (in *Situation) zone() *time.Location {
	if in.Zone == nil {
		return time.UTC
	}
	return in.Zone
}

// today is the local date, as rules see it.
func (in *Situation) today() time.Time { return rule.Day(in.Now.In(in.zone())) }

func (in *Situation) kind() string {
	if in.Kind == "" {
		return "resident"
	}
	return in.Kind
}

// form goes through the questions in order: which are asked, what their answers are, what is
// wrong with them. An answer to a question that is not asked does not count.
func (o *Outcome) form(def *Definition, in *Situation) {
	var given []string
	for _, s := range def.pages {
		for i := range s.Fields {
			f := &s.Fields[i]
			if f.ShowIf != "" && !o.holds(def.rule("show "+f.ID)) {
				continue
			}
			if f.ID == "applicant.kind" {
				continue
			}
			v := o.view(s, f, in)
			if v.Answer != nil {
				o.vars[f.variable()] = v.Answer
			}
			if v.Value != "" || in.Files[f.ID] > 0 {
				given = append(given, strings.TrimPrefix(f.variable(), "answers."))
				o.vars["given"] = given
			}
			o.Fields = append(o.Fields, v)
		}
	}
}

// view finds one field's value, from a register or as typed, and judges it.
func (o *Outcome) view(s *Section, f *Field, in *Situation) FieldView {
	v := FieldView{Section: s, Field: f, Value: strings.TrimSpace(in.Answers[f.ID])}
	if f.Kind == "attachment" {
		v.Answer = in.Files[f.ID] > 0
		if v.Answer == false && !f.Optional {
			o.Errors = append(o.Errors, Note{f.ID, say("Berkas ini diperlukan. Unggah berkasnya.", "This file is needed. Upload it.")})
		}
		return v
	}
	fact, found := in.Facts[f.ID]
	if found {
		v.Fact = &fact
		v.Shown = fact.Value != "" && (fact.State == "read" || fact.State == "confirmed" && f.FromSignIn())
		if v.Shown || v.Value == "" && fact.State == "confirmed" {
			v.Value = fact.Value
		}
	}
	o.flag(f, v.Fact)
	if f.Known != nil && f.Known.Must && !v.Shown {
		v.Value = ""
		if !f.Optional {
			o.Errors = append(o.Errors, Note{f.ID, say("Data ini belum dapat diambil dari register. Periksa nomornya, atau coba lagi nanti.",
				"This could not be fetched from the register. Check the number, or try again later.")})
		}
		return v
	}
	if v.Value == "" {
		if !f.Optional {
			o.Errors = append(o.Errors, Note{f.ID, missing(f)})
		}
		return v
	}
	answer, wrong := f.read(v.Value, in)
	if wrong == nil {
		v.Answer = answer
		return v
	}
	if v.Shown { // a register holds what rules cannot read: the person may type it
		v.Shown = false
	}
	o.Errors = append(o.Errors, Note{f.ID, wrong})
	return v
}

func missing(f *Field) lancar.Text {
	switch f.Kind {
	case "choice", "multichoice", "yesno":
		return say("Pertanyaan ini belum dijawab. Pilih jawabannya.", "This question is not answered yet. Choose an answer.")
	case "place":
		return say("Tempatnya belum dipilih.", "No place is chosen yet.")
	case "date":
		return say("Tanggalnya belum diisi.", "The date is not filled in yet.")
	}
	return say("Bagian ini belum diisi.", "This is not filled in yet.")
}

func (o *Outcome) flag(f *Field, fact *Fact) {
	switch {
	case fact == nil:
	case fact.State == "nomatch":
		o.Flags = append(o.Flags, Note{f.ID, say("Berbeda dari catatan di register "+fact.Register+".", "Differs from what register "+fact.Register+" holds.")})
	case fact.State == "unchecked":
		o.Flags = append(o.Flags, Note{f.ID, say("Belum dicocokkan dengan register "+fact.Register+".", "Not yet checked with register "+fact.Register+".")})
	}
}

// holds says whether a predicate is known to be true.
func (o *Outcome) holds(r *rule.Rule) bool {
	if r == nil {
		return false
	}
	v, err := r.Eval(o.vars)
	return err == nil && v == true
}

// figures puts the numbers that law and region set where rules see them.
func (o *Outcome) figures(def *Definition, in *Situation) {
	for i := range def.Figures {
		f := &def.Figures[i]
		text := f.on(in.today())
		if own := in.Figures[f.ID]; own != "" && f.Region {
			text = own
		}
		if v, ok := f.value(text); ok {
			o.vars["params."+f.ID] = v
		}
	}
}

// conditions finds the rules that stand against the applicant, and those that cannot be judged.
func (o *Outcome) conditions(def *Definition, in *Situation) {
	for i := range def.Conditions {
		c := &def.Conditions[i]
		r := def.rule("condition " + c.ID)
		if r == nil {
			o.Open = append(o.Open, c.ID)
			continue
		}
		v, err := r.Eval(o.vars)
		switch {
		case err != nil:
			o.Open = append(o.Open, c.ID)
		case v == false:
			o.Against = append(o.Against, o.finding(def, c, r, in))
		}
	}
}

func (o *Outcome) finding(def *Definition, c *Condition, r *rule.Rule, in *Situation) Finding {
	fill := func(t lancar.Text) lancar.Text {
		out := lancar.Text{}
		for lang, text := range t {
			out[lang] = letter.Fill(text, def.Values(*in, o, lang, nil))
		}
		return out
	}
	f := Finding{Condition: c, Because: fill(c.Because), Mend: fill(c.Mend), Law: def.LawOf(c.Law)}
	for _, v := range o.Fields {
		if slices.Contains(r.Vars, v.Field.variable()) {
			f.Facts = append(f.Facts, v)
		}
	}
	return f
}

// fee makes the bill. It is known only when every line is.
func (o *Outcome) fee(def *Definition) {
	o.FeeKnown, o.Total = true, lancar.Rupiah(0)
	for i := range def.Fee.Lines {
		line := &def.Fee.Lines[i]
		if line.When != "" {
			on, known := eval[bool](o, def.rule("when "+line.ID))
			if !known {
				o.FeeKnown = false
			}
			if !on {
				continue
			}
		}
		amount, known := eval[int64](o, def.rule("amount "+line.ID))
		if !known || amount < 0 || amount > maxNumber {
			o.FeeKnown = false
			continue
		}
		if amount == 0 {
			continue
		}
		item := FeeItem{line, lancar.Rupiah(amount)}
		o.Fee = append(o.Fee, item)
		o.Total.Amount += item.Amount.Amount
	}
}

func eval[T any](o *Outcome, r *rule.Rule) (T, bool) {
	var none T
	if r == nil {
		return none, false
	}
	v, err := r.Eval(o.vars)
	t, ok := v.(T)
	return t, err == nil && ok
}

// office is the code of the deciding region.
func (o *Outcome) office(def *Definition) string {
	if def.Owner.Level == "national" {
		return "00"
	}
	place, _ := o.vars[def.Owner.Of].(string)
	code, _ := def.Office(place)
	return code
}
