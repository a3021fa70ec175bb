package rehearse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"lancar/app/rehearse/browse"
)

// kept is what a journey was promised, written down at the moment of the promise. Submit, Form
// and Cookies are the request that made the case: sent again, it must give the same number.
type kept struct {
	Number   string            `json:"number"`
	Service  string            `json:"service"`
	Home     string            `json:"home"`
	Submit   string            `json:"submit"`
	Form     url.Values        `json:"form"`
	Cookies  map[string]string `json:"cookies"`
	Receipt  string            `json:"receipt,omitempty"`
	Document string            `json:"document,omitempty"`
}

// keeper writes into a folder; nil keeps nothing.
type keeper struct{ dir string }

func openKeeper(dir string) (*keeper, error) { return &keeper{dir}, os.MkdirAll(dir, 0o700) }

func (k *keeper) note(c *kept) error {
	if k == nil {
		return nil
	}
	text, err := json.MarshalIndent(c, "", " ")
	if err != nil {
		return err
	}
	return k.write(c.Number+".json", text)
}

func (k *keeper) document(c *kept, pdf []byte) error {
	if k == nil {
		return nil
	}
	c.Document = c.Number + ".pdf"
	return errors.Join(k.write(c.Document, pdf), k.note(c))
}

func (k *keeper) receipt(c *kept, pdf []byte) error {
	if k == nil {
		return nil
	}
	c.Receipt = c.Number + ".receipt.pdf"
	return errors.Join(k.write(c.Receipt, pdf), k.note(c))
}

// write replaces a file whole.
func (k *keeper) write(name string, data []byte) error {
	path := filepath.Join(k.dir, name)
	if err := os.WriteFile(path+".new", data, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// Check confirms that everything an earlier rehearsal was promised exists exactly once: each
// kept submission sent again gives the same case, the person's list shows it once, and each PDF
// verifies.
func Check(ctx context.Context, o Options, out io.Writer) (bool, error) {
	node, err := url.Parse(o.Node)
	if err != nil || node.Host == "" {
		return false, fmt.Errorf("--node %q is no URL", o.Node)
	}
	files, err := filepath.Glob(filepath.Join(o.Keep, "*.json"))
	if err != nil || len(files) == 0 {
		return false, fmt.Errorf("nothing is kept in %s", o.Keep)
	}
	report := struct {
		Cases     int      `json:"cases"`
		Documents int      `json:"documents"`
		Wrong     []string `json:"wrong"`
	}{Wrong: []string{}}
	for _, path := range files {
		c, err := readKept(path)
		if err == nil {
			err = c.check(ctx, node, o.Keep)
		}
		report.Cases++
		if c.Document != "" {
			report.Documents++
		}
		if err != nil {
			report.Wrong = append(report.Wrong, fmt.Sprintf("%s: %v", filepath.Base(path), err))
		}
	}
	if o.JSON {
		err = json.NewEncoder(out).Encode(report)
	} else {
		_, err = fmt.Fprintf(out, "%d cases, %d documents kept; %d wrong\n%s", report.Cases, report.Documents, len(report.Wrong), strings.Join(append(report.Wrong, ""), "\n"))
	}
	return len(report.Wrong) == 0, err
}

func readKept(path string) (c kept, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal(text, &c)
}

func (c kept) check(ctx context.Context, node *url.URL, dir string) error {
	submit, err := url.Parse(c.Submit)
	if err != nil {
		return err
	}
	// The node may listen elsewhere now; hosts keep their names.
	submit.Host = submit.Hostname() + ":" + node.Port()
	b := newBrowser(node, nil)
	defer b.Close()
	var cookies []*http.Cookie
	for name, value := range c.Cookies {
		cookies = append(cookies, &http.Cookie{Name: name, Value: value, Path: "/"})
	}
	b.SetCookies(submit, cookies)
	p, err := b.Do(ctx, http.MethodPost, submit.String(), "application/x-www-form-urlencoded", []byte(c.Form.Encode()))
	if err != nil {
		return err
	}
	m := casePath.FindStringSubmatch(p.URL.Path)
	if m == nil || m[1] != c.Number {
		return fmt.Errorf("sent again, the submission led to %s (%d): %s", p.URL.Path, p.Status, p.Heading())
	}
	home := submit.Scheme + "://" + submit.Host
	if err := c.once(ctx, b, home); err != nil {
		return fmt.Errorf("the person's list: %w", err)
	}
	for _, name := range []string{c.Document, c.Receipt} {
		if name == "" {
			continue
		}
		pdf, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		if err := verify(ctx, b, home, pdf); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// once looks the case up in the person's own list, which follows a case through the outbox: after a
// crash it may take a moment.
func (c kept) once(ctx context.Context, b *browse.Browser, home string) error {
	return until(ctx, func() (bool, error) {
		seen, err := c.listed(ctx, b, home)
		if err == nil && seen > 1 {
			err = fmt.Errorf("it stands there %d times", seen)
		}
		return seen == 1, err
	})
}

// listed counts the case in the person's list, page by page.
func (c kept) listed(ctx context.Context, b *browse.Browser, home string) (seen int, err error) {
	next := home + "/me"
	for range 100 {
		p, err := b.Get(ctx, next)
		if err != nil {
			return seen, err
		}
		if err := p.OK(); err != nil {
			return seen, err
		}
		in := map[string]bool{} // a page may link a case twice
		next = ""
		for _, l := range p.Links() {
			u, err := url.Parse(l)
			if err != nil {
				continue
			}
			if u.Path == "/cases/"+c.Number && !in[u.Path] {
				in[u.Path] = true
				seen++
			}
			if u.Path == "/me" && u.Query().Get("after") != "" {
				next = l
			}
		}
		if next == "" {
			break
		}
	}
	return seen, nil
}
