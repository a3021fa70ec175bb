package notify

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strconv"

	"github.com/wneessen/go-mail"
)

// SMTP is a mail server. User "" sends without signing in; Plain allows a connection without TLS,
// which production refuses.
type SMTP struct {
	Addr     string // "host:port"; "" for none
	From     string // address
	FromName string
	User     string
	Password string
	Plain    bool
}

// Send hands one plain-text message over. The Message-ID is made of key: a mail server that sees
// it twice has the same message twice.
func (s SMTP) Send(ctx context.Context, key, to, title, body string) error {
	m := mail.NewMsg()
	if err := m.FromFormat(s.FromName, s.From); err != nil {
		return fmt.Errorf("notify: the sender's address cannot be read: %w", err)
	}
	if err := m.To(to); err != nil {
		return &outsideError{"the address cannot be read", ErrRefused}
	}
	_, domain, ok := cutLast(s.From, '@')
	if !ok {
		domain = "localhost"
	}
	m.SetMessageIDWithValue(key + "@" + domain)
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetDate()
	m.Subject(title)
	m.SetBodyString(mail.TypeTextPlain, body)
	client, err := s.client()
	if err != nil {
		return err
	}
	if err := client.DialAndSendWithContext(ctx, m); err != nil {
		return smtpError(err)
	}
	return nil
}

func (s SMTP) client() (*mail.Client, error) {
	host, port, err := net.SplitHostPort(s.Addr)
	if err != nil {
		return nil, fmt.Errorf("notify: mail server %q: want host:port", s.Addr)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return nil, fmt.Errorf("notify: mail server %q: want host:port", s.Addr)
	}
	options := []mail.Option{mail.WithPort(number), mail.WithTLSPortPolicy(mail.TLSMandatory)}
	if s.Plain {
		options = []mail.Option{mail.WithPort(number), mail.WithTLSPolicy(mail.NoTLS)}
	}
	if s.User != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(s.User), mail.WithPassword(s.Password))
	}
	options = append(options, mail.WithPort(number)) // a TLS policy may have chosen another one
	return mail.NewClient(host, options...)
}

// smtpError keeps the reply code and forgets its text, which may quote the address.
func smtpError(err error) error {
	var sent *mail.SendError
	if errors.As(err, &sent) {
		if sent.IsTemp() {
			return &outsideError{"the mail server asked to try again later", err}
		}
		if code := sent.ErrorCode(); code >= 500 {
			return &outsideError{"the mail server refused it: " + strconv.Itoa(code), errors.Join(ErrRefused, err)}
		}
	}
	var reply *textproto.Error
	if errors.As(err, &reply) && reply.Code >= 500 {
		return &outsideError{"the mail server refused it: " + strconv.Itoa(reply.Code), errors.Join(ErrRefused, err)}
	}
	return err
}

func cutLast(s string, sep byte) (before, after string, found bool) {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == sep {
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}
