package mandate

import (
	"context"
	"time"

	"lancar"
	"lancar/access"
	"lancar/identity"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/notify"
)

// Pending is a final step that a machine wants to take. Its person's answer holds for exactly this
// step, of this thing, for this amount.
type Pending struct {
	ID        lancar.ID
	Mandate   lancar.ID
	Holder    string // the machine, as the person calls it; "" where it was not opened
	Act       Act
	State     AskState
	At        time.Time
	Expires   time.Time // to be answered by then; once agreed, to be done by then
	principal lancar.ID
}

// Waiting is the error of a final step that a machine may not take before its person has answered; it
// is Err, lancar.Forbidden on field "ask", with the question.
type Waiting struct {
	Pending
	Err error
}

func (w *Waiting) Error() string { return w.Err.Error() }

func (w *Waiting) Unwrap() error { return w.Err }

// AskState is where a question to a person stands.
type AskState string

// The states of a question.
const (
	AskWaiting AskState = "waiting"
	AskAgreed  AskState = "agreed"  // the step may be taken, until Expires
	AskRefused AskState = "refused" // the person said no
	AskDone    AskState = "done"    // the step was taken
	AskLapsed  AskState = "lapsed"  // nobody answered in time, or what was agreed was not done in time
)

const (
	askLife   = 24 * time.Hour // to answer
	agreeLife = 10 * time.Minute
	// asksMost is how many questions the machine of one mandate may ask in a day: nobody is worn down.
	asksMost = 20
	// asksPerson is how many all machines of one person may: another machine is no way round.
	asksPerson = 40
)

// Ask asks the person whether a machine may take a final step, with a code to all their contacts.
// Asked again while the question is open, it is asked once. lancar.TooMany when the machine has
// asked too often today.
func (m *Mandates) Ask(ctx context.Context, machine, id lancar.ID, act Act) error {
	return m.db.Write(ctx, func(tx *store.Tx) error {
		_, err := m.AskTx(tx, machine, id, act)
		return err
	})
}

// ErrRefused is what a machine is told whose person said no: lancar.Forbidden on field "refused".
func ErrRefused() error {
	return lancar.Fail(lancar.Forbidden, "refused", "Orang yang diwakili menolak langkah ini.", "The person it is for said no to this step.")
}

// AskTx is [Mandates.Ask] inside the caller's transaction. It returns the question that is open now.
// A no to exactly this act holds for a day ([ErrRefused]): nobody is asked until they say yes.
func (m *Mandates) AskTx(tx *store.Tx, machine, id lancar.ID, act Act) (Pending, error) {
	r, err := m.liveTx(tx, machine, id)
	if err != nil {
		return Pending{}, err
	}
	if !r.Scope.Allows(act) {
		return Pending{}, errOutside(r.Scope)
	}
	if err := clearAsks(tx, id); err != nil {
		return Pending{}, err
	}
	switch open, err := openAsk(tx, id, act); {
	case err == nil:
		return open.told(tx.Now), nil
	case err != store.ErrNone:
		return Pending{}, err
	}
	if no, err := saidNo(tx, id, act, store.Micros(tx.Now.Add(-askLife))); err != nil || no {
		if err == nil {
			err = ErrRefused()
		}
		return Pending{}, err
	}
	if n, err := countAsks(tx, r.Principal.Account, id, store.Micros(tx.Now.Add(-askLife))); err != nil || n >= asksMost {
		if err == nil {
			err = lancar.Fail(lancar.TooMany, "ask", "Agen ini sudah terlalu sering bertanya hari ini.", "This agent has asked too often today.")
		}
		return Pending{}, err
	}
	if over, err := m.identity.OverTx(tx, "asks of person", string(r.Principal.Account), askLife, asksPerson); err != nil || over {
		if err == nil {
			err = lancar.Fail(lancar.TooMany, "ask", "Agen Anda sudah terlalu sering bertanya hari ini.", "Your agents have asked too often today.")
		}
		return Pending{}, err
	}
	code, err := sixDigits()
	if err != nil {
		return Pending{}, err
	}
	q := question{Pending: Pending{ID: lancar.NewID(tx.Now), Mandate: id, Act: act, State: AskWaiting, At: tx.Now, Expires: tx.Now.Add(askLife), principal: r.Principal.Account}}
	q.code = m.mac(q.ID, code)
	if fresh, err := insertAsk(tx, q); err != nil || !fresh {
		if err == nil { // somebody asked this very moment
			q, err = openAsk(tx, id, act)
		}
		return q.told(tx.Now), err
	}
	s, err := m.secretTx(tx, r)
	if err != nil {
		return Pending{}, err
	}
	if act.Level >= identity.Strong {
		code = "" // none would do
	}
	return q.Pending, m.tellAsk(tx, r, s, act, code)
}

// AskedTx is how a question stands that the holder of a mandate asked; lancar.NotFound for anybody
// else's.
func (m *Mandates) AskedTx(tx *store.Tx, holder, id lancar.ID) (Pending, error) {
	q, err := askByHolder(tx, holder, id)
	if err == store.ErrNone {
		return Pending{}, lancar.Fail(lancar.NotFound, "ask", "Pertanyaan itu tidak ada.", "There is no such question.")
	}
	return q.told(tx.Now), err
}

// Asked is [Mandates.AskedTx] in a transaction of its own.
func (m *Mandates) Asked(ctx context.Context, holder, id lancar.ID) (p Pending, err error) {
	err = m.db.Read(ctx, func(tx *store.Tx) error {
		p, err = m.AskedTx(tx, holder, id)
		return err
	})
	return p, err
}

