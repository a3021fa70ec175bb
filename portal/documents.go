package portal

import (
	"net/url"
	"path"

	"lancar"
	"lancar/document"
	"lancar/identity/mandate"
	"lancar/web"
)

// documentLink is the page of a document by its printed number: addresses use the number's core,
// which holds no strokes.
func (v *visit) documentLink(number string) string {
	return documentPath(path.Base(v.Documents.CheckURL(number)))
}

func documentPath(core string) string { return "/documents/" + url.PathEscape(core) }

// ownDocument opens the document named in the path for its holder.
func (v *visit) ownDocument() (document.Document, []byte, error) {
	known, err := v.Documents.ByNumber(v.r.Context(), v.r.PathValue("number"))
	if err != nil {
		return document.Document{}, nil, err
	}
	if known.State == document.Unknown {
		return document.Document{}, nil, notFound()
	}
	if v.acting != nil {
		err := v.Cases.UseFor(v.r.Context(), v.applicant(), known.Document.Region, known.Document.Case, mandate.Collect, lancar.Money{})
		if err != nil {
			return document.Document{}, nil, err
		}
	}
	return v.Documents.Open(v.r.Context(), v.session.Own, known.Document.Region, known.Document.Number)
}

func showDocument(v *visit) error {
	d, _, err := v.ownDocument()
	if err != nil {
		return err
	}
	check := v.Documents.CheckURL(d.Number)
	locked, err := v.locked()
	if err != nil {
		return err
	}
	return v.show("document", v.In(d.Title), map[string]any{"Title": v.In(d.Title), "Number": d.Number, "Tag": documentTag(v.Words, d.State),
		"File": documentPath(d.Core) + "/file", "Locked": locked, "Rows": v.documentRows(d), "QR": qrOf(check, v.T("Kode QR pemeriksaan", "QR code for checking")), "Verify": check})
}

// documentFile is the holder's own PDF.
func documentFile(v *visit) error {
	if locked, err := v.locked(); err != nil || locked {
		return orElse(err, func() error { return v.unlock(documentPath(v.r.PathValue("number"))) })
	}
	d, pdf, err := v.ownDocument()
	if err != nil {
		return err
	}
	web.SendFile(v.w, "application/pdf", d.Core+".pdf", pdf)
	return nil
}

// documentRows are what the paper must say, for comparing: never more than needed.
func (v *visit) documentRows(d document.Document) []web.Row {
	w := v.wordsOf(d.Region)
	var rows []web.Row
	add := func(term, value string) {
		if value != "" {
			rows = append(rows, web.Row{Term: term, Lines: []string{value}})
		}
	}
	add(v.T("Jenis", "Kind"), v.In(d.Title))
	add(v.T("Nomor", "Number"), d.Number)
	add(v.T("Atas nama", "In the name of"), d.Holder)
	add(v.T("Untuk", "For"), v.In(d.About))
	add(v.T("Terbit", "Issued"), w.Date(d.IssuedAt))
	if !d.ValidUntil.IsZero() {
		add(v.T("Berlaku sampai", "Valid until"), w.Date(d.ValidUntil.Add(-1)))
	}
	add(v.T("Ditandatangani", "Signed by"), d.Office)
	if !d.ChangedAt.IsZero() {
		add(v.T("Berubah", "Changed"), w.When(d.ChangedAt))
		add(v.T("Alasan", "Reason"), v.In(d.Reason))
	}
	add(v.T("Diganti oleh", "Replaced by"), d.ReplacedBy)
	return rows
}

func documentTag(w web.Words, s document.State) *web.Tag {
	switch s {
	case document.Valid:
		return &web.Tag{Kind: "ok", Icon: "check", Text: w.T("Berlaku", "Valid")}
	case document.Revoked:
		return &web.Tag{Kind: "bad", Icon: "cross", Text: w.T("Dicabut", "Revoked")}
	case document.Superseded:
		return &web.Tag{Kind: "warn", Text: w.T("Sudah diganti", "Replaced")}
	}
	return &web.Tag{Kind: "off", Text: w.T("Tidak berlaku lagi", "No longer valid")}
}
