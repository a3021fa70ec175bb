package sandbox

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/textproto"
	"regexp"
	"strings"
	"sync"
	"time"
)

const maxMail = 4 << 20

// serveMail is a mail server (RFC 5321, without authentication and TLS): it takes every mail for
// every address.
func (s *Sandbox) serveMail(ctx context.Context, l net.Listener) {
	var group sync.WaitGroup
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	for {
		c, err := l.Accept()
		if err != nil {
			group.Wait()
			return
		}
		group.Go(func() {
			end := context.AfterFunc(ctx, func() { c.Close() })
			defer end()
			defer c.Close()
			s.mailSession(ctx, c)
		})
	}
}

// session is one SMTP connection.
type session struct {
	s    *Sandbox
	text *textproto.Conn
	from string
	to   []string
}

func (s *Sandbox) mailSession(ctx context.Context, c net.Conn) {
	t := textproto.NewConn(c)
	switch v, _ := s.setting(ctx, "switch.mail"); v {
	case "down":
		t.PrintfLine("421 sandbox mail is switched down")
		return
	case "hang":
		select {
		case <-ctx.Done():
		case <-time.After(hangFor):
		}
		return
	}
	t.PrintfLine("220 sandbox SMTP, SIMULASI")
	x := &session{s: s, text: t}
	for {
		c.SetDeadline(time.Now().Add(2 * time.Minute))
		line, err := t.ReadLine()
		if err != nil || len(line) > 2000 || !x.command(ctx, line) {
			return
		}
	}
}

// command answers one command; false ends the session.
func (x *session) command(ctx context.Context, line string) bool {
	verb, rest, _ := strings.Cut(line, " ")
	switch strings.ToUpper(verb) {
	case "EHLO":
		x.text.PrintfLine("250-sandbox")
		x.text.PrintfLine("250-8BITMIME")
		x.text.PrintfLine("250-SMTPUTF8")
		x.text.PrintfLine("250 SIZE %d", maxMail)
	case "HELO", "NOOP":
		x.text.PrintfLine("250 sandbox")
	case "RSET":
		x.from, x.to = "", nil
		x.text.PrintfLine("250 forgotten")
	case "MAIL":
		x.from, x.to = address(rest), nil
		x.text.PrintfLine("250 sender noted")
	case "RCPT":
		x.recipient(rest)
	case "DATA":
		return x.data(ctx)
	case "QUIT":
		x.text.PrintfLine("221 bye")
		return false
	default:
		x.text.PrintfLine("502 not spoken here")
	}
	return true
}

func address(s string) string {
	m := regexp.MustCompile(`<([^<>]*)>`).FindStringSubmatch(s)
	if m == nil {
		return ""
	}
	return m[1]
}

func (x *session) recipient(rest string) {
	a, err := mail.ParseAddress(address(rest))
	switch {
	case err != nil:
		x.text.PrintfLine("553 that is not an address")
	case len(x.to) >= 50:
		x.text.PrintfLine("452 too many recipients")
	default:
		x.to = append(x.to, a.Address)
		x.text.PrintfLine("250 recipient noted")
	}
}

// data takes the mail. 250 is said only once it is on disk.
func (x *session) data(ctx context.Context) bool {
	if len(x.to) == 0 {
		x.text.PrintfLine("503 no recipients")
		return true
	}
	x.text.PrintfLine("354 go on, end with a dot")
	dot := x.text.DotReader()
	subject, text, err := parseMail(io.LimitReader(dot, maxMail))
	if _, drained := io.Copy(io.Discard, dot); drained != nil {
		return false
	}
	if err != nil {
		x.text.PrintfLine("554 cannot be read: %s", strings.ReplaceAll(err.Error(), "\n", " "))
		return true
	}
	for _, to := range x.to {
		if err := x.s.receive(ctx, message{Channel: "mail", To: to, Subject: subject, Text: text}); err != nil {
			x.text.PrintfLine("451 not stored, try again")
			return true
		}
	}
	x.from, x.to = "", nil
	x.text.PrintfLine("250 kept")
	return true
}

// parseMail returns the decoded subject and the plain text.
func parseMail(r io.Reader) (subject, text string, err error) {
	m, err := mail.ReadMessage(r)
	if err != nil {
		return "", "", err
	}
	subject, err = (&mime.WordDecoder{}).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		return "", "", fmt.Errorf("subject: %w", err)
	}
	text, err = plain(textproto.MIMEHeader(m.Header), m.Body, 0)
	return subject, text, err
}

var errNoText = errors.New("no text/plain part")

// plain finds the first text/plain part, at most four levels deep.
func plain(h textproto.MIMEHeader, body io.Reader, depth int) (string, error) {
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		kind = "text/plain"
	}
	switch strings.ToLower(h.Get("Content-Transfer-Encoding")) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	if kind == "text/plain" {
		b, err := io.ReadAll(body)
		return strings.ReplaceAll(string(b), "\r\n", "\n"), err
	}
	if !strings.HasPrefix(kind, "multipart/") || depth > 3 {
		return "", errNoText
	}
	parts := multipart.NewReader(body, params["boundary"])
	for {
		p, err := parts.NextRawPart()
		if err != nil {
			return "", errNoText
		}
		if text, err := plain(p.Header, p, depth+1); err == nil {
			return text, nil
		}
	}
}
