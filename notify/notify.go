// Package notify carries messages to people and officers: e-mail over SMTP, short messages
// through a phone adapter, and the inbox, which every message of a person reaches.
//
// [Notify.SendTx] queues a message in the transaction of what it tells about, so that nobody is
// told of what did not happen. Delivery is a job, tried again with growing pauses; a delivery
// that fails for good is kept and shown to operators ([Notify.Troubles]). Messages and addresses
// are sealed at rest. The room is handed addresses and never asks anybody for them.
package notify

import (
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
	Email Channel = "email" // an RFC 5321 address
	Phone Channel = "phone" // a number in E.164, "+6281…"
)

// Address is where somebody is reached.
type Address struct {
	Channel Channel
	Value   string
}

// Message is one message in all its languages. Title and Body are plain text; anything in them
// that looks like an identity number is masked before it is kept or sent.
type Message struct {
	Region  string    // of the office that writes, "00" for the node itself
	Account lancar.ID // whose message it is; "" for somebody who has none yet
	Subject string    // puts it into the inbox of this person; "" for officers
	To      []Address
	Lang    string // language of e-mail and phone; the inbox keeps all
	Title   lancar.Text
	Body    lancar.Text
	Short   lancar.Text // for the phone; Title when empty
	Link    string      // absolute, or "" for none
	Key     string      // a second message of the account with the same key is not sent; "" for none
}

// Config says how the outside is reached. A zero SMTP host or nil phone makes deliveries of that
// channel wait, visibly, until one is configured.
type Config struct {
	SMTP  SMTP
	Phone Sender
}

// Notify is the room. It is safe for concurrent use.
type Notify struct {
	db    *store.DB
	queue *jobs.Queue
	ring  *keys.Ring
	cfg   Config
}

// QueueSend is the queue of deliveries.
const QueueSend = "notify.send"

// New makes the room and registers its queue.
func New(db *store.DB, queue *jobs.Queue, ring *keys.Ring, cfg Config) *Notify {
	n := &Notify{db: db, queue: queue, ring: ring, cfg: cfg}
	queue.Handle(QueueSend, n.deliver)
	return n
}

var numberLike = regexp.MustCompile(`(^|[^0-9A-Za-z])(\d{6})[ .-]?(\d{6})[ .-]?(\d{4})($|[^0-9A-Za-z])`)

// clean masks whatever looks like an identity number: sixteen digits, also in groups of 6-6-4.
func clean(s string) string {
	for numberLike.MatchString(s) { // two numbers that share a separator need two rounds
		s = numberLike.ReplaceAllString(s, "${1}${2}******${4}${5}")
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

// Inboxed is a message in a person's inbox.
type Inboxed struct {
	ID     lancar.ID   `json:"id"`
	Region string      `json:"region"`
	At     time.Time   `json:"at"`
	Title  lancar.Text `json:"title"`
	Body   lancar.Text `json:"body"`
	Link   string      `json:"link,omitempty"`
	Read   bool        `json:"read"`
}
