package catalog

import (
	"reflect"
	"sync"

	"lancar/internal/strictyaml"
)

// Example is one runnable case of examples.yaml: who applies, what they answer, what officers do,
// and what must come out.
type Example struct {
	Name      string            `yaml:"name" need:"yes" help:"one sentence: who, and what is special"`
	Shows     string            `yaml:"shows" need:"yes" enum:"granted refused boundary" help:"granted; refused by a rule or an officer; at a boundary (age, date, fee step)"`
	Today     string            `yaml:"today" need:"yes" help:"date of the application, 2026-11-23"`
	Kind      string            `yaml:"kind" enum:"resident foreigner company" help:"of applicant; resident when left out"`
	Figures   map[string]string `yaml:"figures" help:"figures that the region sets, for this example"`
	Applicant map[string]string `yaml:"applicant" help:"what the population register knows, by field without applicant."`
	Facts     map[string]string `yaml:"facts" help:"what other registers know, by field"`
	Down      []string          `yaml:"down" help:"registers that do not answer; the person types instead"`
	Answers   map[string]string `yaml:"answers" help:"what the person types, by field"`
	Files     []string          `yaml:"files" help:"attachments given, by field"`
	Acts      []Act             `yaml:"acts" help:"what happens after the form"`

	// Expect is what must come out. Empty parts are not looked at, except Against and Missing. An
	// answer to a field that is not asked fails the example.
	Expect struct {
		State   string   `yaml:"state" need:"yes" enum:"draft unpaid drawing review correction signing granted refused withdrawn lapsed done" help:"where the case stands in the end; draft: it cannot be submitted"`
		Fee     *int64   `yaml:"fee" help:"whole rupiah"`
		Letter  string   `yaml:"letter" enum:"granted refused receipt submitted" help:"the letter the person gets"`
		How     string   `yaml:"how" enum:"granted refused deemed" help:"how it was decided"`
		Against []string `yaml:"against" help:"ids of the conditions that stand against the applicant, all of them"`
		Missing []string `yaml:"missing" help:"fields with a complaint, all of them"`
		Shown   []string `yaml:"shown" help:"fields that are asked or shown"`
		Hidden  []string `yaml:"hidden" help:"fields that are not asked"`
		Office  string   `yaml:"office" help:"code of the deciding region"`
		Until   string   `yaml:"valid_until" help:"last day of validity of the document"`
	} `yaml:"expect" need:"yes" help:"what must come out"`
}

// stories holds a definition's examples once somebody wanted them; the running of cases does not.
type stories struct {
	once sync.Once
	list []Example
	errs []*strictyaml.Error
}

// Examples are the runnable examples, nil when their file is broken ([Read] says how).
func (d *Definition) Examples() []Example {
	d.told.once.Do(func() {
		p := &parser{dir: d.Slug, fs: d.source, def: d, docs: map[string]*strictyaml.Document{}}
		if p.yaml("examples.yaml", &d.told.list); len(p.errs) == 0 {
			p.tags("examples.yaml", reflect.ValueOf(d.told.list), nil)
		}
		if d.told.errs = p.errs; len(p.errs) > 0 {
			d.told.list = nil
		}
	})
	return d.told.list
}
