package casework

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"lancar"
	"lancar/access"
	"lancar/catalog"
	"lancar/catalog/flow"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/region"
)

// dossier is a case while it is worked with: its row and its events, still sealed.
type dossier struct {
	region    string
	id        lancar.ID
	version   int64
	head      []byte
	account   lancar.ID
	subject   string
	submitted time.Time
	origin    origin
	status    status
	events    []event
	def       *catalog.Definition
}

// loadTx completes a row with its events and the definition that the case pins.
func (c *Cases) loadTx(tx *store.Tx, d *dossier, err error) (*dossier, error) {
	if err != nil {
		return nil, found(err)
	}
	if d.events, err = eventsOf(tx, d.region, d.id); err != nil {
		return nil, err
	}
	if len(d.events) == 0 {
		return nil, fmt.Errorf("casework: case %s has no events", d.id)
	}
	d.status = d.events[len(d.events)-1].Plain.Status
	d.def, err = c.catalog.Pinned(tx.Ctx, d.origin.Service, d.origin.Definition)
	return d, err
}

func (c *Cases) byID(tx *store.Tx, region string, id lancar.ID) (*dossier, error) {
	d, err := caseByID(tx, region, id)
	return c.loadTx(tx, d, err)
}

func (c *Cases) byNumber(tx *store.Tx, number string) (*dossier, error) {
	number, region, err := ParseNumber(number)
	if err != nil {
		return nil, errNotFound()
	}
	d, err := caseByNumber(tx, region, number)
	return c.loadTx(tx, d, err)
}

// facts are what the table of package flow asks about a case.
func (d *dossier) facts() []flow.When {
	out := []flow.When{flow.Free, flow.Decides, flow.Alone, flow.NotDeemed}
	if d.origin.Charge != "" {
		out[0] = flow.WithFee
	}
	if d.def.Kind == "payment" {
		out[1] = flow.Only
	}
	if d.step("sign") != nil {
		out[2] = flow.Second
	}
	if d.def.Term.Deemed {
		out[3] = flow.HasDeemed
	}
	if d.status.How == "refused" {
		return append(out, flow.ToRefuse)
	}
	return append(out, flow.ToGrant)
}

// move is the status after an event, with only its state changed, or lancar.Conflict when the
// table does not let this actor cause the event now.
func (d *dossier) move(kind flow.Event, actor lancar.ActorKind) (status, error) {
	t, ok := flow.Next(d.status.State, kind, d.facts()...)
	who := map[lancar.ActorKind]flow.Who{lancar.Person: flow.Applicant, lancar.Officer: flow.Officer, lancar.System: flow.System}[actor]
	// The system redraws by itself when a roster came after the case.
	if !ok || t.Who != who && !(kind == flow.Redraw && who == flow.System) {
		return status{}, lancar.Fail(lancar.Conflict, "", "Langkah ini tidak mungkin lagi untuk permohonan ini. Muat ulang halaman.",
			"This is no longer possible for this application. Reload the page.")
	}
	to := d.status
	to.State = t.To
	return to, nil
}

// step is the first step of a kind, nil when there is none.
func (d *dossier) step(kind string) *catalog.Step {
	for i := range d.def.Steps {
		if d.def.Steps[i].Kind == kind {
			return &d.def.Steps[i]
		}
	}
	return nil
}

func (d *dossier) stepByID(id string) *catalog.Step {
	for i := range d.def.Steps {
		if d.def.Steps[i].ID == id {
			return &d.def.Steps[i]
		}
	}
	return nil
}

// drawnFor is who was last drawn for a step.
func (d *dossier) drawnFor(step string) (drawn, bool) {
	for i := len(d.events) - 1; i >= 0; i-- {
		for _, w := range d.events[i].Plain.Draws {
			if w.Step == step {
				return w, true
			}
		}
	}
	return drawn{}, false
}

// pauses are the stops of the clock so far; one that has not ended has no end.
func (d *dossier) pauses() []region.Pause {
	var out []region.Pause
	for _, e := range d.events {
		switch {
		case e.Kind == flow.Ask:
			out = append(out, region.Pause{From: e.At})
		case e.Kind == flow.Answer && len(out) > 0:
			out[len(out)-1].To = e.At
		}
	}
	return out
}

