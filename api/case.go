package api

import (
	"time"

	"lancar"
	"lancar/casework"
	"lancar/catalog/flow"
)

// caseBody is one application. What the token's scopes do not open is left out.
type caseBody struct {
	Number    string      `json:"number" example:"5315-7K2M-Q9XA"`
	Service   string      `json:"service" example:"lapak-pasar"`
	Title     lancar.Text `json:"title"`
	Region    string      `json:"region" example:"53.15" doc:"Of the office that decides."`
	Agency    string      `json:"agency"`
	State     string      `json:"state" enum:"unpaid,drawing,review,correction,signing,granted,refused,withdrawn,lapsed,done"`
	How       string      `json:"how,omitempty" doc:"Of what was decided: granted, refused, or deemed where the term ended without a decision."`
	Submitted time.Time   `json:"submitted"`
	Closed    *time.Time  `json:"closed,omitempty"`
	Next      *nextBody   `json:"next,omitempty" doc:"Not once it is over."`
	Clock     *clockBody  `json:"clock,omitempty" doc:"From the moment it is complete."`
	Payment   *string     `json:"payment,omitempty" doc:"Where its code is asked for, while it is to be paid."`
	Document  *docBody    `json:"document,omitempty"`
	History   []eventBody `json:"history"`
	Page      string      `json:"page" doc:"For the person."`

	Answers    map[string]string `json:"answers,omitempty"`
	Files      []fileBody        `json:"files,omitempty"`
	Correction *correctionBody   `json:"correction,omitempty"`
	Decision   *decisionBody     `json:"decision,omitempty"`
	Messages   []messageBody     `json:"messages,omitempty"`
}

type nextBody struct {
	Who  string      `json:"who" enum:"person,officer,system" doc:"Whose move it is."`
	What lancar.Text `json:"what"`
	By   *time.Time  `json:"by,omitempty"`
}

type clockBody struct {
	From time.Time `json:"from"`
	Term int       `json:"term" doc:"In working days."`
	Due  time.Time `json:"due"`
	Late bool      `json:"late"`
}

type docBody struct {
	Number string `json:"number"`
	File   string `json:"file" doc:"The signed PDF, with scope documents.read."`
	Check  string `json:"check" doc:"For anyone: whether it is genuine."`
}

type eventBody struct {
	At      time.Time   `json:"at"`
	Kind    string      `json:"kind"`
	Who     string      `json:"who" enum:"person,officer,system,machine"`
	Text    lancar.Text `json:"text"`
	By      *actedBody  `json:"by,omitempty" doc:"Who did it for the applicant, under a mandate."`
	Through string      `json:"through,omitempty" doc:"The app by which the applicant did it."`
}

type actedBody struct {
	Name    string    `json:"name"`
	As      string    `json:"as" enum:"child,company,helper,heir,agent"`
	Mandate lancar.ID `json:"mandate"`
}

type fileBody struct {
	ID     lancar.ID `json:"id"`
	Field  string    `json:"field"`
	Name   string    `json:"name"`
	Type   string    `json:"type"`
	Size   int64     `json:"size"`
	SHA256 string    `json:"sha256"`
}

type correctionBody struct {
	Version int64     `json:"version" doc:"Send it back with the answer."`
	Fields  []string  `json:"fields"`
	Reason  string    `json:"reason"`
	Until   time.Time `json:"until"`
}

type decisionBody struct {
	How    string      `json:"how"`
	Law    lancar.Text `json:"law,omitempty"`
	Reason string      `json:"reason,omitempty"`
	By     string      `json:"by"`
	At     time.Time   `json:"at"`
}

type messageBody struct {
	At   time.Time `json:"at"`
	From string    `json:"from" enum:"person,officer,system,machine"`
	Name string    `json:"name,omitempty"`
	Text string    `json:"text"`
}

func (a *API) caseBody(c casework.Case) caseBody {
	out := caseBody{Number: c.Number, Service: c.Service, Title: c.Title, Region: c.Region, Agency: c.Agency, State: string(c.State), How: c.How, Submitted: c.Submitted,
		Closed: instant(c.Closed), History: []eventBody{}, Page: a.link(c.Region, "/cases/"+c.Number), Answers: c.Answers}
	if who, what := c.Turn(); who != "" {
		out.Next = &nextBody{string(who), what, instant(c.Due)}
	}
	if !c.Clock.From.IsZero() {
		out.Clock = &clockBody{c.Clock.From, c.Clock.Term, c.Clock.At, c.Clock.Passed(a.Clock())}
	}
	if c.State == flow.Unpaid {
		to := "/api/v1/cases/" + c.Number + "/payment"
		out.Payment = &to
	}
	if c.Document != "" {
		out.Document = a.documentOf(c)
	}
	for _, e := range c.Events {
		one := eventBody{At: e.At, Kind: string(e.Kind), Who: string(e.Who), Text: e.Text}
		if e.By != nil {
			one.By = &actedBody{e.By.Name, string(e.By.Kind), e.By.Mandate}
		}
		if e.Through != nil {
			one.Through = e.Through.Name
		}
		out.History = append(out.History, one)
	}
	out.Files = files(c.Files)
	if k := c.Correction; k != nil && k.Answered.IsZero() {
		out.Correction = &correctionBody{c.Version, k.Fields, k.Reason, k.Until}
	}
	if d := c.Decision; d != nil {
		out.Decision = &decisionBody{d.How, d.Law, d.Reason, d.By, d.At}
	}
	for _, m := range c.Messages {
		out.Messages = append(out.Messages, messageBody{m.At, string(m.From), m.Name, m.Text})
	}
	return out
}

func files(list []casework.Attachment) (out []fileBody) {
	for _, f := range list {
		out = append(out, fileBody{f.ID, f.Field, f.Name, f.Type, f.Size, f.SHA256})
	}
	return out
}
