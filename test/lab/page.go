package lab

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/html"
)

// Browser follows links and fills in forms. Every host name leads to one node.
type Browser struct {
	client *http.Client
	seen   *seen
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

// NewBrowser walks the node at a URL.
func NewBrowser(node string) *Browser {
	at, err := url.Parse(node)
	if err != nil {
		panic(err) // the node itself said it
	}
	jar, _ := cookiejar.New(nil) // no options, no error
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, at.Host)
	}
	transport := &http.Transport{DialContext: dial, MaxIdleConnsPerHost: 2, IdleConnTimeout: 20 * time.Second}
	s := &seen{RoundTripper: transport}
	return &Browser{client: &http.Client{Jar: jar, Transport: s, Timeout: Patience}, seen: s}
}

// Through is the same browser, its cookies shared, led to another node.
func (b *Browser) Through(node string) *Browser {
	other := NewBrowser(node)
	other.client.Jar = b.client.Jar
	return other
}

// Page is what the browser was shown.
type Page struct {
	URL    *url.URL
	Status int
	Header http.Header
	Body   []byte
	doc    *html.Node
}

// Get opens an address and follows redirects.
func (b *Browser) Get(ref string) (*Page, error) { return b.Do(http.MethodGet, ref, "", nil) }

// Do sends one request and follows redirects.
func (b *Browser) Do(method, ref, contentType string, body []byte) (*Page, error) {
	req, err := http.NewRequest(method, ref, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if method != http.MethodGet {
		req.Header.Set("Origin", req.URL.Scheme+"://"+req.URL.Host)
	}
	res, err := b.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	p := &Page{URL: res.Request.URL, Status: res.StatusCode, Header: res.Header, Body: text}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		p.doc, err = html.Parse(bytes.NewReader(text))
	}
	return p, err
}

// Cookies are those the browser would send to an address.
func (b *Browser) Cookies(ref string) []*http.Cookie {
	u, err := url.Parse(ref)
	if err != nil {
		return nil
	}
	return b.client.Jar.Cookies(u)
}

// OK is an error that quotes the page, unless it answered 200.
func (p *Page) OK() error {
	if p.Status == http.StatusOK {
		return nil
	}
	return fmt.Errorf("%s answered %d: %.300s", p.URL.Path, p.Status, p.Main())
}

// Text is what a person reads on the page, spaces folded; of a page that is no HTML, its body.
func (p *Page) Text() string {
	if p.doc == nil {
		return string(p.Body)
	}
	return fold(text(p.doc))
}

// Main is the text of the page's own part, without head and foot.
func (p *Page) Main() (s string) {
	if p.doc != nil {
		walk(p.doc, func(n *html.Node) {
			if n.Data == "main" {
				s = fold(text(n))
			}
		})
	}
	return s
}

// Rows are the lines of the page's tables, cell by cell, without their heads.
func (p *Page) Rows() (rows [][]string) {
	if p.doc == nil {
		return nil
	}
	walk(p.doc, func(n *html.Node) {
		if n.Type != html.ElementNode || n.Data != "tr" || n.Parent == nil || n.Parent.Data != "tbody" {
			return
		}
		var cells []string
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.ElementNode {
				cells = append(cells, fold(text(c)))
			}
		}
		rows = append(rows, cells)
	})
	return rows
}

// ByID is the text of the element with an id.
func (p *Page) ByID(id string) (s string) {
	if p.doc != nil {
		walk(p.doc, func(n *html.Node) {
			if attr(n, "id") == id {
				s = fold(text(n))
			}
		})
	}
	return s
}

// Links are the addresses of the page's links, resolved.
func (p *Page) Links() (out []string) {
	if p.doc == nil {
		return nil
	}
	walk(p.doc, func(n *html.Node) {
		if n.Data == "a" && attr(n, "href") != "" {
			if u, err := p.URL.Parse(attr(n, "href")); err == nil {
				out = append(out, u.String())
			}
		}
	})
	return out
}

// Link is the first link whose path has a prefix and a suffix, "" if there is none.
func (p *Page) Link(prefix, suffix string) string {
	for _, l := range p.Links() {
		if u, err := url.Parse(l); err == nil && strings.HasPrefix(u.Path, prefix) && strings.HasSuffix(u.Path, suffix) {
			return l
		}
	}
	return ""
}

// Form is a form as shown, with the values it came with.
type Form struct {
	Page    *Page
	Action  *url.URL
	Values  url.Values
	Kinds   map[string]string   // name → input type, "select", "textarea"
	Options map[string][]string // of choices
	Buttons []url.Values        // name, value, formaction of each
	Files   map[string]File
	Accept  map[string]string

	method    string
	multipart bool
}

