package lab

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"sync"

	"lancar/app/rehearse/browse"
)

// What a test's browser is shown and fills in.
type (
	// Page is what the browser was shown.
	Page = browse.Page
	// Form is a form as shown, with the values it came with.
	Form = browse.Form
	// File is one to be uploaded.
	File = browse.File
)

// Browser follows links and fills in forms. Every host name leads to one node.
type Browser struct {
	b    *browse.Browser
	seen *seen
}

// NewBrowser walks the node at a URL.
func NewBrowser(node string) *Browser { return watched(browse.New(parse(node), Patience)) }

func watched(b *browse.Browser) *Browser {
	s := &seen{}
	b.Wrap(func(way http.RoundTripper) http.RoundTripper { s.RoundTripper = way; return s })
	return &Browser{b, s}
}

// Request is one that a browser made, redirects among them.
type Request struct {
	Method, Path string
	Status       int
}

// seen notes every request on its way.
type seen struct {
	http.RoundTripper
	mu   sync.Mutex
	list []Request
}

// RoundTrip implements http.RoundTripper.
func (s *seen) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := s.RoundTripper.RoundTrip(r)
	if err == nil {
		s.mu.Lock()
		s.list = append(s.list, Request{r.Method, r.URL.Path, res.StatusCode})
		s.mu.Unlock()
	}
	return res, err
}

// Requests are all that the browser made so far.
func (b *Browser) Requests() []Request {
	b.seen.mu.Lock()
	defer b.seen.mu.Unlock()
	return slices.Clone(b.seen.list)
}

func parse(node string) *url.URL {
	at, err := url.Parse(node)
	if err != nil {
		panic(err) // the node itself said it
	}
	return at
}

// Through is the same browser, its cookies shared, led to another node.
func (b *Browser) Through(node string) *Browser { return watched(b.b.Through(parse(node))) }

// Get opens an address and follows redirects.
func (b *Browser) Get(ref string) (*Page, error) { return b.b.Get(context.Background(), ref) }

// Do sends one request and follows redirects.
func (b *Browser) Do(method, ref, contentType string, body []byte) (*Page, error) {
	return b.b.Do(context.Background(), method, ref, contentType, body)
}

// Submit sends a form, with the values of the button that is pressed.
func (b *Browser) Submit(f *Form, button ...string) (*Page, error) {
	return b.b.Submit(context.Background(), f, button...)
}

// Cookies are those the browser would send to an address.
func (b *Browser) Cookies(ref string) []*http.Cookie {
	u, err := url.Parse(ref)
	if err != nil {
		return nil
	}
	return b.b.Cookies(u)
}
