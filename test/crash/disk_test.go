package crash

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"lancar/test/lab"
)

// TestTheDiskIsFull fills the disk under a running node. Who sends something is told that it is
// not possible now and that what was saved is safe; nothing is half done; and once there is room
// again the same person goes on where they were.
func TestTheDiskIsFull(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64m"); err != nil {
		t.Skipf("only root can mount a small disk: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	data := filepath.Join(dir, "town")
	town, err := lab.Start(bin, data, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(town.Kill)
	world := lab.NewWorld(town.Sandbox)
	who, err := world.Borrow("53.15", "oss")
	if err != nil {
		t.Fatal(err)
	}
	a := town.Visit(world, who, "ntt")
	said := lab.Answers{"market": who.Region}
	if err := a.SignIn(); err != nil {
		t.Fatal(err)
	}
	if err := a.Apply("lapak-pasar", said); err != nil {
		t.Fatal(err)
	}
	first := a.Case

	filler := filepath.Join(dir, "filler")
	fillUp(t, filler)
	refused := false
	for range 200 { // the database may still have room in what it has reserved
		p, err := a.B.Do("POST", a.Home+"/cases/"+first+"/messages", "application/x-www-form-urlencoded", []byte("text="+strings.Repeat("penuh+", 300)))
		if err != nil {
			t.Fatalf("the node no longer answers: %v", err)
		}
		if p.Status/100 == 5 {
			refused = true
			if !strings.Contains(p.Text(), "aman") {
				t.Errorf("the page does not say that what was saved is safe: %s", p.Main())
			}
			break
		}
	}
	if !refused {
		t.Fatal("the disk was never full")
	}
	if p, err := a.Open("/services/lapak-pasar"); err != nil || p.OK() != nil {
		t.Errorf("with a full disk nobody can even read: %v", err)
	}

	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	err = lab.Until("a second application", func() (bool, error) { return a.Apply("lapak-pasar", said) == nil, nil })
	if err != nil {
		t.Fatal(err)
	}
	if a.Case == first {
		t.Error("the second application is the first")
	}
	qris, err := a.Code()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := world.Pay(qris); err != nil {
		t.Fatal(err)
	}
	if err := town.Stop(); err != nil {
		t.Errorf("stopping: %v\n%s", err, town.Said())
	}
	lancar(t, "verify", "--data", data)
}

// fillUp writes until there is no room.
func fillUp(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, size := range []int{1 << 20, 4 << 10, 1} {
		block := make([]byte, size)
		for {
			if _, err := f.Write(block); err != nil {
				break
			}
		}
	}
}
