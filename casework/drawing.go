package casework

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lancar"
	"lancar/access"
	"lancar/catalog"
	"lancar/catalog/flow"
	"lancar/internal/jobs"
	"lancar/internal/store"
	"lancar/publiclog"
)

// drawn is who was drawn for a step, and what makes it checkable. An empty account takes an
// earlier draw back: the officer cannot or must not go on.
type drawn struct {
	Step     string    `json:"step"`
	Agency   string    `json:"agency"`
	Role     string    `json:"role"`
	Office   string    `json:"office,omitempty"`
	Account  lancar.ID `json:"account,omitempty"`
	Out      lancar.ID `json:"out,omitempty"` // who was taken out
	Roster   int64     `json:"roster"`        // index of its leaf
	Position int       `json:"position,omitempty"`
	Leaf     lancar.ID `json:"leaf,omitempty"` // of the draw
}

const (
	drawPrefix   = "casework.draw/"
	rosterPrefix = "casework.roster/"
	// redrawQueue takes an officer out of a case that is theirs.
	redrawQueue = "casework.redraw"
	// noRoster is how long a case waits before it is looked whether somebody can be drawn.
	noRoster = 30 * time.Second
)

// drawKey is what the log calls us with when the event that is about to be written stands.
func drawKey(d *dossier) string { return fmt.Sprintf("%s%s/%d", drawPrefix, d.id, d.version+1) }

// Sequenced hears from the log that a leaf stands under a signed checkpoint: a roster may be
// drawn from, or a case's draw has its seed. Subscribe it to publiclog.EventSequenced.
func (c *Cases) Sequenced(tx *store.Tx, e jobs.Event) error {
	var got publiclog.Awaited
	if err := json.Unmarshal(e.Payload, &got); err != nil {
		return jobs.Dead(err)
	}
	pos := got.Position
	if id, ok := strings.CutPrefix(got.Await, rosterPrefix); ok {
		return rosterStands(tx, e.Region, lancar.ID(id), pos.Index)
	}
	key, ok := strings.CutPrefix(got.Await, drawPrefix)
	if !ok {
		return nil
	}
	id, _, _ := strings.Cut(key, "/")
	d, err := c.byID(tx, e.Region, lancar.ID(id))
	if err != nil {
		return err
	}
	if seed := seedEvent(d); d.status.State != flow.Drawing || seed == nil || seed.Leaf != pos.Leaf {
		return nil // withdrawn, decided, or asked to be drawn again meanwhile
	}
	return c.drawTx(tx, d, pos)
}

// seedEvent is the event whose leaf seeds the next draw: completeness, or the newest redraw.
func seedEvent(d *dossier) *event {
	for i := len(d.events) - 1; i >= 0; i-- {
		e := &d.events[i]
		if e.Leaf != "" && (e.Kind == flow.Redraw || e.Plain.Status.Complete != 0 && (e.Kind == flow.Submit || e.Kind == flow.Settle)) {
			return e
		}
	}
	return nil
}

// drawTx draws an officer for every step of a case that has none.
func (c *Cases) drawTx(tx *store.Tx, d *dossier, pos publiclog.Position) error {
	key, err := c.keyOf(tx, d)
	if err != nil {
		return err
	}
	to, err := d.move(flow.Draw, lancar.System)
	if err != nil {
		return err
	}
	var all []drawn
	for i := range d.def.Steps {
		step := &d.def.Steps[i]
		if step.Kind == "check" || step.Kind == "pay" {
			continue
		}
		if w, ok := d.drawnFor(step.ID); ok && w.Account != "" {
			continue
		}
		w, err := c.drawStep(tx, d, step, pos, all)
		if errors.Is(err, errLate) {
			return c.redrawTx(tx, d, key, lancar.TheSystem("casework.roster"), nil, reasonBody{Reason: "roster"})
		}
		if err != nil {
			return err
		}
		all = append(all, w)
	}
	for _, w := range all {
		if w.Step == to.Step {
			to.Officer, to.Office = w.Account, w.Office
		}
	}
	if to.Officer == "" { // only another step was drawn again
		w, _ := d.drawnFor(to.Step)
		to.Officer, to.Office = w.Account, w.Office
	}
	return c.write(tx, d, key, change{kind: flow.Draw, actor: lancar.TheSystem("casework.draw"), to: to, plain: plain{Draws: all}})
}

// errLate says that the roster came into the log after the leaf that starts the draw.
var errLate = errors.New("casework: the roster stands after the case")

// drawStep draws for one step. Steps of one role of one agency share their officer, except that
// nobody signs what they decide.
func (c *Cases) drawStep(tx *store.Tx, d *dossier, step *catalog.Step, pos publiclog.Position, sofar []drawn) (drawn, error) {
	var at status
	at.at(step, d)
	w := drawn{Step: step.ID, Agency: at.Agency, Role: at.Role}
	for _, other := range sofar {
		if other.Agency == w.Agency && other.Role == w.Role && step.Kind != "sign" {
			other.Step = step.ID
			return other, nil
		}
	}
	roster, ready, err := c.rosterFor(tx, d.region, w.Agency, w.Role, pos.Index)
	switch {
	case errors.Is(err, store.ErrNone):
		return w, jobs.Later{At: tx.Now.Add(noRoster)}
	case err != nil:
		return w, err
	case !ready && (roster.Index < 0 || roster.Region != d.region):
		return w, jobs.Later{At: tx.Now.Add(time.Second)}
	case !ready:
		return w, errLate
	}
	excluded, err := c.excluded(tx, d, roster, step, sofar)
	if err != nil {
		return w, err
	}
	before, err := c.handsOf(tx, d, w.Agency, w.Role)
	if err != nil {
		return w, err
	}
	if before != "" {
		excluded = onlyHands(roster, excluded, before)
	}
	w.Position = drawPosition(drawSeed(pos.Hash[:], pos.Root[:]), len(roster.Officers), excluded)
	if w.Position == 0 {
		return w, jobs.Later{At: tx.Now.Add(noRoster)}
	}
	w.Account, w.Office, w.Roster = roster.Officers[w.Position-1].Account, roster.Office, roster.Index
	w.Leaf, err = c.logDraw(tx, d, w, pos, excluded)
	return w, err
}

