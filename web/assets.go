package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"
)

// Asset is a file served under its own hash, for ever.
type Asset struct {
	Path string // "/assets/<hash>.<ext>"
	Data []byte
	Gzip []byte // nil where compression gains nothing
}

func asset(ext string, data []byte) Asset {
	sum := sha256.Sum256(data)
	a := Asset{Path: "/assets/" + hex.EncodeToString(sum[:8]) + "." + ext, Data: data}
	if ext != "png" {
		a.Gzip = compress(data, gzip.BestCompression)
	}
	return a
}

func compress(data []byte, level int) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, level) // the levels here are constants of the package
	w.Write(data)
	w.Close()
	return b.Bytes()
}

// script is the small first-party script that keeps unsent answers; pages work without it.
func script() Asset { return asset("js", squeeze(read("script/lancar.js"))) }

// officeScript gives officers' pages their shortcuts; everything works without it.
func officeScript() Asset { return asset("js", squeeze(read("script/office.js"))) }

// PasskeyScript is where the script is that lets pages use passkeys; without it a code works.
func PasskeyScript() string { return passkeyScript().Path }

func passkeyScript() Asset { return asset("js", squeeze(read("script/passkey.js"))) }

// Assets serves /assets/.
type Assets struct{ byPath map[string]Asset }

// NewAssets collects the files of all looks, and the script.
func NewAssets(looks ...*Look) *Assets {
	a := &Assets{byPath: map[string]Asset{}}
	add := func(x Asset) { a.byPath[x.Path] = x }
	add(script())
	add(officeScript())
	add(passkeyScript())
	for _, l := range looks {
		for _, x := range l.Assets() {
			add(x)
		}
	}
	return a
}

// ServeHTTP answers an asset with a cache time of one year, or 404.
func (a *Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x, ok := a.byPath[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", contentType(r.URL.Path))
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := x.Data
	if x.Gzip != nil && acceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = x.Gzip
	}
	w.Write(body)
}

func contentType(p string) string {
	switch path.Ext(p) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".webmanifest":
		return "application/manifest+json"
	}
	return mime.TypeByExtension(path.Ext(p))
}

func acceptsGzip(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
}

func read(name string) []byte {
	b, err := files.ReadFile(name)
	if err != nil {
		panic(err) // embedded at build
	}
	return b
}

var (
	comment = regexp.MustCompile(`(?s)/\*.*?\*/|(?m)^\s*//.*$`)
	blank   = regexp.MustCompile(`(?m)^[ \t]+|\n+`)
)

// squeeze removes comments, indentation and blank lines; it changes no token.
func squeeze(src []byte) []byte {
	src = comment.ReplaceAll(src, nil)
	return bytes.TrimSpace(blank.ReplaceAllFunc(src, func(m []byte) []byte {
		if m[0] == '\n' {
			return []byte("\n")
		}
		return nil
	}))
}

func citizenCSS() string {
	names := []string{"1-base", "2-frame", "3-action", "4-form", "5-content", "6-clock", "7-home", "8-wide"}
	var b strings.Builder
	for _, n := range names {
		b.Write(squeezeCSS(read("style/" + n + ".css")))
	}
	return b.String()
}

func officeCSS() string { return string(squeezeCSS(read("style/office.css"))) }

// squeezeCSS also joins lines, which a style sheet allows everywhere our sheets break them.
func squeezeCSS(src []byte) []byte {
	return bytes.ReplaceAll(bytes.ReplaceAll(squeeze(src), []byte("\n"), nil), []byte(";}"), []byte("}"))
}
