package notify

import (
	"encoding/json"

	"lancar"
	"lancar/internal/jobs"
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

// SendTx queues a message in the caller's transaction: into the inbox of its account, and one
// delivery per address.
func (n *Notify) SendTx(tx *store.Tx, m Message) error {
	id, owner := lancar.NewID(tx.Now), ""
	if m.Account != "" {
		owner = "account:" + string(m.Account)
	}
	plain, err := json.Marshal(content{m.Lang, cleanText(m.Title), cleanText(m.Body), cleanText(m.Short), m.Link})
	if err != nil {
		return err
	}
	seal, err := n.sealer(tx, owner)
	if err != nil {
		return err
	}
	sealed, err := seal(plain, []byte(id))
	if err != nil {
		return err
	}
	fresh, err := insertMessage(tx, m, id, owner, sealed)
	if err != nil || !fresh {
		return err
	}
	for _, to := range m.To {
		d := lancar.NewID(tx.Now)
		address, err := seal([]byte(to.Value), []byte(d))
		if err != nil {
			return err
		}
		if err := insertDelivery(tx, m.Region, d, id, to.Channel, address); err != nil {
			return err
		}
		if err := n.queue.EnqueueTx(tx, jobs.Job{Region: m.Region, Queue: QueueSend, Dedup: string(d), Payload: []byte(d)}); err != nil {
			return err
		}
	}
	return nil
}

// sealer seals under the key of the message's owner; what belongs to nobody's account is soon
// thrown away and sealed under the node's own key.
func (n *Notify) sealer(tx *store.Tx, owner string) (func(plain, aad []byte) ([]byte, error), error) {
	if owner == "" {
		return n.ring.Seal, nil
	}
	key, err := n.ring.KeyTx(tx, owner)
	return func(plain, aad []byte) ([]byte, error) { return key.Seal(plain, aad), nil }, err
}

// opener is the inverse of [Notify.sealer].
func (n *Notify) opener(tx *store.Tx, owner string) (func(sealed, aad []byte) ([]byte, error), error) {
	if owner == "" {
		return n.ring.Open, nil
	}
	key, err := n.ring.LoadTx(tx, owner)
	return key.Open, err
}
