package main

import (
	"context"
	"fmt"
)

// killLimit is the promise, in milliseconds, from the click that stops a machine to its refusal.
const killLimit = 5000

// machines is how soon a stopped machine is refused by the last of three copies of a node on one
// database, each called over HTTP all the while.
func (b *bench) machines(ctx context.Context) (out []figure, err error) {
	lines, err := gobench(ctx, "./api", "Kill", "40x")
	if err != nil {
		return nil, err
	}
	for name, units := range lines {
		out = append(out, figure{what: "kill switch, click to refusal on three copies: " + engine(name),
			ours: fmt.Sprintf("p50 %.0f ms, p99 %.0f ms", units["p50-ms"], units["p99-ms"]), beside: "the promise of 5,000 ms", ratio: units["p99-ms"] / killLimit, aim: "<= 1"})
	}
	return out, nil
}
