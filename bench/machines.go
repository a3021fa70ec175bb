package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"lancar"
	"lancar/app/rehearse"
	"lancar/app/rehearse/browse"
)

const (
	killLimit  = 5000 // the promise, in milliseconds, from the click that stops a machine to its refusal
	killCopies = 3
	killLanes  = 3 // officers at work beside each other
	killRounds = 20
	killPace   = 25 * time.Millisecond // between two calls of one caller
)

// machines is how soon a stopped machine is refused everywhere. An officer who is signed in presses the
// button of the machine's page, which sends the form as a browser does; the clock starts when that is
// sent, and ends when the last of three copies of the node (processes on one database) refuses the token,
// as the API checks it and as introspection tells a resource server. Each is asked all the while.
func (b *bench) machines(ctx context.Context) (out []figure, err error) {
	for _, e := range []struct {
		name string
		open func(context.Context) (string, func(), error)
	}{{"SQLite", func(context.Context) (string, func(), error) {
		return "sqlite:" + filepath.Join(b.dir, "kill.db"), func() {}, nil
	}}, {"PostgreSQL", database}} {
		url, drop, err := e.open(ctx)
		if err != nil {
			return out, err
		}
		n, hosts, err := b.copies(ctx, url, drop, killCopies)
		if err != nil {
			return out, err
		}
		f, err := kills(ctx, e.name, n, hosts)
		n.stop()
		if err != nil {
			return out, fmt.Errorf("%s: %w", e.name, err)
		}
		out = append(out, f)
	}
	return out, nil
}

func kills(ctx context.Context, engine string, n *node, hosts []string) (figure, error) {
	d, err := openDesk(ctx, n)
	if err != nil {
		return figure{}, err
	}
	defer d.db.Close()
	var all, calls, tells []float64
	var mu sync.Mutex
	err = lanes(func(lane int) error {
		k, err := newKiller(ctx, n, d, hosts)
		if err != nil {
			return err
		}
		for round := range killRounds {
			call, tell, err := k.round(ctx)
			if err != nil {
				return fmt.Errorf("round %d: %w", round, err)
			}
			mu.Lock()
			all, calls, tells = append(all, max(call, tell)), append(calls, call), append(tells, tell)
			mu.Unlock()
		}
		return nil
	})
	if err != nil {
		return figure{}, err
	}
	return figure{what: "kill switch, click to refusal on three copies, " + engine, ours: fmt.Sprintf("p50 %.0f ms, p99 %.0f ms of %d", percentile(all, 50), percentile(all, 99), len(all)),
		beside: fmt.Sprintf("5,000 ms promised; API p99 %.0f, introspection %.0f", percentile(calls, 99), percentile(tells, 99)), ratio: percentile(all, 99) / killLimit, aim: "<= 1"}, nil
}

func lanes(work func(lane int) error) error {
	failed := make([]error, killLanes)
	var wg sync.WaitGroup
	for lane := range killLanes {
		wg.Go(func() { failed[lane] = work(lane) })
	}
	wg.Wait()
	return errors.Join(failed...)
}

// percentile rounds up: the 99th of 75 is the largest.
func percentile(list []float64, p int) float64 {
	slices.Sort(list)
	return list[(len(list)-1)*p/100+min(1, (len(list)-1)*p%100)]
}

// killer is one officer with machines to stop, and who watches.
type killer struct {
	*node
	desk    *desk
	hosts   []string
	officer *browse.Browser
	server  lancar.ID // a resource server
	self    signer    // of the server
}

func newKiller(ctx context.Context, n *node, d *desk, hosts []string) (k *killer, err error) {
	k = &killer{node: n, desk: d, hosts: hosts}
	d.signing.Lock() // one after the other: each is sent a code
	defer d.signing.Unlock()
	if k.officer, err = rehearse.Officer(ctx, rehearse.Options{Node: n.URL, Sandbox: n.Sandbox}, head, "superior"); err != nil {
		return nil, err
	}
	key := newKey()
	if k.server, err = d.server(ctx, n, key); err != nil {
		return nil, err
	}
	k.self, err = newSigner(key, "JWT", false)
	return k, err
}

