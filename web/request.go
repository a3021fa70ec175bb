package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const langCookie = "lang"

// Language is the one that the reader chose, the first of langs until they do.
func Language(r *http.Request, langs []string) string {
	if c, err := r.Cookie(langCookie); err == nil && slices.Contains(langs, c.Value) {
		return c.Value
	}
	return langs[0]
}

// ChooseLanguage keeps the choice made by ?lang= and sends the browser on to the page without it;
// false: nothing was chosen and nothing was answered.
func ChooseLanguage(w http.ResponseWriter, r *http.Request, langs []string) bool {
	if !strings.Contains(r.URL.RawQuery, "lang=") || r.Method != http.MethodGet {
		return false
	}
	q := r.URL.Query()
	if chosen := q.Get("lang"); slices.Contains(langs, chosen) {
		http.SetCookie(w, &http.Cookie{Name: langCookie, Value: chosen, Path: "/", MaxAge: int((365 * 24 * time.Hour).Seconds()),
			SameSite: http.SameSiteLaxMode, HttpOnly: true, Secure: r.TLS != nil})
	}
	q.Del("lang")
	to := *r.URL
	to.RawQuery = q.Encode()
	http.Redirect(w, r, LocalPath(to.RequestURI()), http.StatusSeeOther)
	return true
}

// LocalPath is a path of this host that somebody asked to go to, "/" when it is anything else.
func LocalPath(s string) string {
	if !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.ContainsAny(s, "\\\r\n\t") {
		return "/"
	}
	return s
}

// Device says in words which browser on which system, for its owner's own list.
func Device(agent string) string {
	pick := func(names ...string) string {
		for _, n := range names {
			if strings.Contains(agent, n) {
				return n
			}
		}
		return ""
	}
	browser, system := pick("Edg", "OPR", "SamsungBrowser", "Firefox", "Chrome", "Safari"), pick("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
	return strings.Trim(browser+", "+system, ", ")
}

// SendFile answers with what somebody uploaded. A picture is shown, anything else is saved; a
// browser neither guesses its kind nor runs what is in it, and nobody stores it.
func SendFile(w http.ResponseWriter, kind, name string, data []byte) {
	h, how := w.Header(), "attachment"
	switch kind {
	case "image/jpeg", "image/png":
		how = "inline"
	case "application/pdf":
	default:
		kind = "application/octet-stream"
	}
	h.Set("Content-Type", kind)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Disposition", how+`; filename="`+plainName(name)+`"; filename*=UTF-8''`+url.PathEscape(name))
	w.Write(data)
}

func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			return '_'
		}
		return r
	}, name)
}
