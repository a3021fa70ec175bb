package portal

import (
	"net/url"

	"lancar"
	"lancar/access"
)

type lookRow struct{ ID, When, Who, What, Why, Ground string }

// looked is the record of everyone who opened this person's data.
func looked(v *visit) error {
	rows, next, err := v.Access.Rows(v.r.Context(), v.session.Own, v.r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	view := struct {
		Rows        []lookRow
		More, Asked string
	}{}
	for _, r := range rows {
		view.Rows = append(view.Rows, lookRow{ID: string(r.ID), When: v.wordsOf(r.Region).Moment(r.At, v.now), Who: v.reader(r.Who),
			What: v.In(r.Words), Why: v.In(r.Purpose), Ground: v.In(r.Ground)})
	}
	if next != "" {
		view.More = "/me/looked?after=" + url.QueryEscape(next)
	}
	if v.r.URL.Query().Get("asked") != "" {
		view.Asked = v.T("Pertanyaan Anda terkirim. Jawabannya paling lambat 3×24 jam, di halaman hak atas data.", "Your question is sent. The answer comes within 3×24 hours, on the page of your data rights.")
	}
	return v.show("looked", v.T("Siapa melihat data saya", "Who looked at my data"), view)
}

// askWhy asks the office behind one look why it was made.
func askWhy(v *visit) error {
	if err := v.readForm(); err != nil {
		return err
	}
	_, err := v.Access.AskFor(v.r.Context(), v.session.Own, access.Ask{Right: access.Why, Row: lancar.ID(v.r.PostForm.Get("row"))})
	if err != nil {
		return err
	}
	return v.to("/me/looked?asked=1")
}
