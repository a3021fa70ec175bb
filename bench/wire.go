package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// wire is one client's connection. It does no more than sending what was made before and reading, so
// that the node, not the client, is measured.
type wire struct {
	conn net.Conn
	in   *bufio.Reader
}

func (w *wire) send(request []byte) (*http.Response, []byte, error) {
	if _, err := w.conn.Write(request); err != nil {
		return nil, nil, err
	}
	res, err := http.ReadResponse(w.in, nil)
	if err != nil {
		return nil, nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return res, body, err
}

// request is a request as it goes over the wire.
func request(method, host, path string, header http.Header, body string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", method, path, host)
	_ = header.Write(&b) // a buffer takes everything
	if method == http.MethodPost {
		fmt.Fprintf(&b, "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n", len(body))
	}
	b.WriteString("\r\n" + body)
	return b.Bytes()
}

// rate is how fast work was done, n times from 16 connections.
type rate struct {
	perSecond     float64
	p50, p95, p99 time.Duration
}

func (r rate) String() string {
	return fmt.Sprintf("%.0f/s p50 %.1f p95 %.1f p99 %.1f ms", r.perSecond, ms(r.p50), ms(r.p95), ms(r.p99))
}

// drive does n pieces of work, each on one of 16 connections to host, and returns the first error.
func drive(ctx context.Context, host string, n int, work func(w *wire, i int) error) (rate, error) {
	var (
		next  atomic.Int64
		wg    sync.WaitGroup
		mu    sync.Mutex
		took  []time.Duration
		first error
	)
	failed := func(err error) {
		mu.Lock()
		defer mu.Unlock()
		if first == nil {
			first = err
		}
		next.Store(int64(n))
	}
	start := time.Now()
	for range clients {
		wg.Go(func() {
			conn, err := new(net.Dialer).DialContext(ctx, "tcp", host)
			if err != nil {
				failed(err)
				return
			}
			defer conn.Close()
			w := &wire{conn, bufio.NewReader(conn)}
			var mine []time.Duration
			for i := next.Add(1) - 1; i < int64(n) && ctx.Err() == nil; i = next.Add(1) - 1 {
				at := time.Now()
				if err := work(w, int(i)); err != nil {
					failed(err)
					return
				}
				mine = append(mine, time.Since(at))
			}
			mu.Lock()
			took = append(took, mine...)
			mu.Unlock()
		})
	}
	wg.Wait()
	all := time.Since(start)
	if first != nil || len(took) == 0 {
		return rate{}, fmt.Errorf("after %d of %d: %w", len(took), n, first)
	}
	slices.Sort(took)
	at := func(p int) time.Duration { return took[(len(took)-1)*p/100] }
	return rate{float64(len(took)) / all.Seconds(), at(50), at(95), at(99)}, nil
}
