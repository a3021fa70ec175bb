package catalog

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"lancar/catalog/letter"
	"lancar/internal/strictyaml"
)

// files are the files of one definition by name ("form.yaml", "letters/granted.id.txt"), with the
// common ones it falls back on ("common/messages.yaml").
type files map[string]string

// hash names a version: SHA-256 over every file's name and content, in the order of names, each
// preceded by its length.
func (fs files) hash() string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(fs)) {
		fmt.Fprintf(h, "%d %s\n%d\n%s\n", len(name), name, len(fs[name]), fs[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// parser reads the files of one definition and gathers complaints.
type parser struct {
	dir  string // shown before file names
	fs   files
	def  *Definition
	docs map[string]*strictyaml.Document
	errs []*strictyaml.Error
}

// parse reads a definition, without its examples. The definition is nil when there are complaints.
func parse(slug, dir string, fs files, lang *language) (*Definition, []*strictyaml.Error) {
	d := &Definition{Slug: slug, Hash: fs.hash(), Letters: map[string]letter.Letter{}, rules: &compiled{lang: lang}, source: fs, told: &stories{}}
	p := &parser{dir: dir, fs: fs, def: d, docs: map[string]*strictyaml.Document{}}
	p.yaml("service.yaml", &d.Service)
	p.yaml("form.yaml", &d.Form)
	p.yaml("rules.yaml", &d.Rules)
	p.messages(lang)
	p.letters()
	if len(p.errs) > 0 {
		return nil, p.errs
	}
	p.defaults()
	p.validate()
	if len(p.errs) > 0 {
		slices.SortStableFunc(p.errs, func(a, b *strictyaml.Error) int {
			return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
		})
		return nil, p.errs
	}
	return d, nil
}

// shown is the name of a file in complaints.
func (p *parser) shown(name string) string {
	if strings.HasPrefix(name, "common/") || p.dir == "" {
		return name
	}
	return p.dir + "/" + name
}

func (p *parser) yaml(name string, into any) {
	text, there := p.fs[name]
	if !there || name != "service.yaml" && strings.TrimSpace(text) == "" {
		return
	}
	doc, err := strictyaml.Parse(p.shown(name), []byte(text))
	if err == nil {
		p.docs[name] = doc
		err = doc.Decode(into)
	}
	p.errs = append(p.errs, strictyaml.All(err)...)
}

// messages adds the common messages that the definition does not bring itself. All definitions of
// a catalog share the common file, which is read once.
func (p *parser) messages(lang *language) {
	lang.mu.Lock()
	defer lang.mu.Unlock()
	text := p.fs["common/messages.yaml"]
	if lang.messagesOf != text || lang.messages == nil {
		lang.messagesOf, lang.messages = text, map[string]Message{}
		p.yaml("common/messages.yaml", &lang.messages)
	}
	all := maps.Clone(lang.messages)
	maps.Copy(all, p.def.Messages)
	p.def.Messages = all
}

// letters reads letters/NAME.LANG.txt, and common/letters/NAME.LANG.txt where there is no own one.
func (p *parser) letters() {
	for _, name := range slices.Sorted(maps.Keys(p.fs)) {
		base, isText := strings.CutSuffix(name, ".txt")
		if !isText {
			continue
		}
		own := strings.HasPrefix(base, "letters/")
		base = base[strings.LastIndex(base, "/")+1:]
		which, lang, ok := strings.Cut(base, ".")
		if !ok || !slices.Contains([]string{"granted", "refused", "receipt", "submitted"}, which) {
			p.fail(name, nil, "a letter's file is called granted, refused, receipt or submitted, then .id.txt or .en.txt")
			continue
		}
		if _, own2 := p.fs["letters/"+base+".txt"]; own2 && !own || !own && p.def.Kind == "handover" {
			continue // a service that is done elsewhere sends no letters
		}
		sheet, err := letter.Parse(p.fs[name])
		if err != nil {
			p.fail(name, nil, "%v", err)
			continue
		}
		if p.def.Letters[which] == nil {
			p.def.Letters[which] = letter.Letter{}
		}
		p.def.Letters[which][lang] = sheet
	}
}

// defaults fills in what may be left out and links the pages.
func (p *parser) defaults() {
	d := p.def
	about := applicantSection(d.Applicant)
	d.pages = []*Section{&about}
	for i := range d.Sections {
		s := &d.Sections[i]
		d.pages = append(d.pages, s)
		for j := range s.Fields {
			f := &s.Fields[j]
			for _, source := range []*Source{f.Known, f.Confirm} {
				if source != nil && source.By == "" {
					source.By = "applicant.nik"
				}
			}
			if f.Kind == "attachment" && f.MaxMB == 0 {
				f.MaxMB = 5
			}
			if f.Kind == "attachment" && len(f.Accept) == 0 {
				f.Accept = []string{"pdf", "jpeg", "png"}
			}
		}
	}
}

// fail notes a complaint about the value at path of a file. A message that begins with "line N: "
// says its own line.
func (p *parser) fail(name string, path []any, format string, args ...any) {
	e := &strictyaml.Error{File: p.shown(name), Message: fmt.Sprintf(format, args...)}
	if doc := p.docs[name]; doc != nil {
		e.Line = doc.Line(path...)
	}
	if n, err := fmt.Sscanf(e.Message, "line %d: ", &e.Line); n == 1 && err == nil {
		_, e.Message, _ = strings.Cut(e.Message, ": ")
	}
	p.errs = append(p.errs, e)
}
