package exchange

import (
	"context"
	"encoding/json"
	"fmt"

	"lancar"
	"lancar/internal/jobs"
	"lancar/internal/store"
)

const laterQueue = "exchange.later"

// EventAnswered tells that a question asked later was answered; the payload is an [Answered],
// sealed: read it with [Exchange.OpenAnswer].
const EventAnswered = "exchange.answered"

// Answered is the late answer to a match.
type Answered struct {
	Source  string
	Subject string
	Case    lancar.ID
	Tag     string
	Answers map[string]Answer
}

// AskLaterTx has a match asked again until the register answers.
func (x *Exchange) AskLaterTx(tx *store.Tx, q Question) error {
	if _, err := x.check(q); err != nil {
		return err
	}
	plain, err := json.Marshal(q)
	if err != nil {
		return err
	}
	id := lancar.NewID(tx.Now)
	sealed, err := x.ring.Seal(plain, []byte("exchange_later "+string(id)))
	if err != nil {
		return err
	}
	if err := tx.Queue("INSERT INTO exchange_later (region, id, source, question, at) VALUES ($1, $2, $3, $4, $5)",
		q.Region, string(id), q.Source, sealed, store.Micros(tx.Now)); err != nil {
		return err
	}
	return x.queue.EnqueueTx(tx, jobs.Job{Region: q.Region, Queue: laterQueue, Payload: []byte(id)})
}

// askAgain asks one waiting question and emits its answer.
func (x *Exchange) askAgain(ctx context.Context, j jobs.Job) error {
	id := string(j.Payload)
	var sealed []byte
	err := x.db.Read(ctx, func(tx *store.Tx) error {
		return tx.QueryRow("SELECT question FROM exchange_later WHERE region = $1 AND id = $2", j.Region, id).Scan(&sealed)
	})
	if err == store.ErrNone {
		return nil // answered by an attempt whose job record was lost
	}
	if err != nil {
		return err
	}
	plain, err := x.ring.Open(sealed, []byte("exchange_later "+id))
	if err != nil {
		return jobs.Dead(fmt.Errorf("opening a question: %w", err))
	}
	var q Question
	if err := json.Unmarshal(plain, &q); err != nil {
		return jobs.Dead(err)
	}
	answers, err := x.Match(ctx, q)
	if err != nil {
		return err
	}
	return x.db.Write(ctx, func(tx *store.Tx) error { return x.answeredTx(tx, j.Region, id, q, answers) })
}

func (x *Exchange) answeredTx(tx *store.Tx, region, id string, q Question, answers map[string]Answer) error {
	n, err := tx.Exec("DELETE FROM exchange_later WHERE region = $1 AND id = $2", region, id)
	if err != nil || n == 0 {
		return err
	}
	plain, err := json.Marshal(Answered{Source: q.Source, Subject: q.Subject, Case: q.Case, Tag: q.Tag, Answers: answers})
	if err != nil {
		return err
	}
	sealed, err := x.ring.Seal(plain, []byte(EventAnswered))
	if err != nil {
		return err
	}
	return x.queue.EmitTx(tx, jobs.Event{Region: region, Name: EventAnswered, Key: id, Payload: sealed})
}

// OpenAnswer reads the payload of an [EventAnswered].
func (x *Exchange) OpenAnswer(payload []byte) (a Answered, err error) {
	plain, err := x.ring.Open(payload, []byte(EventAnswered))
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal(plain, &a)
}
