package document

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lancar/internal/keys"
)

func tile() []string {
	rows := make([]string, 24)
	for y := range rows {
		row := bytes.Repeat([]byte("."), 24)
		for x := range row {
			if d := abs(x-12) + abs(y-12); d < 5 {
				row[x] = 'o'
			} else if d < 9 {
				row[x] = 'x'
			}
		}
		rows[y] = string(row)
	}
	return rows
}

func abs(n int) int { return max(n, -n) }

func paper() Paper {
	wita := time.FixedZone("WITA", 8*3600)
	return Paper{
		Lang:  "id",
		Head:  Letterhead{Owner: "Pemerintah Kabupaten Contoh", Agency: "Dinas Perdagangan", Address: "Jalan Pasar 1, Kota Contoh", Contact: "Telepon (0380) 000000", Tile: tile(), Mark: tile(), Ground: "#12405a", Figure: "#b4632a", Thread: "#f1e6d2", Brand: "#12405a"},
		Title: "Izin pemakaian lapak pasar", Number: "503/5315-" + strings.TrimPrefix(newCore("53.15"), "5315-") + "/2026",
		Blocks: []Block{
			{Text: "Kepala Dinas Perdagangan memberi izin memakai lapak pasar kepada:", Rows: []Row{{"Nama", "Maria Yosefa Bano"}, {"NIK", "531504******0001"}, {"Lapak", "Blok B nomor 12, Pasar Contoh"}}},
			{Heading: "Syarat", Text: "Pemegang izin menjaga kebersihan lapak.\nIzin tidak dapat dipindahtangankan."},
		},
		Place: "Kota Contoh", Date: time.Date(2026, 11, 20, 11, 2, 0, 0, wita),
		Signatory: Signatory{"Kepala Dinas Perdagangan", "Drs. Contoh Pejabat", "197001012000031001"},
		CheckURL:  "http://ntt.localhost:8053/v/5315-7K3M9Q2XRX", Simulated: true,
	}
}

