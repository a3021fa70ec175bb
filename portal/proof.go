package portal

import (
	"encoding/base64"

	"lancar/web"
)

type leafView struct {
	Title  string
	Rows   []web.Row
	Record string
	Nonce  string
	Text   string // the proof in the format of C2SP tlog-proof
}

// proof shows a person that each step of their case stands in the region's public log, with all
// that is needed to check it without us.
func proof(v *visit) error {
	c, _, err := v.ownCase()
	if err != nil {
		return err
	}
	list, err := v.Cases.Proofs(v.r.Context(), v.applicant(), c.Number)
	if err != nil {
		return err
	}
	var leaves []leafView
	for _, p := range list {
		leaf := leafView{Title: v.In(p.Text), Nonce: base64.StdEncoding.EncodeToString(p.Nonce), Record: string(p.Record), Text: p.Path}
		if p.Standing {
			leaf.Rows = []web.Row{
				{Term: v.T("Nomor di buku", "Index in the log"), Lines: []string{itoa(p.Position.Index)}, Num: true},
				{Term: v.T("Ditandatangani bersama", "Signed together with"), Lines: []string{itoa(p.Position.Size) + v.T(" catatan", " records")}, Num: true}}
		} else {
			leaf.Rows = []web.Row{{Term: v.T("Keadaan", "State"), Lines: []string{v.T("sedang dimasukkan", "being added")}}}
		}
		leaves = append(leaves, leaf)
	}
	return v.show("proof", v.T("Bukti di catatan publik", "Proof in the public log"), map[string]any{"Leaves": leaves,
		"Log": "/log/" + c.Region + "/checkpoint", "Back": web.Link{Href: "/cases/" + c.Number, Text: v.In(c.Title)}})
}
