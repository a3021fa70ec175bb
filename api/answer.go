package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"lancar/access"
	"lancar/casework"
)

// mountAnswers adds what answers the office, and what the office answers with.
func (a *API) mountAnswers(h huma.API) {
	const scope = "cases.reply"
	add := func(op huma.Operation) huma.Operation {
		op.Security, op.Middlewares = about(scope), a.persons(scope, access.Answers, access.Messages)
		op.Errors = append(op.Errors, 401, 403, 404, 409, 422, 429)
		return op
	}
	huma.Register(h, add(huma.Operation{OperationID: "write-to-office", Method: http.MethodPost, Path: "/api/v1/cases/{number}/messages", Summary: "Write to the office about an application",
		MaxBodyBytes: 32 << 10, DefaultStatus: 204}), a.say)
	huma.Register(h, add(huma.Operation{OperationID: "attach-correction", Method: http.MethodPost, Path: "/api/v1/cases/{number}/files/{field}", DefaultStatus: 201, MaxBodyBytes: casework.MaxUpload + 1, BodyReadTimeout: time.Minute,
		Summary: "Attach a file that the office asked for", Description: "For a field that the correction names. The same file sent twice is one file.", Errors: []int{413}}), a.attachCorrection)
	huma.Register(h, add(huma.Operation{OperationID: "answer-correction", Method: http.MethodPost, Path: "/api/v1/cases/{number}/correction", MaxBodyBytes: 256 << 10, DefaultStatus: 204,
		Summary: "Answer the correction that the office asked for", Description: "Once; the clock runs on from then. Sent again with the same answers it is the same answer."}), a.correct)
	huma.Register(h, huma.Operation{OperationID: "get-document", Method: http.MethodGet, Path: "/api/v1/cases/{number}/document", Summary: "The signed document of an application, a PDF",
		Security: about("documents.read"), Middlewares: a.persons("documents.read", access.Documents), Errors: []int{401, 403, 404, 410, 429},
		Responses: map[string]*huma.Response{"200": {Description: "The document.", Content: map[string]*huma.MediaType{"application/pdf": {Schema: &huma.Schema{Type: "string", Format: "binary"}}}}}}, a.document)
}

type sayInput struct {
	Number string `path:"number" maxLength:"40"`
	Body   struct {
		Text string `json:"text" maxLength:"4000" minLength:"1" example:"Kapan lapaknya bisa dilihat?"`
	}
}

func (a *API) say(ctx context.Context, in *sayInput) (*struct{}, error) {
	if err := a.Cases.Say(ctx, applicant(ctx), in.Number, in.Body.Text); err != nil {
		return nil, a.problem(ctx, err)
	}
	return nil, nil
}

type correctInput struct {
	Number string `path:"number" maxLength:"40"`
	Body   struct {
		Version int64             `json:"version" minimum:"1" example:"4" doc:"Of the correction as it was read."`
		Answers map[string]string `json:"answers,omitempty" maxProperties:"200" example:"{\"size\": \"6\"}"`
	}
}

func (a *API) correct(ctx context.Context, in *correctInput) (*struct{}, error) {
	if err := a.Cases.Answer(ctx, applicant(ctx), in.Number, in.Body.Version, in.Body.Answers); err != nil {
		return nil, a.problem(ctx, answering(err))
	}
	return nil, nil
}

type attachCorrectionInput struct {
	Number  string `path:"number" maxLength:"40"`
	Field   string `path:"field" maxLength:"80"`
	Name    string `query:"name" maxLength:"200"`
	RawBody []byte `contentType:"application/octet-stream"`
}

func (a *API) attachCorrection(ctx context.Context, in *attachCorrectionInput) (*attachOutput, error) {
	f, err := a.Cases.AttachCorrection(ctx, applicant(ctx), in.Number, casework.Upload{Field: in.Field, Name: in.Name, Data: in.RawBody})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &attachOutput{"no-store", files([]casework.Attachment{f})[0]}, nil
}

type documentOutput struct {
	CacheControl string `header:"Cache-Control"`
	ContentType  string `header:"Content-Type"`
	Body         []byte
}

func (a *API) document(ctx context.Context, in *numberInput) (*documentOutput, error) {
	_, pdf, err := a.Cases.Collect(ctx, applicant(ctx), in.Number)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	return &documentOutput{"no-store", "application/pdf", pdf}, nil
}

// documentOf is where the document of a case is read and checked.
func (a *API) documentOf(c casework.Case) *docBody {
	check := a.Documents.CheckURL(c.Document)
	return &docBody{c.Document, "/api/v1/cases/" + c.Number + "/document", check}
}
