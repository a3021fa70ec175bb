package casework

import (
	"encoding/json"
	"fmt"

	"lancar"
	"lancar/access"
	"lancar/catalog"
	"lancar/catalog/flow"
	"lancar/internal/store"
	"lancar/region"
)

// view opens a case for the holder of a grant.
func (c *Cases) view(tx *store.Tx, g access.Grant, d *dossier) (Case, error) {
	out := d.brief()
	out.Events = history(d)
	clock, err := c.clock(d)
	if err != nil {
		return out, err
	}
	out.Clock = clock
	in, err := c.contents(tx, g, d)
	if isErased(err) {
		out.Erased = true
		return out, nil
	}
	if err != nil {
		return out, err
	}
	out.Kind, out.Answers, out.Facts, out.Files = in.Kind, in.Answers, in.Facts, in.Files
	out.By = in.By
	if err := c.actedTx(tx, g, d, &out); err != nil {
		return out, err
	}
	out.Correction, out.Decision, out.Opinions, out.Flags = in.correction, in.decision, in.opinions, in.flags
	if !g.Own() && in.decision == nil {
		out.Returned = in.returned
	}
	if d.status.State == flow.Correction {
		metas, err := caseMetas(tx, d)
		if err != nil {
			return out, err
		}
		key, err := c.keyOf(tx, d)
		if err != nil {
			return out, err
		}
		if out.Files, err = describe(metas, key); err != nil {
			return out, err
		}
	}
	if g.Own() && out.Decision != nil && !d.status.State.Over() {
		out.Decision, out.How = nil, "" // not a decision until it is signed
	}
	if d.status.Officer != "" && !d.status.State.Over() {
		out.Officer = c.officerName(tx, d.status.Officer)
	}
	out.Messages, err = c.messages(tx, d)
	return out, err
}

// clock counts the case's term day by day, as it stands. It is zero before completeness.
func (c *Cases) clock(d *dossier) (region.Deadline, error) {
	if d.status.Complete == 0 || d.def.Term.Days < 1 {
		return region.Deadline{}, nil
	}
	r := c.regions.ByCode(d.region)
	return region.Count(r.Calendar(), r.Zone, store.Time(d.status.Complete), d.def.Term.Days, d.pauses())
}

// history tells the events of a case in words.
func history(d *dossier) []Event {
	out := make([]Event, 0, len(d.events))
	from := flow.Draft
	for i, e := range d.events {
		before := *d
		if i > 0 {
			before.status = d.events[i-1].Plain.Status
		}
		ev := Event{Seq: e.Seq, At: e.At, Kind: e.Kind, Who: e.Who, Leaf: e.Leaf, Text: otherText(e.Kind)}
		if t, ok := flow.Next(from, e.Kind, before.facts()...); ok {
			ev.Text = t.Why
		}
		if e.Kind == flow.Sign && e.Plain.Status.How == "refused" {
			ev.Text = lancar.Text{"id": "Keputusan ditandatangani. Permohonan ditolak.", "en": "The decision was signed. The application is refused."}
		}
		out = append(out, ev)
		from = e.Plain.Status.State
	}
	return out
}

func otherText(kind flow.Event) lancar.Text {
	switch kind {
	case flagged:
		return lancar.Text{"id": "Catatan instansi selesai diperiksa.", "en": "The register was asked afterwards."}
	case recounted:
		return lancar.Text{"id": "Kalender hari kerja berubah. Batas waktu dihitung ulang.", "en": "The calendar of working days changed. The deadline was counted again."}
	case reminded:
		return lancar.Text{"id": "Anda diingatkan tentang perbaikan.", "en": "You were reminded of the correction."}
	case receipted:
		return lancar.Text{"id": "Bukti pembayaran terbit.", "en": "The receipt of payment was issued."}
	case refunded:
		return lancar.Text{"id": "Uang yang terlanjur dibayar sudah dikembalikan.", "en": "Money that was not owed was paid back."}
	case erased:
		return lancar.Text{"id": "Masa simpan berakhir. Isi permohonan dihapus.", "en": "The time of keeping ended. The contents were erased."}
	}
	return lancar.Text{"id": string(kind), "en": string(kind)}
}

// messages opens what the office and the applicant wrote to each other.
func (c *Cases) messages(tx *store.Tx, d *dossier) ([]Message, error) {
	rows, err := messagesOf(tx, d.region, d.id)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	key, err := c.keyOf(tx, d)
	if err != nil {
		return nil, err
	}
	out := make([]Message, len(rows))
	for i, r := range rows {
		b, err := key.Open(r.body, aad("messages", r.id, 0))
		if err == nil {
			err = json.Unmarshal(b, &out[i])
		}
		if err != nil {
			return nil, fmt.Errorf("message %s: %w", r.id, err)
		}
		out[i].At, out[i].From = r.at, r.from
	}
	return out, nil
}

// outcome is what the interpreter says of a case as it stands now.
func (c *Cases) outcome(d *dossier, in *content) (catalog.Situation, catalog.Outcome) {
	s := c.situation(d.def, in.draft(d), d.submitted)
	for _, e := range d.events {
		switch e.Kind {
		case flagged, recounted, reminded, receipted, refunded, erased:
		default:
			s.Acts = append(s.Acts, catalog.Act{Event: e.Kind})
		}
	}
	return s, catalog.Walk(d.def, s)
}
