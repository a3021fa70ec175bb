package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// child is the sandbox process of a demonstration. It ends when this process ends, however that
// happens: the kernel sends it a signal, and it reads the end of its standard input.
type child struct {
	cmd   *exec.Cmd
	stdin io.Closer
	URL   string `json:"ready"`
	SMTP  string `json:"smtp"`
}

// startSandbox starts `lancar sandbox` from this very program and waits until it is ready.
func startSandbox(ctx context.Context, data, node string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &child{cmd: exec.Command(self, "sandbox", "--data", data, "--node", node)}
	c.cmd.Stderr = os.Stderr
	// Ctrl-C reaches the whole terminal group; the sandbox must outlive the node's last request.
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if c.stdin, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the sandbox: %w", err)
	}
	ready := make(chan error, 1)
	go func() {
		line, err := bufio.NewReader(out).ReadBytes('\n')
		if err == nil {
			err = json.Unmarshal(line, c)
		}
		ready <- err
	}()
	select {
	case err = <-ready:
	case <-time.After(15 * time.Second):
		err = errors.New("it did not say that it is ready")
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		c.stop()
		return nil, fmt.Errorf("starting the sandbox: %w", err)
	}
	return c, nil
}

// stop asks the sandbox to end and waits for it.
func (c *child) stop() {
	c.stdin.Close()
	ended := make(chan struct{})
	go func() { _ = c.cmd.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		_ = c.cmd.Process.Kill()
		<-ended
	}
}
