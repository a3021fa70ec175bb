// Package lab starts the real program for tests and walks it as people, officers and the bank's
// customers do: over HTTP, through the pages they are shown. Nothing here knows the inside of a
// node.
package lab

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// Patience is how long a test waits for what happens by itself; a slow machine needs most of it.
const Patience = 40 * time.Second

// Build compiles the program into a folder and returns its path.
func Build(dir string) (string, error) {
	_, here, _, _ := runtime.Caller(0)
	bin := filepath.Join(dir, "lancar")
	cmd := exec.Command("go", "build", "-o", bin, "./cmd/lancar")
	cmd.Dir = filepath.Join(filepath.Dir(here), "..", "..")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return bin, nil
}

// Resident is somebody of the town, as `lancar demo --json` and the sandbox's /people name them.
type Resident struct {
	Role   string            `json:"role"`
	Name   string            `json:"name"`
	Region string            `json:"region"`
	SignIn map[string]string `json:"sign_in"`
}

// Town is a running demonstration: a node, its sandbox, and who lives there.
type Town struct {
	Ready   string     `json:"ready"`
	Sandbox string     `json:"sandbox"`
	People  []Resident `json:"people"`
	Dir     string     `json:"-"`
	SMTP    string     `json:"-"` // HOST:PORT, of a sandbox that runs alone

	cmd  *exec.Cmd
	said *buffer
	out  *buffer
	end  chan error
}

// Start runs `lancar demo --json` on a folder and waits until it is ready. addr "" takes a free
// port. env is added to the process's.
func Start(bin, dir, addr string, env ...string) (*Town, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	t := &Town{Dir: dir, said: new(buffer)}
	line, err := t.run(exec.Command(bin, "demo", "--json", "--addr", addr, "--data", dir), env)
	if err != nil {
		return nil, err
	}
	return t, json.Unmarshal(line, t)
}

// run starts a program and returns the first line it says.
func (t *Town) run(cmd *exec.Cmd, env []string) ([]byte, error) {
	t.cmd, t.end, t.out = cmd, make(chan error, 1), new(buffer)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = t.said
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	first := make(chan []byte, 1)
	go func() {
		r := bufio.NewReader(pipe)
		line, _ := r.ReadBytes('\n')
		first <- line
		_, _ = io.Copy(t.out, r)
		t.end <- cmd.Wait()
	}()
	select {
	case line := <-first:
		if len(bytes.TrimSpace(line)) == 0 {
			<-t.end
			return nil, fmt.Errorf("the node did not start:\n%s", t.said.String())
		}
		return line, nil
	case <-time.After(Patience):
		t.Kill()
		return nil, fmt.Errorf("the node was not ready in time:\n%s", t.said.String())
	}
}

// Said is what the node wrote to its log; More is what it wrote on standard output after the
// line that says it is ready.
func (t *Town) Said() string { return t.said.String() }

// More is documented at [Town.Said].
func (t *Town) More() string { return t.out.String() }

// Stop ends the node as Ctrl-C does, and waits.
func (t *Town) Stop() error {
	if err := t.cmd.Process.Signal(syscall.SIGINT); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case err := <-t.end:
		t.end <- err
		return err
	case <-time.After(Patience):
		t.Kill()
		return errors.New("the node did not stop")
	}
}

// Kill ends the node with SIGKILL and waits until it is gone.
func (t *Town) Kill() {
	_ = t.cmd.Process.Kill()
	t.end <- <-t.end
}

// buffer may be written and read at once.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// Until asks again, ever more slowly, until done or out of patience.
func Until(what string, done func() (bool, error)) error {
	end := time.Now().Add(Patience)
	for wait := 10 * time.Millisecond; ; wait = min(wait*3/2, 500*time.Millisecond) {
		ok, err := done()
		if ok || err != nil {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("waited %v in vain for %s", Patience, what)
		}
		time.Sleep(wait)
	}
}

// Sandbox runs the outside world alone, for a node that is no demonstration, on a folder where a
// demonstration once was. It ends with [Town.Kill].
func Sandbox(bin, dir, node string) (*Town, error) {
	t := &Town{Dir: dir, said: new(buffer)}
	cmd := exec.Command(bin, "sandbox", "--data", dir, "--node", node)
	if _, err := cmd.StdinPipe(); err != nil { // it ends when this closes
		return nil, err
	}
	line, err := t.run(cmd, nil)
	if err != nil {
		return nil, err
	}
	var ready struct{ Ready, SMTP string }
	err = json.Unmarshal(line, &ready)
	t.Ready, t.Sandbox, t.SMTP = node, ready.Ready, ready.SMTP
	return t, err
}
