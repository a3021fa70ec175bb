package notify_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lancar"
	"lancar/access"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/internal/store/storetest"
	"lancar/notify"
)

// relay is a small mail server that can be switched off.
type relay struct {
	mu    sync.Mutex
	down  bool
	mails []string
	addr  string
}

func newRelay(t *testing.T) *relay {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	r := &relay{addr: l.Addr().String()}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go r.talk(c)
		}
	}()
	return r
}

func (r *relay) close(down bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.down = down
}

func (r *relay) talk(c net.Conn) {
	defer c.Close()
	r.mu.Lock()
	down := r.down
	r.mu.Unlock()
	if down {
		fmt.Fprint(c, "421 closed\r\n")
		return
	}
	fmt.Fprint(c, "220 relay\r\n")
	in := bufio.NewScanner(c)
	data, mail := false, ""
	for in.Scan() {
		line := in.Text()
		switch {
		case data && line == ".":
			r.mu.Lock()
			r.mails = append(r.mails, mail)
			r.mu.Unlock()
			data = false
			fmt.Fprint(c, "250 taken\r\n")
		case data:
			mail += line + "\n"
		case strings.HasPrefix(line, "DATA"):
			data = true
			fmt.Fprint(c, "354 go\r\n")
		case strings.HasPrefix(line, "QUIT"):
			fmt.Fprint(c, "221 bye\r\n")
			return
		default:
			fmt.Fprint(c, "250 ok\r\n")
		}
	}
}

type town struct {
	now    time.Time
	db     *store.DB
	queue  *jobs.Queue
	access *access.Access
	notify *notify.Notify
	relay  *relay
	phone  []string
}

func setup(t *testing.T) *town {
	w := &town{now: time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)}
	w.on(t, storetest.OpenAt(t, func() time.Time { return w.now }))
	return w
}

// on builds the rooms on a database.
func (w *town) on(t *testing.T, db *store.DB) {
	w.db, w.relay, w.phone = db, newRelay(t), nil
	dir := t.TempDir()
	ring, err := keys.Create(filepath.Join(dir, "keys"), keys.Options{Origin: "lancar.test", Now: w.now})
	if err != nil {
		t.Fatal(err)
	}
	token := filepath.Join(dir, "token")
	if err := os.WriteFile(token, []byte("t0ken\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	gateway := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer t0ken" || r.Header.Get("Idempotency-Key") == "" {
			rw.WriteHeader(401)
		}
		b := make([]byte, 1000)
		n, _ := r.Body.Read(b)
		w.phone = append(w.phone, string(b[:n]))
		if strings.Contains(string(b[:n]), "+620") {
			rw.WriteHeader(422)
		}
	}))
	t.Cleanup(gateway.Close)
	w.queue = jobs.New(w.db, nil)
	w.access = access.New(w.db, w.queue, ring)
	w.notify = notify.New(w.db, w.queue, ring, map[notify.Channel]notify.Sender{
		notify.Email: notify.SMTP{Address: w.relay.addr, From: "Lancar <kabar@lancar.example>", Plain: true},
		notify.Phone: notify.Gateway{URL: gateway.URL, TokenFile: token},
	}, func(region, path string) string { return "https://" + region + ".lancar.example" + path })
}

func (w *town) send(t *testing.T, m notify.Message) error {
	t.Helper()
	err := w.db.Write(t.Context(), func(tx *store.Tx) error { return w.notify.SendTx(tx, m) })
	if derr := w.queue.Drain(context.Background()); derr != nil {
		t.Fatal(derr)
	}
	return err
}

