package journeys

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"lancar/test/lab"
)

// reads holds a person's page of who looked against what was read outside the node's own word:
// every page that an officer's browser was shown of the person's case, and every question that a
// register was asked. All of it must stand there, once each, and nothing else but what the system
// did by itself for the case.
func reads(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "reads NAME [SYSTEM…]")
	s, a := of(ts), who(ts, args[0])
	var said string
	err := lab.Until("the looks of "+a.Name, func() (bool, error) {
		want, err := s.read(a, args[1:])
		if err != nil {
			return false, err
		}
		got, err := looksOf(a)
		if err != nil {
			return false, err
		}
		said = differ(want, got)
		return said == "", nil
	})
	if err != nil {
		ts.Fatalf("%v: %s", err, said)
	}
}

// shown is what of the person's case an officer's request reads: the case, and for a signature the
// letter that is written from it.
func shown(d *lab.Desk, r lab.Request, number string) []string {
	const review, letter = "Memeriksa permohonan", "Menulis keputusan"
	rest, ok := strings.CutPrefix(r.Path, "/office/cases/"+number)
	switch {
	case !ok || r.Status != 200 && r.Status != 303:
		return nil
	case r.Method == "GET" && rest == "" && d.Role == "signer":
		return []string{review, letter}
	case r.Method == "GET" && (rest == "" || strings.HasPrefix(rest, "/files/")), rest == "/decide":
		return []string{review}
	case rest == "/sign", rest == "/preview":
		return []string{letter}
	}
	return nil
}

var (
	registry = map[string]string{"population": "Data kependudukan", "oss": "Perizinan berusaha OSS"}
)

// read is what was read about a person, counted outside: by reader and kind.
func (s *story) read(a *lab.Applicant, system []string) (map[string]int, error) {
	want := map[string]int{}
	for _, o := range s.offices {
		for _, d := range o.Desks() {
			for _, r := range d.B.Requests() {
				for _, kind := range shown(d, r, a.Case) {
					want[d.Name+": "+kind]++
				}
			}
		}
	}
	asked := map[string]int{}
	if err := s.world.Post("/asked", map[string]string{"key": a.NIK}, &asked); err != nil {
		return nil, err
	}
	for register, n := range asked {
		want["Sistem: "+registry[register]] += n
	}
	for _, purpose := range system {
		want["Sistem: "+purpose]++
	}
	return want, nil
}

// looksOf reads the whole of a person's page of looks, and checks its own sum.
func looksOf(a *lab.Applicant) (map[string]int, error) {
	got, n, sum := map[string]int{}, 0, ""
	for next := "/me/looked"; next != ""; {
		p, err := a.Open(next)
		if err != nil {
			return nil, err
		}
		if err := p.OK(); err != nil {
			return nil, err
		}
		if m := regexp.MustCompile(`Semuanya: (\d+) kali`).FindStringSubmatch(p.Text()); m != nil {
			sum = m[1]
		}
		for _, row := range p.Rows() {
			n++
			got[lookKind(row)]++
		}
		next = p.Link("/me/looked?after=", "")
	}
	if fmt.Sprint(n) != sum {
		return nil, fmt.Errorf("the page says %s looks and lists %d", sum, n)
	}
	return got, nil
}

// lookKind is who and, of an officer, what for; of the system, which register or what for. The
// columns are when, who, what, why, ask.
func lookKind(row []string) string {
	who, what, why := row[1], row[2], row[3]
	name, _, _ := strings.Cut(who, ",")
	for _, register := range registry {
		if strings.HasSuffix(what, register) {
			return name + ": " + register
		}
	}
	for _, kind := range []string{"Memeriksa permohonan", "Menulis keputusan"} {
		if strings.HasPrefix(why, kind) {
			return name + ": " + kind
		}
	}
	return name + ": " + strings.Join(strings.Fields(why)[:2], " ")
}

func differ(want, got map[string]int) string {
	var out []string
	for k, n := range want {
		if got[k] != n {
			out = append(out, fmt.Sprintf("%s: read %d times, %d on the page", k, n, got[k]))
		}
	}
	for k, n := range got {
		if _, ok := want[k]; !ok {
			out = append(out, fmt.Sprintf("%s: %d on the page, nobody knows of it", k, n))
		}
	}
	return strings.Join(out, "; ")
}
