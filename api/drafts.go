package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"lancar"
	"lancar/access"
	"lancar/casework"
)

// mountDrafts adds what fills in an application before it is sent.
func (a *API) mountDrafts(h huma.API) {
	const scope = "cases.prepare"
	door := a.persons(scope, access.Answers)
	add := func(op huma.Operation) huma.Operation {
		op.Security, op.Middlewares = about(scope), door
		op.Errors = append(op.Errors, 401, 403, 404, 409, 410, 422, 429)
		return op
	}
	huma.Register(h, add(huma.Operation{OperationID: "start-draft", Method: http.MethodPost, Path: "/api/v1/drafts", DefaultStatus: 201, MaxBodyBytes: 4 << 10,
		Summary:     "Begin an application, or find the one that is open",
		Description: "A person has one open draft for a service. What registers know is asked at once where the person may see it; an app is told that it is known, not what."}), a.startDraft)
	huma.Register(h, add(huma.Operation{OperationID: "my-drafts", Method: http.MethodGet, Path: "/api/v1/drafts", Summary: "The person's open applications, not yet sent",
		Description: "Last saved first, without what was filled in. Under a mandate, those of its services."}), a.drafts)
	huma.Register(h, add(huma.Operation{OperationID: "get-draft", Method: http.MethodGet, Path: "/api/v1/drafts/{id}", Summary: "A draft: what is asked, what is filled in, what is wrong"}), a.getDraft)
	huma.Register(h, add(huma.Operation{OperationID: "answer-draft", Method: http.MethodPatch, Path: "/api/v1/drafts/{id}", MaxBodyBytes: 256 << 10,
		Summary:     "Answer questions of a draft",
		Description: "Answers that are not named keep their value; an empty one is cleared. What is not right yet is kept, too: errors names the field and says how to mend it. Dates are 2026-11-23, amounts whole rupiah, choices their values, several of them with commas between, places codes of the Home Ministry."}), a.answerDraft)
	huma.Register(h, add(huma.Operation{OperationID: "check-draft", Method: http.MethodGet, Path: "/api/v1/drafts/{id}/check", Summary: "Whether a draft can be sent, what it costs, and what stands against it"}), a.checkDraft)
	huma.Register(h, add(huma.Operation{OperationID: "attach-file", Method: http.MethodPost, Path: "/api/v1/drafts/{id}/files/{field}", DefaultStatus: 201, MaxBodyBytes: casework.MaxUpload + 1, BodyReadTimeout: time.Minute,
		Summary: "Attach a file to a question", Description: "The bytes of a JPEG, PNG or PDF. What a file is, its bytes decide; pictures are painted anew, without where and when they were taken. Limits are the question's.", Errors: []int{413}}), a.attach)
	huma.Register(h, add(huma.Operation{OperationID: "remove-file", Method: http.MethodDelete, Path: "/api/v1/drafts/{id}/files/{field}/{file}", DefaultStatus: 204, Summary: "Remove a file"}), a.detach)
	huma.Register(h, add(huma.Operation{OperationID: "discard-draft", Method: http.MethodDelete, Path: "/api/v1/drafts/{id}", DefaultStatus: 204, Summary: "Throw a draft away"}), a.discard)
}

type draftInput struct {
	ID string `path:"id" maxLength:"32" minLength:"32"`
}

type draftOutput struct {
	CacheControl string `header:"Cache-Control"`
	Location     string `header:"Location"`
	Body         draftBody
}

type startInput struct {
	Body struct {
		Service string `json:"service" maxLength:"60" example:"lapak-pasar"`
		Place   string `json:"place,omitempty" maxLength:"13" example:"53.15.05.1025" doc:"Home Ministry code of where the person lives or acts, where it is known."`
	}
}

func (a *API) startDraft(ctx context.Context, in *startInput) (*draftOutput, error) {
	if _, ok := a.Regions.Places().Lookup(in.Body.Place); !ok && in.Body.Place != "" {
		return nil, a.problem(ctx, lancar.Fail(lancar.Invalid, "place", "Wilayah ini tidak dikenal.", "This place is unknown."))
	}
	d, err := a.Cases.StartDraft(ctx, applicant(ctx), in.Body.Service, in.Body.Place)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out, err := a.shown(ctx, d.ID)
	if err == nil {
		out.Location = "/api/v1/drafts/" + string(d.ID)
	}
	return out, err
}