// File is one to be uploaded.
type File struct {
	Name string
	Data []byte
}

// Forms are the page's forms, in order.
func (p *Page) Forms() (out []*Form) {
	if p.doc == nil {
		return nil
	}
	walk(p.doc, func(n *html.Node) {
		if n.Data != "form" {
			return
		}
		f := &Form{Page: p, method: strings.ToUpper(attr(n, "method")), multipart: attr(n, "enctype") == "multipart/form-data", Values: url.Values{},
			Kinds: map[string]string{}, Options: map[string][]string{}, Files: map[string]File{}, Accept: map[string]string{}}
		f.Action, _ = p.URL.Parse(attr(n, "action")) // nil shows when it is sent
		walk(n, f.control)
		out = append(out, f)
	})
	return out
}

func (f *Form) control(n *html.Node) {
	name, value := attr(n, "name"), attr(n, "value")
	switch n.Data {
	case "button":
		f.Buttons = append(f.Buttons, url.Values{"name": {name}, "value": {value}, "formaction": {attr(n, "formaction")}})
	case "textarea":
		f.Kinds[name] = "textarea"
		f.Values.Set(name, text(n))
	case "select":
		f.Kinds[name] = "select"
		walk(n, func(o *html.Node) {
			if o.Data == "option" {
				f.Options[name] = append(f.Options[name], attr(o, "value"))
				if has(o, "selected") {
					f.Values.Set(name, attr(o, "value"))
				}
			}
		})
	case "input":
		f.Kinds[name] = attr(n, "type")
		switch f.Kinds[name] {
		case "radio", "checkbox":
			f.Options[name] = append(f.Options[name], value)
			if has(n, "checked") {
				f.Values.Add(name, value)
			}
		case "file":
			f.Accept[name] = attr(n, "accept")
		default:
			f.Values.Set(name, value)
		}
	}
}

// With is the first form with a control of that name.
func (p *Page) With(name string) (*Form, error) {
	for _, f := range p.Forms() {
		if _, ok := f.Kinds[name]; ok {
			return f, nil
		}
	}
	return nil, fmt.Errorf("%s (%d) shows no form with %q: %.400s", p.URL.Path, p.Status, name, p.Main())
}

// To is the first form whose action ends so.
func (p *Page) To(suffix string) (*Form, error) {
	for _, f := range p.Forms() {
		if f.Action != nil && strings.HasSuffix(f.Action.Path, suffix) {
			return f, nil
		}
	}
	return nil, fmt.Errorf("%s (%d) shows no form to %q: %.400s", p.URL.Path, p.Status, suffix, p.Main())
}

// Tick ticks every box of the form.
func (f *Form) Tick() {
	for name, kind := range f.Kinds {
		if kind == "checkbox" {
			f.Values.Set(name, f.Options[name][0])
		}
	}
}

// Submit sends a form, with the values of the button that is pressed.
func (b *Browser) Submit(f *Form, button ...string) (*Page, error) {
	if f.Action == nil {
		return nil, fmt.Errorf("%s has a form without an address", f.Page.URL.Path)
	}
	values := maps.Clone(f.Values)
	for i := 0; i+1 < len(button); i += 2 {
		values.Set(button[i], button[i+1])
	}
	if f.method != http.MethodPost {
		u := *f.Action
		u.RawQuery = values.Encode()
		return b.Get(u.String())
	}
	if !f.multipart {
		return b.Do(http.MethodPost, f.Action.String(), "application/x-www-form-urlencoded", []byte(values.Encode()))
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for k, vs := range values {
		for _, v := range vs {
			_ = w.WriteField(k, v) // memory does not fail
		}
	}
	for k, file := range f.Files {
		part, _ := w.CreateFormFile(k, file.Name)
		_, _ = part.Write(file.Data)
	}
	_ = w.Close()
	return b.Do(http.MethodPost, f.Action.String(), w.FormDataContentType(), body.Bytes())
}

func walk(n *html.Node, visit func(*html.Node)) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode {
			visit(c)
		}
		walk(c, visit)
	}
}

func text(n *html.Node) string {
	if n.Type == html.ElementNode && (n.Data == "script" || n.Data == "style" || n.Data == "svg") {
		return ""
	}
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(text(c))
		if c.Type == html.ElementNode && block[c.Data] {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

var block = map[string]bool{"p": true, "div": true, "li": true, "h1": true, "h2": true, "h3": true, "dt": true, "dd": true, "td": true, "th": true,
	"label": true, "legend": true, "section": true, "small": true, "br": true, "summary": true, "a": true, "button": true}

func fold(s string) string { return strings.Join(strings.Fields(s), " ") }

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}
