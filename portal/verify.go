package portal

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"lancar"
	"lancar/document"
	"lancar/internal/serve"
	"lancar/web"
)

type verdictView struct {
	Verdict        web.Verdict
	Rows           []web.Row
	Note, NoteKind string
}

// verify is the public check of documents. It asks and keeps nothing about who checks.
func verify(v *visit) error {
	if n := strings.TrimSpace(v.r.URL.Query().Get("number")); n != "" {
		return v.to("/verify/" + url.PathEscape(n))
	}
	return v.verifyPage(http.StatusOK, nil)
}

func (v *visit) verifyPage(status int, problems []web.Problem) error {
	return v.showAs(status, "verify", v.T("Periksa keaslian dokumen", "Check a document"), map[string]any{"Number": "", "Problems": problems})
}

func verifyNumber(v *visit) error {
	found, err := v.Documents.ByNumber(v.r.Context(), v.r.PathValue("number"))
	if err != nil {
		return err
	}
	v.noindex = true
	return v.verdict(found)
}

func verifyFile(v *visit) error {
	if err := v.mayCheck(); err != nil {
		return err
	}
	select {
	case v.checking <- struct{}{}:
		defer func() { <-v.checking }()
	default:
		return lancar.Fail(lancar.Unavailable, "", "Terlalu banyak berkas sedang diperiksa. Coba lagi sebentar, atau periksa nomornya.",
			"Too many files are being checked. Try again in a moment, or check the number.")
	}
	missing := []web.Problem{{Field: "file", Text: v.T("Pilih berkas PDF dulu.", "Choose a PDF file first.")}}
	pdf, err := v.pdfSent()
	if err == nil && len(pdf) == 0 {
		return v.verifyPage(http.StatusUnprocessableEntity, missing)
	}
	var found document.Verdict
	if err == nil {
		found, err = v.Documents.Check(v.r.Context(), pdf)
	}
	if lancar.CodeOf(err) == lancar.TooLarge {
		e, _ := err.(*lancar.Error)
		return v.verifyPage(http.StatusRequestEntityTooLarge, []web.Problem{{Field: "file", Text: v.In(e.Text)}})
	}
	if err != nil {
		return err
	}
	return v.verdict(found)
}

// Anybody may check a file, so it may cost little: so many a minute from an address, so many at once
// on this node, each no larger than a document of ours and sent within a minute.
const (
	atOnce     = 32
	sendWithin = time.Minute
)

func (v *visit) mayCheck() error {
	wait := v.Checks.Take(serve.Address(v.r.Context()))
	if wait == 0 {
		return nil
	}
	v.w.Header().Set("Retry-After", itoa(int64(wait.Seconds())+1))
	return lancar.Fail(lancar.TooMany, "", "Terlalu banyak berkas dari jaringan Anda. Tunggu 1 menit, atau periksa nomornya.",
		"Too many files from your network. Wait 1 minute, or check the number.")
}

// pdfSent is the file in the form, nil for none, one byte more than allowed for a larger one.
func (v *visit) pdfSent() ([]byte, error) {
	_ = http.NewResponseController(v.w).SetReadDeadline(time.Now().Add(sendWithin)) // a test's recorder has none
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, document.MaxFile+maxStrangers)
	parts, err := v.r.MultipartReader()
	if err != nil {
		return nil, nil // no form with a file
	}
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return nil, nil
		}
		if err == nil && part.FormName() == "file" {
			var pdf []byte
			if pdf, err = io.ReadAll(io.LimitReader(part, document.MaxFile+1)); err == nil {
				return pdf, nil
			}
		}
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return nil, document.TooLarge()
		}
		if err != nil {
			return nil, lancar.Fail(lancar.Invalid, "", "Berkas tidak terbaca. Coba kirim lagi.", "The file could not be read. Please send it again.").Because(err)
		}
	}
}

// verdict says what a document is in three words, then the proof; never more than needed.
func (v *visit) verdict(found document.Verdict) error {
	d, at := found.Document, v.T("Diperiksa ", "Checked ")+v.When(found.At)+"."
	view := verdictView{Verdict: web.Verdict{Kind: "no", Line: at}}
	changed := v.wordsOf(d.Region).Date(d.ChangedAt)
	switch found.State {
	case document.Valid:
		view.Verdict.Kind, view.Verdict.Title = "ok", v.T("Dokumen ini sah", "This document is valid")
		view.Verdict.Line = v.T("Nomor ini kami terbitkan dan masih berlaku. ", "We issued this number and it is still valid. ") + at
		if found.File {
			view.Verdict.Line = v.T("Isinya sama persis dengan yang kami terbitkan. ", "Its content is exactly what we issued. ") + at
		}
		view.Note = v.T("Cocokkan satu per satu. Kalau ada yang berbeda dengan kertas atau berkas di tangan Anda, dokumen itu bukan yang kami terbitkan.",
			"Compare line by line. If anything differs from the paper or file in your hand, that is not the document we issued.")
	case document.Expired:
		view.Verdict.Kind, view.Verdict.Title = "hm", v.T("Masa berlakunya habis", "Its term is over")
		view.Verdict.Line = v.T("Dokumen ini asli, tetapi tidak berlaku lagi. ", "This document is genuine, but no longer valid. ") + at
	case document.Revoked:
		view.Verdict.Title = v.T("Dokumen ini sudah dicabut", "This document was revoked")
		view.Verdict.Line = v.T("Jangan diterima. Dicabut ", "Do not accept it. Revoked on ") + changed + ". " + at
	case document.Superseded:
		view.Verdict.Kind, view.Verdict.Title = "hm", v.T("Sudah diganti yang baru", "Replaced by a newer one")
		view.Verdict.Line = v.T("Jangan diterima. Diganti ", "Do not accept it. Replaced on ") + changed + ". " + at
	case document.Tampered:
		view.Verdict.Title = v.T("Berkas ini sudah diubah", "This file was altered")
		view.Verdict.Line = v.T("Jangan diterima. Isinya bukan yang kami tanda tangani. ", "Do not accept it. Its content is not what we signed. ") + at
		view.Note, view.NoteKind = v.T("Di atas adalah isi dokumen asli dengan nomor itu.", "Above is what the genuine document with that number says."), "bad"
	default:
		view.Verdict.Kind, view.Verdict.Title = "hm", v.T("Tidak kami kenal", "Not known here")
		view.Verdict.Line = v.T("Tidak ada dokumen kami dengan nomor itu. ", "We issued no document with that number. ") + at
		if found.File {
			view.Verdict.Line = v.T("Berkas ini tidak ditandatangani di sini. ", "This file was not signed here. ") + at
		}
		view.Note, view.NoteKind = v.T("Periksa lagi nomornya. Kalau tetap tidak dikenal, jangan diterima.", "Check the number again. If it is still unknown, do not accept it."), "warn"
	}
	if d.Number != "" {
		view.Rows = v.documentRows(d)
	}
	v.noindex = true
	return v.show("verdictpage", view.Verdict.Title, view)
}
