// Package places holds every place of Indonesia by its Ministry of Home Affairs code: 38
// provinces, 514 regencies and cities, 7,285 districts and 83,762 villages. The table is embedded
// compressed; README.md beside this file names its source, version, hash and licence.
package places

import (
	"bytes"
	"compress/flate"
	_ "embed"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
)

//go:generate go run ./gen

//go:embed places.bin
var packed []byte

// Nation is the code of the whole country.
const Nation = "00"

// Level is how deep a place lies: 0 the nation, 1 province, 2 regency or city, 3 district,
// 4 village.
type Level int

// The levels of government.
const (
	National Level = iota
	Province
	Regency
	District
	Village
)

// String is the level's name in data files.
func (l Level) String() string {
	return [...]string{"national", "province", "regency", "district", "village"}[l]
}

// Place is one place. Name is as the decree writes it: regencies carry "Kabupaten" or "Kota", the
// others only their name. The nation has no entry in the table.
type Place struct {
	Code  string
	Name  string
	Level Level
}

// Table is the table of all places, sorted by code. It is immutable and safe for all callers.
type Table struct {
	keys  []uint64 // the code's ten digits, filled up with zeros
	ends  []uint32 // of each name in names
	names string
	index func() *index
}

// Open unpacks the embedded table; it takes some tens of milliseconds, so keep the result.
func Open() (*Table, error) {
	raw, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
	if err != nil {
		return nil, fmt.Errorf("places: %w", err)
	}
	t := &Table{}
	n, used := binary.Uvarint(raw)
	raw = raw[max(used, 0):]
	t.keys, t.ends = make([]uint64, 0, n), make([]uint32, 0, n)
	key, end := uint64(0), uint32(0)
	for range n {
		step, a := binary.Uvarint(raw)
		size, b := binary.Uvarint(raw[max(a, 0):])
		if a <= 0 || b <= 0 {
			return nil, fmt.Errorf("places: the table ends after %d of %d places", len(t.keys), n)
		}
		raw = raw[a+b:]
		key, end = key+step, end+uint32(size)
		t.keys, t.ends = append(t.keys, key), append(t.ends, end)
	}
	if len(raw) != int(end) {
		return nil, fmt.Errorf("places: %d bytes of names, expected %d", len(raw), end)
	}
	t.names = string(raw)
	t.index = sync.OnceValue(t.makeIndex)
	return t, nil
}

// widths are the digits of a code down to each level.
var widths = [...]int{0, 2, 4, 6, 10}

// Parse checks the form of a code ("53", "53.15", "53.15.05", "53.15.05.1004") and returns its
// level; "00" is the nation. It does not say whether the place exists.
func Parse(code string) (Level, bool) {
	if code == Nation {
		return National, true
	}
	_, l := keyOf(code)
	return l, l > 0
}

func keyOf(code string) (uint64, Level) {
	level := Level(0)
	switch len(code) {
	case 2, 5, 8:
		level = Level(len(code)/3 + 1)
	case 13:
		level = Village
	default:
		return 0, 0
	}
	key := uint64(0)
	for i, r := range []byte(code) {
		switch dot := i == 2 || i == 5 || i == 8; {
		case dot && r == '.':
		case !dot && r >= '0' && r <= '9':
			key = key*10 + uint64(r-'0')
		default:
			return 0, 0
		}
	}
	for range 10 - widths[level] {
		key *= 10
	}
	return key, level
}

func codeOf(key uint64) (string, Level) {
	var digits [10]byte
	for i := range digits {
		digits[9-i] = byte('0' + key%10)
		key /= 10
	}
	s := string(digits[:])
	switch {
	case s[6:] != "0000":
		return s[:2] + "." + s[2:4] + "." + s[4:6] + "." + s[6:], Village
	case s[4:6] != "00":
		return s[:2] + "." + s[2:4] + "." + s[4:6], District
	case s[2:4] != "00":
		return s[:2] + "." + s[2:4], Regency
	}
	return s[:2], Province
}

func (t *Table) find(key uint64) (int, bool) { return slices.BinarySearch(t.keys, key) }

func (t *Table) name(i int) string {
	start := uint32(0)
	if i > 0 {
		start = t.ends[i-1]
	}
	return t.names[start:t.ends[i]]
}

func (t *Table) at(i int) Place {
	code, level := codeOf(t.keys[i])
	return Place{code, t.name(i), level}
}

// Lookup finds a place by its code. The nation is "00", named Indonesia.
func (t *Table) Lookup(code string) (Place, bool) {
	if code == Nation {
		return Place{Nation, "Indonesia", National}, true
	}
	key, level := keyOf(code)
	if level == 0 {
		return Place{}, false
	}
	i, ok := t.find(key)
	if !ok {
		return Place{}, false
	}
	p := t.at(i)
	return p, p.Code == code
}

// Children lists the places directly below a code in the order of their codes: of "00" the
// provinces, of a village none.
func (t *Table) Children(code string) []Place {
	level, ok := Parse(code)
	if !ok || level == Village {
		return nil
	}
	lo, hi := t.span(code)
	var ps []Place
	for i := lo; i < hi; {
		p := t.at(i)
		if p.Level != level+1 {
			i++
			continue
		}
		ps = append(ps, p)
		_, next := t.span(p.Code)
		i = next
	}
	return ps
}

// span is the range of the places with code and below it.
func (t *Table) span(code string) (lo, hi int) {
	if code == Nation {
		return 0, len(t.keys)
	}
	key, level := keyOf(code)
	width := uint64(1)
	for range 10 - widths[level] {
		width *= 10
	}
	lo = sort.Search(len(t.keys), func(i int) bool { return t.keys[i] >= key })
	hi = sort.Search(len(t.keys), func(i int) bool { return t.keys[i] >= key+width })
	return lo, hi
}

// Path lists the places from the province down to code, which is last; nil when there is no such
// place or for the nation.
func (t *Table) Path(code string) []Place {
	if _, ok := t.Lookup(code); !ok || code == Nation {
		return nil
	}
	var ps []Place
	for _, c := range Chain(code) {
		if p, ok := t.Lookup(c); ok && p.Level > National {
			ps = append(ps, p)
		}
	}
	slices.Reverse(ps)
	return ps
}

// Up is the code above: of a province the nation, of the nation "".
func Up(code string) string {
	if code == Nation {
		return ""
	}
	if i := strings.LastIndexByte(code, '.'); i >= 0 {
		return code[:i]
	}
	return Nation
}

// Chain lists a code and all above it, nearest first: "53.15", "53", "00".
func Chain(code string) []string {
	var cs []string
	for ; code != ""; code = Up(code) {
		cs = append(cs, code)
	}
	return cs
}

// Within says whether code is the place outer or lies in it.
func Within(code, outer string) bool {
	return outer == Nation || code == outer || strings.HasPrefix(code, outer+".")
}

// Cut shortens a code to a level; false when the code is not that exact.
func Cut(code string, level Level) (string, bool) {
	if level == National {
		return Nation, true
	}
	have, ok := Parse(code)
	if !ok || have < level || have == National {
		return "", false
	}
	return code[:min(len(code), [...]int{0, 2, 5, 8, 13}[level])], true
}

// Counts says how many places there are of each level.
func (t *Table) Counts() map[Level]int {
	n := map[Level]int{}
	for _, k := range t.keys {
		_, l := codeOf(k)
		n[l]++
	}
	return n
}

// VillageKind is the first digit of a village's own number: 1 kelurahan, 2 desa, 3 desa adat.
func VillageKind(code string) int {
	if len(code) != 13 {
		return 0
	}
	k, _ := strconv.Atoi(code[9:10])
	return k
}