func signer(t testing.TB) *keys.Ring {
	t.Helper()
	ring, err := keys.Create(t.TempDir(), keys.Options{Regions: []string{"53.15"}, Origin: "node.example", Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func signedPaper(t testing.TB, ring *keys.Ring, p Paper) []byte {
	t.Helper()
	styles, err := newStyles()
	if err != nil {
		t.Fatal(err)
	}
	pdf, err := styles.render(p)
	if err != nil {
		t.Fatal(err)
	}
	out, err := sign(pdf, ring.DocumentSigner("53.15.01"), p.Date, p.Signatory.Office, p.Title)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// tool runs a program of poppler-utils on a PDF.
func tool(t *testing.T, pdf []byte, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		if os.Getenv("LANCAR_TEST_NO_SKIP") != "" {
			t.Fatal(err)
		}
		t.Skipf("%s is not installed (poppler-utils)", name)
	}
	path := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	for i := range args {
		if args[i] == "FILE" {
			args[i] = path
		}
	}
	out, _ := exec.Command(name, args...).CombinedOutput() // a bad signature is an exit code too
	return string(out)
}

func TestSameBytesTwice(t *testing.T) {
	styles, err := newStyles()
	if err != nil {
		t.Fatal(err)
	}
	p := paper()
	a, err := styles.render(p)
	if err != nil {
		t.Fatal(err)
	}
	b, err := styles.render(p)
	if err != nil || !bytes.Equal(a, b) {
		t.Fatalf("the same paper was drawn differently (%v)", err)
	}
}

func TestPdfsigSaysValid(t *testing.T) {
	ring := signer(t)
	pdf := signedPaper(t, ring, paper())
	if path := os.Getenv("LANCAR_TEST_KEEP"); path != "" {
		_ = os.WriteFile(path, pdf, 0o600)
	}
	out := tool(t, pdf, "pdfsig", "-nocert", "FILE")
	for _, want := range []string{"Signature Validation: Signature is Valid.", "Total document signed", "ETSI.CAdES.detached"} {
		if !strings.Contains(out, want) {
			t.Errorf("pdfsig does not say %q:\n%s", want, out)
		}
	}
	i := bytes.Index(pdf, []byte("/Title"))
	changed := bytes.Clone(pdf)
	changed[i+10] ^= 1
	if out := tool(t, changed, "pdfsig", "-nocert", "FILE"); strings.Contains(out, "Signature is Valid") {
		t.Errorf("pdfsig calls a changed file valid:\n%s", out)
	}
}

func TestTextCanBeCopied(t *testing.T) {
	for name, value := range map[string]string{"plain": "Ñoño Éa — “tutup”", "any Latin": "Ñoño Đoko — “tutup”"} {
		t.Run(name, func(t *testing.T) { textCanBeCopied(t, value) })
	}
}

func textCanBeCopied(t *testing.T, value string) {
	p := paper()
	p.Blocks = append(p.Blocks, Block{Text: strings.Repeat("Sebuah kalimat yang panjang mengalir ke halaman berikutnya. ", 90)}, Block{Rows: []Row{{"Terakhir", value}}})
	out := tool(t, signedPaper(t, signer(t), p), "pdftotext", "-layout", "FILE", "-")
	for _, want := range []string{"Izin pemakaian lapak pasar", "Maria Yosefa Bano", p.Number, "SIMULASI", value, "Halaman 1 dari 3", "Halaman 3 dari 3", "ntt.localhost:8053/v/5315-7K3M9Q2XRX", "20 November 2026"} {
		if !strings.Contains(out, want) {
			t.Errorf("the text lacks %q:\n%s", want, out)
		}
	}
}

// Who reads English gets the same text in English behind the document, which says what it is worth.
func TestATranslationFollowsTheDocument(t *testing.T) {
	p := paper()
	p.Courtesy = &Translation{Lang: "en", Title: "Market stall permit", Blocks: []Block{{Heading: "The stall", Rows: []Row{{"Valid", "1 Đecember 2026"}}}}}
	pdf := signedPaper(t, signer(t), p)
	out := tool(t, pdf, "pdftotext", "-layout", "FILE", "-")
	first, second, ok := strings.Cut(out, "\f")
	if !ok || !strings.Contains(first, "Halaman 1 dari 2") || strings.Contains(first, "Market stall permit") || !strings.Contains(first, "Ditandatangani secara elektronik") {
		t.Errorf("the document itself reads:\n%s", first)
	}
	for _, want := range []string{"Translation, for your convenience. What counts is the document in Indonesian", "Market stall permit", "Number " + p.Number, "The stall", "1 Đecember 2026", "Halaman 2 dari 2"} {
		if !strings.Contains(second, want) {
			t.Errorf("the translation lacks %q:\n%s", want, second)
		}
	}
	if out := tool(t, pdf, "pdfsig", "-nocert", "FILE"); !strings.Contains(out, "Signature is Valid") || !strings.Contains(out, "Total document signed") {
		t.Errorf("pdfsig says:\n%s", out)
	}
}

func TestVerify(t *testing.T) {
	ring := signer(t)
	p := paper()
	pdf := signedPaper(t, ring, p)
	seal, err := Verify(pdf, ring.Roots())
	if err != nil || !seal.At.Equal(p.Date) || coreInside(pdf) != coreOf(p.Number) {
		t.Fatalf("%+v %v, number inside %q", seal, err, coreInside(pdf))
	}
	if _, err := Verify(pdf, signer(t).Roots()); err == nil || errors.Is(err, ErrAltered) {
		t.Errorf("under another authority: %v", err)
	}
	styles, _ := newStyles()
	bare, _ := styles.render(p)
	if _, err := Verify(bare, ring.Roots()); !errors.Is(err, ErrUnsigned) {
		t.Errorf("without a signature: %v", err)
	}
	if _, err := Verify(append(bytes.Clone(pdf), "\n%%EOF\n"...), ring.Roots()); !errors.Is(err, ErrAltered) {
		t.Errorf("something appended: %v", err)
	}
	twice, err := sign(pdf, ring.DocumentSigner("00"), p.Date, "x", "y")
	if err == nil {
		if _, err := Verify(twice, ring.Roots()); !errors.Is(err, ErrAltered) {
			t.Errorf("signed again by another: %v", err)
		}
	}
	if _, err := Verify(nil, ring.Roots()); !errors.Is(err, ErrUnsigned) {
		t.Errorf("an empty file: %v", err)
	}
}

// Any one changed, removed or added byte is noticed, wherever it is.
func TestEveryByteCounts(t *testing.T) {
	ring := signer(t)
	pdf := signedPaper(t, ring, paper())
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(0, len(pdf)-1).Draw(t, "at")
		changed := bytes.Clone(pdf)
		switch rapid.IntRange(0, 2).Draw(t, "how") {
		case 0:
			changed[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
		case 1:
			changed = append(changed[:at], changed[at+1:]...)
		case 2:
			changed = append(changed[:at], append([]byte{'0'}, changed[at:]...)...)
		}
		if _, err := Verify(changed, ring.Roots()); err == nil && !bytes.EqualFold(changed, pdf) {
			t.Fatalf("byte %d changed and nobody noticed", at)
		}
	})
}

// The structure around the signature is not signed; it is held to its one shape, bit by bit.
func TestEveryBitOfTheSignatureCounts(t *testing.T) {
	ring := signer(t)
	pdf := signedPaper(t, ring, paper())
	start := bytes.LastIndex(pdf, []byte("/Contents <")) + len("/Contents <")
	for at := start; at < start+3200; at++ {
		for _, bit := range []byte{1, 2, 4, 8} {
			changed := bytes.Clone(pdf)
			changed[at] ^= bit
			if _, err := Verify(changed, ring.Roots()); err == nil && !bytes.EqualFold(changed, pdf) {
				t.Fatalf("%d bytes into the signature %q became %q and nobody noticed", at-start, pdf[at], changed[at])
			}
		}
	}
}

// Whatever people are called and write, a page comes out and Verify accepts it.
func TestAnyText(t *testing.T) {
	styles, err := newStyles()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		p := paper()
		p.Title = rapid.StringN(0, 300, 600).Draw(t, "title")
		p.Signatory.Name = rapid.String().Draw(t, "name")
		p.Blocks = []Block{{Heading: rapid.String().Draw(t, "heading"), Text: rapid.StringN(0, 3000, 6000).Draw(t, "text"), Rows: []Row{{rapid.String().Draw(t, "label"), rapid.StringN(0, 2000, 4000).Draw(t, "value")}}}}
		if _, err := styles.render(p); err != nil {
			t.Fatal(err)
		}
	})
}

