// Package notify carries messages to people and officers: e-mail over SMTP, short messages
// through a phone gateway, and the inbox, which every message of a person reaches.
//
// [Notify.SendTx] queues a message in the transaction of what it tells about, so that nobody is
// told of what did not happen. Delivery is a job, tried again with growing pauses; a delivery
// that fails is kept and shown to operators ([Notify.Failures]). Messages and addresses are
// sealed at rest. The room is handed addresses and never asks anybody for them.
package notify

import (
	"context"
	"regexp"
	"time"

	"lancar"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// Channel is a way to reach somebody.
type Channel string

// The channels that need an address.
const (
	Email    Channel = "email"    // an RFC 5321 address
	Phone    Channel = "phone"    // a number in E.164, "+6281…", by text message
	WhatsApp Channel = "whatsapp" // the same number, by chat
)

// Address is where somebody is reached.
type Address struct {
	Channel Channel
	Value   string
}

// Message is one message in all its languages. Title and Body are plain text; what looks like an
// identity number in them is masked before it is kept or sent.
type Message struct {
	Region  string    // of the office that writes, "00" for the node itself
	Account lancar.ID // whose inbox it is for; "" for somebody who has no account yet
	To      []Address
	Lang    string // language of e-mail and phone; the inbox keeps all
	Title   lancar.Text
	Body    lancar.Text
	Short   lancar.Text // for the phone; Title when empty
	Link    string      // a path on the region's host, or absolute; "" for none
	Key     string      // a second message of the account with the same key is not sent; "" for none
	Secret  bool        // a code: in no inbox, given up after minutes, deleted after a day
}

// Sender reaches somebody outside. key is the same for every attempt of one delivery, so that
// the far side can drop repetitions. An error made by jobs.Dead says that trying again is useless.
type Sender interface {
	Send(ctx context.Context, to, title, text, key string) error
}

// Notify is the room. It is safe for concurrent use.
type Notify struct {
	db      *store.DB
	queue   *jobs.Queue
	ring    *keys.Ring
	senders map[Channel]Sender
	link    func(region, path string) string
}

// QueueSend is the queue of deliveries.
const QueueSend = "notify.send"

// New makes the room and registers its queue. A channel without a sender lets its deliveries
// wait, visibly. link makes an absolute URL of a path on the host of a region.
func New(db *store.DB, queue *jobs.Queue, ring *keys.Ring, senders map[Channel]Sender, link func(region, path string) string) *Notify {
	n := &Notify{db: db, queue: queue, ring: ring, senders: senders, link: link}
	queue.HandleThen(QueueSend, n.deliver)
	return n
}

var numberLike = regexp.MustCompile(`(^|[^0-9A-Za-z])(\d{4}[ .-]?\d{2})[ .-]?\d{2}[ .-]?\d{4}[ .-]?(\d{4})($|[^0-9A-Za-z])`)

// clean masks whatever looks like an identity number: sixteen digits, also in groups. It does not
// refuse: what an applicant typed must never stop the decision that quotes it.
func clean(s string) string {
	for numberLike.MatchString(s) { // two numbers that share a separator need two rounds
		s = numberLike.ReplaceAllString(s, "${1}${2}******${3}${4}")
	}
	return s
}

func cleanText(t lancar.Text) lancar.Text {
	out := make(lancar.Text, len(t))
	for lang, s := range t {
		out[lang] = clean(s)
	}
	return out
}

// Item is a message in a person's inbox.
//
//lancar:personal
type Item struct {
	ID     lancar.ID   `json:"id"`
	Region string      `json:"region"`
	At     time.Time   `json:"at"`
	Title  lancar.Text `json:"title"`
	Body   lancar.Text `json:"body"`
	Link   string      `json:"link,omitempty"` // as it was given
	Read   bool        `json:"read"`
}