type begunBody struct {
	ID      lancar.ID   `json:"id"`
	Service string      `json:"service" example:"lapak-pasar"`
	Title   lancar.Text `json:"title"`
	Place   string      `json:"place,omitempty" example:"53.15.05.1025"`
	Version int64       `json:"version"`
	Saved   time.Time   `json:"saved"`
	Expires time.Time   `json:"expires"`
}

type draftsOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Drafts []begunBody `json:"drafts"`
	}
}

func (a *API) drafts(ctx context.Context, _ *struct{}) (*draftsOutput, error) {
	list, err := a.Cases.Drafts(ctx, applicant(ctx))
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	out := &draftsOutput{CacheControl: "no-store"}
	out.Body.Drafts = []begunBody{}
	for _, d := range list {
		out.Body.Drafts = append(out.Body.Drafts, begunBody{d.ID, d.Service, a.title(d.Service), d.Place, d.Version, d.Saved, d.Expires})
	}
	return out, nil
}

// shown is a draft with what the interpreter says of it.
func (a *API) shown(ctx context.Context, id lancar.ID) (*draftOutput, error) {
	d, err := a.Cases.Check(ctx, applicant(ctx), id)
	if err != nil && (lancar.CodeOf(err) != lancar.Conflict || d.Number == "") {
		return nil, a.problem(ctx, err)
	}
	return &draftOutput{CacheControl: "no-store", Body: bodyOfDraft(d)}, nil
}

func (a *API) getDraft(ctx context.Context, in *draftInput) (*draftOutput, error) {
	return a.shown(ctx, lancar.ID(in.ID))
}

type answersInput struct {
	ID   string `path:"id" maxLength:"32" minLength:"32"`
	Body struct {
		Version int64             `json:"version,omitempty" minimum:"1" example:"2" doc:"Of the draft as it was read: 409 when it changed since. Left out: whichever is there."`
		Place   string            `json:"place,omitempty" maxLength:"13" example:"53.15.05.1025"`
		Answers map[string]string `json:"answers,omitempty" maxProperties:"200" doc:"By the id of the question." example:"{\"market_name\": \"Pasar Baru\", \"size\": \"6\"}"`
	}
}

func (a *API) answerDraft(ctx context.Context, in *answersInput) (*draftOutput, error) {
	who, version := applicant(ctx), in.Body.Version
	if version == 0 {
		d, err := a.Cases.Check(ctx, who, lancar.ID(in.ID))
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		version = d.Version
	}
	if in.Body.Place != "" {
		d, err := a.Cases.SetPlace(ctx, who, lancar.ID(in.ID), version, in.Body.Place)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		version = d.Version
	}
	if _, err := a.Cases.SaveStep(ctx, who, lancar.ID(in.ID), version, "check", in.Body.Answers); err != nil {
		return nil, a.problem(ctx, answering(err))
	}
	return a.shown(ctx, lancar.ID(in.ID))
}

type checkOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         checkBody
}

func (a *API) checkDraft(ctx context.Context, in *draftInput) (*checkOutput, error) {
	d, err := a.Cases.Check(ctx, applicant(ctx), lancar.ID(in.ID))
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &checkOutput{"no-store", checkOf(d)}, nil
}

type attachInput struct {
	ID      string `path:"id" maxLength:"32" minLength:"32"`
	Field   string `path:"field" maxLength:"80"`
	Name    string `query:"name" maxLength:"200" doc:"What the person calls the file."`
	RawBody []byte `contentType:"application/octet-stream"`
}

type attachOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         fileBody
}

func (a *API) attach(ctx context.Context, in *attachInput) (*attachOutput, error) {
	f, err := a.Cases.Attach(ctx, applicant(ctx), lancar.ID(in.ID), casework.Upload{Field: in.Field, Name: in.Name, Data: in.RawBody})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &attachOutput{"no-store", files([]casework.Attachment{f})[0]}, nil
}

type detachInput struct {
	ID    string `path:"id" maxLength:"32" minLength:"32"`
	Field string `path:"field" maxLength:"80"`
	File  string `path:"file" maxLength:"32"`
}

func (a *API) detach(ctx context.Context, in *detachInput) (*struct{}, error) {
	if err := a.Cases.Detach(ctx, applicant(ctx), lancar.ID(in.ID), lancar.ID(in.File)); err != nil {
		return nil, a.problem(ctx, err)
	}
	return nil, nil
}

func (a *API) discard(ctx context.Context, in *draftInput) (*struct{}, error) {
	if err := a.Cases.Discard(ctx, applicant(ctx), lancar.ID(in.ID)); err != nil {
		return nil, a.problem(ctx, err)
	}
	return nil, nil
}
