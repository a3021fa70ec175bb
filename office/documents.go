package office

import (
	"net/http"
	"net/url"
	"strings"

	"lancar"
	"lancar/document"
	"lancar/web"
)

type documentView struct {
	Number, Query, Path string
	Tag                 web.Tag
	Title               string
	Rows                []web.Row
	May                 bool
	Reason              web.Field
	Problems            []web.Problem
	Done                bool
}

// documents finds a document by its number, which may hold strokes.
func documents(v *visit) error {
	typed := strings.TrimSpace(v.r.URL.Query().Get("number"))
	if typed == "" {
		return v.show("documents", v.T("Dokumen", "Documents"), documentView{})
	}
	found, err := v.Documents.ByNumber(v.r.Context(), typed)
	if err != nil {
		return err
	}
	if found.State == document.Unknown {
		return v.noDocument(typed)
	}
	return v.to("/office/documents/" + url.PathEscape(found.Document.Core))
}

func (v *visit) noDocument(typed string) error {
	view := documentView{Query: typed, Problems: []web.Problem{{Field: "number", Text: v.T("Tidak ada dokumen kami dengan nomor itu. Periksa lagi, huruf demi huruf.",
		"We issued no document with that number. Check it again, character by character.")}}}
	return v.showAs(http.StatusNotFound, "documents", v.title(v.T("Dokumen", "Documents"), view.Problems), view)
}

func showDocument(v *visit) error {
	return v.documentPage(http.StatusOK, "", nil)
}

// documentPage shows what everyone may know of a document, and to whom it belongs to withdraw it
// the form for that.
func (v *visit) documentPage(status int, reason string, problems []web.Problem) error {
	typed := v.r.PathValue("number")
	found, err := v.Documents.ByNumber(v.r.Context(), typed)
	if err != nil {
		return err
	}
	if found.State == document.Unknown {
		return v.noDocument(typed)
	}
	d := found.Document
	w := v.wordsOf(d.Region)
	view := documentView{Number: d.Number, Path: "/office/documents/" + url.PathEscape(d.Core), Title: v.In(d.Title), Tag: v.stateTag(found.State), Problems: problems,
		Done: v.r.URL.Query().Get("done") != ""}
	add := func(term, value string) {
		if value != "" {
			view.Rows = append(view.Rows, web.Row{Term: term, Lines: []string{value}})
		}
	}
	add(v.T("Nomor", "Number"), d.Number)
	add(v.T("Pemegang", "Holder"), d.Holder)
	add(v.T("Tentang", "About"), v.In(d.About))
	add(v.T("Penerbit", "Issued by"), d.Office)
	add(v.T("Terbit", "Issued"), w.When(d.IssuedAt))
	if !d.ValidUntil.IsZero() {
		add(v.T("Berlaku sampai", "Valid until"), w.Until(d.ValidUntil, v.now))
	}
	if !d.ChangedAt.IsZero() {
		add(v.T("Berubah", "Changed"), w.When(d.ChangedAt))
	}
	add(v.T("Alasan", "Reason"), v.In(d.Reason))
	add("SHA-256", d.SHA256)
	if view.May, err = v.Cases.MayRevoke(v.r.Context(), v.actor, d); err != nil {
		return err
	}
	view.Reason = web.Field{Name: "reason", Kind: web.LongField, Label: v.T("Alasan pencabutan", "Reason for the revocation"), Max: 500, Value: reason,
		Hint: v.T("Dibaca siapa pun yang memeriksa dokumen ini. Jangan tulis nama atau nomor identitas.", "Read by anyone who checks this document. Write no name and no identity number.")}
	mark(problems, &view.Reason)
	return v.showAs(status, "document", v.title(v.In(d.Title), problems), view)
}

func (v *visit) stateTag(s document.State) web.Tag {
	switch s {
	case document.Valid:
		return web.Tag{Kind: "ok", Icon: "check", Text: v.T("Sah dan berlaku", "Valid")}
	case document.Revoked:
		return web.Tag{Kind: "bad", Icon: "cross", Text: v.T("Sudah dicabut", "Revoked")}
	case document.Superseded:
		return web.Tag{Kind: "warn", Text: v.T("Sudah diganti", "Replaced")}
	}
	return web.Tag{Kind: "off", Text: v.T("Masa berlakunya habis", "Its term is over")}
}

// revoke withdraws a document.
func revoke(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	number, reason := v.r.PathValue("number"), sent.Get("reason")
	switch err = v.Cases.Revoke(v.r.Context(), v.actor, number, reason); lancar.CodeOf(err) {
	case "":
		return v.to("/office/documents/" + url.PathEscape(number) + "?done=1")
	case lancar.Invalid:
		p, ok := v.wrong(err)
		if !ok {
			return err
		}
		return v.documentPage(http.StatusUnprocessableEntity, reason, []web.Problem{p})
	}
	return err
}
