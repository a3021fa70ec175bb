package sandbox

import (
	"bytes"
	"embed"
	"encoding/json"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"lancar"
)

//go:embed pages
var pages embed.FS

// Handler serves everything that the sandbox speaks over HTTP.
func (s *Sandbox) Handler() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { s.page(w, r, "home", nil) })
	m.HandleFunc("GET /healthz", s.getHealth)
	m.HandleFunc("GET /style.css", func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, pages, "pages/style.css") })
	m.HandleFunc("GET /people", s.getPeople)
	m.HandleFunc("GET /time", s.getTime)
	m.HandleFunc("POST /time", s.postTime)
	m.HandleFunc("GET /switch", s.getSwitches)
	m.HandleFunc("POST /switch", s.postSwitch)
	m.HandleFunc("POST /register/{name}/match", s.switched("register", s.postMatch))
	m.HandleFunc("POST /register/{name}/read", s.switched("register", s.postRead))
	m.HandleFunc("POST /register/population/contact", s.postContact)
	m.HandleFunc("POST /asked", s.postAsked)
	m.HandleFunc("POST /register/oss/obtain", s.switched("register", s.postObtain))
	m.HandleFunc("POST /v1.0/access-token/b2b", s.switched("bank", s.postToken))
	m.HandleFunc("POST /v1.0/qr/qr-mpm-generate", s.switched("bank", s.postGenerate))
	m.HandleFunc("POST /v1.0/qr/qr-mpm-query", s.switched("bank", s.postQuery))
	m.HandleFunc("POST /v1.0/qr/qr-mpm-refund", s.switched("bank", s.postRefund))
	m.HandleFunc("GET /bank", s.getBank)
	m.HandleFunc("GET /bank/code/{reference}", s.getCode)
	m.HandleFunc("POST /bank/pay", s.postPay)
	m.HandleFunc("GET /mail", s.getMessages("mail"))
	m.HandleFunc("GET /phone", s.getMessages("phone"))
	m.HandleFunc("POST /phone/messages", s.switched("phone", s.postPhone))
	m.HandleFunc("GET /outbox", s.getOutbox)
	return http.NewCrossOriginProtection().Handler(m)
}

func (s *Sandbox) getHealth(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"ready": s.http, "smtp": s.smtp})
}

// wantsJSON says whether the caller is a program: it sent JSON or does not ask for a page.
func wantsJSON(r *http.Request) bool {
	return !strings.Contains(r.Header.Get("Accept"), "text/html")
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

// read takes a JSON body into v, or a form into fields; what begins with a brace is JSON whatever
// its type says, as curl -d sends it. It answers by itself when it returns false.
func (s *Sandbox) read(w http.ResponseWriter, r *http.Request, v any, fields map[string]*string) bool {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<16))
	if err == nil && strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") && !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
		var form url.Values
		if form, err = url.ParseQuery(string(body)); err == nil {
			for name, into := range fields {
				*into = form.Get(name)
			}
			return true
		}
	} else if err == nil {
		err = json.Unmarshal(body, v)
	}
	if err != nil {
		s.fail(w, r, http.StatusBadRequest, err.Error())
	}
	return err == nil
}

// done answers a program with v and sends a browser to a page.
func (s *Sandbox) done(w http.ResponseWriter, r *http.Request, page string, v any) {
	if wantsJSON(r) {
		writeJSON(w, http.StatusOK, v)
		return
	}
	http.Redirect(w, r, page, http.StatusSeeOther)
}

func (s *Sandbox) fail(w http.ResponseWriter, r *http.Request, status int, text string) {
	if wantsJSON(r) {
		writeJSON(w, status, map[string]string{"error": text})
		return
	}
	s.pageStatus(w, r, status, "error", text)
}

func (s *Sandbox) broken(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() == nil {
		s.log.Error("sandbox", "path", r.URL.Path, "error", err)
	}
	s.fail(w, r, http.StatusInternalServerError, "the sandbox failed; see its log")
}

func (s *Sandbox) page(w http.ResponseWriter, r *http.Request, name string, data any) {
	s.pageStatus(w, r, http.StatusOK, name, data)
}

func (s *Sandbox) pageStatus(w http.ResponseWriter, r *http.Request, status int, name string, data any) {
	t, err := template.New("").Funcs(template.FuncMap{
		"way":    way,
		"rupiah": func(sen int64) string { return lancar.Money{Amount: sen, Currency: "IDR"}.String() },
		"clock":  func(t time.Time) string { return t.In(wib()).Format("2 Jan 2006 15.04.05") + " WIB" },
	}).ParseFS(pages, "pages/frame.html", "pages/"+name+".html")
	if err != nil {
		s.log.Error("page", "name", name, "error", err)
		http.Error(w, "page", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(status)
	if err := t.ExecuteTemplate(w, "frame", map[string]any{"Now": s.Now(), "Path": r.URL.Path, "Node": s.config.NodeURL, "Data": data}); err != nil {
		s.log.Error("page", "name", name, "error", err)
	}
}

// way says on a page what a switch or mode is.
func way(name string) string {
	words := map[string]string{"register": "Daftar (penduduk, OSS, pajak)", "bank": "Bank", "mail": "Surel", "phone": "Ponsel", "payment": "Cara bank memberi kabar",
		"up": "berjalan", "down": "mati: langsung menolak", "hang": "diam: tidak menjawab 30 detik",
		"normal": "biasa", "late": "kabar terlambat", "silent": "tanpa kabar", "repeat": "kabar dua kali", "double": "terbayar dua kali",
		"forged": "kabar palsu, tanpa bayar", "wrong": "kabar dengan jumlah salah"}
	if w := words[name]; w != "" {
		return w
	}
	return name
}

func wib() *time.Location { return time.FixedZone("WIB", 7*3600) }
