package casework

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// DrawRecord is the public leaf of a draw, as docs/spec/draw.md describes it for anyone who wants
// to compute a draw again. Positions count from 1 in the order of the roster.
type DrawRecord struct {
	Kind         string `json:"kind"` // "draw"
	Region       string `json:"region"`
	Completeness int64  `json:"completeness"`     // index of the leaf of the case's completeness
	Redraw       int64  `json:"redraw,omitempty"` // index of the leaf that asked for a redraw; 0: the first draw
	Roster       int64  `json:"roster"`           // index of the roster's leaf
	Excluded     []int  `json:"excluded"`         // positions that could not be drawn, ascending, without reasons
	Size         int64  `json:"size"`             // of the first checkpoint that contains the seeding leaf
	Root         []byte `json:"root"`             // of that checkpoint, base64
	Position     int    `json:"position"`         // drawn
}

// RosterRecord is the public leaf of a roster: pseudonyms in order.
type RosterRecord struct {
	Kind     string   `json:"kind"` // "roster"
	Region   string   `json:"region"`
	Agency   string   `json:"agency"`
	Role     string   `json:"role"`
	Officers []string `json:"officers"`
}

// drawSeed is SHA-256 over the hash of the leaf that starts the draw (RFC 6962 leaf hash) and the
// root of the first checkpoint that contains it. Neither exists before the applicant's last free
// choice, and the office does not choose the second.
func drawSeed(leaf, root []byte) [32]byte {
	return sha256.Sum256(slices.Concat(leaf, root))
}

// drawPosition draws one of the positions 1..n that are not excluded, each equally likely, or 0
// when none is left. Block i is SHA-256(seed, i as 8 bytes big-endian); the first block whose
// leading 8 bytes lie below the largest multiple of the number of candidates decides.
func drawPosition(seed [32]byte, n int, excluded []int) int {
	var left []int
	for p := 1; p <= n; p++ {
		if !slices.Contains(excluded, p) {
			left = append(left, p)
		}
	}
	if len(left) == 0 {
		return 0
	}
	k := uint64(len(left))
	limit := -(-k % k) // 2^64 mod k below 2^64; 0 stands for 2^64 itself
	for i := uint64(0); ; i++ {
		block := sha256.Sum256(binary.BigEndian.AppendUint64(seed[:], i))
		if x := binary.BigEndian.Uint64(block[:8]); limit == 0 || x < limit {
			return left[x%k]
		}
	}
}

// VerifyDraw computes a draw again from its public leaf, the public leaf of its roster, and the
// RFC 6962 hash of the leaf that started it (of Redraw where that is set, else of Completeness).
// That the leaves and the root stand in the region's log is for the caller to check.
func VerifyDraw(draw, roster []byte, started []byte) error {
	var d DrawRecord
	var r RosterRecord
	if err := errors.Join(json.Unmarshal(draw, &d), json.Unmarshal(roster, &r)); err != nil {
		return fmt.Errorf("reading the leaves of a draw: %w", err)
	}
	from := d.Completeness
	if d.Redraw != 0 {
		from = d.Redraw
	}
	switch {
	case d.Kind != "draw" || r.Kind != "roster":
		return errors.New("these are not the leaves of a draw and of a roster")
	case d.Region != r.Region:
		return errors.New("the draw and the roster are of different regions")
	case d.Roster >= from:
		return errors.New("the roster was logged after the leaf that started the draw")
	case from >= d.Size:
		return errors.New("the checkpoint does not contain the leaf that started the draw")
	}
	if want := drawPosition(drawSeed(started, d.Root), len(r.Officers), d.Excluded); want == 0 || want != d.Position {
		return fmt.Errorf("the draw gives position %d, the log says %d", want, d.Position)
	}
	return nil
}
