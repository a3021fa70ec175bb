package rehearse

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
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
		ready := make([]*http.Request, o.N)
		if err := each(ctx, o.C, o.N, func(i int) (err error) {
			ready[i], err = p.ready(ctx, players, i)
			return err
		}); err != nil {
			return all, err
		}
		l, ds := fire(ctx, o.C, ready, players)
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
func (p *play) ready(ctx context.Context, players []*journey, i int) (*http.Request, error) {
	j := players[i]
	if j == nil {
		j = newJourney(p, p.acts[i%len(p.acts)], i)
		var ok bool
		if j.who, ok = p.world.borrow(j.office, j.registers()); !ok {
			return nil, fmt.Errorf("too few people for %d players", len(players))
		}
		players[i] = j
		if err := j.start(ctx); err != nil {
			return nil, err
		}
	} else {
		page, err := j.b.get(ctx, j.home+"/services/"+j.def.Slug)
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
	page, err := j.b.get(ctx, j.draft+"/check")
	if err != nil {
		return nil, err
	}
	f, err := page.with("key")
	if err != nil {
		return nil, err
	}
	f.tick()
	return j.b.request(ctx, f)
}

// request is the sending of a form, with its cookies, to the node itself.
func (b *browser) request(ctx context.Context, f *form) (*http.Request, error) {
	body := []byte(f.values.Encode())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, f.action.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, c := range b.client.Jar.Cookies(&url.URL{Scheme: f.action.Scheme, Host: f.action.Host, Path: "/"}) {
		req.AddCookie(c)
	}
	return req, nil
}

// fire sends the requests from c clients; a redirect to a case is an acknowledgement.
func fire(ctx context.Context, c int, ready []*http.Request, players []*journey) (Load, []time.Duration) {
	client := &http.Client{Transport: players[0].b.client.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	client.Transport.(*http.Transport).MaxIdleConnsPerHost = 2 * c
	var (
		l    Load
		mu   sync.Mutex
		took []time.Duration
	)
	start := time.Now()
	_ = each(ctx, c, len(ready), func(i int) error {
		at := time.Now()
		res, err := client.Do(ready[i])
		d := time.Since(at)
		if err == nil {
			res.Body.Close()
			if res.StatusCode != http.StatusSeeOther || casePath.FindString(res.Header.Get("Location")) == "" {
				err = fmt.Errorf("answered %d, %s", res.StatusCode, res.Header.Get("Location"))
			}
		}
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
