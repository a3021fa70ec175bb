// Package sandbox is the world outside a node, simulated, for demonstration, rehearsal and tests:
// the registers of other authorities, a bank that is an acquirer, a mail server, phones, and one
// clock for both sides. It runs as a process of its own (`lancar sandbox`) and speaks only
// protocols: HTTP with tokens, SNAP BI with signatures both ways, SMTP. docs/spec/sandbox.md
// lists its endpoints.
//
// What must survive a crash (codes, payments, notifications not yet delivered, messages, the
// clock, switches, its ports) is in DIR/sandbox.db before it is acknowledged. Its people are
// those of test/town, made anew at every start. Every page says SIMULASI.
package sandbox

import (
	"context"
	"crypto/rsa"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"lancar"
	"lancar/internal/store"
	"lancar/test/town"
)

// Config says where the sandbox lives.
type Config struct {
	Dir      string // the data folder; state is DIR/sandbox.db, secrets are DIR/sandbox/
	Addr     string // HTTP, "127.0.0.1:0": port 0 means the port of last time, or any
	SMTPAddr string // mail, the same way; "" is port 0 on the host of Addr
	NodeURL  string // "http://127.0.0.1:8080"; where notifications and the time go
	Parent   io.Reader
	Ready    io.Writer // one JSON line is written when it serves; nil for none
	Log      *slog.Logger
}

// Sandbox is the running world outside.
type Sandbox struct {
	config  Config
	secrets secrets
	db      *store.DB
	log     *slog.Logger
	client  *http.Client
	offset  *offset
	moving  sync.RWMutex // held for writing while node and sandbox move to a new time

	people    []town.Person
	byNIK     map[string]int
	registers map[string]*index
	records   map[string]map[string][]string // by NIK: register name → keys

	asked    asked
	tokens   tokens
	wake     chan struct{} // a notification may be due
	messages messages
	http     string // base URL once it listens
	smtp     string // host:port once it listens
}

type secrets struct {
	partner   *rsa.PublicKey
	bank      *rsa.PrivateKey
	clientKey string
	secret    string
	register  string
	phone     string
	clock     []byte
}

// offset is how far the sandbox's clock is ahead of the machine's. It only grows.
type offset struct {
	mu sync.RWMutex
	d  time.Duration
}

func (o *offset) get() time.Duration {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return o.d
}

func (o *offset) raise(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.d = max(o.d, d)
}

// Now is the sandbox's time.
func (s *Sandbox) Now() time.Time { return time.Now().Add(s.offset.get()) }

// Open opens the state in c.Dir and fills the registers. It does not listen.
func Open(ctx context.Context, c Config) (*Sandbox, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	sec, err := readSecrets(c.Dir)
	if err != nil {
		return nil, err
	}
	s := &Sandbox{config: c, secrets: sec, log: c.Log, offset: &offset{}, wake: make(chan struct{}, 1),
		client: &http.Client{Timeout: 10 * time.Second}}
	s.tokens.until = map[string]time.Time{}
	s.messages.changed = make(chan struct{})
	if s.db, err = store.Open(ctx, "sqlite:"+filepath.Join(c.Dir, "sandbox.db"), lancar.Clock(s.Now)); err != nil {
		return nil, err
	}
	if err := s.load(ctx); err != nil {
		s.db.Close()
		return nil, err
	}
	return s, nil
}

func (s *Sandbox) load(ctx context.Context) error {
	if err := s.db.Migrate(ctx, schema); err != nil {
		return err
	}
	if err := s.loadClock(ctx); err != nil {
		return err
	}
	if err := s.loadMessages(ctx); err != nil {
		return err
	}
	s.people = interleaved(town.People())
	s.byNIK = map[string]int{}
	for i, p := range s.people {
		s.byNIK[p.NIK] = i
	}
	s.registers = indexAll(town.Registers(s.people))
	s.records = ownRecords(s.registers)
	return nil
}

// Close closes the state.
func (s *Sandbox) Close() error { return s.db.Close() }
