// Package stage speaks to a sandbox over HTTP (docs/spec/sandbox.md): its people, their mail, its bank.
// Rehearsals and tests share it.
package stage

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// Sandbox is where one answers.
type Sandbox struct {
	URL    string // without a slash at its end
	Client http.Client
}

// Person is a resident who can sign in.
type Person struct {
	NIK       string              `json:"nik"`
	Name      string              `json:"name"`
	BirthDate string              `json:"birth_date"`
	Sex       string              `json:"sex"`
	Email     string              `json:"email"`
	Phone     string              `json:"phone"`
	Region    string              `json:"region"`
	Persona   string              `json:"persona"`
	Card      string              `json:"family_card"`
	Relation  string              `json:"relation"`
	Records   map[string][]string `json:"records"`
}

// Has says whether the person has records in all these registers.
func (p Person) Has(registers []string) bool {
	for _, r := range registers {
		if len(p.Records[r]) == 0 {
			return false
		}
	}
	return true
}

// Officer is a public servant.
type Officer struct {
	Number string   `json:"employee_number"`
	Name   string   `json:"name"`
	Email  string   `json:"email"`
	Region string   `json:"region"`
	Agency string   `json:"agency"`
	Roles  []string `json:"roles"`
}

// Message is mail or a text message that arrived.
type Message struct {
	ID      int64    `json:"id"`
	Channel string   `json:"channel"`
	Subject string   `json:"subject"`
	Text    string   `json:"text"`
	Code    string   `json:"code"`
	Links   []string `json:"links"`
}

// Get reads JSON.
func (s *Sandbox) Get(ctx context.Context, path string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+path, nil)
	if err != nil {
		return err
	}
	return s.do(req, into)
}

// Post sends JSON, and reads some where into is not nil.
func (s *Sandbox) Post(ctx context.Context, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	return s.do(req, into)
}

func (s *Sandbox) do(req *http.Request, into any) error {
	res, err := s.Client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, 16<<20))
	if err != nil {
		return err
	}
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("the sandbox answered %d to %s: %.300s", res.StatusCode, req.URL.Path, text)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(text, into)
}

// People are those that a query picks: "" the residents who can sign in, "role=all" everybody.
func (s *Sandbox) People(ctx context.Context, query string) ([]Person, error) {
	var list struct{ People []Person }
	err := s.Get(ctx, "/people?limit=5000&"+query, &list)
	return list.People, err
}

// Officers are the public servants of an agency, "" for all.
func (s *Sandbox) Officers(ctx context.Context, agency string) ([]Officer, error) {
	var list struct{ People []Officer }
	err := s.Get(ctx, "/people?role=officer&limit=5000&agency="+url.QueryEscape(agency), &list)
	return list.People, err
}

// Messages are those to an address after one, newest first; it waits so many seconds for the first.
func (s *Sandbox) Messages(ctx context.Context, to string, after int64, wait int) ([]Message, error) {
	var box struct{ Messages []Message }
	err := s.Get(ctx, fmt.Sprintf("/outbox?to=%s&after=%d&wait=%d", url.QueryEscape(to), after, wait), &box)
	return box.Messages, err
}

// Last is the newest message to an address, 0 if there is none.
func (s *Sandbox) Last(ctx context.Context, to string) (int64, error) {
	list, err := s.Messages(ctx, to, 0, 0)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	return list[0].ID, nil
}
