// Package journeys holds what Lancar promises as texts that can be read aloud: each .txt file is
// a story, told in the words of README.md beside them, and walked through the real program.
package journeys

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"lancar/test/lab"
)

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "lancar-journeys")
	if err == nil {
		theTowns.bin, err = lab.Build(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	theTowns.dir = dir
	theTowns.services, _ = filepath.Abs("../../services")
	code := m.Run()
	theTowns.stop()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

func TestJourneys(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: ".",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"town": town, "node": node, "person": person, "parent": parent, "usurp": usurp, "code": code, "signin": signIn, "language": language, "open": open, "status": status, "see": see, "find": find,
			"await": await, "apply": apply, "begin": begin, "fill": fill, "send": send, "again": again, "pay": pay, "settled": settled, "scan": scan, "officer": officer,
			"document": document, "check": check, "tamper": tamper, "mail": mail, "switch": setSwitch, "time": moveTime, "press": press, "post": post,
			"callback": callback, "alter": alter, "config": config, "save": save, "readpdf": readPDF, "reads": reads, "rights": rights, "shut": shut, "leak": leak, "reply": reply, "payback": payBack,
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", theTowns.dir+":"+os.Getenv("PATH"))
			e.Setenv("SERVICES", theTowns.services)
			e.Values[storyKey{}] = &story{people: map[string]*lab.Applicant{}, offices: map[string]*lab.Office{}}
			return nil
		},
	})
}

// towns are the nodes that stories share: in "steady" time never moves and nothing breaks, so
// that many stories happen in it at once; in "moving" one story at a time moves the clock and
// breaks the world outside.
type towns struct {
	bin, dir, services string
	mu                 sync.Mutex
	steady             *shared
	moving             *shared
	turn               sync.Mutex // whose story happens in "moving"
}

type shared struct {
	town  *lab.Town
	world *lab.World
}

var theTowns towns

func (t *towns) open(which **shared, name string) (*shared, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if *which != nil {
		return *which, nil
	}
	s, err := t.start(filepath.Join(t.dir, name))
	if err == nil {
		*which = s
	}
	return s, err
}

func (t *towns) start(dir string) (*shared, error) {
	town, err := lab.Start(t.bin, dir, "")
	if err != nil {
		return nil, err
	}
	return &shared{town, lab.NewWorld(town.Sandbox)}, nil
}

func (t *towns) stop() {
	for _, s := range []*shared{t.steady, t.moving} {
		if s != nil {
			if err := s.town.Stop(); err != nil {
				fmt.Fprintln(os.Stderr, "stopping the node:", err)
			}
		}
	}
}