// familyTx is the number of the applicant's family card, where the service knows it.
func (c *Cases) familyTx(tx *store.Tx, d *dossier) (string, error) {
	const field = "applicant.family_card"
	if !slices.Contains(d.def.Applicant, "family_card") {
		return "", nil
	}
	g, err := c.grantTx(tx, lancar.TheSystem("casework.draw"), d, purposeDraw(), access.Answers, access.Register)
	if err != nil {
		return "", err
	}
	in, err := c.contents(tx, g, d)
	return valueOf(&draftBody{Answers: in.Answers, Facts: in.Facts}, field), err
}

func purposeDraw() lancar.Text {
	return lancar.Text{"id": "Menjaga agar tidak ada petugas yang memutuskan permohonan keluarganya", "en": "Making sure that nobody decides on their own family's application"}
}

// excluded are the positions that cannot be drawn: away, taken out of this case, the applicant
// and their family, and for a signature whoever decides.
func (c *Cases) excluded(tx *store.Tx, d *dossier, roster Roster, step *catalog.Step, sofar []drawn) ([]int, error) {
	out, err := absentees(tx, roster.Office)
	if err != nil {
		return nil, err
	}
	for _, e := range d.events {
		for _, w := range e.Plain.Draws {
			if w.Out != "" {
				out = append(out, w.Out)
			}
		}
	}
	var first []lancar.ID // of whom another human being is needed
	for i := range d.def.Steps {
		s := &d.def.Steps[i]
		fourEyes := step.Kind == "sign" && s.Kind == "decide" || step.Kind == "decide" && s.Kind == "sign"
		if !fourEyes {
			continue
		}
		if w, ok := d.drawnFor(s.ID); ok && w.Account != "" {
			first = append(first, w.Account)
		}
		for _, w := range sofar {
			if w.Step == s.ID {
				first = append(first, w.Account)
			}
		}
	}
	var all []lancar.ID
	for _, o := range roster.Officers {
		all = append(all, o.Account)
	}
	family, err := c.familyTx(tx, d)
	if err != nil {
		return nil, err
	}
	kin, err := c.identity.ConflictedTx(tx, all, d.subject, family)
	if err != nil {
		return nil, err
	}
	hands, err := c.handsIn(tx, d, all)
	if err != nil {
		return nil, err
	}
	var positions []int
	for i, o := range roster.Officers {
		shut := kin[o.Account] || hands[o.Account] || slices.Contains(out, o.Account)
		for _, f := range first {
			if shut {
				break
			}
			if shut, err = c.identity.SameHumanTx(tx, f, o.Account); err != nil {
				return nil, err
			}
		}
		if shut {
			positions = append(positions, i+1)
		}
	}
	return positions, nil
}

// logDraw puts the draw into the log, for everyone: docs/spec/draw.md.
func (c *Cases) logDraw(tx *store.Tx, d *dossier, w drawn, pos publiclog.Position, excluded []int) (lancar.ID, error) {
	fields := map[string]any{"kind": "draw", "region": d.region, "roster": w.Roster, "excluded": append([]int64{}, wide(excluded)...),
		"size": pos.Size, "root": base64.StdEncoding.EncodeToString(pos.Root[:]), "position": w.Position}
	start, err := c.completeness(tx, d, pos)
	if err != nil {
		return "", err
	}
	fields["completeness"] = start
	if start != pos.Index {
		fields["redraw"] = pos.Index
	}
	record, err := publiclog.Canonical(fields)
	if err != nil {
		return "", err
	}
	r, err := c.log.AppendTx(tx, d.region, publiclog.Leaf{Kind: publiclog.Public, Record: record})
	return r.Leaf, err
}

// completeness is the index of the leaf of the case's completeness.
func (c *Cases) completeness(tx *store.Tx, d *dossier, pos publiclog.Position) (int64, error) {
	for _, e := range d.events {
		if e.Leaf == "" || e.Plain.Status.Complete == 0 {
			continue
		}
		if e.Leaf == pos.Leaf {
			return pos.Index, nil
		}
		first, ok, err := c.log.PositionTx(tx, d.region, e.Leaf)
		if err == nil && !ok {
			err = fmt.Errorf("casework: the completeness of case %s does not stand in the log", d.id)
		}
		return first.Index, err
	}
	return 0, fmt.Errorf("casework: case %s is not complete", d.id)
}

func wide(ns []int) []int64 {
	out := make([]int64, len(ns))
	for i, n := range ns {
		out[i] = int64(n)
	}
	return out
}
