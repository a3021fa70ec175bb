package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// Templates are a door's pages over the shared frame, parsed once for each language.
type Templates struct {
	byLang map[string]*template.Template
	icons  map[string]string
	zips   sync.Pool // of *gzip.Writer: a new one costs more than the page it compresses
}

// Parse reads the frame, the components and every *.html of the door's pages. A page is a template
// named as its file without ".html"; its dot is the door's view model. In a page:
//
//	{{t "Kirim" "Send"}}            the text in the reader's language
//	{{icon "search"}} {{pic "shop"}}  symbols of icons.txt
//	{{template "rows" .Rows}}       components of templates/
//	{{dict "A" 1 "B" .}}            a map, to hand a component several things
func Parse(pages fs.FS) (*Templates, error) {
	t := &Templates{byLang: map[string]*template.Template{}, icons: icons()}
	for _, lang := range []string{"id", "en"} {
		root := template.New("").Funcs(functions(lang))
		for _, from := range []fs.FS{files, pages} {
			if err := parseAll(root, from, lang); err != nil {
				return nil, err
			}
		}
		t.byLang[lang] = root
	}
	return t, nil
}

func parseAll(root *template.Template, from fs.FS, lang string) error {
	return fs.WalkDir(from, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".html") {
			return err
		}
		src, err := fs.ReadFile(from, path)
		if err != nil {
			return err
		}
		name := strings.TrimSuffix(path[strings.LastIndexByte(path, '/')+1:], ".html")
		if root.Lookup(name) != nil && name != "foot" { // a door may bring a foot of its own
			return fmt.Errorf("web: %s: there is a template %s already", path, name)
		}
		if _, err := root.New(name).Parse(settle(squash(string(src)), lang)); err != nil {
			return fmt.Errorf("web: %s: %w", path, err)
		}
		return nil
	})
}

// squash drops the indentation of a template's lines; text that wraps keeps its space.
func squash(src string) string {
	lines := strings.Split(src, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

var (
	fixedText = regexp.MustCompile(`\{\{t ("(?:[^"\\]|\\.)*") ("(?:[^"\\]|\\.)*")\}\}`)
	fixedIcon = regexp.MustCompile(`\{\{icon "([a-z]+)"\}\}`)
)

// settle writes the texts of one language and the icons into the source, so that a page does not
// ask for them again each time it is made.
func settle(src, lang string) string {
	src = fixedText.ReplaceAllStringFunc(src, func(call string) string {
		m := fixedText.FindStringSubmatch(call)
		text, err := strconv.Unquote(m[1+btoi(lang == "en")])
		if err != nil {
			return call // the parser says what is wrong with it
		}
		return template.HTMLEscapeString(text)
	})
	return fixedIcon.ReplaceAllStringFunc(src, func(call string) string { return string(icon(fixedIcon.FindStringSubmatch(call)[1])) })
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

var errDict = errors.New("web: dict wants names and values in turn")

func functions(lang string) template.FuncMap {
	return template.FuncMap{
		"t":    Words{Lang: lang}.T,
		"in":   Words{Lang: lang}.In,
		"lang": func() string { return lang },
		"icon": icon,
		"pic":  pic,
		"mark": func() template.HTML { return iconsHere },
		"dict": func(kv ...any) (map[string]any, error) {
			m := map[string]any{}
			for i := 0; i+1 < len(kv); i += 2 {
				name, ok := kv[i].(string)
				if !ok {
					return nil, errDict
				}
				m[name] = kv[i+1]
			}
			return m, nil
		},
	}
}

const iconsHere = "<!--icons-->"

// Bytes renders the page called name with its view into p's frame.
func (t *Templates) Bytes(p *Page, name string, view any) ([]byte, error) {
	set := t.byLang[p.Lang]
	if set == nil {
		set = t.byLang["id"]
	}
	var main, all bytes.Buffer
	if err := set.ExecuteTemplate(&main, name, view); err != nil {
		return nil, fmt.Errorf("web: page %s: %w", name, err)
	}
	p.Main = template.HTML(main.String())
	if err := set.ExecuteTemplate(&all, "frame", p); err != nil {
		return nil, fmt.Errorf("web: frame of %s: %w", name, err)
	}
	return bytes.Replace(all.Bytes(), []byte(iconsHere), symbols(all.Bytes(), t.icons), 1), nil
}

// Render writes the page as the answer. Pages of a signed-in person are not stored by anyone.
func (t *Templates) Render(w http.ResponseWriter, r *http.Request, status int, p *Page, name string, view any) error {
	body, err := t.Bytes(p, name, view)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Vary", "Accept-Encoding, Cookie")
	if !acceptsGzip(r) || r.Method == http.MethodHead {
		w.WriteHeader(status)
		w.Write(body)
		return nil
	}
	h.Set("Content-Encoding", "gzip")
	w.WriteHeader(status)
	t.zip(w, body)
	return nil
}

// zip sends body compressed. A browser that left is no error.
func (t *Templates) zip(w io.Writer, body []byte) {
	z, ok := t.zips.Get().(*gzip.Writer)
	if !ok {
		z, _ = gzip.NewWriterLevel(w, gzip.BestSpeed) // a level that exists
	}
	z.Reset(w)
	z.Write(body)
	z.Close()
	t.zips.Put(z)
}

// Public is a rendered page that is the same for everyone: kept by the door, sent many times.
type Public struct {
	plain, gz []byte
	etag      string
}

// NewPublic compresses a page once.
func NewPublic(body []byte) *Public {
	sum := sha256.Sum256(body)
	return &Public{plain: body, gz: compress(body, gzip.DefaultCompression), etag: `"` + hex.EncodeToString(sum[:8]) + `"`}
}

// ServeHTTP sends the page, or 304 when the browser has it.
func (p *Public) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Vary", "Accept-Encoding, Cookie")
	h.Set("Cache-Control", "private, no-cache")
	h.Set("ETag", p.etag)
	if r.Header.Get("If-None-Match") == p.etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := p.plain
	if acceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = p.gz
	}
	w.Write(body)
}
