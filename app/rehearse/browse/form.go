package browse

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// Form is a form as shown, with the values it came with.
type Form struct {
	Page    *Page
	Action  *url.URL
	Values  url.Values
	Kinds   map[string]string   // name → input type, "select", "textarea"
	Options map[string][]string // of choices
	Buttons []Button
	Files   map[string]File
	Accept  map[string]string

	method    string
	multipart bool
}

// Button sends its form with its own name and value, to its own address if it has one.
type Button struct{ Name, Value, Action string }

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
		f.Buttons = append(f.Buttons, Button{name, value, attr(n, "formaction")})
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
		if f.Kinds[name] = attr(n, "type"); f.Kinds[name] == "" {
			f.Kinds[name] = "text"
		}
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
func (b *Browser) Submit(ctx context.Context, f *Form, button ...string) (*Page, error) {
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
		return b.Get(ctx, u.String())
	}
	if !f.multipart {
		return b.Do(ctx, http.MethodPost, f.Action.String(), "application/x-www-form-urlencoded", []byte(values.Encode()))
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
	return b.Do(ctx, http.MethodPost, f.Action.String(), w.FormDataContentType(), body.Bytes())
}
