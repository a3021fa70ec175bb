package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"lancar/catalog"
	"lancar/services"
)

// hits asks the URLs in turn from 16 clients for a while.
func hits(ctx context.Context, host string, urls []string, header http.Header) (rate, error) {
	end := time.Now().Add(span)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients, DisableCompression: true}}
	get := func(i int) error {
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, urls[i%len(urls)], nil) // the URLs are ours
		req.Host, req.Header = host, header.Clone()
		res, err := client.Do(req)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		if res.StatusCode != http.StatusOK {
			return fmt.Errorf("%s answered %d", req.URL, res.StatusCode)
		}
		_, err = io.Copy(io.Discard, res.Body)
		return err
	}
	return crowd(ctx, func(int) bool { return time.Now().Before(end) }, func() (func(int) error, func() error, error) {
		return get, func() error { return nil }, nil
	})
}

// bare serves the given bytes from nothing but net/http, in a process of this one's own.
func bare(body []byte, header http.Header) (url string, stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for k, v := range header {
			w.Header()[k] = v
		}
		_, _ = w.Write(body)
	})}
	go func() { _ = srv.Serve(l) }()
	return "http://" + l.Addr().String() + "/", func() { srv.Close() }, nil
}

func fetch(ctx context.Context, url, host string, header http.Header) ([]byte, http.Header, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, nil, err
	}
	req.Host, req.Header = host, header.Clone()
	res, err := (&http.Transport{DisableCompression: true}).RoundTrip(req)
	if err != nil {
		return nil, nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return body, res.Header, err
}

// against measures our URLs and a bare handler that sends the bytes of the first of them.
func (b *bench) against(ctx context.Context, what, aim, host string, urls []string, header http.Header) ([]figure, error) {
	body, sent, err := fetch(ctx, urls[0], host, header)
	if err != nil {
		return nil, err
	}
	limit, stop, err := bare(body, http.Header{"Content-Type": sent["Content-Type"]})
	if err != nil {
		return nil, err
	}
	defer stop()
	ours, err := hits(ctx, host, urls, header)
	if err != nil {
		return nil, err
	}
	theirs, err := hits(ctx, host, []string{limit}, header)
	if err != nil {
		return nil, err
	}
	return []figure{{what, ours.String(), fmt.Sprintf("bare handler %.0f/s p99 %.1f ms", theirs.perSecond, ms(theirs.p99)), ours.perSecond / theirs.perSecond, aim}}, nil
}

func (b *bench) page(ctx context.Context) ([]figure, error) {
	n, err := b.demo(ctx)
	if err != nil {
		return nil, err
	}
	defer n.stop()
	header := http.Header{"Accept-Encoding": {"gzip"}, "Accept-Language": {"id"}}
	return b.against(ctx, "public service page, gzip, 16 clients", ">= 0.5", "ntt.localhost", []string{n.URL + "/services/lapak-pasar"}, header)
}

func (b *bench) search(ctx context.Context) ([]figure, error) {
	n, err := b.demo(ctx)
	if err != nil {
		return nil, err
	}
	var urls []string
	for i, q := range queries() {
		urls = append(urls, n.URL+"/api/v1/services?lang="+[]string{"id", "en"}[i%2]+"&q="+url.QueryEscape(q))
	}
	out, err := b.against(ctx, fmt.Sprintf("search over %d distinct queries, 16 clients", len(urls)), ">= 0.1", "localhost", urls, http.Header{})
	n.stop()
	if err != nil {
		return nil, err
	}
	lines, err := gobench(ctx, "./catalog/find", "TwentySevenThousand", "5000x")
	for _, units := range lines {
		out = append(out, figure{what: "search among 27,000 services, one at a time", ours: fmt.Sprintf("p50 %.1f p99 %.1f ms", units["p50-ms"], units["p99-ms"]),
			beside: "the limit of 10 ms", ratio: units["p99-ms"] / 10, aim: "<= 1"})
	}
	return out, err
}

// queries are a thousand different needs, made from what services call themselves.
func queries() (out []string) {
	cat, _ := catalog.Load(services.FS)
	seen := map[string]bool{}
	add := func(q string) {
		if len(out) < 1000 && !seen[q] {
			seen[q] = true
			out = append(out, q)
		}
	}
	for _, before := range []string{"mau urus ", "bikin ", "gimana cara ", "syarat ", "perpanjang ", "how to get ", "biaya ", ""} {
		for _, def := range cat.All() {
			for _, lang := range []string{"id", "en"} {
				for _, k := range def.Keywords[lang] {
					add(before + k)
				}
			}
		}
	}
	return out
}
