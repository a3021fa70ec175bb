package sandbox

import (
	"context"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"lancar/internal/store"
)

// message is a mail or a text message that arrived for somebody.
type message struct {
	ID      int64     `json:"id"`
	Channel string    `json:"channel"` // mail, phone
	To      string    `json:"to"`
	Subject string    `json:"subject,omitempty"`
	Text    string    `json:"text"`
	Code    string    `json:"code,omitempty"` // the first number of six or ten digits in it
	Links   []string  `json:"links,omitempty"`
	At      time.Time `json:"at"`

	dedup string
}

// messages hands out numbers and wakes those who wait for a message.
type messages struct {
	mu      sync.Mutex
	last    int64
	changed chan struct{}
}

// kept is how many messages stay; older ones are dropped.
const kept = 5000

func (s *Sandbox) loadMessages(ctx context.Context) error {
	return s.db.Read(ctx, func(tx *store.Tx) error {
		return tx.QueryRow("SELECT CAST(COALESCE(MAX(id), 0) AS BIGINT) FROM message").Scan(&s.messages.last)
	})
}

func codeIn(text string) string {
	m := regexp.MustCompile(`(?:^|[^\d-])(\d{10}|\d{6}|\d{3} \d{3})(?:[^\d]|$)`).FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	return strings.ReplaceAll(m[1], " ", "")
}

// receive keeps a message durably and wakes who waits for it.
func (s *Sandbox) receive(ctx context.Context, m message) error {
	m.To, m.Code = strings.ToLower(strings.TrimSpace(m.To)), codeIn(m.Text)
	s.messages.mu.Lock()
	s.messages.last++
	m.ID = s.messages.last
	s.messages.mu.Unlock()
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		if m.ID%500 == 0 {
			if _, err := tx.Exec("DELETE FROM message WHERE id <= $1", m.ID-kept); err != nil {
				return err
			}
		}
		_, err := tx.Exec("INSERT INTO message (id, channel, recipient, dedup, subject, text, code, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
			m.ID, m.Channel, m.To, m.dedup, m.Subject, m.Text, m.Code, store.Micros(tx.Now))
		return err
	})
	s.messages.mu.Lock()
	close(s.messages.changed)
	s.messages.changed = make(chan struct{})
	s.messages.mu.Unlock()
	return err
}

func (m *messages) next() <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.changed
}

func scanMessage(r store.Scanner) (m message, err error) {
	var at int64
	err = r.Scan(&m.ID, &m.Channel, &m.To, &m.Subject, &m.Text, &m.Code, &at)
	m.At, m.Links = store.Time(at), linkPattern().FindAllString(m.Text, 5)
	return m, err
}

func linkPattern() *regexp.Regexp { return regexp.MustCompile(`https?://[^\s<>"]+`) }

const messageColumns = "id, channel, recipient, subject, text, code, at"

// messagesTo returns the newest messages to one address after an id, newest first.
func (s *Sandbox) messagesTo(ctx context.Context, to string, after int64) (out []message, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		out, err = store.All(tx, scanMessage, "SELECT "+messageColumns+" FROM message WHERE recipient = $1 AND id > $2 ORDER BY id DESC LIMIT 20",
			strings.ToLower(strings.TrimSpace(to)), after)
		return err
	})
	return out, err
}

func (s *Sandbox) messagesBy(ctx context.Context, channel string) (out []message, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		out, err = store.All(tx, scanMessage, "SELECT "+messageColumns+" FROM message WHERE channel = $1 ORDER BY id DESC LIMIT 50", channel)
		return err
	})
	return out, err
}

// getOutbox answers the newest messages to an address; with wait it answers as soon as there is
// one after the given id, or empty after that many seconds.
func (s *Sandbox) getOutbox(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	after, _ := strconv.ParseInt(q.Get("after"), 10, 64)
	wait, _ := strconv.Atoi(q.Get("wait"))
	until := time.After(time.Duration(min(max(wait, 0), 30)) * time.Second)
	for {
		changed := s.messages.next()
		list, err := s.messagesTo(r.Context(), q.Get("to"), after)
		if err != nil {
			s.broken(w, r, err)
			return
		}
		if len(list) > 0 || wait == 0 {
			writeJSON(w, http.StatusOK, map[string]any{"messages": append([]message{}, list...)})
			return
		}
		select {
		case <-changed:
		case <-until:
			wait = 0
		case <-r.Context().Done():
			return
		}
	}
}

// postPhone is the adapter of a message gateway: SMS and chat alike.
func (s *Sandbox) postPhone(w http.ResponseWriter, r *http.Request) {
	var in struct{ To, Text, Key, Via string }
	if !s.authorized(w, r, s.secrets.phone) {
		return
	}
	if !s.read(w, r, &in, nil) {
		return
	}
	if !regexp.MustCompile(`^\+\d{8,15}$`).MatchString(in.To) || in.Text == "" || len(in.Text) > 2000 {
		s.fail(w, r, http.StatusBadRequest, "want to (+62…) and text of at most 2000 bytes")
		return
	}
	by := ""
	if in.Via == "whatsapp" {
		by = "WhatsApp"
	}
	if err := s.receive(r.Context(), message{Channel: "phone", To: in.To, Subject: by, Text: in.Text, dedup: in.Key}); err != nil {
		s.broken(w, r, err)
		return
	}
	writeJSON(w, http.StatusAccepted, map[string]string{"status": "accepted"})
}

// getMessages is the page of mails or of phones, of everybody or of one address.
func (s *Sandbox) getMessages(channel string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		to := r.URL.Query().Get("to")
		var list []message
		var err error
		if to == "" {
			list, err = s.messagesBy(r.Context(), channel)
		} else {
			list, err = s.messagesTo(r.Context(), to, 0)
		}
		if err != nil {
			s.broken(w, r, err)
			return
		}
		s.page(w, r, channel, map[string]any{"To": to, "List": list})
	}
}