// round stops one machine, and says after how many milliseconds the last copy refused it by itself, and
// to the resource server.
func (k *killer) round(ctx context.Context) (call, tell float64, err error) {
	id, token, err := k.fresh(ctx)
	if err != nil {
		return 0, 0, err
	}
	page, err := k.officer.Get(ctx, k.issuer()+"/office/machines/"+url.PathEscape(string(id)))
	if err != nil {
		return 0, 0, err
	}
	form, err := page.To("/stop")
	if err != nil {
		return 0, 0, err
	}
	var (
		clicked  time.Time
		known    sync.WaitGroup // that the token counts
		over     sync.WaitGroup
		click    = make(chan struct{})
		refused  = make([]time.Time, 2*len(k.hosts))
		failures = make([]error, 2*len(k.hosts))
	)
	for i, host := range k.hosts {
		for j, ask := range []func(*wire, string) (bool, error){k.called, k.told} {
			known.Add(1)
			over.Go(func() {
				refused[2*i+j], failures[2*i+j] = k.watch(ctx, host, token, ask, known.Done, click)
			})
		}
	}
	known.Wait()
	clicked = time.Now()
	close(click)
	if page, err = k.officer.Submit(ctx, form); err == nil {
		err = page.OK()
	}
	over.Wait()
	if err = errors.Join(append(failures, err)...); err != nil {
		return 0, 0, err
	}
	for i, at := range refused {
		took := ms(at.Sub(clicked))
		if i%2 == 0 {
			call = max(call, took)
		} else {
			tell = max(tell, took)
		}
	}
	return call, tell, nil
}

// watch asks one copy about the token until it refuses, and says when that was.
func (k *killer) watch(ctx context.Context, host, token string, ask func(*wire, string) (bool, error), known func(), click <-chan struct{}) (time.Time, error) {
	tell := sync.OnceFunc(known)
	defer tell()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", host)
	if err != nil {
		return time.Time{}, err
	}
	defer conn.Close()
	w := &wire{conn, bufio.NewReader(conn)}
	for start := time.Now(); time.Since(start) < 4*killLimit*time.Millisecond; time.Sleep(killPace) {
		counts, err := ask(w, token)
		if err != nil {
			return time.Time{}, err
		}
		if counts {
			tell()
			continue
		}
		select {
		case <-click:
			return time.Now(), nil
		default:
			return time.Time{}, errors.New("the token did not count before the click")
		}
	}
	return time.Time{}, fmt.Errorf("%s never refused the token", host)
}

// called says whether the API takes the token.
func (k *killer) called(w *wire, token string) (bool, error) {
	res, err := w.send(request(http.MethodGet, k.name(), "/api/v1/machine", "Authorization: Bearer "+token+"\r\n", ""))
	if err != nil {
		return false, err
	}
	switch res.status {
	case http.StatusOK:
		return true, nil
	case http.StatusUnauthorized:
		return false, nil
	}
	return false, fmt.Errorf("the API answered %d %s", res.status, res.body)
}

// told says whether introspection tells the resource server that the token counts.
func (k *killer) told(w *wire, token string) (bool, error) {
	var said struct{ Active bool }
	return said.Active, k.post(w, "/oauth/introspect", string(k.server), k.self, url.Values{"token": {token}}, &said)
}

// fresh is a new machine with a token.
func (k *killer) fresh(ctx context.Context) (id lancar.ID, token string, err error) {
	key := newKey()
	if id, err = k.desk.robot(ctx, key); err != nil {
		return "", "", err
	}
	self, err := newSigner(key, "JWT", false)
	if err != nil {
		return "", "", err
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", k.host())
	if err != nil {
		return "", "", err
	}
	defer conn.Close()
	var got struct {
		Token string `json:"access_token"`
	}
	err = k.post(&wire{conn, bufio.NewReader(conn)}, "/oauth/token", string(id), self, url.Values{"grant_type": {"client_credentials"}}, &got)
	return id, got.Token, err
}

func (k *killer) post(w *wire, path, client string, self signer, form url.Values, into any) error {
	assertion, err := self.assertion(client, k.issuer())
	if err != nil {
		return err
	}
	form.Set("client_assertion_type", assertionType)
	form.Set("client_assertion", assertion)
	return w.post(k.name(), path, "", form.Encode(), http.StatusOK, into)
}

// name is the host that people and machines know the node by.
func (k *killer) name() string { return strings.TrimPrefix(k.issuer(), "http://") }
