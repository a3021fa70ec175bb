package publiclog

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lancar"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/internal/store/storetest"
)

// TestKilled kills a process that appends and sequences as fast as it can, again and again.
// Every leaf that was acknowledged is in the log once, and the log is sound each time.
func TestKilled(t *testing.T) {
	dir := os.Getenv("LANCAR_TEST_LOG_VICTIM")
	if dir != "" {
		victim(t, dir)
		return
	}
	dir = t.TempDir()
	if _, err := keys.Create(dir, keys.Options{Origin: "node.example", Now: time.Now()}); err != nil {
		t.Fatal(err)
	}
	acknowledged := map[string]bool{}
	for round := range 3 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
		cmd.Env = append(os.Environ(), "LANCAR_TEST_LOG_VICTIM="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			if id, ok := strings.CutPrefix(lines.Text(), "leaf "); ok && len(id) == 32 {
				acknowledged[id] = true
			}
			if n == 150+round*40 {
				_ = cmd.Process.Kill()
			}
		}
		_ = cmd.Wait() // killed
		t.Run(fmt.Sprint(round), func(t *testing.T) { afterKill(t, dir, acknowledged) })
	}
	if len(acknowledged) < 250 {
		t.Errorf("only %d leaves were acknowledged", len(acknowledged))
	}
}

func afterKill(t *testing.T, dir string, acknowledged map[string]bool) {
	db := storetest.OpenURL(t, "sqlite:"+filepath.Join(dir, "lancar.db"), time.Now)
	l := newLog(t, db, dir)
	if _, err := l.Fsck(t.Context(), region); err != nil {
		t.Fatal(err)
	}
	for id := range acknowledged {
		if _, ok, err := l.Position(t.Context(), region, lancar.ID(id)); !ok || err != nil {
			t.Fatalf("leaf %s was acknowledged and is not in the log (%v)", id, err)
		}
	}
}

func newLog(t *testing.T, db *store.DB, dir string) *Log {
	ring, err := keys.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return New(db, jobs.New(db, nil), ring, Config{Interval: time.Millisecond})
}

// victim appends until it is killed and says what was acknowledged.
func victim(t *testing.T, dir string) {
	db := storetest.OpenURL(t, "sqlite:"+filepath.Join(dir, "lancar.db"), time.Now)
	l := newLog(t, db, dir)
	go l.Run(context.Background())
	for range 8 {
		go func() {
			for i := 0; ; i++ {
				r, _, err := l.Append(context.Background(), region, Leaf{Kind: Private, Record: fmt.Appendf(nil, `{"i":%d}`, i)})
				if err == nil {
					fmt.Printf("leaf %s\n", r.Leaf)
				}
			}
		}()
	}
	time.Sleep(20 * time.Second) // killed long before
}
