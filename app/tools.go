package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"time"

	"lancar/catalog/check"
	"lancar/internal/keys"
	"lancar/region"
)

// ClockQuestion asks for a deadline.
type ClockQuestion struct {
	Region       string
	From         time.Time
	Days         int
	Pauses       []string // FROM/TO
	Holidays     []byte   // replaces the calendar; nil keeps the region's
	HolidaysName string
	JSON         bool
}

// Clock answers a [ClockQuestion], explained day by day.
func Clock(w io.Writer, q ClockQuestion) error {
	rs, err := loadRegions()
	if err != nil {
		return err
	}
	r := rs.ByCode(q.Region)
	if r == nil {
		return fmt.Errorf("--region: %q is no Home Ministry code", q.Region)
	}
	var pauses []region.Pause
	for _, text := range q.Pauses {
		p, err := region.ParsePause(text)
		if err != nil {
			return fmt.Errorf("--pause: %w", err)
		}
		pauses = append(pauses, p)
	}
	var holidays []region.Date
	if q.HolidaysName != "" {
		if holidays, err = region.ParseHolidays(q.HolidaysName, bytes.NewReader(q.Holidays)); err != nil {
			return err
		}
	}
	e, err := region.Explain(r, q.From, q.Days, pauses, holidays, "id")
	if err != nil {
		return err
	}
	if !q.JSON {
		_, err = io.WriteString(w, e.Text("id"))
		return err
	}
	text, err := e.JSON()
	if err == nil {
		_, err = fmt.Fprintf(w, "%s\n", text)
	}
	return err
}

// CheckServices checks folders of definitions and runs their examples; false if any is wrong.
func CheckServices(w io.Writer, paths []string) bool { return check.Main(w, paths) == 0 }

// Verify derives a stopped node's state again and says the first thing that is wrong.
func Verify(ctx context.Context, config, data string, w io.Writer) error {
	n, err := openStopped(ctx, config, data)
	if err != nil {
		return err
	}
	defer n.db.Close()
	for _, c := range []struct {
		what string
		do   func(context.Context) error
	}{
		{"logs", n.verifyLogs}, {"cases, lists, inboxes and totals", n.cases.Verify}, {"ledgers and charges", n.charges.Verify},
		{"documents", n.verifyDocuments}, {"records of looks", n.access.Verify}, {"accounts", n.identity.Verify},
		{"machines, their keys and steps", n.machines.Verify}, {"mandates", n.mandates.Verify},
	} {
		start := time.Now()
		if err := c.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", c.what, err)
		}
		fmt.Fprintf(w, "ok  %-34s %v\n", c.what, time.Since(start).Round(time.Millisecond))
	}
	return nil
}

// openStopped opens a node's rooms to look at its database; nothing runs.
func openStopped(ctx context.Context, config, data string) (*node, error) {
	db, c, err := openDatabase(ctx, config, data)
	if err != nil {
		return nil, err
	}
	ring, err := keys.Open(c.Keys)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	n, err := open(ctx, c, db, ring, time.Now, slog.New(slog.NewTextHandler(os.Stderr, nil)))
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return n, nil
}

func (n *node) verifyDocuments(ctx context.Context) error {
	_, err := n.documents.Fsck(ctx)
	return err
}

func (n *node) verifyLogs(ctx context.Context) error {
	codes, err := n.public.Regions(ctx)
	if err != nil {
		return err
	}
	for _, code := range codes {
		if _, err := n.public.Fsck(ctx, code); err != nil {
			return fmt.Errorf("region %s: %w", code, err)
		}
	}
	return nil
}

// Doctor looks at a configuration and says what is wrong and how to mend it. It returns how
// many things are.
func Doctor(ctx context.Context, config, data string, w io.Writer) (sick int) {
	say := func(what string, err error, mend string) bool {
		if err == nil {
			fmt.Fprintf(w, "ok    %s\n", what)
			return true
		}
		sick++
		fmt.Fprintf(w, "SICK  %s: %v\n      %s\n", what, err, mend)
		return false
	}
	db, c, err := openDatabase(ctx, config, data)
	if config != "" {
		_, cerr := ReadConfig(config)
		if !say("configuration", cerr, "see docs/ops/config.md for every key") {
			return sick
		}
	}
	if say("database", err, "check the URL, that the server runs, and docs/ops/postgresql.md") {
		say("database answers", db.Ping(ctx), "is the server reachable from here?")
		db.Close()
	}
	ring, err := keys.Open(c.Keys)
	if say("keys", err, "see docs/ops/install.md, step 4; files must be mode 600") && c.Stage == Production {
		for _, code := range ring.Demos() {
			say("document key of "+code, fmt.Errorf("made by a demonstration"), "put a key of your certificate authority in its place")
		}
	}
	if c.demo != nil {
		return sick
	}
	say("officers", errors.Join(c.checkOfficers()...), "see docs/ops/officers.md: who has no nik finishes nothing that another began")
	for what, address := range map[string]string{"mail relay": c.Mail.Address, "registers": hostOf(c.Exchange.URL), "acquirer": hostOf(c.Acquirer.URL)} {
		conn, err := net.DialTimeout("tcp", address, 3*time.Second)
		if say(what+" "+address, err, "the address cannot be reached from here: check it, the route and the firewall") {
			conn.Close()
		}
	}
	for _, file := range []string{c.Exchange.TokenFile, c.Acquirer.ClientSecretFile, c.Acquirer.PrivateKeyFile} {
		say("secret "+file, private(file), "the file must exist and be readable by the node alone: chmod 600 it")
	}
	return sick
}

func private(path string) error {
	info, err := os.Stat(path)
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		err = fmt.Errorf("others can read it")
	}
	return err
}

func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	if u.Port() != "" {
		return u.Host
	}
	return net.JoinHostPort(u.Hostname(), map[string]string{"https": "443"}[u.Scheme])
}
