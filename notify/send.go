package notify

import (
	"encoding/json"

	"lancar"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// content is what is sealed of a message.
type content struct {
	Lang  string      `json:"lang"`
	Title lancar.Text `json:"title"`
	Body  lancar.Text `json:"body"`
	Short lancar.Text `json:"short,omitempty"`
	Link  string      `json:"link,omitempty"`
}

// SendTx queues a message in the caller's transaction: into the inbox of its person, and one
// delivery per address.
func (n *Notify) SendTx(tx *store.Tx, m Message) error {
	id := lancar.NewID(tx.Now)
	owner := "account:" + string(m.Account)
	key, err := n.ownerKey(tx, m, owner)
	if m.Account == "" {
		owner = "message:" + string(id)
		key, err = n.ring.CreateTx(tx, owner)
	}
	if err != nil {
		return err
	}
	plain, err := json.Marshal(content{m.Lang, cleanText(m.Title), cleanText(m.Body), cleanText(m.Short), clean(m.Link)})
	if err != nil {
		return err
	}
	fresh, err := insertMessage(tx, m, id, owner, key.Seal(plain, []byte(id)))
	if err != nil || !fresh {
		return err
	}
	for _, to := range m.To {
		d := lancar.NewID(tx.Now)
		if err := insertDelivery(tx, m.Region, d, id, to.Channel, key.Seal([]byte(to.Value), []byte(d))); err != nil {
			return err
		}
		if err := n.queue.EnqueueTx(tx, jobs.Job{Region: m.Region, Queue: QueueSend, Dedup: string(d), Payload: []byte(d)}); err != nil {
			return err
		}
	}
	return nil
}

func (n *Notify) ownerKey(tx *store.Tx, m Message, owner string) (keys.DataKey, error) {
	if m.Account == "" {
		return keys.DataKey{}, nil
	}
	return n.ring.KeyTx(tx, owner)
}
