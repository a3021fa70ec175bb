package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// gobench runs Go benchmarks of a package on its own test database and returns the custom
// figures of each line by name and unit.
func gobench(ctx context.Context, pkg, pattern, time string) (map[string]map[string]float64, error) {
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", pattern, "-benchtime", time, "-timeout", "40m", pkg)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", pkg, err, out)
	}
	lines := map[string]map[string]float64{}
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "Benchmark") {
			continue
		}
		fields := strings.Fields(line)
		lines[fields[0]] = map[string]float64{}
		for i := 2; i+1 < len(fields); i += 2 {
			if v, err := strconv.ParseFloat(fields[i], 64); err == nil {
				lines[fields[0]][fields[i+1]] = v
			}
		}
	}
	return lines, nil
}

// leaves is how fast the log takes leaves to a signed checkpoint.
func (b *bench) leaves(ctx context.Context) (out []figure, err error) {
	lines, err := gobench(ctx, "./publiclog", "Checkpoint", "3s")
	if err != nil {
		return nil, err
	}
	for name, units := range lines {
		out = append(out, figure{what: "leaves to a signed checkpoint, 512 callers: " + engine(name), ours: fmt.Sprintf("%.0f/s", units["leaves/s"]),
			beside: "the aim of 4,000/s", ratio: units["leaves/s"] / 4000, aim: ">= 1"})
	}
	return out, nil
}

var engineName = regexp.MustCompile(`(?i)sqlite|postgres`)

func engine(name string) string { return engineName.FindString(name) }

// lists compares an officer's inbox and a citizen's list among a million cases with ten thousand.
func (b *bench) lists(ctx context.Context) (out []figure, err error) {
	lines, err := gobench(ctx, "./casework", "Lists", "1000x")
	if err != nil {
		return nil, err
	}
	for name, units := range lines {
		small, ok := lines[strings.Replace(name, "1000000", "10000", 1)]
		if !strings.Contains(name, "1000000") || !ok {
			continue
		}
		out = append(out, figure{what: "p95 of " + strings.TrimPrefix(name, "BenchmarkLists/"), ours: fmt.Sprintf("%.2f ms", units["p95-ms"]),
			beside: fmt.Sprintf("among 10,000: %.2f ms", small["p95-ms"]), ratio: units["p95-ms"] / small["p95-ms"], aim: "<= 1.5"})
	}
	return out, nil
}
