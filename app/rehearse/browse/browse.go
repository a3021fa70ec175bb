// Package browse walks pages as a person without script does: it follows links and fills in the
// forms that it is shown. Whatever the host of an address, it speaks to one node, so that a region's
// host needs no name server. Rehearsals and tests share it.
package browse

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// Browser has cookies of its own. It is used by one at a time.
type Browser struct {
	Lang   string              // that it asks pages in; "" leaves it to the page
	Seen   func(time.Duration) // told how long each request took; nil for nobody
	client *http.Client
}

// New walks a node; no request takes longer than patience.
func New(node *url.URL, patience time.Duration) *Browser {
	jar, _ := cookiejar.New(nil) // no options, no error
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, node.Host)
	}
	transport := &http.Transport{DialContext: dial, MaxIdleConnsPerHost: 2, IdleConnTimeout: 20 * time.Second}
	return &Browser{client: &http.Client{Jar: jar, Transport: transport, Timeout: patience}}
}

// Through is the same browser, its cookies shared, led to another node.
func (b *Browser) Through(node *url.URL) *Browser {
	other := New(node, b.client.Timeout)
	other.client.Jar, other.Lang, other.Seen = b.client.Jar, b.Lang, b.Seen
	return other
}

// Wrap puts something between the browser and the node, as to note what goes over the wire.
func (b *Browser) Wrap(around func(http.RoundTripper) http.RoundTripper) {
	b.client.Transport = around(b.client.Transport)
}

// Close ends the browser's connections.
func (b *Browser) Close() { b.client.CloseIdleConnections() }

// Cookies are those the browser would send to an address.
func (b *Browser) Cookies(at *url.URL) []*http.Cookie { return b.client.Jar.Cookies(at) }

// SetCookies keeps cookies for an address.
func (b *Browser) SetCookies(at *url.URL, cookies []*http.Cookie) {
	b.client.Jar.SetCookies(at, cookies)
}

// Page is what the browser was shown.
type Page struct {
	URL    *url.URL
	Status int
	Header http.Header
	Body   []byte
	doc    *html.Node
}

// maxPage bounds what is read of an answer.
const maxPage = 32 << 20

// Get opens an address and follows redirects.
func (b *Browser) Get(ctx context.Context, ref string) (*Page, error) {
	return b.Do(ctx, http.MethodGet, ref, "", nil)
}

// Do sends one request and follows redirects.
func (b *Browser) Do(ctx context.Context, method, ref, contentType string, body []byte) (*Page, error) {
	req, err := http.NewRequestWithContext(ctx, method, ref, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if b.Lang != "" {
		req.Header.Set("Accept-Language", b.Lang)
	}
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
	text, err := io.ReadAll(io.LimitReader(res.Body, maxPage))
	if b.Seen != nil {
		b.Seen(time.Since(start))
	}
	if err != nil {
		return nil, err
	}
	p := &Page{URL: res.Request.URL, Status: res.StatusCode, Header: res.Header, Body: text}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		p.doc, err = html.Parse(bytes.NewReader(text))
	}
	return p, err
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

// Heading is what a page says first: its title, and what is wrong.
func (p *Page) Heading() string {
	if p.doc == nil {
		return ""
	}
	var said []string
	walk(p.doc, func(n *html.Node) {
		if n.Data == "h1" || attr(n, "class") == "err" || attr(n, "role") == "alert" {
			said = append(said, fold(text(n)))
		}
	})
	return strings.Join(said, " · ")
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
		if n.Data != "tr" || n.Parent == nil || n.Parent.Data != "tbody" {
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
