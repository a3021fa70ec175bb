package lab

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// World is the outside of a town: its people, messages, bank, clock and switches, as the sandbox
// offers them (docs/spec/sandbox.md).
type World struct {
	URL string

	mu     sync.Mutex
	people []Person
	used   map[string]bool
}

// Person is a resident who can sign in.
type Person struct {
	NIK       string              `json:"nik"`
	Name      string              `json:"name"`
	BirthDate string              `json:"birth_date"`
	Email     string              `json:"email"`
	Phone     string              `json:"phone"`
	Region    string              `json:"region"`
	Persona   string              `json:"persona"`
	Card      string              `json:"family_card"`
	Relation  string              `json:"relation"`
	Records   map[string][]string `json:"records"`
}

// Officer is a public servant of the town.
type Officer struct {
	Number string   `json:"employee_number"`
	Name   string   `json:"name"`
	Email  string   `json:"email"`
	Region string   `json:"region"`
	Agency string   `json:"agency"`
	Roles  []string `json:"roles"`
}

// NewWorld speaks to the sandbox at a URL.
func NewWorld(sandbox string) *World { return &World{URL: sandbox, used: map[string]bool{}} }

// Get reads JSON from the sandbox.
func (w *World) Get(path string, into any) error {
	req, err := http.NewRequest(http.MethodGet, w.URL+path, nil)
	if err != nil {
		return err
	}
	return w.do(req, into)
}

// Post sends JSON to the sandbox.
func (w *World) Post(path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequest(http.MethodPost, w.URL+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	return w.do(req, into)
}

func (w *World) do(req *http.Request, into any) error {
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
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

// Borrow is a resident of a place, with records in the registers named, whom no other test of
// this run has played.
func (w *World) Borrow(place string, registers ...string) (Person, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.people == nil {
		var list struct{ People []Person }
		if err := w.Get("/people?limit=5000", &list); err != nil {
			return Person{}, err
		}
		w.people = list.People
	}
	for _, p := range w.people {
		lacks := slices.ContainsFunc(registers, func(r string) bool { return len(p.Records[r]) == 0 })
		if !w.used[p.NIK] && !lacks && (p.Region + ".")[:min(len(place)+1, len(p.Region)+1)] == place+"." {
			w.used[p.NIK] = true
			return p, nil
		}
	}
	return Person{}, fmt.Errorf("nobody is left in %s with records in %v", place, registers)
}

// Family is a resident of a place whom no other test of this run has played, the head of a household,
// with a child of theirs under seventeen.
func (w *World) Family(place string, born string) (parent, child Person, err error) {
	var list struct{ People []Person }
	if err := w.Get("/people?role=all&limit=5000&region="+url.QueryEscape(place), &list); err != nil {
		return parent, child, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range list.People {
		if c.Relation != "ANAK" || c.BirthDate < born || w.used[c.NIK] {
			continue
		}
		for _, p := range list.People {
			if p.Card == c.Card && p.Relation == "KEPALA KELUARGA" && p.Email != "" && !w.used[p.NIK] {
				w.used[p.NIK], w.used[c.NIK] = true, true
				return p, c, nil
			}
		}
	}
	return parent, child, fmt.Errorf("no family with a child is left in %s", place)
}

// Day takes a date apart as forms ask for it.
func Day(date string) (year, month, day string) { return date[:4], date[5:7], date[8:] }

// Officers are the public servants of an agency in a region.
func (w *World) Officers(region, agency string) ([]Officer, error) {
	var list struct{ People []Officer }
	err := w.Get("/people?role=officer&limit=5000&agency="+url.QueryEscape(agency), &list)
	return slices.DeleteFunc(list.People, func(o Officer) bool { return o.Region != region }), err
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

// Messages are those to an address after one, newest first; it waits for the first.
func (w *World) Messages(to string, after int64, wait int) ([]Message, error) {
	var box struct{ Messages []Message }
	err := w.Get(fmt.Sprintf("/outbox?to=%s&after=%d&wait=%d", url.QueryEscape(to), after, wait), &box)
	return box.Messages, err
}

// Last is the newest message to an address, 0 if there is none.
func (w *World) Last(to string) (int64, error) {
	list, err := w.Messages(to, 0, 0)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	return list[0].ID, nil
}

// Code waits for a sign-in code to an address, sent after a message; "" when the answer is that
// the register is out of order.
func (w *World) Code(to string, after int64) (code string, err error) {
	err = Until("a code to "+to, func() (bool, error) {
		list, err := w.Messages(to, after, 10)
		for _, m := range list {
			if m.Code != "" && m.ID > after {
				code = m.Code
				return true, nil
			}
			if m.ID > after && strings.Contains(m.Subject, "terganggu") {
				return true, nil
			}
		}
		return false, err
	})
	return code, err
}

// Paid is the bank's answer to a payment.
type Paid struct {
	Reference string   `json:"reference"`
	Partner   string   `json:"partner_reference"`
	Receipts  []string `json:"receipts"`
}

// Pay pays a QRIS code. more are further fields as name, value: mode, delay, expired.
func (w *World) Pay(qris string, more ...string) (p Paid, err error) {
	body := map[string]any{"qr": qris}
	for i := 0; i+1 < len(more); i += 2 {
		body[more[i]] = more[i+1]
	}
	return p, w.Post("/bank/pay", body, &p)
}

// Switch makes an outside system up, down or hang.
func (w *World) Switch(name, mode string) error {
	return w.Post("/switch", map[string]string{"name": name, "mode": mode}, nil)
}

// Advance moves the time of node and sandbox forward: "72h", or "8d" for days.
func (w *World) Advance(by string) error {
	if d, ok := strings.CutSuffix(by, "d"); ok {
		n, err := strconv.Atoi(d)
		if err != nil {
			return err
		}
		by = fmt.Sprintf("%dh", 24*n)
	}
	return w.Post("/time", map[string]string{"advance": by}, nil)
}