// Bodies of events: what is personal about them, sealed under the case's key.
type (
	submitBody struct {
		Account lancar.ID               `json:"account"`
		Subject string                  `json:"subject"`
		Lang    string                  `json:"lang"`
		Kind    string                  `json:"kind"`
		Place   string                  `json:"place"`
		Answers map[string]string       `json:"answers"`
		Facts   map[string]catalog.Fact `json:"facts"`
		Files   []Attachment            `json:"files"`
		By      *ActedBy                `json:"by,omitempty"` // who sent it for the applicant
	}
	askBody struct {
		Requirement string    `json:"requirement"`
		Fields      []string  `json:"fields"`
		Reason      string    `json:"reason"`
		Until       time.Time `json:"until"`
	}
	answerBody struct {
		Answers map[string]string       `json:"answers"`
		Facts   map[string]catalog.Fact `json:"facts"`
		Files   []Attachment            `json:"files"` // those that the case now has
	}
	flagBody struct {
		Facts map[string]catalog.Fact `json:"facts"`
		Flags []Flag                  `json:"flags"`
	}
	settleBody struct {
		Paid      time.Time `json:"paid"`
		Reference string    `json:"reference"`
	}
	reasonBody struct {
		By     string `json:"by,omitempty"`
		Reason string `json:"reason"`
	}
)

// content is what the sealed bodies of a case add up to.
type content struct {
	submitBody
	correction *Correction
	decision   *Decision
	opinions   []Opinion
	flags      []Flag
	returned   string
	paid       settleBody
}

// contents opens a case for a grant that covers its answers.
func (c *Cases) contents(tx *store.Tx, g access.Grant, d *dossier) (content, error) {
	if err := g.For(d.subject, access.Answers); err != nil {
		return content{}, err
	}
	key, err := c.keys.LoadTx(tx, owner(d.id))
	if err != nil {
		return content{}, err
	}
	out, err := unseal(d, key)
	if err == nil && !g.Covers(access.Register) && g.Own() {
		hideRegister(d.def, out.Facts)
	}
	return out, err
}

func unseal(d *dossier, key keys.DataKey) (content, error) {
	var out content
	for _, e := range d.events {
		if len(e.Body) == 0 {
			continue
		}
		b, err := key.Open(e.Body, aad("events", d.id, e.Seq))
		if err == nil {
			err = out.add(e, b)
		}
		if err != nil {
			return out, fmt.Errorf("event %d of case %s: %w", e.Seq, d.id, err)
		}
	}
	return out, nil
}

func (o *content) add(e event, b []byte) error {
	switch e.Kind {
	case flow.Submit:
		return json.Unmarshal(b, &o.submitBody)
	case flow.Ask:
		var a askBody
		err := json.Unmarshal(b, &a)
		o.correction = &Correction{Requirement: a.Requirement, Fields: a.Fields, Reason: a.Reason, Asked: e.At, Until: a.Until}
		return err
	case flow.Answer:
		var a answerBody
		err := json.Unmarshal(b, &a)
		o.correction.Answered = e.At
		o.Answers, o.Facts, o.Files = a.Answers, a.Facts, a.Files
		return err
	case flow.Settle:
		return json.Unmarshal(b, &o.paid)
	case flow.Opine:
		var p Opinion
		err := json.Unmarshal(b, &p)
		o.opinions = append(o.opinions, p)
		return err
	case flow.Grant, flow.Refuse, flow.Sign, flow.Deem:
		o.decision = &Decision{}
		return json.Unmarshal(b, o.decision)
	case flow.Redraw:
		o.decision = nil // one that nobody signed
	case flow.Return:
		var r reasonBody
		err := json.Unmarshal(b, &r)
		o.decision, o.returned = nil, r.Reason
		return err
	case flagged:
		var f flagBody
		err := json.Unmarshal(b, &f)
		o.flags = append(o.flags, f.Flags...)
		maps.Copy(o.Facts, f.Facts)
		return err
	}
	return nil
}

// draft is the case as the interpreter looks at it.
func (o *content) draft(d *dossier) Draft {
	return Draft{ID: d.id, Service: d.origin.Service, Place: o.Place, Kind: o.Kind, Answers: o.Answers, Facts: o.Facts, Files: o.Files}
}

// isErased says whether retention has ended the case.
func isErased(err error) bool { return errors.Is(err, keys.ErrDestroyed) }
