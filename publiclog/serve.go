package publiclog

import (
	"encoding/binary"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"lancar"
	"lancar/internal/store"
)

// Handler serves every region's log by C2SP tlog-tiles under /log/REGION/: checkpoint,
// tile/L/N, tile/entries/N, and key (the public key in note format). Tiles never change and may
// be cached for ever.
func (l *Log) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /log/{region}/checkpoint", l.serve(l.serveCheckpoint))
	mux.HandleFunc("GET /log/{region}/key", l.serve(l.serveKey))
	mux.HandleFunc("GET /log/{region}/tile/{path...}", l.serve(l.serveTile))
	return mux
}

type answer struct {
	kind string // Content-Type
	keep bool   // never changes
	body []byte
}

func (l *Log) serve(fn func(tx *store.Tx, r *http.Request) (answer, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var a answer
		err := l.db.Read(r.Context(), func(tx *store.Tx) (err error) {
			a, err = fn(tx, r)
			return err
		})
		switch {
		case lancar.CodeOf(err) == lancar.NotFound:
			http.Error(w, "not found", http.StatusNotFound)
			return
		case err != nil:
			slog.Error("serving the public log", "region", r.PathValue("region"), "error", err)
			http.Error(w, "unavailable", http.StatusServiceUnavailable)
			return
		}
		cache := "no-cache"
		if a.keep {
			cache = "public, max-age=31536000, immutable"
		}
		w.Header().Set("Cache-Control", cache)
		w.Header().Set("Content-Type", a.kind)
		w.Header().Set("Access-Control-Allow-Origin", "*")
		_, _ = w.Write(a.body) // the reader went away: nothing to do
	}
}

func (l *Log) serveCheckpoint(tx *store.Tx, r *http.Request) (answer, error) {
	c, err := latest(tx, r.PathValue("region"))
	return answer{kind: "text/plain; charset=utf-8", body: c.Note}, err
}

func (l *Log) serveKey(tx *store.Tx, r *http.Request) (answer, error) {
	region := r.PathValue("region")
	_, err := latest(tx, region)
	return answer{kind: "text/plain; charset=utf-8", body: []byte(l.ring.LogVerifierKey(region) + "\n")}, err
}

func (l *Log) serveTile(tx *store.Tx, r *http.Request) (answer, error) {
	region, path := r.PathValue("region"), r.PathValue("path")
	t, entries, err := parseTile(path)
	if err != nil {
		return answer{}, notFound()
	}
	var body []byte
	if entries {
		body, err = bundle(tx, region, t)
	} else {
		body, err = tile(tx, region, t)
	}
	return answer{kind: "application/octet-stream", keep: true, body: body}, err
}

// parseTile reads the path of C2SP tlog-tiles, which is that of tlog without the height and
// with "entries" for "data".
func parseTile(path string) (t tlog.Tile, entries bool, err error) {
	rest, entries := strings.CutPrefix(path, "entries/")
	if entries {
		path = "data/" + rest
	} else if strings.HasPrefix(path, "data/") {
		return t, false, errors.New("no such tile")
	}
	t, err = tlog.ParseTilePath("tile/8/" + path)
	return t, entries, err
}

func tile(tx *store.Tx, region string, t tlog.Tile) ([]byte, error) {
	hashes, err := loadTile(tx, region, tileKey{int64(t.L), t.N})
	if err != nil {
		return nil, err
	}
	if len(hashes) < t.W {
		return nil, notFound()
	}
	return joinHashes(hashes[:t.W]), nil
}

// bundle is an entry bundle: each entry after its length as a big-endian uint16.
func bundle(tx *store.Tx, region string, t tlog.Tile) ([]byte, error) {
	from := t.N * tileWidth
	rows, err := leavesFrom(tx, region, from, int64(t.W))
	if err != nil {
		return nil, err
	}
	if len(rows) < t.W {
		return nil, notFound()
	}
	var b []byte
	for i, r := range rows {
		if r.Index != from+int64(i) {
			return nil, broken(region, "leaf %d is missing", from+int64(i))
		}
		entry := Entry(r.Kind, r.Body)
		b = binary.BigEndian.AppendUint16(b, uint16(len(entry)))
		b = append(b, entry...)
	}
	return b, nil
}
