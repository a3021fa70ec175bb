package crash

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
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
	refused, last := "", ""
	for range 40 { // the database still has room in what it has reserved
		p, err := draftWithPhoto(a)
		if err != nil {
			t.Fatalf("the node no longer answers: %v", err)
		}
		if p.Status/100 == 5 {
			refused = p.Text()
			if strings.Contains(p.URL.Path, "/step/") && !strings.Contains(string(p.Body), typed) {
				t.Errorf("what was typed is gone: %s", p.Main())
			}
			break
		}
		if strings.Contains(p.Main(), "Penyimpanan kami penuh") {
			t.Errorf("a full disk answers %d", p.Status)
		}
		last = fmt.Sprint(p.URL.Path, " ", p.Status, " ", p.Main())
	}
	switch {
	case refused == "":
		t.Fatalf("the disk was never full; at last: %.600s", last)
	case !strings.Contains(refused, "aman"):
		t.Errorf("the page does not say that what was saved is safe: %s", refused)
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

// draftWithPhoto begins an application and uploads a large photo; the page that answers last.
func draftWithPhoto(a *lab.Applicant) (*lab.Page, error) {
	p, err := a.Open("/services/lapak-pasar")
	if err != nil || p.Status != 200 {
		return p, err
	}
	f, err := p.To("/start")
	if err != nil {
		return p, err
	}
	if p, err = a.B.Submit(f); err != nil || p.Status != 200 {
		return p, err
	}
	step := strings.TrimSuffix(p.URL.String(), "/step/applicant") + "/step/business"
	if p, err = a.B.Get(step); err != nil || p.Status != 200 {
		return p, err
	}
	if f, err = p.With("goods_photo"); err != nil {
		return p, err
	}
	f.Values.Set("goods", "other")
	f.Values.Set("goods_other", typed)
	f.Files["goods_photo"] = lab.File{Name: "foto.png", Data: noise()}
	return a.B.Submit(f, "go", "next")
}

// typed is what somebody wrote beside the photo.
const typed = "Jamu kunyit asam"

// noise is a photo that no compression makes small.
func noise() []byte {
	m := image.NewRGBA(image.Rect(0, 0, 900, 900))
	luck := rand.New(rand.NewPCG(1, 2))
	for i := range m.Pix {
		m.Pix[i] = byte(luck.Uint32()) | byte(255*(i%4/3))
	}
	var b bytes.Buffer
	_ = png.Encode(&b, m) // memory does not fail
	return b.Bytes()
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
