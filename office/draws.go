package office

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"

	"lancar/casework"
	"lancar/web"
)

// lotView is one draw with all that is needed to compute it again.
type lotView struct {
	Step, Drawn      string
	Rows             []web.Row
	Officers         []officerPosition
	Draw, Roster     string // public records as they stand in the log
	Start, Seed      string
	Checked, Waiting bool
	Wrong            string
}

type officerPosition struct {
	Number          int
	Pseudonym       string
	Picked, Skipped bool
}

// draws explains to an officer how the file came to them, and to anyone they show it to how to
// compute the draw again.
func draws(v *visit) error {
	number, _, err := casework.ParseNumber(v.r.PathValue("number"))
	if err != nil {
		return notFound()
	}
	list, steps, err := v.Cases.OfficeLots(v.r.Context(), v.actor, number)
	if err != nil {
		return err
	}
	_, code, _ := casework.ParseNumber(number)
	view := map[string]any{"Number": number, "Path": casePath(number), "Log": "/log/" + code, "Region": code}
	var lots []lotView
	for _, l := range list {
		one, err := v.lot(l)
		if err != nil {
			return err
		}
		if title := v.In(steps[l.Step]); title != "" {
			one.Step = title
		}
		lots = append(lots, one)
	}
	view["Lots"] = lots
	return v.show("draws", v.T("Undian petugas", "How the officer was drawn"), view)
}

func (v *visit) lot(l casework.Lot) (lotView, error) {
	out := lotView{Step: l.Step, Roster: string(l.Roster), Draw: string(l.Draw), Start: hex.EncodeToString(l.Start), Waiting: l.Draw == nil}
	if out.Waiting {
		return out, nil
	}
	var d casework.DrawRecord
	var r casework.RosterRecord
	if err := errors.Join(json.Unmarshal(l.Draw, &d), json.Unmarshal(l.Roster, &r)); err != nil {
		return out, err
	}
	if err := casework.VerifyDraw(l.Draw, l.Roster, l.Start); err != nil {
		out.Wrong = err.Error()
	} else {
		out.Checked = true
	}
	for i, p := range r.Officers {
		out.Officers = append(out.Officers, officerPosition{Number: i + 1, Pseudonym: p, Picked: i+1 == d.Position, Skipped: slices.Contains(d.Excluded, i+1)})
	}
	row := func(term string, n int64) {
		out.Rows = append(out.Rows, web.Row{Term: term, Lines: []string{itoa(n)}, Num: true})
	}
	row(v.T("Catatan berkas lengkap, nomor", "Record of completeness, index"), d.Completeness)
	if d.Redraw != 0 {
		row(v.T("Catatan undian ulang, nomor", "Record of the redraw, index"), d.Redraw)
	}
	row(v.T("Catatan daftar petugas, nomor", "Record of the roster, index"), d.Roster)
	row(v.T("Ukuran buku saat diundi", "Size of the log at the draw"), d.Size)
	row(v.T("Urutan yang terpilih", "Position drawn"), int64(d.Position))
	out.Seed = base64.StdEncoding.EncodeToString(d.Root)
	return out, nil
}
