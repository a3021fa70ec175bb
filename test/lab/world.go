package lab

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"lancar/app/rehearse/stage"
)

// World is the outside of a town: its people, messages, bank, clock and switches, as the sandbox
// offers them (docs/spec/sandbox.md).
type World struct {
	signing sync.Mutex // one officer's sign-in at a time: two at once would read each other's codes
	sandbox stage.Sandbox

	mu     sync.Mutex
	people []Person
	used   map[string]bool
}

// Person, Officer and Message are what the sandbox tells.
type (
	Person  = stage.Person
	Officer = stage.Officer
	Message = stage.Message
)

// NewWorld speaks to the sandbox at a URL.
func NewWorld(sandbox string) *World {
	return &World{sandbox: stage.Sandbox{URL: sandbox}, used: map[string]bool{}}
}

// Get reads JSON from the sandbox.
func (w *World) Get(path string, into any) error {
	return w.sandbox.Get(context.Background(), path, into)
}

// Post sends JSON to the sandbox.
func (w *World) Post(path string, body, into any) error {
	return w.sandbox.Post(context.Background(), path, body, into)
}

// Borrow is a resident of a place, with records in the registers named, whom no other test of
// this run has played.
func (w *World) Borrow(place string, registers ...string) (Person, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.people == nil {
		list, err := w.sandbox.People(context.Background(), "")
		if err != nil {
			return Person{}, err
		}
		w.people = list
	}
	for _, p := range w.people {
		if !w.used[p.NIK] && p.Has(registers) && (p.Region + ".")[:min(len(place)+1, len(p.Region)+1)] == place+"." {
			w.used[p.NIK] = true
			return p, nil
		}
	}
	return Person{}, fmt.Errorf("nobody is left in %s with records in %v", place, registers)
}

// Family is a resident of a place whom no other test of this run has played, the head of a household,
// with a child of theirs under seventeen.
func (w *World) Family(place string, born string) (parent, child Person, err error) {
	list, err := w.sandbox.People(context.Background(), "role=all&region="+url.QueryEscape(place))
	if err != nil {
		return parent, child, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range list {
		if c.Relation != "ANAK" || c.BirthDate < born || w.used[c.NIK] {
			continue
		}
		for _, p := range list {
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
	list, err := w.sandbox.Officers(context.Background(), agency)
	return slices.DeleteFunc(list, func(o Officer) bool { return o.Region != region }), err
}

// Messages are those to an address after one, newest first; it waits for the first.
func (w *World) Messages(to string, after int64, wait int) ([]Message, error) {
	return w.sandbox.Messages(context.Background(), to, after, wait)
}

// Last is the newest message to an address, 0 if there is none.
func (w *World) Last(to string) (int64, error) { return w.sandbox.Last(context.Background(), to) }

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
