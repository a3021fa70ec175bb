// Command gen makes region/places/places.bin from the npm package idn-area-data. Without an
// argument it fetches the pinned version with npm; with one it reads that .tgz. The archive must
// have the pinned SHA-256.
//
//	go generate ./region/places
package main

import (
	"archive/tar"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const (
	source = "idn-area-data@4.0.1"
	sum    = "8d47ffb2be39c08aacb0a2dd43193a1edb5754edb1022d57158341c702acc32d"
)

// counts is how many lines each file must have.
var counts = map[string]int{"provinces": 38, "regencies": 514, "districts": 7285, "villages": 83762}

type entry struct {
	key  uint64
	name string
}

func main() {
	log.SetFlags(0)
	if err := run(os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}

func run(args []string) error {
	archive, err := fetch(args)
	if err != nil {
		return err
	}
	if got := sha256.Sum256(archive); hex.EncodeToString(got[:]) != sum {
		return fmt.Errorf("%s has SHA-256 %x, expected %s", source, got, sum)
	}
	entries, err := read(archive)
	if err != nil {
		return err
	}
	packed, err := pack(entries)
	if err != nil {
		return err
	}
	out := "places.bin"
	if _, err := os.Stat("region/places"); err == nil {
		out = "region/places/places.bin"
	}
	log.Printf("%s: %d places, %d bytes", out, len(entries), len(packed))
	return os.WriteFile(out, packed, 0o644)
}

func fetch(args []string) ([]byte, error) {
	if len(args) > 0 {
		return os.ReadFile(args[0])
	}
	dir, err := os.MkdirTemp("", "places")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	cmd := exec.Command("npm", "pack", "--silent", source)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("npm pack: %w", err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil || len(files) != 1 {
		return nil, fmt.Errorf("npm pack left %d archives", len(files))
	}
	return os.ReadFile(files[0])
}

// read takes the places out of the archive, sorted by code.
func read(archive []byte) ([]entry, error) {
	zr, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return nil, err
	}
	var entries []entry
	for tr := tar.NewReader(zr); ; {
		h, err := tr.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		want, ok := counts[strings.TrimSuffix(filepath.Base(h.Name), ".csv")]
		if !ok {
			continue
		}
		part, err := table(tr)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", h.Name, err)
		}
		if len(part) != want {
			return nil, fmt.Errorf("%s: %d places, expected %d", h.Name, len(part), want)
		}
		entries = append(entries, part...)
	}
	slices.SortFunc(entries, func(a, b entry) int { return int(int64(a.key) - int64(b.key)) })
	for i := 1; i < len(entries); i++ {
		if entries[i].key == entries[i-1].key {
			return nil, fmt.Errorf("code %d stands twice", entries[i].key)
		}
	}
	return entries, nil
}

// table reads one CSV file: the first column is the code, the last the name.
func table(r io.Reader) ([]entry, error) {
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return nil, err
	}
	var out []entry
	for _, row := range rows[1:] {
		digits := strings.ReplaceAll(row[0], ".", "")
		key, err := strconv.ParseUint((digits + "0000000000")[:10], 10, 64)
		if err != nil {
			return nil, err
		}
		out = append(out, entry{key, strings.TrimSpace(row[len(row)-1])})
	}
	return out, nil
}

// pack writes the count, for each place the step from the code before and the length of its name,
// then all names, and compresses the whole.
func pack(entries []entry) ([]byte, error) {
	raw := binary.AppendUvarint(nil, uint64(len(entries)))
	var names strings.Builder
	last := uint64(0)
	for _, e := range entries {
		raw = binary.AppendUvarint(raw, e.key-last)
		raw = binary.AppendUvarint(raw, uint64(len(e.name)))
		names.WriteString(e.name)
		last = e.key
	}
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(append(raw, names.String()...)); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
