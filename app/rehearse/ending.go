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

	"lancar/app/rehearse/browse"
)

var casePath = regexp.MustCompile(`/cases/([^/?]+)`)

// submit sends the checked answers, and keeps the request: sent again it must give the same case.
func (j *journey) submit(ctx context.Context) error {
	p, err := j.b.Get(ctx, j.draft+"/check")
	if err != nil {
		return err
	}
	f, err := p.With("key")
	if err != nil {
		return fmt.Errorf("%w; %s", err, p.Link("/drafts/", ""))
	}
	f.Tick()
	j.kept = kept{Service: j.def.Slug, Home: j.home, Submit: f.Action.String(), Form: f.Values, Cookies: cookiesOf(j.b, f.Action)}
	if p, err = j.b.Submit(ctx, f); err != nil {
		return err
	}
	if err := p.OK(); err != nil {
		return err
	}
	m := casePath.FindStringSubmatch(p.URL.Path)
	if m == nil {
		return fmt.Errorf("landed on %s instead of a case: %s", p.URL.Path, p.Heading())
	}
	j.number = m[1]
	j.kept.Number = j.number
	return j.keep.note(&j.kept)
}

// obtain is the form as the button sends it that has a register make a record the person does not
// have yet (a business number), nil if there is none: a made-up number would be contradicted later.
func obtain(f *browse.Form) *browse.Form {
	for _, b := range f.Buttons {
		if strings.Contains(b.Action, "/obtain/") {
			to := *f
			to.Action, _ = f.Page.URL.Parse(b.Action) // nil shows when it is submitted
			return &to
		}
	}
	return nil
}

func (j *journey) url() string { return j.home + "/cases/" + j.number }

// pay pays what is owed, if anything is, and waits until it is settled.
func (j *journey) pay(ctx context.Context) error {
	p, err := j.b.Get(ctx, j.url())
	if err != nil {
		return err
	}
	if p.Link("", "/pay") == "" {
		return p.OK()
	}
	qris := ""
	err = until(ctx, func() (bool, error) {
		if p, err = j.b.Get(ctx, j.url()+"/pay"); err != nil {
			return false, err
		}
		qris = p.ByID("qris")
		return qris != "", p.OK()
	})
	if err != nil {
		return fmt.Errorf("waiting for the payment code: %w", err)
	}
	if err := j.world.pay(ctx, qris); err != nil {
		return err
	}
	err = until(ctx, func() (bool, error) {
		if p, err = j.b.Get(ctx, j.url()); err != nil {
			return false, err
		}
		return p.Link("", "/pay") == "", p.OK()
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
		p, err := j.b.Get(ctx, j.url())
		if err != nil {
			return false, err
		}
		for _, f := range p.Forms() {
			if f.Action == nil || !strings.HasSuffix(f.Action.Path, "/correction") {
				continue
			}
			if err := j.answer(f, p); err != nil {
				return false, err
			}
			p, err := j.b.Submit(ctx, f)
			if err != nil {
				return false, err
			}
			if p.Status == http.StatusConflict {
				return false, nil // a register's late answer came between: read again
			}
			return true, p.OK()
		}
		return false, p.OK()
	})
}

// document waits for the signed document, keeps it, and has the public page verify it.
func (j *journey) document(ctx context.Context) error {
	var pdf *browse.Page
	err := until(ctx, func() (bool, error) {
		p, err := j.b.Get(ctx, j.url())
		if err != nil {
			return false, err
		}
		link := p.Link("/documents/", "")
		if link == "" {
			return false, p.OK()
		}
		if !strings.HasSuffix(link, "/file") {
			link += "/file"
		}
		pdf, err = j.b.Get(ctx, link)
		if err != nil {
			return false, err
		}
		return true, pdf.OK()
	})
	if err != nil {
		return fmt.Errorf("waiting for the signed document: %w", err)
	}
	if !bytes.HasPrefix(pdf.Body, []byte("%PDF-")) {
		return fmt.Errorf("%s is no PDF", pdf.URL.Path)
	}
	if err := j.keep.document(&j.kept, pdf.Body); err != nil {
		return err
	}
	receipt, err := j.b.Get(ctx, j.url()+"/receipt")
	if err != nil {
		return err
	}
	if err := receipt.OK(); err != nil {
		return err
	}
	if err := j.keep.receipt(&j.kept, receipt.Body); err != nil {
		return err
	}
	return verify(ctx, j.b, j.home, pdf.Body)
}

// verify drops a PDF on the public page and wants the verdict "valid".
func verify(ctx context.Context, b *browse.Browser, home string, pdf []byte) error {
	p, err := b.Get(ctx, home+"/verify")
	if err != nil {
		return err
	}
	f, err := p.With("file")
	if err != nil {
		return err
	}
	f.Files["file"] = browse.File{Name: "dokumen.pdf", Data: pdf}
	if p, err = b.Submit(ctx, f); err != nil {
		return err
	}
	if err := p.OK(); err != nil {
		return err
	}
	if !bytes.Contains(p.Body, []byte(`class="verdict"`)) {
		return fmt.Errorf("the document does not verify: %s", p.Heading())
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

func cookiesOf(b *browse.Browser, u *url.URL) map[string]string {
	out := map[string]string{}
	for _, c := range b.Cookies(u) {
		out[c.Name] = c.Value
	}
	return out
}
