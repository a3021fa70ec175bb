package rehearse

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
	"strings"
	"time"

	"golang.org/x/net/html"
)

// browser walks a node's pages as a person does: it follows links and fills in the forms it is
// shown. Whatever the host, it speaks to the one node, so that region hosts need no DNS.
type browser struct {
	node   *url.URL
	client *http.Client
	seen   func(time.Duration) // told how long each request took
	lang   string
}

func newBrowser(node *url.URL, seen func(time.Duration)) *browser {
	jar, _ := cookiejar.New(nil) // New fails for no options
	transport := &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, node.Host)
		},
		MaxIdleConnsPerHost: 2, IdleConnTimeout: 30 * time.Second,
	}
	return &browser{node: node, seen: seen, lang: "id", client: &http.Client{Jar: jar, Transport: transport, Timeout: 60 * time.Second}}
}

func (b *browser) close() { b.client.CloseIdleConnections() }

// page is what the browser was shown.
type page struct {
	url    *url.URL
	status int
	kind   string // content type
	body   []byte
	doc    *html.Node
}

func (b *browser) get(ctx context.Context, ref string) (*page, error) {
	return b.do(ctx, http.MethodGet, ref, "", nil)
}

// do makes a request and follows redirects; each counts as a request of its own.
func (b *browser) do(ctx context.Context, method, ref, contentType string, body []byte) (*page, error) {
	req, err := http.NewRequestWithContext(ctx, method, ref, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept-Language", b.lang)
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if method != http.MethodGet {
		req.Header.Set("Origin", req.URL.Scheme+"://"+req.URL.Host)
	}
	start := time.Now()
	res, err := b.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, 32<<20))
	b.seen(time.Since(start))
	if err != nil {
		return nil, err
	}
	p := &page{url: res.Request.URL, status: res.StatusCode, kind: res.Header.Get("Content-Type"), body: text}
	if strings.HasPrefix(p.kind, "text/html") {
		p.doc, err = html.Parse(bytes.NewReader(text))
	}
	return p, err
}

// ok returns the page if it answered 200, else an error that quotes its heading.
func (p *page) ok() error {
	if p.status == http.StatusOK {
		return nil
	}
	return fmt.Errorf("%s answered %d: %s", p.url.Path, p.status, p.heading())
}

func (p *page) heading() string {
	if p.doc == nil {
		return ""
	}
	var said []string
	walk(p.doc, func(n *html.Node) {
		if n.Data == "h1" || attr(n, "class") == "err" || attr(n, "role") == "alert" {
			said = append(said, strings.Join(strings.Fields(text(n)), " "))
		}
	})
	return strings.Join(said, " · ")
}

// main is the page's own part, without frame.
func (p *page) main() (found *html.Node) {
	found = p.doc
	walk(p.doc, func(n *html.Node) {
		if n.Data == "main" {
			found = n
		}
	})
	return found
}

// form is a form as shown, with the values it came with.
type form struct {
	page      *page
	action    *url.URL
	method    string
	multipart bool
	values    url.Values
	kinds     map[string]string // name → input type, "select", "textarea"
	options   map[string][]string
	accept    map[string]string // of file inputs
	buttons   []button
	files     map[string]file
}

type button struct {
	name, value, action string
}

type file struct {
	name string
	data []byte
}

// forms lists the forms of a page in order.
func (p *page) forms() (out []*form) {
	if p.doc == nil {
		return nil
	}
	walk(p.doc, func(n *html.Node) {
		if n.Data != "form" {
			return
		}
		f := &form{page: p, method: strings.ToUpper(or(attr(n, "method"), "GET")), multipart: attr(n, "enctype") == "multipart/form-data",
			values: url.Values{}, kinds: map[string]string{}, options: map[string][]string{}, accept: map[string]string{}, files: map[string]file{}}
		f.action, _ = p.url.Parse(attr(n, "action")) // nil shows when it is submitted
		walk(n, f.control)
		out = append(out, f)
	})
	return out
}

func (f *form) control(n *html.Node) {
	name := attr(n, "name")
	switch n.Data {
	case "button":
		f.buttons = append(f.buttons, button{name, attr(n, "value"), attr(n, "formaction")})
	case "textarea":
		f.kinds[name] = "textarea"
		f.values.Set(name, text(n))
	case "select":
		f.kinds[name] = "select"
	case "option":
		sel := n.Parent
		for sel != nil && sel.Data != "select" {
			sel = sel.Parent
		}
		if sel != nil {
			f.options[attr(sel, "name")] = append(f.options[attr(sel, "name")], attr(n, "value"))
		}
	case "input":
		kind := or(attr(n, "type"), "text")
		f.kinds[name] = kind
		switch kind {
		case "radio", "checkbox":
			f.options[name] = append(f.options[name], attr(n, "value"))
			if has(n, "checked") {
				f.values.Add(name, attr(n, "value"))
			}
		case "file":
			f.accept[name] = attr(n, "accept")
		default:
			f.values.Set(name, attr(n, "value"))
		}
	}
}

// with returns the first form that has a control of that name.
func (p *page) with(name string) (*form, error) {
	for _, f := range p.forms() {
		if _, ok := f.kinds[name]; ok {
			return f, nil
		}
	}
	return nil, fmt.Errorf("%s (%d) shows no form with %q: %s", p.url.Path, p.status, name, p.heading())
}

// submit sends a form by the button with the given name and value ("" for the first).
func (b *browser) submit(ctx context.Context, f *form, name, value string) (*page, error) {
	values := maps.Clone(f.values)
	action := f.action
	if name != "" {
		values.Set(name, value)
	}
	if action == nil {
		return nil, fmt.Errorf("%s has a form without an address", f.page.url.Path)
	}
	if f.method == http.MethodGet {
		u := *action
		u.RawQuery = values.Encode()
		return b.get(ctx, u.String())
	}
	if !f.multipart {
		return b.do(ctx, http.MethodPost, action.String(), "application/x-www-form-urlencoded", []byte(values.Encode()))
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for k, vs := range values {
		for _, v := range vs {
			if err := w.WriteField(k, v); err != nil {
				return nil, err
			}
		}
	}
	for k, up := range f.files {
		part, err := w.CreateFormFile(k, up.name)
		if err == nil {
			_, err = part.Write(up.data)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.do(ctx, http.MethodPost, action.String(), w.FormDataContentType(), body.Bytes())
}

// links lists the addresses of the page's links, resolved.
func (p *page) links() (out []string) {
	if p.doc == nil {
		return nil
	}
	walk(p.doc, func(n *html.Node) {
		if n.Data == "a" {
			if u, err := p.url.Parse(attr(n, "href")); err == nil {
				out = append(out, u.String())
			}
		}
	})
	return out
}

// link returns the first link whose path the test accepts.
func (p *page) link(accept func(path string) bool) (string, error) {
	for _, l := range p.links() {
		if u, err := url.Parse(l); err == nil && accept(u.Path) {
			return l, nil
		}
	}
	return "", fmt.Errorf("%s (%d) lacks the link looked for: %s", p.url.Path, p.status, p.heading())
}

// byID is the text of the element with that id.
func (p *page) byID(id string) (found string) {
	if p.doc != nil {
		walk(p.doc, func(n *html.Node) {
			if attr(n, "id") == id {
				found = strings.TrimSpace(text(n))
			}
		})
	}
	return found
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
	var b strings.Builder
	var gather func(*html.Node)
	gather = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			gather(c)
		}
	}
	gather(n)
	return b.String()
}

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

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// noTime is told of requests whose time nobody wants.
func noTime(time.Duration) {}
