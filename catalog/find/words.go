package find

import (
	"bytes"
	"embed"
	"encoding/csv"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"gopkg.in/yaml.v3"

	"lancar"
)

//go:embed words
var wordFiles embed.FS

// concept is a set of words and phrases that mean the same to a person who searches.
type concept struct {
	Words []string           `yaml:"words"`
	See   map[string]float64 `yaml:"see"`
	Paper bool               `yaml:"paper"`
	// Weight is how much the words count when other words stand beside them; 1 when left out.
	Weight float64 `yaml:"weight"`
}

// combo changes the meaning of words that stand together.
type combo struct {
	When   []string `yaml:"when"`
	Unless []string `yaml:"unless"`
	Drop   []string `yaml:"drop"`
	Add    []string `yaml:"add"`
}

// elsewhere says where to go for what no service here covers.
type elsewhere struct {
	Words []string    `yaml:"words"`
	Say   lancar.Text `yaml:"say"`
	pats  []pattern
}

// vocabulary is all the package knows about words, read once from the embedded files.
type vocabulary struct {
	stemmer
	stop      map[string]bool
	chat      map[string][]string
	dialects  map[string][][]string
	concepts  map[string]concept
	phrases   map[string][]string // stems joined by spaces -> concept ids
	longest   int                 // words in the longest phrase
	combos    []combo
	cries     cries
	elsewhere []elsewhere
	nothing   lancar.Text
	known     map[string]bool // surface words that are spelt right
}

// loadVocabulary reads the embedded word files.
func loadVocabulary() (*vocabulary, error) {
	v := &vocabulary{stop: map[string]bool{}, chat: map[string][]string{}, dialects: map[string][][]string{},
		phrases: map[string][]string{}, known: map[string]bool{}}
	v.roots = map[string]bool{}
	var nowhere struct {
		Nothing   lancar.Text `yaml:"nothing"`
		Elsewhere []elsewhere `yaml:"elsewhere"`
	}
	for name, into := range map[string]any{"concepts.yaml": &v.concepts, "combos.yaml": &v.combos, "help.yaml": &v.cries, "elsewhere.yaml": &nowhere} {
		if err := readYAML(name, into); err != nil {
			return nil, err
		}
	}
	v.elsewhere, v.nothing = nowhere.Elsewhere, nowhere.Nothing
	if err := v.readLists(); err != nil {
		return nil, err
	}
	v.readConcepts()
	v.prepareHelp()
	v.prepareElsewhere()
	return v, nil
}

func readYAML(name string, into any) error {
	data, err := wordFiles.ReadFile("words/" + name)
	if err != nil {
		return err
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// readLists reads stop words, roots, chat spelling and the regional languages.
func (v *vocabulary) readLists() error {
	// common.txt holds words no service speaks of: knowing them keeps the speller from guessing.
	for name, set := range map[string]map[string]bool{"stop.txt": v.stop, "roots.txt": v.roots, "common.txt": v.known} {
		data, err := wordFiles.ReadFile("words/" + name)
		if err != nil {
			return err
		}
		for _, w := range strings.Fields(string(data)) {
			set[w], v.known[w] = true, true
		}
	}
	files, err := fs.Glob(wordFiles, "words/*.csv")
	if err != nil {
		return err
	}
	for _, file := range files {
		if err := v.readPairs(file); err != nil {
			return err
		}
	}
	return nil
}

// readPairs reads one list of word and meaning: chat spelling, or a regional language.
func (v *vocabulary) readPairs(file string) error {
	data, err := wordFiles.ReadFile(file)
	if err != nil {
		return err
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	for _, row := range rows[1:] {
		word, meaning := strings.Join(tokens(row[0], 9), " "), tokens(row[1], 9)
		if path.Base(file) == "chat.csv" {
			v.chat[word] = meaning
			continue
		}
		v.dialects[word] = append(v.dialects[word], meaning)
	}
	return nil
}

// readConcepts makes the concepts' words known, then files every phrase under its stems.
func (v *vocabulary) readConcepts() {
	var own []string
	for _, c := range v.concepts {
		for _, phrase := range c.Words {
			for _, w := range tokens(phrase, 9) {
				v.known[w] = true
				if v.stem(w) == w {
					own = append(own, w)
				}
			}
		}
	}
	for _, w := range own {
		v.roots[w] = true
	}
	for id, c := range v.concepts {
		for _, phrase := range append([]string{strings.ReplaceAll(id, "-", " ")}, c.Words...) {
			words := tokens(phrase, 9)
			key := v.key(words)
			if !contains(v.phrases[key], id) {
				v.phrases[key] = append(v.phrases[key], id)
			}
			v.longest = max(v.longest, len(words))
		}
	}
}

// key joins the stems of words.
func (v *vocabulary) key(words []string) string {
	stems := make([]string, len(words))
	for i, w := range words {
		stems[i] = v.stem(w)
	}
	return strings.Join(stems, " ")
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
