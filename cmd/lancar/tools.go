package main

import (
	"context"
	"log/slog"
	"os"

	"lancar/app"
	"lancar/app/rehearse"
	"lancar/sandbox"
)

type sandboxCommand struct {
	Data string `help:"Folder with sandbox.db." required:"" type:"path"`
	Addr string `help:"Address of the pages and protocols; port 0 takes a free one and keeps it." default:"127.0.0.1:0"`
	SMTP string `help:"Address of the mail server; port 0 takes a free one and keeps it." default:"127.0.0.1:0"`
	Node string `help:"URL of the node." required:""`
}

func (s sandboxCommand) Run(ctx context.Context) error {
	return sandbox.Run(ctx, sandbox.Config{Dir: s.Data, Addr: s.Addr, SMTPAddr: s.SMTP, NodeURL: s.Node, Parent: os.Stdin, Ready: os.Stdout,
		Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
}

type serviceCommand struct {
	Check serviceCheckCommand `cmd:"" help:"Check definitions and run their examples."`
}

type serviceCheckCommand struct {
	Paths []string `arg:"" help:"Folders of services, or one service's folder." type:"existingdir"`
}

func (s serviceCheckCommand) Run() error {
	if !app.CheckServices(os.Stdout, s.Paths) {
		return exitCode(1)
	}
	return nil
}

type rehearseCommand struct {
	Node    string `help:"URL of the node." required:""`
	Sandbox string `help:"URL of the sandbox; not needed with --check."`
	Service string `help:"Slug of the one service to walk; all launched ones if absent."`
	N       int    `short:"n" help:"How many journeys." default:"20"`
	C       int    `short:"c" help:"How many at a time." default:"4"`
	Keep    string `help:"Folder that keeps what was acknowledged." type:"path"`
	Check   string `help:"Folder of an earlier --keep: confirm that everything in it exists exactly once." type:"existingdir"`
	JSON    bool   `help:"Print JSON."`
}

func (r rehearseCommand) Run(ctx context.Context) error {
	o := rehearse.Options{Node: r.Node, Sandbox: r.Sandbox, Service: r.Service, N: r.N, C: r.C, Keep: r.Keep, JSON: r.JSON}
	run := rehearse.Run
	if r.Check != "" {
		o.Keep, run = r.Check, rehearse.Check
	}
	ok, err := run(ctx, o, os.Stdout)
	if err == nil && !ok {
		return exitCode(1)
	}
	return err
}
