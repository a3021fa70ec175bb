// Package crash kills the program, fills its disk and doubles it, in the middle of whole journeys,
// and then counts: nothing that was acknowledged is lost, and nothing is there twice.
package crash

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"lancar/test/lab"
)

var bin string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "lancar-crash")
	if err == nil {
		bin, err = lab.Build(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// lancar runs a command of the program and fails the test unless it exits with 0.
func lancar(t *testing.T, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*lab.Patience)
	defer cancel()
	if out, err := exec.CommandContext(ctx, bin, args...).CombinedOutput(); err != nil {
		t.Fatalf("lancar %v: %v\n%s", args, err, out)
	}
}

// rehearse starts journeys in the background; what they were promised is kept in a folder.
func rehearse(t *testing.T, node, sandbox, keep string) (stop func()) {
	t.Helper()
	cmd := exec.Command(bin, "rehearse", "--node", node, "--sandbox", sandbox, "-n", "10000", "-c", "6", "--keep", keep)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}

// kept counts what a folder holds.
func kept(t *testing.T, keep, pattern string) int {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(keep, pattern))
	if err != nil {
		t.Fatal(err)
	}
	return len(files)
}

// TestKilledAtRandom kills the node with SIGKILL, at moments that nobody chose, while people apply,
// pay and are decided on. After each restart the stopped folder verifies, and everything that was
// promised in any round exists exactly once.
func TestKilledAtRandom(t *testing.T) {
	dir, keep := t.TempDir(), t.TempDir()
	town, err := lab.Start(bin, dir, "")
	if err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(town.Ready)
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	luck := rand.New(rand.NewPCG(seed, 1))
	rounds := 3
	if testing.Short() {
		rounds = 1
	}
	for round := range rounds {
		before := kept(t, keep, "*.json")
		stop := rehearse(t, town.Ready, town.Sandbox, keep)
		// The moment is counted in acknowledged cases, so that a slow machine is killed as busy.
		want := before + 3 + luck.IntN(12)
		err := lab.Until("cases to be acknowledged", func() (bool, error) { return kept(t, keep, "*.json") >= want, nil })
		if err == nil {
			time.Sleep(time.Duration(luck.IntN(40)) * time.Millisecond) // anywhere within a commit
		}
		town.Kill()
		stop()
		if err != nil {
			t.Fatal(err)
		}
		lancar(t, "verify", "--data", dir)
		if town, err = lab.Start(bin, dir, at.Host); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		lancar(t, "rehearse", "--check", keep, "--node", town.Ready)
	}
	// What is under way when it is stopped politely is finished, and all of it verifies.
	stop := rehearse(t, town.Ready, town.Sandbox, keep)
	pdfs := kept(t, keep, "*.pdf")
	err = lab.Until("another signed document", func() (bool, error) { return kept(t, keep, "*.pdf") > pdfs, nil })
	stopped := town.Stop()
	stop()
	if err := errors.Join(err, stopped); err != nil {
		t.Fatal(err)
	}
	lancar(t, "verify", "--data", dir)
	if town, err = lab.Start(bin, dir, at.Host); err != nil {
		t.Fatal(err)
	}
	lancar(t, "rehearse", "--check", keep, "--node", town.Ready)
	t.Logf("%d cases and %d documents were promised, and are there once", kept(t, keep, "*.json"), kept(t, keep, "*.pdf"))
	if err := town.Stop(); err != nil {
		t.Error(err)
	}
}