// own is the permission of the person with account "acc" to read about themselves.
func (w *town) own(t *testing.T) (g access.Grant) {
	t.Helper()
	if err := w.db.Write(t.Context(), func(tx *store.Tx) (err error) {
		if _, err = w.access.BindTx(tx, "acc", "subject"); err != nil {
			return err
		}
		g, err = w.access.OwnTx(tx, "acc", "subject", false)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return g
}

func news(key string, to ...notify.Address) notify.Message {
	return notify.Message{Region: "53.15", Account: "acc", To: to, Lang: "en", Key: key, Link: "/kasus/1",
		Title: lancar.Text{"id": "Izin terbit", "en": "Permit issued"}, Body: lancar.Text{"id": "Selamat.", "en": "Well done."}}
}

func TestNewsReachesMailPhoneAndInboxOnce(t *testing.T) {
	w := setup(t)
	for range 2 {
		if err := w.send(t, news("k", notify.Address{Channel: notify.Email, Value: "maria@example.com"}, notify.Address{Channel: notify.Phone, Value: "+62812"})); err != nil {
			t.Fatal(err)
		}
	}
	if len(w.relay.mails) != 1 || !strings.Contains(w.relay.mails[0], "Subject: Permit issued") || !strings.Contains(w.relay.mails[0], "https://53.15.lancar.example/kasus/1") {
		t.Fatalf("%q", w.relay.mails)
	}
	if len(w.phone) != 1 {
		t.Fatalf("%q", w.phone)
	}
	g := w.own(t)
	items, next, err := w.notify.Inbox(t.Context(), g, "", 10)
	if err != nil || len(items) != 1 || next != "" || items[0].Title.In("id") != "Izin terbit" || items[0].Read {
		t.Fatalf("%+v %q %v", items, next, err)
	}
	if _, _, err := w.notify.Inbox(t.Context(), access.Grant{}, "", 10); lancar.CodeOf(err) != lancar.NotFound {
		t.Fatalf("an inbox without a grant: %v", err)
	}
}

func TestAClosedRelayIsTriedAgainAndSeen(t *testing.T) {
	w := setup(t)
	w.relay.close(true)
	if err := w.send(t, news("k", notify.Address{Channel: notify.Email, Value: "maria@example.com"})); err != nil {
		t.Fatal(err)
	}
	failures, err := w.notify.Failures(t.Context(), 10)
	if err != nil || len(failures) != 1 || failures[0].Final || strings.Contains(failures[0].Error, "maria") {
		t.Fatalf("%+v %v", failures, err)
	}
	w.relay.close(false)
	w.now = w.now.Add(time.Minute)
	if err := w.queue.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if failures, _ := w.notify.Failures(t.Context(), 10); len(failures) != 0 || len(w.relay.mails) != 1 {
		t.Fatalf("%+v, %d mails", failures, len(w.relay.mails))
	}
}

func TestARefusedNumberIsGivenUpAtOnce(t *testing.T) {
	w := setup(t)
	if err := w.send(t, news("k", notify.Address{Channel: notify.Phone, Value: "+620"})); err != nil {
		t.Fatal(err)
	}
	if failures, _ := w.notify.Failures(t.Context(), 10); len(failures) != 1 || !failures[0].Final || len(w.phone) != 1 {
		t.Fatalf("%+v, %d tries", failures, len(w.phone))
	}
}

func TestNoIdentityNumberLeaves(t *testing.T) {
	w := setup(t)
	for i, number := range []string{"3204110609970001", "3204 1106 0997 0001", "320411 060997 0001", "3204110609970001 3204110609970001", "(3204.1106.0997.0001)"} {
		m := news(fmt.Sprint(i), notify.Address{Channel: notify.Email, Value: "maria@example.com"})
		m.Body = lancar.Text{"en": "Number " + number + " of case 53.15-123456789-7"}
		if err := w.send(t, m); err != nil {
			t.Fatal(err)
		}
		before, id, _ := strings.Cut(w.relay.mails[i], "Message-ID: ") // which is random, and may hold any four digits
		_, after, _ := strings.Cut(id, "\n")
		sent := before + after
		if strings.Contains(sent, "0609") || strings.Contains(sent, "0997") || !strings.Contains(sent, "******0001") || !strings.Contains(sent, "53.15-123456789-7") {
			t.Errorf("%s left as %q", number, sent)
		}
	}
}

func TestACodeStaysInNoInbox(t *testing.T) {
	w := setup(t)
	m := news("k", notify.Address{Channel: notify.Email, Value: "maria@example.com"})
	m.Secret = true
	if err := w.send(t, m); err != nil {
		t.Fatal(err)
	}
	items, _, err := w.notify.Inbox(t.Context(), w.own(t), "", 10)
	if err != nil || len(items) != 0 || len(w.relay.mails) != 1 {
		t.Fatalf("%d items, %d mails, %v", len(items), len(w.relay.mails), err)
	}
	w.now = w.now.Add(25 * time.Hour)
	if err := w.db.Write(t.Context(), func(tx *store.Tx) error {
		n, err := w.notify.Retention().Sweep(tx, 10)
		if n != 1 {
			t.Errorf("%d codes deleted after a day", n)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestTheInboxComesInPages(t *testing.T) {
	w := &town{now: time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)}
	storetest.EachAt(t, func() time.Time { return w.now }, func(t *testing.T, db *store.DB) {
		w.on(t, db)
		for n := range 5 {
			w.now = w.now.Add(time.Second)
			if err := w.send(t, news(fmt.Sprint(n))); err != nil {
				t.Fatal(err)
			}
		}
		own, seen, after := w.own(t), map[lancar.ID]bool{}, ""
		for range 3 {
			items, next, err := w.notify.Inbox(t.Context(), own, after, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range items {
				seen[i.ID] = true
			}
			after = next
		}
		if len(seen) != 5 || after != "" {
			t.Fatalf("%d messages, then %q", len(seen), after)
		}
		if n, err := w.notify.Unread(t.Context(), own); n != 5 || err != nil {
			t.Fatal(n, err)
		}
		if err := w.notify.MarkRead(t.Context(), own, w.now); err != nil {
			t.Fatal(err)
		}
		if n, err := w.notify.Unread(t.Context(), own); n != 0 || err != nil {
			t.Fatal(n, err)
		}
	})
}

func TestNothingTypedReachesTheHeadersOfAMail(t *testing.T) {
	w := setup(t)
	m := news("k", notify.Address{Channel: notify.Email, Value: "maria@example.com"})
	m.Title = lancar.Text{"en": "Permit\r\nBcc: all@example.com\r\n\r\nHello"}
	if err := w.send(t, m); err != nil {
		t.Fatal(err)
	}
	for _, mail := range w.relay.mails {
		head, _, _ := strings.Cut(mail, "\n\n")
		if strings.Contains(head, "\nBcc:") {
			t.Fatalf("%q", mail)
		}
	}
	if len(w.relay.mails) != 1 {
		t.Fatalf("%d mails", len(w.relay.mails))
	}
}