// told is a question as it stands at an instant.
func (q question) told(now time.Time) Pending {
	p, over := q.Pending, !now.Before(q.Expires)
	switch {
	case q.state == "used":
		p.State = AskDone
	case q.state == "refused" && q.answered > 0:
		p.State = AskRefused
	case q.state == "refused" || over:
		p.State = AskLapsed
	case q.state == "approved":
		p.State = AskAgreed
	default:
		p.State = AskWaiting
	}
	return p
}

func (m *Mandates) tellAsk(tx *store.Tx, r row, s secret, act Act, code string) error {
	what, amount := act.Verb.Text(), ""
	if act.Amount.Amount > 0 {
		amount = " (" + act.Amount.String() + ")"
	}
	if code == "" {
		return m.identity.TellTx(tx, r.Principal.Account, notify.Message{Region: r.office(), Link: "/me/mandates",
			Title: lancar.Text{"id": "Agen Anda meminta persetujuan", "en": "Your agent asks for your word"},
			Body: lancar.Text{"id": s.Holder + " hendak " + what["id"] + amount + " atas nama Anda. Langkah ini tidak bisa dibatalkan, dan layanannya meminta kunci sandi.\n\nSetuju? Masuk dengan kunci sandi, lalu jawab di halaman kuasa.\nTidak? Abaikan, dan tidak terjadi apa-apa.",
				"en": s.Holder + " wants to " + what["en"] + amount + " in your name. This cannot be taken back, and the service asks for a passkey.\n\nDo you agree? Sign in with your passkey and answer on the page of mandates.\nIf not, ignore this and nothing happens."},
			Short: lancar.Text{"id": s.Holder + " hendak " + what["id"] + amount + ". Jawab di halaman kuasa, dengan kunci sandi.", "en": s.Holder + " wants to " + what["en"] + amount + ". Answer on the page of mandates, with your passkey."}})
	}
	return m.identity.TellTx(tx, r.Principal.Account, notify.Message{Region: r.office(), Secret: true, Link: "/me/mandates",
		Title: lancar.Text{"id": "Agen Anda meminta persetujuan", "en": "Your agent asks for your word"},
		Body: lancar.Text{"id": s.Holder + " hendak " + what["id"] + amount + " atas nama Anda. Langkah ini tidak bisa dibatalkan.\n\nSetuju? Buka halaman kuasa dan masukkan kode ini: " + code + "\nTidak? Abaikan, dan tidak terjadi apa-apa.",
			"en": s.Holder + " wants to " + what["en"] + amount + " in your name. This cannot be taken back.\n\nDo you agree? Open the page of mandates and type this code: " + code + "\nIf not, ignore this and nothing happens."},
		Short: lancar.Text{"id": s.Holder + " hendak " + what["id"] + amount + ". Kode setuju: " + code, "en": s.Holder + " wants to " + what["en"] + amount + ". Code to agree: " + code}})
}

// Asks lists the questions that wait for the grant's own person.
func (m *Mandates) Asks(ctx context.Context, own access.Grant) (list []Pending, err error) {
	if err := own.For(own.Subject(), access.Looks); err != nil || own.Acting() {
		return nil, errNone()
	}
	err = m.db.Read(ctx, func(tx *store.Tx) error {
		open, err := openAsks(tx, own.Account())
		if err != nil {
			return err
		}
		list = nil
		for _, q := range open {
			r, err := byID(tx, q.Mandate)
			if err != nil {
				return err
			}
			if r.State != Active {
				continue
			}
			s, err := m.secretTx(tx, r)
			if err != nil {
				return err
			}
			p := q.told(tx.Now)
			p.Holder = s.Holder
			list = append(list, p)
		}
		return nil
	})
	return list, err
}

// Agree is the person's yes, proven by the code, or by a sign-in with a passkey of the last quarter
// of an hour (code ""). The machine has ten minutes to take the step then. A wrong code counts; any
// failure of it is the same lancar.Invalid on field "code". Where the step asks for a surer sign-in
// than this one (a passkey, just used), no code helps: lancar.Forbidden on field "level". So the
// person's word lifts the machine's one step to their own level. Who acts for somebody cannot agree.
func (m *Mandates) Agree(ctx context.Context, s identity.Session, id lancar.ID, code string) error {
	if s.Mandate != "" {
		return errPassing()
	}
	failure := errCode()
	err := m.db.Write(ctx, func(tx *store.Tx) error {
		failure = errCode()
		q, err := tryAsk(tx, s.Account, id)
		if err == store.ErrNone {
			return nil
		}
		if err != nil {
			return err
		}
		sure := s.Meets(identity.Strong) && s.Fresh(tx.Now, fresh)
		if q.Act.Level >= identity.Strong && !sure {
			failure = identity.Typed.Need(q.Act.Level)
			return nil
		}
		if failure = s.Need(q.Act.Level); failure != nil {
			return nil
		}
		failure = errCode()
		if !(sure && code == "") && !keys.Equal(q.code, m.mac(id, digits(code))) {
			return nil // the try is counted: this commits
		}
		failure = nil
		_, err = answerAsk(tx, id, "approved", store.Micros(tx.Now.Add(agreeLife)))
		return err
	})
	if err == nil {
		err = failure
	}
	return err
}

// Refuse is the person's no. Doing it twice is no error.
func (m *Mandates) Refuse(ctx context.Context, s identity.Session, id lancar.ID) error {
	return m.db.Write(ctx, func(tx *store.Tx) error {
		q, err := tryAsk(tx, s.Account, id)
		if err != nil {
			if err == store.ErrNone {
				err = nil
			}
			return err
		}
		_, err = answerAsk(tx, q.ID, "refused", store.Micros(q.Expires))
		return err
	})
}
