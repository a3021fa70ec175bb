package access

import (
	"context"
	"time"

	"lancar"
	"lancar/internal/store"
)

// Figures is what a data officer must see at a glance. Requests are those of the officer's region and
// below it; restrictions and agreements belong to people and are counted over the whole node.
type Figures struct {
	Open, Overdue       int64     // requests that wait
	OldestWhy           time.Time // the oldest unanswered question about a look; zero: none
	Answered, Late      int64     // requests closed in the last thirty days, and of them after their term
	Restricted          int64     // people who have the use of their data restricted now
	RestrictedSince     time.Time // the oldest of them
	Agreements          int64     // in force
	Withdrawn           int64     // in the last thirty days
	Looks, LooksPeople  int64     // in the region in the last thirty days, and at how many people
	Machines, MachineOf int64     // of the looks, those by machines, and how many machines
}

const month = 30 * 24 * time.Hour

// Figures counts for the data officer of a region. It runs over whole tables: it is for one page of
// one officer, not for anything that is asked often.
func (a *Access) Figures(ctx context.Context, officer lancar.Actor) (f Figures, err error) {
	if err := mayAnswer(officer, officer.Region); err != nil {
		return f, err
	}
	err = a.db.Read(ctx, func(tx *store.Tx) error {
		f, err = figures(tx, officer.Region)
		return err
	})
	return f, err
}

// Processing is one activity in which people's data is processed, as the room that does it declares
// it: a line of the record that UU 27/2022 Article 31 demands.
type Processing struct {
	Name     lancar.Text   `json:"name"`
	Agency   string        `json:"agency,omitempty"` // id of the agency that answers for it, "" for the node
	Purpose  lancar.Text   `json:"purpose"`
	Grounds  []string      `json:"grounds"` // citations; one that nobody has confirmed says so
	Whose    lancar.Text   `json:"whose"`
	General  []lancar.Text `json:"general"`            // kinds of general data
	Specific []lancar.Text `json:"specific,omitempty"` // kinds of specific data (Article 4)
	Sources  []lancar.Text `json:"sources,omitempty"`  // registers it is asked from
	Given    []lancar.Text `json:"given,omitempty"`    // whom it is given to
	Keep     lancar.Text   `json:"keep"`
	Alone    bool          `json:"alone"` // decides about people without a person in between
}

// Declare hands the room what other rooms do with people's data. Called once, by app.
func (a *Access) Declare(list ...func() []Processing) { a.declared = list }

// Processing is the record of everything the rooms do with people's data, as they stand now.
func (a *Access) Processing() (out []Processing) {
	for _, declared := range a.declared {
		out = append(out, declared()...)
	}
	return append(out, a.processing())
}

// processing is what this room itself does.
func (a *Access) processing() Processing {
	return Processing{
		Name:    lancar.Text{"id": "Catatan siapa melihat data, persetujuan, dan permintaan hak", "en": "Record of looks, agreements and requests"},
		Purpose: lancar.Text{"id": "Menunjukkan kepada pemilik data siapa yang membukanya, dan memenuhi haknya", "en": "Showing people who opened their data, and meeting their rights"},
		Grounds: []string{"UU 27/2022 Pasal 30, 31, 32, 41, 46"},
		Whose:   lancar.Text{"id": "Setiap orang yang datanya ada di sini", "en": "Everyone whose data is here"},
		General: []lancar.Text{{"id": "siapa yang melihat, kapan, apa, untuk apa", "en": "who looked, when, at what, what for"},
			{"id": "persetujuan kepada aplikasi", "en": "agreements with apps"}, {"id": "isi permintaan dan jawabannya", "en": "requests and their answers"}},
		Keep: lancar.Text{"id": "Selama catatan datanya ada; kata-kata dalam permintaan dihapus bersama penghapusan data", "en": "As long as the data; the words of requests are erased with it"},
	}
}