func TestNumbers(t *testing.T) {
	for _, region := range []string{"53", "53.15", "91.04.07", "32.04.11.2001", "00"} {
		core := newCore(region)
		if regionOf(core) != region {
			t.Errorf("%s names region %q, want %s", core, regionOf(core), region)
		}
		year := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		for _, typed := range []string{core, strings.ToLower(core), numberOf("503/{number}/{year}", core, "53.15", year), numberOf("", core, "53.15", year), strings.ReplaceAll(core, "-", " "), " " + strings.ReplaceAll(core, "0", "o")} {
			if got := coreOf(typed); got != core {
				t.Errorf("%q is read as %q, want %q", typed, got, core)
			}
		}
	}
	for _, bad := range []string{"", "/", "5315", "503/2026", "5315-7K3M9Q2XRX-1", "<script>", strings.Repeat("9", 500), "531-7K3M9Q2XRC"} {
		if got := coreOf(bad); got != "" {
			t.Errorf("%q is read as %q", bad, got)
		}
	}
}

// A wrong character, and two that changed places, never make another valid number.
func TestCheckCharacter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		core := []byte(newCore("53.15"))
		i, j := rapid.IntRange(5, 14).Draw(t, "i"), rapid.IntRange(5, 14).Draw(t, "j")
		wrong := bytes.Clone(core)
		if i == j {
			wrong[i] = alphabet[rapid.IntRange(0, 31).Draw(t, "c")]
		} else {
			wrong[i], wrong[j] = wrong[j], wrong[i]
		}
		if !bytes.Equal(wrong, core) && coreOf(string(wrong)) != "" {
			t.Fatalf("%s passes for %s", wrong, core)
		}
	})
}

// docs/spec/document.md shows a number that is one, and names every answer of a check.
func TestSpecPage(t *testing.T) {
	text, err := os.ReadFile("../docs/spec/document.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), "\n    ")
	if number, _, _ := strings.Cut(after, "\n"); coreOf(number) == "" {
		t.Errorf("%q is no number", number)
	}
	for _, state := range []State{Valid, Expired, Revoked, Superseded, Unknown, Tampered} {
		if !strings.Contains(string(text), "| `"+string(state)+"` |") {
			t.Errorf("the page does not explain %q", state)
		}
	}
}

func TestMask(t *testing.T) {
	for name, want := range map[string]string{"Maria Yosefa Bano": "M•••• Y•••• Bano", "Klara Lasi": "K•••• Lasi", "Suharto": "S••••", "": "", "  Émile   Zola ": "É•••• Zola"} {
		if got := Mask(name); got != want {
			t.Errorf("Mask(%q) = %q, want %q", name, got, want)
		}
	}
}

func BenchmarkRenderAndSign(b *testing.B) {
	styles, err := newStyles()
	if err != nil {
		b.Fatal(err)
	}
	by := signer(b).DocumentSigner("53.15")
	p := paper()
	for b.Loop() {
		pdf, err := styles.render(p)
		if err != nil {
			b.Fatal(err)
		}
		if _, err = sign(pdf, by, p.Date, "x", "y"); err != nil {
			b.Fatal(err)
		}
	}
}
