package publiclog

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"lancar"
	"lancar/internal/store"
)

// Checkpoint is a signed head of a region's log (C2SP tlog-checkpoint). All are kept.
type Checkpoint struct {
	Region string
	Size   int64
	Root   tlog.Hash
	Note   []byte // the signed note, as served
	At     time.Time
}

// sign makes the checkpoint of a tree.
func (l *Log) sign(region string, size int64, root tlog.Hash) (Checkpoint, error) {
	text := fmt.Sprintf("%s\n%d\n%s\n", l.Origin(region), size, base64.StdEncoding.EncodeToString(root[:]))
	signed, err := note.Sign(&note.Note{Text: text}, l.ring.LogSigner(region))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("signing the checkpoint of %s at %d: %w", region, size, err)
	}
	return Checkpoint{Region: region, Size: size, Root: root, Note: signed}, nil
}

// ParseCheckpoint checks the signature of a checkpoint with vkey (note format) and that it is
// of the log named origin, and reads its size and root.
func ParseCheckpoint(signed []byte, origin, vkey string) (size int64, root tlog.Hash, err error) {
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return 0, root, err
	}
	n, err := note.Open(signed, note.VerifierList(v))
	if err != nil {
		return 0, root, err
	}
	lines := strings.SplitN(n.Text, "\n", 4)
	if len(lines) < 4 || lines[0] != origin {
		return 0, root, fmt.Errorf("not a checkpoint of %s", origin)
	}
	size, err = strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return 0, root, fmt.Errorf("not the size of a tree: %q", lines[1])
	}
	root, err = tlog.ParseHash(lines[2])
	return size, root, err
}

// Latest is the region's newest checkpoint; NotFound before the first leaf.
func (l *Log) Latest(ctx context.Context, region string) (c Checkpoint, err error) {
	err = l.db.Read(ctx, func(tx *store.Tx) error {
		c, err = latest(tx, region)
		return err
	})
	return c, err
}

func latest(tx *store.Tx, region string) (Checkpoint, error) {
	c, err := store.One(tx, scanCheckpoint, checkpointColumns+"WHERE region = $1 ORDER BY size DESC LIMIT 1", region)
	if err == store.ErrNone {
		return c, notFound()
	}
	return c, err
}

func checkpointAt(tx *store.Tx, region string, size int64) (Checkpoint, error) {
	c, err := store.One(tx, scanCheckpoint, checkpointColumns+"WHERE region = $1 AND size = $2", region, size)
	if err == store.ErrNone {
		return c, notFound()
	}
	return c, err
}

func notFound() error {
	return lancar.Fail(lancar.NotFound, "", "Tidak ada di dalam log.", "Not in the log.")
}
