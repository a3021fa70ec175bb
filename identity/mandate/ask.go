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

// Pending is a final step that a machine wants to take and its person has not answered yet. The
// answer holds for exactly this step, of this thing, for this amount.
type Pending struct {
	ID        lancar.ID
	Mandate   lancar.ID
	Holder    string // the machine, as the person calls it
	Act       Act
	At        time.Time
	Expires   time.Time
	principal lancar.ID
}

const (
	askLife   = 24 * time.Hour // to answer
	agreeLife = 10 * time.Minute
)

// Ask asks the person whether a machine may take a final step, with a code to all their contacts.
// Asked again while the question is open, it is asked once.
func (m *Mandates) Ask(ctx context.Context, machine, id lancar.ID, act Act) error {
	return m.db.Write(ctx, func(tx *store.Tx) error {
		r, err := m.liveTx(tx, machine, id)
		if err != nil {
			return err
		}
		if !r.Scope.Allows(act) {
			return errOutside(r.Scope)
		}
		if err := clearAsks(tx, id); err != nil {
			return err
		}
		code, err := sixDigits()
		if err != nil {
			return err
		}
		q := question{Pending: Pending{ID: lancar.NewID(tx.Now), Mandate: id, Act: act, At: tx.Now, Expires: tx.Now.Add(askLife), principal: r.Principal.Account}}
		q.code = m.mac(q.ID, code)
		if fresh, err := insertAsk(tx, q); err != nil || !fresh {
			return err
		}
		s, err := m.secretTx(tx, r)
		if err != nil {
			return err
		}
		return m.tellAsk(tx, r, s, act, code)
	})
}

func (m *Mandates) tellAsk(tx *store.Tx, r row, s secret, act Act, code string) error {
	what, amount := act.Verb.Text(), ""
	if act.Amount.Amount > 0 {
		amount = " (" + act.Amount.String() + ")"
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
			q.Holder = s.Holder
			list = append(list, q.Pending)
		}
		return nil
	})
	return list, err
}

// Agree is the person's yes, proven by the code, or by a sign-in with a passkey of the last quarter
// of an hour (code ""). The machine has ten minutes to take the step then. A wrong code counts; any
// failure of it is the same lancar.Invalid on field "code". Who acts for somebody cannot agree.
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
		sure := code == "" && s.Meets(identity.Strong) && s.Fresh(tx.Now, fresh)
		if !sure && !keys.Equal(q.code, m.mac(id, digits(code))) {
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
