package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
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

// drive does n pieces of work, each on one of 16 connections to host, and returns the first error.
func drive(ctx context.Context, host string, n int, work func(w *wire, i int) error) (rate, error) {
	return crowd(ctx, func(i int) bool { return i < n }, func() (func(int) error, func() error, error) {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", host)
		if err != nil {
			return nil, nil, err
		}
		w := &wire{conn, bufio.NewReader(conn)}
		return func(i int) error { return work(w, i) }, conn.Close, nil
	})
}
