package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/sandbox"
	"lancar/test/town"
)

// DemoOptions are the flags of `lancar demo`.
type DemoOptions struct {
	Data, Addr string
	JSON       bool
	Public     string // host:port for QR codes, "" derives it
	// Conformance makes a run that outside suites drive, with the clients of ConformanceFile ("" for none).
	Conformance     bool
	ConformanceFile string
}

// demoConfig is what only a demonstration has.
type demoConfig struct {
	Public      string       // host:port that a phone on the network can open, "" when listening on this machine only
	conformance *conformance // nil but for `demo --conformance`
}

// idleMemory makes the collector return memory of the start; a demonstration is mostly idle.
const idleMemory = 110 << 20

// Demo runs a demonstration node and its sandbox until ctx ends.
func Demo(ctx context.Context, o DemoOptions) error {
	debug.SetMemoryLimit(idleMemory)
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	if err := os.MkdirAll(o.Data, 0o700); err != nil {
		return err
	}
	unlock, err := lockFolder(o.Data)
	if err != nil {
		return err
	}
	defer unlock()
	secrets, err := sandbox.Prepare(o.Data)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", o.Addr)
	if err != nil {
		return fmt.Errorf("%w; choose another address with --addr", err)
	}
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port
	local := fmt.Sprintf("http://127.0.0.1:%d", port)
	var run *conformance
	address := l.Addr().(*net.TCPAddr)
	if o.Conformance {
		if run, err = openConformance(o); err != nil {
			return err
		}
		if l, err = run.listen(l); err != nil {
			return err
		}
		local = "http://" + run.plain.Addr().String()
	}
	outside, err := startSandbox(ctx, o.Data, local)
	if err != nil {
		return err
	}
	defer outside.stop()
	clock, err := openShift(o.Data, secrets.ClockSecretFile)
	if err != nil {
		return err
	}
	c := demoSettings(o, secrets, outside, address)
	if run != nil {
		c.Base, local = run.url(l), run.url(l)
		c.demo.conformance = run
	}
	n, err := startDemo(ctx, c, clock, log)
	if err != nil {
		return err
	}
	defer n.db.Close()
	if err := n.settle(ctx); err != nil {
		return err
	}
	if err := n.seedClient(ctx); err != nil {
		return err
	}
	if run != nil {
		if err := n.seedConformance(ctx); err != nil {
			return err
		}
		if err := n.seedPerson(ctx); err != nil {
			return err
		}
	}
	n.announce(o, local, outside.URL)
	err = n.run(ctx, l, clock)
	if !o.JSON {
		fmt.Println("Selesai. Data tetap ada di", o.Data)
	}
	return err
}

// demoSettings is the configuration of a demonstration: everything outside is the sandbox.
func demoSettings(o DemoOptions, s sandbox.Secrets, outside *child, addr *net.TCPAddr) Config {
	c := Config{Stage: stageDemo, Name: "lancar.demo", Listen: addr.String(), Base: fmt.Sprintf("http://localhost:%d", addr.Port),
		Database: "sqlite:" + filepath.Join(o.Data, "lancar.db"), Keys: filepath.Join(o.Data, "keys"),
		Mail:     MailConfig{Address: outside.SMTP, From: "Lancar SIMULASI <kabar@lancar.example>", Plain: true},
		Phone:    HTTPConfig{URL: outside.URL + "/phone/messages", TokenFile: s.PhoneTokenFile},
		WhatsApp: HTTPConfig{URL: outside.URL + "/phone/messages", TokenFile: s.PhoneTokenFile},
		Exchange: HTTPConfig{URL: outside.URL + "/register", TokenFile: s.RegisterTokenFile},
		Acquirer: AcquirerConfig{URL: outside.URL, ClientKey: s.ClientKey, ClientSecretFile: s.ClientSecretFile,
			PrivateKeyFile: s.PartnerKeyFile, PublicKeyFile: s.BankPublicFile, ChannelID: "95221"},
		// One machine rehearses a whole town: limits of an address are raised; those of a person hold, but for [perDemo].
		Limits: LimitsConfig{PerSecond: 1e6, Burst: 1e6, SignIns: 1_000_000, Checks: 1_000_000},
		demo:   &demoConfig{Public: publicAddress(o.Public, addr)},
	}
	return c
}

// publicAddress is where a phone reaches a node that listens on every address.
func publicAddress(given string, addr *net.TCPAddr) string {
	if given != "" || !addr.IP.IsUnspecified() {
		return given
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return ""
	}
	for _, a := range addrs {
		if ip, ok := a.(*net.IPNet); ok && ip.IP.To4() != nil && !ip.IP.IsLoopback() && !ip.IP.IsLinkLocalUnicast() {
			return net.JoinHostPort(ip.IP.String(), fmt.Sprint(addr.Port))
		}
	}
	return ""
}

// startDemo makes keys for every region with a pack, and opens the node on the moved clock.
func startDemo(ctx context.Context, c Config, clock *shift, log *slog.Logger) (*node, error) {
	rs, err := loadRegions()
	if err != nil {
		return nil, err
	}
	var codes []string
	for _, r := range rs.All() {
		// Regencies sign with the key of their province, as most will.
		if len(r.Code) == 2 {
			codes = append(codes, r.Code)
		}
	}
	if _, err := keys.Create(c.Keys, keys.Options{Regions: codes, Origin: c.Name, Now: clock.now()}); err != nil {
		return nil, err
	}
	return start(ctx, c, clock.now, log)
}

