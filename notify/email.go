package notify

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"lancar/internal/jobs"
)

// SMTP sends e-mail through a relay.
type SMTP struct {
	Address      string // host:port
	From         string // "Lancar <kabar@example.go.id>"
	User         string // "" for a relay that asks for none
	PasswordFile string
	Plain        bool // no TLS: a relay on this machine only
}

const sendTimeout = 20 * time.Second

// Send delivers one message to the relay. key becomes the Message-ID, so that a copy sent again
// after a crash can be told from a second message.
func (s SMTP) Send(ctx context.Context, to, title, text, key string) error {
	m := mail.NewMsg()
	if err := m.From(s.From); err != nil {
		return jobs.Dead(kindError{"the sender's address cannot be used", err})
	}
	if err := m.To(to); err != nil {
		return jobs.Dead(kindError{"the address cannot be used", err})
	}
	m.Subject(title)
	m.SetMessageIDWithValue(key + "@" + domain(s.From))
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetBodyString(mail.TypeTextPlain, text)
	client, err := s.client()
	if err != nil {
		return kindError{"the mail server is not configured", err}
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	if err := client.DialAndSendWithContext(ctx, m); err != nil {
		var refused *mail.SendError
		if errors.As(err, &refused) && !refused.IsTemp() && refused.Reason == mail.ErrSMTPRcptTo {
			return jobs.Dead(kindError{"the mail server refused the address", err})
		}
		return kindError{"the mail server did not take the message", err}
	}
	return nil
}

func (s SMTP) client() (*mail.Client, error) {
	host, port, err := net.SplitHostPort(s.Address)
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return nil, err
	}
	options := []mail.Option{mail.WithPort(n), mail.WithTimeout(sendTimeout), mail.WithTLSPolicy(mail.TLSMandatory)}
	if s.Plain {
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	}
	if s.User != "" {
		password, err := os.ReadFile(s.PasswordFile)
		if err != nil {
			return nil, fmt.Errorf("reading the mail password: %w", err)
		}
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(s.User), mail.WithPassword(strings.TrimSpace(string(password))))
	}
	return mail.NewClient(host, options...)
}

// domain is the part of the sender's address after the @.
func domain(from string) string {
	_, host, _ := strings.Cut(from, "@")
	return strings.TrimRight(host, ">")
}
