package portal

import (
	"context"
	"errors"
	"net/http"

	"lancar"
	"lancar/internal/serve"
	"lancar/web"
)

// fail answers an error with a page that says what happened, whether anything is lost, and what
// to do now. What is not an [lancar.Error] is logged and not shown.
func (v *visit) fail(err error) {
	if errors.Is(err, context.Canceled) && v.r.Context().Err() != nil {
		return // the browser left
	}
	code := lancar.CodeOf(err)
	status := serve.StatusOf(err)
	if status == http.StatusRequestEntityTooLarge {
		code = lancar.TooLarge
	}
	if code == lancar.Internal {
		v.Logger.Error("page failed", "request", serve.RequestID(v.r.Context()), "error", err.Error())
	}
	view := v.sorry(code)
	if e, ok := errors.AsType[*lancar.Error](err); ok && code != lancar.Internal {
		view.Lead = v.In(e.Text)
		if v.brought && code == lancar.Invalid {
			view.Title, view.Small = v.T("Aplikasi itu salah meminta", "That app asked wrongly"), v.T("Anda tidak berbuat salah, dan tidak ada data Anda yang diberikan.", "You did nothing wrong, and none of your data was given.")
		}
		if e.Field == "mandate" {
			v.mandateSorry(&view, code)
		}
	}
	v.cache = nil
	if code == lancar.Internal || code == lancar.Unavailable {
		view.Code = serve.RequestID(v.r.Context())
	}
	if code == lancar.TooMany && v.w.Header().Get("Retry-After") == "" {
		v.w.Header().Set("Retry-After", "60")
	}
	if rerr := v.templates.Render(v.w, v.r, status, v.page(view.Title), "empty", view); rerr != nil {
		v.Logger.Error("error page failed", "error", rerr.Error())
		http.Error(v.w, http.StatusText(status), status)
	}
}

// Sorry answers every request with the page of an error, for the middleware before the pages:
// a limited address, a panic.
func (p *Portal) Sorry(code lancar.Code) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e := &lancar.Error{Code: code}
		if code == lancar.TooMany {
			e = lancar.Fail(code, "", "Terlalu banyak permintaan dari jaringan Anda. Tunggu 1 menit, lalu coba lagi.",
				"Too many requests from your network. Wait 1 minute and try again.")
		}
		p.visitor(w, r).fail(e)
	})
}

// sorry is the page of an error code, in the words of the design: what, is it safe, what now.
func (v *visit) sorry(code lancar.Code) web.Empty {
	home := web.Empty{Pattern: "frame", Href: "/", Action: v.T("Ke halaman depan", "To the front page")}
	switch code {
	case lancar.NotFound:
		home.Title = v.T("Halaman ini tidak ada", "This page does not exist")
		home.Lead = v.T("Mungkin sudah pindah, atau alamatnya kurang lengkap.", "It may have moved, or its address is incomplete.")
		home.Href, home.Search = "", true
	case lancar.Unauthenticated:
		home.Title = v.T("Masuk dulu", "Please sign in")
		home.Href, home.Action = "/signin", v.T("Masuk", "Sign in")
	case lancar.Forbidden:
		home.Title = v.T("Ini bukan untuk Anda", "This is not open to you")
	case lancar.Conflict:
		home.Title = v.T("Halaman ini sudah berubah", "This page has changed")
		home.Small = v.T("Mungkin terbuka di dua tempat. Buka lagi, isian yang tersimpan tetap ada.", "It may be open in two places. Open it again; what was saved is still there.")
		home.Href, home.Action = v.r.URL.Path, v.T("Buka lagi", "Open it again")
	case lancar.Gone:
		home.Title = v.T("Sudah lewat masanya", "This has expired")
	case lancar.TooLarge:
		home.Title = v.T("Terlalu besar", "Too large")
		home.Lead = v.T("Berkas itu terlalu besar. Ambil foto dengan ukuran lebih kecil, lalu coba lagi.", "That file is too large. Take a smaller photo and try again.")
		home.Href, home.Action = v.r.URL.Path, v.T("Kembali", "Back")
	case lancar.TooMany:
		home.Title = v.T("Terlalu sering", "Too often")
	case lancar.Invalid:
		home.Title = v.T("Belum bisa diterima", "This cannot be accepted yet")
		home.Small = v.T("Tekan tombol kembali, isian Anda masih ada.", "Press back; your answers are still there.")
	case lancar.Unavailable:
		home.Pattern, home.Title = "torn", v.T("Belum bisa sekarang", "Not possible right now")
		home.Small = v.T("Yang sudah tersimpan aman. Jam layanan Anda tidak terpotong karena gangguan ini.", "What was saved is safe. This fault takes nothing from your time.")
		home.Href, home.Action = v.r.URL.Path, v.T("Coba lagi", "Try again")
	default:
		home.Pattern, home.Title = "torn", v.T("Ada gangguan di pihak kami", "Something is wrong on our side")
		home.Lead = v.T("Yang sudah tersimpan aman. Kami sudah diberi tahu.", "What was saved is safe. We have been told.")
		home.Href, home.Action = v.r.URL.Path, v.T("Coba lagi", "Try again")
	}
	return home
}

func notFound() error {
	return lancar.Fail(lancar.NotFound, "", "Mungkin sudah pindah, atau alamatnya kurang lengkap.", "It may have moved, or its address is incomplete.")
}
