package rehearse

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

var casePath = regexp.MustCompile(`/cases/([^/?]+)`)

// submit sends the checked answers, and keeps the request: sent again it must give the same case.
func (j *journey) submit(ctx context.Context) error {
	p, err := j.b.get(ctx, j.draft+"/check")
	if err != nil {
		return err
	}
	f, err := p.with("key")
	if err != nil {
		mend, _ := p.link(func(path string) bool { return strings.Contains(path, "/step/") })
		return fmt.Errorf("%w; %s", err, mend)
	}
	f.tick()
	j.kept = kept{Service: j.def.Slug, Home: j.home, Submit: f.action.String(), Form: f.values, Cookies: j.b.cookies(f.action)}
	if p, err = j.b.submit(ctx, f, "", ""); err != nil {
		return err
	}
	if err := p.ok(); err != nil {
		return err
	}
	m := casePath.FindStringSubmatch(p.url.Path)
	if m == nil {
		return fmt.Errorf("landed on %s instead of a case: %s", p.url.Path, p.heading())
	}
	j.number = m[1]
	j.kept.Number = j.number
	return j.keep.note(&j.kept)
}

// tick ticks every box: the person stands by what they wrote.
func (f *form) tick() {
	for name, kind := range f.kinds {
		if kind == "checkbox" {
			f.values.Set(name, f.options[name][0])
		}
	}
}

// obtain is the form as the button sends it that has a register make a record the person does not
// have yet (a business number), nil if there is none: a made-up number would be contradicted later.
func (f *form) obtain() *form {
	for _, b := range f.buttons {
		if strings.Contains(b.action, "/obtain/") {
			to := *f
			to.action, _ = f.page.url.Parse(b.action) // nil shows when it is submitted
			return &to
		}
	}
	return nil
}

func (j *journey) url() string { return j.home + "/cases/" + j.number }

// pay pays what is owed, if anything is, and waits until it is settled.
func (j *journey) pay(ctx context.Context) error {
	p, err := j.b.get(ctx, j.url())
	if err != nil {
		return err
	}
	if _, err := p.link(func(path string) bool { return strings.HasSuffix(path, "/pay") }); err != nil {
		return p.ok()
	}
	qris := ""
	err = until(ctx, func() (bool, error) {
		if p, err = j.b.get(ctx, j.url()+"/pay"); err != nil {
			return false, err
		}
		qris = p.byID("qris")
		return qris != "", p.ok()
	})
	if err != nil {
		return fmt.Errorf("waiting for the payment code: %w", err)
	}
	if err := j.world.pay(ctx, qris); err != nil {
		return err
	}
	err = until(ctx, func() (bool, error) {
		if p, err = j.b.get(ctx, j.url()); err != nil {
			return false, err
		}
		_, open := p.link(func(path string) bool { return strings.HasSuffix(path, "/pay") })
		return open != nil, p.ok()
	})
	if err != nil {
		return fmt.Errorf("waiting for the settlement: %w", err)
	}
	return nil
}

// decide plays the officers, and answers the correction if they ask for one.
func (j *journey) decide(ctx context.Context) error {
	if j.def.Kind == "payment" {
		return nil
	}
	if j.ending == "corrected" && len(j.def.Requirements) > 0 {
		if err := j.offices.act(ctx, j, "ask"); err != nil {
			return err
		}
		if err := j.correct(ctx); err != nil {
			return fmt.Errorf("correction: %w", err)
		}
	}
	verdict := "grant"
	if j.ending == "refused" && len(j.def.Refusal) > 0 {
		verdict = "refuse"
	}
	return j.offices.act(ctx, j, verdict)
}

// correct answers what the officer asked for.
func (j *journey) correct(ctx context.Context) error {
	return until(ctx, func() (bool, error) {
		p, err := j.b.get(ctx, j.url())
		if err != nil {
			return false, err
		}
		for _, f := range p.forms() {
			if f.action == nil || !strings.HasSuffix(f.action.Path, "/correction") {
				continue
			}
			if err := j.answer(f, p); err != nil {
				return false, err
			}
			p, err := j.b.submit(ctx, f, "", "")
			if err != nil {
				return false, err
			}
			if p.status == http.StatusConflict {
				return false, nil // a register's late answer came between: read again
			}
			return true, p.ok()
		}
		return false, p.ok()
	})
}

// document waits for the signed document, keeps it, and has the public page verify it.
func (j *journey) document(ctx context.Context) error {
	var pdf *page
	err := until(ctx, func() (bool, error) {
		p, err := j.b.get(ctx, j.url())
		if err != nil {
			return false, err
		}
		link, err := p.link(func(path string) bool { return strings.HasPrefix(path, "/documents/") })
		if err != nil {
			return false, p.ok()
		}
		if !strings.HasSuffix(link, "/file") {
			link += "/file"
		}
		pdf, err = j.b.get(ctx, link)
		if err != nil {
			return false, err
		}
		return true, pdf.ok()
	})
	if err != nil {
		return fmt.Errorf("waiting for the signed document: %w", err)
	}
	if !bytes.HasPrefix(pdf.body, []byte("%PDF-")) {
		return fmt.Errorf("%s is no PDF", pdf.url.Path)
	}
	if err := j.keep.document(&j.kept, pdf.body); err != nil {
		return err
	}
	receipt, err := j.b.get(ctx, j.url()+"/receipt")
	if err != nil {
		return err
	}
	if err := receipt.ok(); err != nil {
		return err
	}
	if err := j.keep.receipt(&j.kept, receipt.body); err != nil {
		return err
	}
	return verify(ctx, j.b, j.home, pdf.body)
}

// verify drops a PDF on the public page and wants the verdict "valid".
func verify(ctx context.Context, b *browser, home string, pdf []byte) error {
	p, err := b.get(ctx, home+"/verify")
	if err != nil {
		return err
	}
	f, err := p.with("file")
	if err != nil {
		return err
	}
	f.files["file"] = file{"dokumen.pdf", pdf}
	if p, err = b.submit(ctx, f, "", ""); err != nil {
		return err
	}
	if err := p.ok(); err != nil {
		return err
	}
	if !p.hasClass("verdict") || p.hasClass("verdict no") || p.hasClass("verdict odd") {
		return fmt.Errorf("the document does not verify: %s", p.heading())
	}
	return nil
}

// until asks again, ever more slowly, until done or out of patience.
func until(ctx context.Context, done func() (bool, error)) error {
	end := time.Now().Add(patience)
	for wait := 20 * time.Millisecond; ; wait = min(wait*3/2, time.Second) {
		ok, err := done()
		if ok || err != nil {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("nothing came within %v", patience)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

func (p *page) hasClass(class string) bool {
	return bytes.Contains(p.body, []byte(`class="`+class+`"`))
}

func (b *browser) cookies(u *url.URL) map[string]string {
	out := map[string]string{}
	for _, c := range b.client.Jar.Cookies(u) {
		out[c.Name] = c.Value
	}
	return out
}
