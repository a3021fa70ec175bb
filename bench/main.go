// Command bench measures what Lancar promises beside a limit taken in the same run on the same
// machine, and prints the ratio. Figures are for reading; nothing here passes or fails.
//
//	make bench                  everything, both engines
//	go run ./bench page search  some of it; needs no PostgreSQL
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
)

// figure is one line of the report.
type figure struct {
	what   string
	ours   string
	beside string
	ratio  float64 // ours / limit, 0 where there is no limit
	aim    string
}

type bench struct {
	dir    string // temporary
	binary string
}

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	defer cancel()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, only []string) error {
	dir, err := os.MkdirTemp("", "lancar-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{dir: dir, binary: filepath.Join(dir, "lancar")}
	build := exec.CommandContext(ctx, "go", "build", "-o", b.binary, "./cmd/lancar")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("building lancar: %w", err)
	}
	parts := []struct {
		name string
		do   func(context.Context) ([]figure, error)
	}{
		{"page", b.page}, {"search", b.search}, {"log", b.leaves}, {"submit-sqlite", b.submitSQLite}, {"submit-postgres", b.submitPostgres},
		{"journeys", b.journeys}, {"lists", b.lists}, {"machines", b.machines}, {"tokens", b.tokens}, {"logins", b.logins},
	}
	fmt.Printf("%-58s %-34s %-40s %6s  %s\n", "what", "ours", "beside", "ratio", "aim")
	for _, p := range parts {
		if len(only) > 0 && !slices.Contains(only, p.name) {
			continue
		}
		figures, err := p.do(ctx)
		if err != nil {
			fmt.Printf("%-58s could not be measured: %v\n", p.name, err)
		}
		for _, f := range figures {
			ratio := "     -"
			if f.ratio > 0 {
				ratio = fmt.Sprintf("%6.2f", f.ratio)
			}
			fmt.Printf("%-58s %-34s %-40s %s  %s\n", f.what, f.ours, f.beside, ratio, f.aim)
		}
	}
	return nil
}
