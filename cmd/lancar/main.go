// Command lancar is the whole platform in one binary. It parses its arguments and delegates;
// `lancar help` lists the commands and docs/ops explains them.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"lancar/app"
)

type commands struct {
	Demo     demoCommand     `cmd:"" help:"Start a demonstration node with a synthetic town. Needs nothing installed."`
	Serve    serveCommand    `cmd:"" help:"Start a production node."`
	Sandbox  sandboxCommand  `cmd:"" help:"Start the simulated outside world. The demo starts it by itself."`
	Migrate  migrateCommand  `cmd:"" help:"Bring a node's database schema up to date."`
	Service  serviceCommand  `cmd:"" help:"Work on service definitions."`
	Rehearse rehearseCommand `cmd:"" help:"Walk whole journeys through a running node, as applicant, bank and officer."`
	Clock    clockCommand    `cmd:"" help:"Compute a deadline and explain it day by day."`
	Verify   verifyCommand   `cmd:"" help:"Check a stopped node: case states, balances, log roots, projections."`
	Doctor   doctorCommand   `cmd:"" help:"Say what is misconfigured and how to mend it."`
}

// exitCode ends the program with a code and no further message.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit %d", int(e)) }

func main() {
	var c commands
	parser := kong.Must(&c, kong.Name("lancar"), kong.UsageOnError(),
		kong.Description("Lancar: one gate to every public service."))
	ctx, err := parser.Parse(os.Args[1:])
	parser.FatalIfErrorf(err)
	stop, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	ctx.BindTo(stop, (*context.Context)(nil))
	err = ctx.Run()
	var code exitCode
	switch {
	case errors.As(err, &code):
		os.Exit(int(code))
	case err != nil:
		fmt.Fprintln(os.Stderr, "lancar:", err)
		os.Exit(1)
	}
}

type demoCommand struct {
	Data   string `help:"Folder for the database, keys and settings." default:"lancar-data" type:"path"`
	Addr   string `help:"Address to listen on." default:"127.0.0.1:8053"`
	JSON   bool   `help:"Print exactly one line of JSON on stdout when ready."`
	Public string `help:"Address that phones on the network reach this node by, for QR codes; derived from --addr 0.0.0.0." placeholder:"HOST:PORT"`

	Conformance bool   `help:"Serve https under a CA of its own, for outside OpenID suites (docs/spec/oidc.md)."`
	File        string `arg:"" optional:"" help:"Clients of a conformance run, YAML or JSON." type:"existingfile"`
}

func (d demoCommand) Run(ctx context.Context) error {
	if d.File != "" && !d.Conformance {
		return errors.New("a file of clients is for --conformance")
	}
	return app.Demo(ctx, app.DemoOptions{Data: d.Data, Addr: d.Addr, JSON: d.JSON, Public: d.Public, Conformance: d.Conformance, ConformanceFile: d.File})
}

type serveCommand struct {
	Config string `help:"Configuration file." required:"" type:"existingfile"`
}

func (s serveCommand) Run(ctx context.Context) error { return app.Serve(ctx, s.Config) }

type migrateCommand struct{ place }

func (m migrateCommand) Run(ctx context.Context) error { return app.Migrate(ctx, m.Config, m.Data) }

// place names a node's database: by its configuration or, for a demonstration, by its folder.
type place struct {
	Config string `help:"Configuration file of the node." xor:"place" required:"" type:"existingfile"`
	Data   string `help:"Data folder of a demonstration." xor:"place" required:"" type:"existingdir"`
}

type verifyCommand struct{ place }

func (v verifyCommand) Run(ctx context.Context) error {
	return app.Verify(ctx, v.Config, v.Data, os.Stdout)
}

type doctorCommand struct{ place }

func (d doctorCommand) Run(ctx context.Context) error {
	if sick := app.Doctor(ctx, d.Config, d.Data, os.Stdout); sick > 0 {
		return exitCode(1)
	}
	return nil
}
