package rehearse

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"lancar/app/rehearse/browse"
)

// Load is what [Submissions] measured.
type Load struct {
	Submitted int
	Failed    int
	Seconds   float64
	MS        Quantiles
	Cause     error // of one failure
}

// PerSecond is the rate of acknowledged submissions.
func (l Load) PerSecond() float64 { return float64(l.Submitted) / l.Seconds }

// Submissions measures sending alone: people sign in and fill their forms first, untimed, then
// o.C clients send o.N filled forms as fast as they are acknowledged. This is done rounds times
// and summed.
func Submissions(ctx context.Context, o Options, rounds int) (Load, error) {
	p, err := prepare(ctx, o)
	if err != nil {
		return Load{}, err
	}
	players := make([]*journey, o.N)
	var all Load
	var took []time.Duration
	for range rounds {
		ready := make([][]byte, o.N)
		if err := each(ctx, o.C, o.N, func(i int) (err error) {
			ready[i], err = p.ready(ctx, players, i)
			return err
		}); err != nil {
			return all, err
		}
		l, ds := fire(ctx, o.C, ready, players[0].play.node.Host)
		all.Submitted += l.Submitted
		all.Failed += l.Failed
		all.Seconds += l.Seconds
		all.Cause = errors.Join(all.Cause, l.Cause)
		took = append(took, ds...)
	}
	all.MS = quantiles(took)
	return all, nil
}

// ready brings player i to the point where only the sending is left.
func (p *play) ready(ctx context.Context, players []*journey, i int) ([]byte, error) {
	j := players[i]
	if j == nil {
		j = newJourney(p, p.acts[i%len(p.acts)], i)
		var ok bool
		if j.who, ok = p.world.borrow(j.office, j.registers()); !ok {
			return nil, fmt.Errorf("too few people for %d players", len(players))
		}
		j.b = p.world.browserOf(j.who, func() *browse.Browser { return newBrowser(p.node, p.took) })
		players[i] = j
		if err := j.start(ctx); err != nil {
			return nil, err
		}
	} else {
		page, err := j.b.Get(ctx, j.home+"/services/"+j.def.Slug)
		if err != nil {
			return nil, err
		}
		if err := j.begin(ctx, page); err != nil {
			return nil, err
		}
	}
	if err := j.fill(ctx); err != nil {
		return nil, err
	}
	page, err := j.b.Get(ctx, j.draft+"/check")
	if err != nil {
		return nil, err
	}
	f, err := page.With("key")
	if err != nil {
		return nil, err
	}
	f.Tick()
	return request(ctx, j.b, f)
}

// request is the sending of a form as it goes over the wire, with its cookies.
func request(ctx context.Context, b *browse.Browser, f *browse.Form) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, f.Action.String(), strings.NewReader(f.Values.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, c := range b.Cookies(&url.URL{Scheme: f.Action.Scheme, Host: f.Action.Host, Path: "/"}) {
		req.AddCookie(c)
	}
	var wire bytes.Buffer
	err = req.Write(&wire)
	return wire.Bytes(), err
}

// line is one client's connection to the node. It does no more than sending and reading, so that
// the node, not the client, is measured.
type line struct {
	conn net.Conn
	in   *bufio.Reader
}

// send returns when the node acknowledged: a redirect to a case.
func (l *line) send(request []byte) error {
	if _, err := l.conn.Write(request); err != nil {
		return err
	}
	res, err := http.ReadResponse(l.in, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return err
	}
	if res.StatusCode != http.StatusSeeOther || casePath.FindString(res.Header.Get("Location")) == "" {
		return fmt.Errorf("answered %d, %s", res.StatusCode, res.Header.Get("Location"))
	}
	return nil
}

// fire sends the requests from c clients, each over its own connection.
func fire(ctx context.Context, c int, ready [][]byte, node string) (Load, []time.Duration) {
	var (
		l    Load
		mu   sync.Mutex
		took []time.Duration
	)
	lines := make(chan *line, c)
	for range c {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", node)
		if err != nil {
			return Load{Failed: len(ready), Cause: err}, nil
		}
		defer conn.Close()
		lines <- &line{conn, bufio.NewReader(conn)}
	}
	start := time.Now()
	_ = each(ctx, c, len(ready), func(i int) error {
		to := <-lines
		at := time.Now()
		err := to.send(ready[i])
		d := time.Since(at)
		lines <- to
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			l.Failed++
			l.Cause = err
			return nil
		}
		l.Submitted++
		took = append(took, d)
		return nil
	})
	l.Seconds = time.Since(start).Seconds()
	return l, took
}

// each runs do(0..n-1) from c goroutines and returns the first error.
func each(ctx context.Context, c, n int, do func(i int) error) error {
	var (
		next  atomic.Int64
		first atomic.Pointer[error]
		wg    sync.WaitGroup
	)
	for range c {
		wg.Go(func() {
			for ctx.Err() == nil && first.Load() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := do(i); err != nil {
					first.CompareAndSwap(nil, &err)
				}
			}
		})
	}
	wg.Wait()
	if err := first.Load(); err != nil {
		return *err
	}
	return ctx.Err()
}
