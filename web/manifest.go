package web

import (
	"encoding/json"
	"net/http"
)

type manifest struct {
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	ShortName  string         `json:"short_name"`
	Lang       string         `json:"lang"`
	StartURL   string         `json:"start_url"`
	Scope      string         `json:"scope"`
	Display    string         `json:"display"`
	Background string         `json:"background_color"`
	Theme      string         `json:"theme_color"`
	Icons      []manifestIcon `json:"icons"`
}

type manifestIcon struct {
	Src     string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose"`
}

func (l *Look) manifest(lang string) manifest {
	m := manifest{ID: "/", Name: l.AppName + ": " + l.Title.In(lang), ShortName: l.AppName, Lang: lang,
		StartURL: "/", Scope: "/", Display: "standalone", Background: l.Light["paper"], Theme: l.Light["w1"]}
	for i, size := range []string{"any", "192x192", "512x512"} {
		typ := "image/png"
		if i == 0 {
			typ = "image/svg+xml"
		}
		m.Icons = append(m.Icons, manifestIcon{l.icons[i].Path, size, typ, "any"})
		if i > 0 {
			m.Icons = append(m.Icons, manifestIcon{l.icons[i].Path, size, typ, "maskable"})
		}
	}
	return m
}

// ServeManifest answers /manifest.webmanifest: the portal installs on a phone under its own name.
func (l *Look) ServeManifest(w http.ResponseWriter, lang string) {
	w.Header().Set("Content-Type", "application/manifest+json")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	json.NewEncoder(w).Encode(l.manifest(lang))
}

// ServeWorker answers /sw.js: the service worker that keeps the offline page, the sheet and the
// script, and nothing about the person.
func (l *Look) ServeWorker(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	keep, _ := json.Marshal([]string{"/offline", l.Sheet.Path, script().Path}) // strings always encode
	w.Write([]byte("const KEEP = " + string(keep) + ";\n"))
	w.Write(read("script/sw.js"))
}
