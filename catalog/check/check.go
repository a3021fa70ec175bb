// Package check is `lancar service check`: it reads definitions as their authors write them, says
// what is wrong with file and line, runs every example by the interpreter that casework obeys, and
// changes every condition to see whether an example notices.
package check

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"lancar/catalog"
	"lancar/internal/strictyaml"
)

// Report is what was found about one service.
type Report struct {
	Slug        string
	Problems    []*strictyaml.Error // the service is refused
	Notes       []string            // it stands, but somebody should look
	Examples    int
	Mutations   int // changed rules tried
	Unconfirmed []catalog.Law
}

// OK says whether the service is accepted.
func (r *Report) OK() bool { return len(r.Problems) == 0 }

// Service checks the folder slug of fsys. The folder common, if any, lies beside it.
func Service(fsys fs.FS, slug string) Report {
	r := Report{Slug: slug}
	d, problems := catalog.Read(fsys, slug)
	r.Problems = problems
	if d == nil || len(problems) > 0 {
		return r
	}
	r.Examples, r.Unconfirmed = len(d.Examples()), d.Unconfirmed()
	r.registers(fsys, d)
	r.examples(d, lineOf(fsys, slug, "examples.yaml"))
	if r.OK() {
		r.mutate(d)
	}
	r.notes(d)
	return r
}

func (r *Report) fail(file string, line int, format string, args ...any) {
	r.Problems = append(r.Problems, &strictyaml.Error{File: r.Slug + "/" + file, Line: line, Message: fmt.Sprintf(format, args...)})
}

// leastExamples is how many examples a service has at least, one of each sort.
const leastExamples = 3

func (r *Report) examples(d *catalog.Definition, line func(...any) int) {
	if d.Kind == "handover" {
		return
	}
	shows := map[string]int{}
	for i := range d.Examples() {
		ex := &d.Examples()[i]
		shows[ex.Shows]++
		for _, wrong := range Run(d, ex) {
			r.fail("examples.yaml", line(i), "%s: %s", ex.Name, wrong)
		}
		if ends := map[string]string{"granted": "granted done", "refused": "refused draft"}[ex.Shows]; ends != "" && !slices.Contains(strings.Fields(ends), ex.Expect.State) {
			r.fail("examples.yaml", line(i), "%s: it shows %q but ends in state %s", ex.Name, ex.Shows, ex.Expect.State)
		}
	}
	if len(d.Examples()) < leastExamples {
		r.fail("examples.yaml", 0, "%d examples; at least %d are needed", len(d.Examples()), leastExamples)
	}
	for _, step := range unreached(d) {
		r.fail("service.yaml", 0, "no example reaches the step %q", step)
	}
	for _, sort := range []string{"granted", "refused", "boundary"} {
		if shows[sort] == 0 {
			r.fail("examples.yaml", 0, "no example shows %q", sort)
		}
	}
}

func (r *Report) notes(d *catalog.Definition) {
	for _, l := range r.Unconfirmed {
		r.Notes = append(r.Notes, "unconfirmed law: "+l.Text)
	}
	var unwritten []string
	for _, c := range d.Components() {
		if len(c.Text) == 0 {
			unwritten = append(unwritten, strconv.Itoa(c.Number))
		}
	}
	if len(unwritten) > 0 {
		r.Notes = append(r.Notes, "internal components of the service standard not written yet: "+strings.Join(unwritten, " "))
	}
}

// Main checks the services at paths (folders of a service, or of services), prints what it found
// and returns the exit status: 0 only when every service is accepted.
func Main(out io.Writer, paths []string) int {
	status, count, unconfirmed := 0, 0, 0
	for _, path := range paths {
		root, slugs, err := find(path)
		if err != nil {
			fmt.Fprintf(out, "%s: %v\n", path, err)
			status = 1
			continue
		}
		for _, slug := range slugs {
			r := Service(os.DirFS(root), slug)
			r.Print(out, root)
			count++
			unconfirmed += len(r.Unconfirmed)
			if !r.OK() {
				status = 1
			}
		}
	}
	if count == 0 && status == 0 {
		fmt.Fprintln(out, "no service was given; name a folder with a service.yaml, or the folder above")
		return 1
	}
	if count > 1 {
		fmt.Fprintf(out, "%d services, %d unconfirmed laws; a service with one is not launched in production\n", count, unconfirmed)
	}
	return status
}

// find tells a service's folder from a folder of services.
func find(path string) (root string, slugs []string, err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return "", nil, err
	}
	if info, err := os.Stat(path); err != nil {
		return "", nil, errors.New("there is no such folder")
	} else if !info.IsDir() {
		path = filepath.Dir(path)
	}
	if _, err := os.Stat(filepath.Join(path, "service.yaml")); err == nil {
		return filepath.Dir(path), []string{filepath.Base(path)}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return "", nil, err
	}
	for _, e := range entries {
		if _, err := os.Stat(filepath.Join(path, e.Name(), "service.yaml")); err == nil {
			slugs = append(slugs, e.Name())
		}
	}
	if len(slugs) == 0 {
		return "", nil, errors.New("there is no service.yaml in it or below it")
	}
	return path, slugs, nil
}

// Print writes the report as people read it, a line each.
func (r *Report) Print(out io.Writer, root string) {
	for _, p := range r.Problems {
		shown := *p
		shown.File = filepath.Join(filepath.Base(root), p.File)
		fmt.Fprintln(out, shown.Error())
	}
	for _, n := range r.Notes {
		fmt.Fprintf(out, "%s: note: %s\n", r.Slug, n)
	}
	verdict := "accepted"
	if !r.OK() {
		verdict = "refused"
	}
	fmt.Fprintf(out, "%s: %s, %d examples, %d changed rules noticed, %d unconfirmed laws\n", r.Slug, verdict, r.Examples, r.Mutations, len(r.Unconfirmed))
}
