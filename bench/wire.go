package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"strconv"
	"strings"
)

// wire is one client's connection. It does no more than sending what was made before and reading, so
// that the node, not the client, is measured.
type wire struct {
	conn net.Conn
	in   *bufio.Reader
}

// reply is what a client needs of an answer.
type reply struct {
	status   int
	location string
	body     []byte
}

func (w *wire) send(request []byte) (r reply, err error) {
	if _, err := w.conn.Write(request); err != nil {
		return r, err
	}
	length, chunked := 0, false
	for first := true; ; first = false {
		text, err := w.in.ReadSlice('\n')
		if err != nil {
			return r, err
		}
		line := string(bytes.TrimRight(text, "\r\n"))
		name, value, _ := strings.Cut(line, ": ")
		switch {
		case first:
			if r.status, err = strconv.Atoi(strings.Fields(line + " - -")[1]); err != nil {
				return r, fmt.Errorf("not an answer: %q", line)
			}
			continue
		case name == "Content-Length":
			if length, err = strconv.Atoi(value); err != nil {
				return r, err
			}
		case name == "Transfer-Encoding":
			chunked = true
		case name == "Location":
			r.location = value
		}
		if line == "" {
			break
		}
	}
	if chunked {
		r.body, err = io.ReadAll(httputil.NewChunkedReader(w.in))
		if err == nil {
			_, err = w.in.ReadSlice('\n') // the empty line after the last chunk
		}
		return r, err
	}
	r.body = make([]byte, length)
	_, err = io.ReadFull(w.in, r.body)
	return r, err
}

// post sends a form and reads the JSON of the answer, which must have this status.
func (w *wire) post(host, path, head, form string, want int, into any) error {
	res, err := w.send(request(http.MethodPost, host, path, head, form))
	if err != nil {
		return err
	}
	if res.status != want {
		return fmt.Errorf("%s answered %d %s", path, res.status, res.body)
	}
	return json.Unmarshal(res.body, into)
}

// request is a request as it goes over the wire; head are its further header lines, each with its end.
func request(method, host, path, head, body string) []byte {
	if method == http.MethodPost {
		head += "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n"
	}
	return []byte(method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + head + "\r\n" + body)
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