// lockFolder refuses a second demonstration on the same folder.
func lockFolder(dir string) (func(), error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("another lancar is running on %s; stop it, or choose another folder with --data", dir)
	}
	return func() { f.Close() }, nil
}

// openDatabase opens the database that --config or --data names, without starting anything.
func openDatabase(ctx context.Context, config, data string) (*store.DB, Config, error) {
	if config == "" {
		c := Config{Stage: stageDemo, Database: "sqlite:" + filepath.Join(data, "lancar.db"), Keys: filepath.Join(data, "keys"), demo: &demoConfig{}}
		if _, err := os.Stat(filepath.Join(data, "lancar.db")); err != nil {
			return nil, c, fmt.Errorf("%s holds no lancar.db", data)
		}
		db, err := store.Open(ctx, c.Database, time.Now)
		return db, c, err
	}
	c, err := ReadConfig(config)
	if err != nil {
		return nil, c, err
	}
	url, err := c.databaseURL()
	if err != nil {
		return nil, c, err
	}
	db, err := store.Open(ctx, url, time.Now)
	return db, c, err
}

// announcement is the one line of --json.
type announcement struct {
	Ready   string     `json:"ready"`
	Sandbox string     `json:"sandbox"`
	People  []playbill `json:"people"`
	OIDC    signInHere `json:"oidc"`
}

// signInHere is what a foreign app needs to sign people in at this demonstration.
type signInHere struct {
	Issuer            string `json:"issuer"`
	RegistrationToken string `json:"registration_token"`
	ClientID          string `json:"client_id"`

	*conformanceHere
}

// playbill is somebody of the town to sign in as.
type playbill struct {
	Role   string            `json:"role"`
	Name   string            `json:"name"`
	Region string            `json:"region"`
	SignIn map[string]string `json:"sign_in"`
}

func (n *node) announce(o DemoOptions, local, outside string) {
	a := announcement{Ready: local, Sandbox: outside, People: cast(), OIDC: signInHere{n.oidc.Issuer(), n.oidc.RegistrationToken(), DemoClient, n.conformanceHere()}}
	if o.JSON {
		_ = json.NewEncoder(os.Stdout).Encode(a)
		return
	}
	n.welcome(os.Stdout, o, a)
}

// cast are the people and officers of the market stall in each demonstration region.
func cast() (out []playbill) {
	for _, p := range town.People() {
		if p.Persona != "" {
			out = append(out, playbill{"resident", p.Name, p.Village, map[string]string{"nik": p.NIK, "name": p.Name, "birth_date": p.BirthDate, "contact": p.Email}})
		}
	}
	for _, v := range town.Visitors() {
		out = append(out, playbill{"visitor", v.Name, "00", map[string]string{"passport": v.Passport, "nationality": v.Nationality, "name": v.Name, "birth_date": v.BirthDate, "contact": v.Email}})
		break
	}
	for _, f := range town.Officers() {
		if f.Agency == "dpmptsp" {
			out = append(out, playbill{strings.Join(f.Roles, ","), f.Name, f.Region, map[string]string{"employee_number": f.Number, "contact": f.Email}})
		}
	}
	return out
}

func (n *node) welcome(w io.Writer, o DemoOptions, a announcement) {
	fmt.Fprintf(w, "\nLancar siap / is ready.\n\n")
	fmt.Fprintf(w, "  Portal nasional / national portal   %s\n", n.portal(""))
	for _, r := range n.regions.All() {
		if r.Host != "" && r.Up() != nil && r.Up().Host != r.Host {
			fmt.Fprintf(w, "  %-34s  %s\n", r.AppName+", "+r.Name, n.portal(r.Host))
		}
	}
	fmt.Fprintf(w, "  Petugas / officers                  %s/office/\n", n.portal(""))
	fmt.Fprintf(w, "  Dunia luar / the outside world      %s   (surel, HP, bank, waktu / mail, phone, bank, time)\n", a.Sandbox)
	if n.config.demo.Public != "" {
		fmt.Fprintf(w, "  Dari HP / from a phone              http://%s\n", n.config.demo.Public)
	}
	fmt.Fprintf(w, "\nMasuk sebagai / sign in as (kode tiba di / codes arrive at %s/mail):\n", a.Sandbox)
	for _, p := range a.People {
		if p.Role == "resident" {
			fmt.Fprintf(w, "  %-26s  %-14s NIK %s, lahir %s, %s\n", p.Name, p.Region, p.SignIn["nik"], p.SignIn["birth_date"], p.SignIn["contact"])
		}
	}
	for _, p := range a.People {
		if p.Role != "resident" && p.SignIn["employee_number"] != "" && p.Region == "53.15" {
			fmt.Fprintf(w, "  %-26s  %-14s NIP %s (%s)\n", p.Name, p.Region, p.SignIn["employee_number"], p.Role)
		}
	}
	fmt.Fprintf(w, "\nData: %s    Berhenti / stop: Ctrl-C\n\n", o.Data)
}
