package rehearse

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"lancar/app/rehearse/browse"
	"lancar/app/rehearse/stage"
	"lancar/region/places"
)

// world is the sandbox as a rehearsal uses it: its people, its messages, its bank.
type world struct {
	stage.Sandbox
	now      time.Time
	people   []person
	officers []stage.Officer

	mu       sync.Mutex
	taken    map[string]int // people already playing, so that no two journeys are one person at once
	turn     map[string]int
	browsers map[string]*browse.Browser // by NIK: who signed in once stays signed in
}

// person is somebody who can sign in.
type person struct {
	stage.Person
	members map[string]string // register → NIK of the family member whose record it is
}

func openWorld(ctx context.Context, at string) (*world, error) {
	w := &world{Sandbox: stage.Sandbox{URL: strings.TrimSuffix(at, "/"), Client: http.Client{Timeout: 40 * time.Second}}, taken: map[string]int{}, turn: map[string]int{}, browsers: map[string]*browse.Browser{}}
	var now struct {
		Now time.Time `json:"now"`
	}
	if err := w.Get(ctx, "/time", &now); err != nil {
		return nil, fmt.Errorf("the sandbox does not answer: %w", err)
	}
	w.now = now.Now
	residents, err := w.People(ctx, "")
	if err != nil {
		return nil, err
	}
	all, err := w.People(ctx, "role=all")
	if err != nil {
		return nil, err
	}
	if w.officers, err = w.Officers(ctx, ""); err != nil {
		return nil, err
	}
	w.people = withFamilies(residents, all)
	if len(w.people) == 0 || len(w.officers) == 0 {
		return nil, fmt.Errorf("the sandbox has %d people and %d officers", len(w.people), len(w.officers))
	}
	return w, nil
}

// withFamilies gives people what their family's pupils have: parents apply for children.
func withFamilies(residents, all []stage.Person) (people []person) {
	pupils := map[string]stage.Person{}
	for _, p := range all {
		if len(p.Records["school"]) > 0 {
			pupils[p.Card] = p
		}
	}
	for _, p := range residents {
		one := person{p, map[string]string{}}
		if child, ok := pupils[p.Card]; ok {
			one.Records = maps.Clone(p.Records)
			one.Records["school"] = child.Records["school"]
			one.members["school"] = child.NIK
		}
		people = append(people, one)
	}
	return people
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
		if w.taken[p.NIK] == 0 && places.Within(p.Region, place) && p.Has(registers) {
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

// code waits for a code sent to an address after a message.
func (w *world) code(ctx context.Context, to string, after int64) (string, error) {
	for range 3 {
		list, err := w.Messages(ctx, to, after, 10)
		if err != nil {
			return "", err
		}
		for _, m := range list {
			if m.Code != "" && m.ID > after {
				return m.Code, nil
			}
		}
		if len(list) > 0 {
			after = list[0].ID
		}
	}
	return "", fmt.Errorf("no code arrived")
}

// pay pays a QRIS code at the sandbox bank.
func (w *world) pay(ctx context.Context, qris string) error {
	return w.Post(ctx, "/bank/pay", map[string]string{"qr": qris}, nil)
}

// newBrowser walks the node; seen, unless nil, is told how long each request took.
func newBrowser(node *url.URL, seen func(time.Duration)) *browse.Browser {
	b := browse.New(node, patience)
	b.Lang, b.Seen = "id", seen
	return b
}
