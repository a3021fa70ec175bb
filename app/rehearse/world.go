package rehearse

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"lancar/app/rehearse/browse"
	"lancar/region/places"
)

// world is the sandbox as a rehearsal uses it: its people, its messages, its bank.
type world struct {
	url      string
	http     *http.Client
	now      time.Time
	people   []person
	officers []officer

	mu       sync.Mutex
	taken    map[string]int // people already playing, so that no two journeys are one person at once
	turn     map[string]int
	browsers map[string]*browse.Browser // by NIK: who signed in once stays signed in
}

// person is somebody who can sign in.
type person struct {
	NIK        string              `json:"nik"`
	Name       string              `json:"name"`
	BirthDate  string              `json:"birth_date"`
	Sex        string              `json:"sex"`
	Email      string              `json:"email"`
	Phone      string              `json:"phone"`
	Region     string              `json:"region"`
	FamilyCard string              `json:"family_card"`
	Records    map[string][]string `json:"records"`
	members    map[string]string   // register → NIK of the family member whose record it is
}

type officer struct {
	Number string   `json:"employee_number"`
	Name   string   `json:"name"`
	Email  string   `json:"email"`
	Region string   `json:"region"`
	Agency string   `json:"agency"`
	Roles  []string `json:"roles"`
}

func openWorld(ctx context.Context, at string) (*world, error) {
	w := &world{url: strings.TrimSuffix(at, "/"), http: &http.Client{Timeout: 40 * time.Second}, taken: map[string]int{}, turn: map[string]int{}, browsers: map[string]*browse.Browser{}}
	var now struct {
		Now time.Time `json:"now"`
	}
	if err := w.get(ctx, "/time", &now); err != nil {
		return nil, fmt.Errorf("the sandbox does not answer: %w", err)
	}
	w.now = now.Now
	var residents struct {
		People []person `json:"people"`
	}
	if err := w.get(ctx, "/people?limit=5000", &residents); err != nil {
		return nil, err
	}
	var all struct {
		People []person `json:"people"`
	}
	if err := w.get(ctx, "/people?role=all&limit=5000", &all); err != nil {
		return nil, err
	}
	var officers struct {
		People []officer `json:"people"`
	}
	if err := w.get(ctx, "/people?role=officer&limit=5000", &officers); err != nil {
		return nil, err
	}
	w.people, w.officers = withFamilies(residents.People, all.People), officers.People
	if len(w.people) == 0 || len(w.officers) == 0 {
		return nil, fmt.Errorf("the sandbox has %d people and %d officers", len(w.people), len(w.officers))
	}
	return w, nil
}

// withFamilies gives people what their family's pupils have: parents apply for children.
func withFamilies(people, all []person) []person {
	pupils := map[string]person{}
	for _, p := range all {
		if len(p.Records["school"]) > 0 {
			pupils[p.FamilyCard] = p
		}
	}
	for i, p := range people {
		people[i].members = map[string]string{}
		if child, ok := pupils[p.FamilyCard]; ok {
			people[i].Records = maps.Clone(p.Records)
			people[i].Records["school"] = child.Records["school"]
			people[i].members["school"] = child.NIK
		}
	}
	return people
}

func (w *world) get(ctx context.Context, path string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url+path, nil)
	if err != nil {
		return err
	}
	return w.do(req, into)
}

func (w *world) post(ctx context.Context, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	return w.do(req, into)
}

func (w *world) do(req *http.Request, into any) error {
	res, err := w.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, 16<<20))
	if err != nil {
		return err
	}
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("sandbox %s answered %d: %.200s", req.URL.Path, res.StatusCode, text)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(text, into)
}

// borrow hands out the next person of a place who has records in all the given registers, and
// whom no other journey is using; give them back.
func (w *world) borrow(place string, registers []string) (person, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	key := place + strings.Join(registers, ",")
	if _, begun := w.turn[key]; !begun { // another rehearsal began elsewhere: a person may sign in only so often
		w.turn[key] = rand.IntN(len(w.people))
	}
	for range w.people {
		p := w.people[w.turn[key]%len(w.people)]
		w.turn[key]++
		if w.taken[p.NIK] == 0 && places.Within(p.Region, place) && p.has(registers) {
			w.taken[p.NIK]++
			return p, true
		}
	}
	return person{}, false
}

// browserOf is the person's own browser, with the sessions it holds.
func (w *world) browserOf(p person, open func() *browse.Browser) *browse.Browser {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.browsers[p.NIK] == nil {
		w.browsers[p.NIK] = open()
	}
	return w.browsers[p.NIK]
}

func (w *world) giveBack(p person) {
	w.mu.Lock()
	w.taken[p.NIK]--
	w.mu.Unlock()
}

func (p person) has(registers []string) bool {
	for _, r := range registers {
		if len(p.Records[r]) == 0 {
			return false
		}
	}
	return true
}

type outbox struct {
	Messages []struct {
		ID   int64  `json:"id"`
		Code string `json:"code"`
	} `json:"messages"`
}

// last is the newest message to an address, 0 if there is none.
func (w *world) last(ctx context.Context, to string) (int64, error) {
	var o outbox
	if err := w.get(ctx, "/outbox?to="+url.QueryEscape(to), &o); err != nil || len(o.Messages) == 0 {
		return 0, err
	}
	return o.Messages[0].ID, nil
}

// code waits for a code sent to an address after a message.
func (w *world) code(ctx context.Context, to string, after int64) (string, error) {
	for range 3 {
		var o outbox
		if err := w.get(ctx, "/outbox?wait=10&to="+url.QueryEscape(to)+"&after="+strconv.FormatInt(after, 10), &o); err != nil {
			return "", err
		}
		for _, m := range o.Messages {
			if m.Code != "" && m.ID > after {
				return m.Code, nil
			}
		}
		if len(o.Messages) > 0 {
			after = o.Messages[0].ID
		}
	}
	return "", fmt.Errorf("no code arrived")
}

// pay pays a QRIS code at the sandbox bank.
func (w *world) pay(ctx context.Context, qris string) error {
	return w.post(ctx, "/bank/pay", map[string]string{"qr": qris}, nil)
}

// newBrowser walks the node; seen, unless nil, is told how long each request took.
func newBrowser(node *url.URL, seen func(time.Duration)) *browse.Browser {
	b := browse.New(node, patience)
	b.Lang, b.Seen = "id", seen
	return b
}
