package outside

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"

	"lancar/notify"
)

// Post takes mail and messages, and knows what reached whom. It is a [notify.Sender].
type Post struct {
	mu      sync.Mutex
	letters []letter
	refused map[string]bool
}

type letter struct{ to, text string }

// Send takes one message: its title on the first line, the text below.
func (p *Post) Send(_ context.Context, to, title, text, _ string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refused[to] {
		return errors.New("the post takes nothing there")
	}
	p.letters = append(p.letters, letter{to, title + "\n" + text})
	return nil
}

// RefuseMail has the post take nothing for an address from now on.
func (p *Post) RefuseMail(to string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refused == nil {
		p.refused = map[string]bool{}
	}
	p.refused[to] = true
}

// Mail is what reached an address, oldest first; "" stands for all addresses.
func (p *Post) Mail(to string) (texts []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.letters {
		if to == "" || l.to == to {
			texts = append(texts, l.text)
		}
	}
	return texts
}

// LastMail is the last message that reached an address, "" if none did.
func (p *Post) LastMail(to string) string {
	if all := p.Mail(to); len(all) > 0 {
		return all[len(all)-1]
	}
	return ""
}

// Told says whether some message to an address has the words.
func (p *Post) Told(to, words string) bool {
	return slices.ContainsFunc(p.Mail(to), func(text string) bool { return strings.Contains(text, words) })
}

var codes = regexp.MustCompile(`\b(\d{10}|\d{6})\b`) // ten while somebody guesses

// CodeIn is the code in a message, "" if it has none.
func CodeIn(text string) string { return codes.FindString(text) }

// Code is the last code that reached an address, "" if none did.
func (p *Post) Code(to string) string {
	for _, text := range slices.Backward(p.Mail(to)) {
		if code := CodeIn(text); code != "" {
			return code
		}
	}
	return ""
}

// Chat is the post's other channel: what it takes for a number reaches "chat NUMBER".
func (p *Post) Chat() notify.Sender { return chat{p} }

type chat struct{ post *Post }

func (c chat) Send(ctx context.Context, to, title, text, key string) error {
	return c.post.Send(ctx, "chat "+to, title, text, key)
}
