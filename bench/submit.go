package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	_ "modernc.org/sqlite" // the driver under the limit

	"lancar/app/rehearse"
)

const (
	people = 400
	rounds = 5
)

func submissions(ctx context.Context, open func(context.Context) (*node, error)) (rehearse.Load, error) {
	n, err := open(ctx)
	if err != nil {
		return rehearse.Load{}, err
	}
	defer n.stop()
	l, err := rehearse.Submissions(ctx, rehearse.Options{Node: n.URL, Sandbox: n.Sandbox, Service: "lapak-pasar", N: people, C: clients}, rounds)
	if err == nil && l.Failed > 0 {
		err = fmt.Errorf("%d submissions failed: %w", l.Failed, l.Cause)
	}
	return l, err
}

func ours(l rehearse.Load) string {
	return fmt.Sprintf("%.0f/s p50 %.1f p95 %.1f p99 %.1f ms", l.PerSecond(), l.MS.P50, l.MS.P95, l.MS.P99)
}

// submitSQLite is the durable submit through HTTP beside bare durable inserts of one row each.
func (b *bench) submitSQLite(ctx context.Context) ([]figure, error) {
	l, err := submissions(ctx, b.demo)
	if err != nil {
		return nil, err
	}
	limit, err := bareInserts(filepath.Join(b.dir, "bare.db"))
	if err != nil {
		return nil, err
	}
	return []figure{{"durable submit through HTTP, SQLite, 16 clients", ours(l), fmt.Sprintf("bare single-row inserts %.0f/s", limit), l.PerSecond() / limit, ">= 0.5"}}, nil
}

// bareInserts is what SQLite does when every row is a durable transaction of its own.
func bareInserts(path string) (float64, error) {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return 0, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT NOT NULL)"); err != nil {
		return 0, err
	}
	insert, err := db.Prepare("INSERT INTO t (body) VALUES ($1)")
	if err != nil {
		return 0, err
	}
	rows, start := 0, time.Now()
	for time.Since(start) < span {
		if _, err := insert.Exec("a row of a few dozen bytes, as short as they come"); err != nil {
			return 0, err
		}
		rows++
	}
	return float64(rows) / time.Since(start).Seconds(), nil
}

// submitPostgres is the same on PostgreSQL beside pgbench's TPC-B-like run on the same server.
func (b *bench) submitPostgres(ctx context.Context) ([]figure, error) {
	l, err := submissions(ctx, b.rehearsal)
	if err != nil {
		return nil, err
	}
	tps, err := pgbench(ctx)
	if err != nil {
		return nil, err
	}
	return []figure{{"durable submit through HTTP, PostgreSQL, 16 clients", ours(l), fmt.Sprintf("pgbench TPC-B-like %.0f/s", tps), l.PerSecond() / tps, ">= 0.5"}}, nil
}

var tpsLine = regexp.MustCompile(`tps = ([0-9.]+)`)

func pgbench(ctx context.Context) (float64, error) {
	url, drop, err := database(ctx)
	if err != nil {
		return 0, err
	}
	defer drop()
	tool := filepath.Join(os.Getenv("PGBIN"), "pgbench")
	if out, err := exec.CommandContext(ctx, tool, "-i", "-s", "50", "-q", url).CombinedOutput(); err != nil {
		return 0, fmt.Errorf("%w: %s", err, out)
	}
	out, err := exec.CommandContext(ctx, tool, "-c", "16", "-j", "2", "-M", "prepared", "-T", "30", url).CombinedOutput()
	m := tpsLine.FindSubmatch(out)
	if err != nil || m == nil {
		return 0, fmt.Errorf("%w: %s", errors.Join(err, errors.New("no tps")), out)
	}
	return strconv.ParseFloat(string(m[1]), 64)
}

// journeys walks every launched service from end to end on both engines.
func (b *bench) journeys(ctx context.Context) (out []figure, err error) {
	for _, e := range []struct {
		name  string
		start func(context.Context) (*node, error)
	}{{"SQLite", b.demo}, {"PostgreSQL", b.rehearsal}} {
		n, err := e.start(ctx)
		if err != nil {
			return out, err
		}
		r, err := rehearse.Measure(ctx, rehearse.Options{Node: n.URL, Sandbox: n.Sandbox, N: 400, C: clients}, io.Discard)
		n.stop()
		if err != nil {
			return out, err
		}
		out = append(out, figure{what: "whole journeys, 16 at a time, " + e.name,
			ours:   fmt.Sprintf("%.1f journeys/s p99 %.0f ms", r.JourneysASecond, r.JourneyMS.P99),
			beside: fmt.Sprintf("%.0f requests/s p50 %.1f p95 %.1f p99 %.1f ms", r.RequestsASecond, r.RequestMS.P50, r.RequestMS.P95, r.RequestMS.P99),
			aim:    fmt.Sprintf("%d failures of %d", r.Failures, r.Journeys)})
	}
	return out, nil
}
