package mandate

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"strings"
	"time"

	"lancar"
	"lancar/exchange"
	"lancar/identity"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/notify"
)

// HelpClaim is somebody at a counter, or a neighbour, asking to act for a person who stands beside
// them: what stands on that person's card, and a contact of theirs that the population register has.
type HelpClaim struct {
	Number, Name, BirthDate, Contact string
	Scope                            Scope
	Until                            time.Time
	Errand                           string
	Region, Lang                     string
}

// Asking is a request for a mandate that waits for the principal's code.
type Asking struct {
	ID      lancar.ID
	Contact string // masked, as it was typed
	Expires time.Time
}

// Help asks for a mandate over somebody's affairs. If everything typed is what the register has, a
// code goes to that person's contact with the name of who asks, what for and how long; what the
// person reads out of it goes to [Mandates.Confirm]. The answer is the same if it is not. Only a
// contact that the register itself has counts: a number typed by the helper proves nothing.
func (m *Mandates) Help(ctx context.Context, s identity.Session, c HelpClaim) (Asking, error) {
	if err := m.maySeek(ctx, s); err != nil {
		return Asking{}, err
	}
	to, masked, until, err := m.checkHelp(&c)
	if err != nil {
		return Asking{}, err
	}
	holder, err := m.holder(ctx, s)
	if err != nil {
		return Asking{}, err
	}
	of := identity.Holder{Kind: identity.Resident, Number: c.Number}
	subject := m.identity.SubjectOf(of)
	channel := string(to.Channel)
	fields := map[string]string{"name": c.Name, "birth_date": c.BirthDate, channel: to.Value, "living": "yes"}
	m.identity.AskSince(fields, channel)
	got, err := m.exchange.Match(ctx, exchange.Question{Source: population, Key: c.Number, Subject: subject, Region: "00",
		Who:     lancar.Actor{Kind: s.Actor.Kind, ID: s.Account, Name: holder.Name, Role: s.Actor.Role, Agency: s.Actor.Agency, Region: s.Actor.Region},
		Fields:  fields,
		Purpose: lancar.Text{"id": "Seseorang hendak membantu Anda mengurus sesuatu", "en": "Somebody wants to help you with something"}})
	if err != nil {
		return Asking{}, err
	}
	proven := got["name"] == exchange.Matches && got["birth_date"] == exchange.Matches && got[channel] == exchange.Matches && got["living"] == exchange.Matches
	since := got[channel+"_since"]
	proven = proven && since != exchange.Differs // a contact that was changed just now proves nothing, see identity
	r := row{Mandate: Mandate{Kind: Helper, Principal: Party{Kind: lancar.Person, Subject: subject}, Of: identity.Resident, Holder: holder,
		Scope: c.Scope, Until: until, Region: c.Region}}
	err = m.db.Write(ctx, func(tx *store.Tx) error { return m.requestTx(tx, &r, c, to, since, proven) })
	return Asking{ID: r.ID, Contact: masked, Expires: r.Made.Add(codeLife)}, err
}

func (m *Mandates) requestTx(tx *store.Tx, r *row, c HelpClaim, to notify.Address, since exchange.Answer, proven bool) (err error) {
	own, err := m.identity.ConflictedTx(tx, []lancar.ID{r.Holder.Account}, r.Principal.Subject, "")
	if err != nil {
		return err
	}
	if own[r.Holder.Account] {
		return errRelated()
	}
	for what, whose := range map[string]string{"mandate code person": r.Principal.Subject, "mandate code contact": to.Value} {
		over, err := m.identity.OverTx(tx, what, whose, time.Hour, codesAnHour)
		if err != nil {
			return err
		}
		proven = proven && !over // the same answer: nobody is shut out or found out by it
	}
	if r.Principal.Account, r.Principal.Subject, err = m.identity.AccountOfTx(tx, r.Principal.Subject); err != nil {
		return err
	}
	if r.Register, err = m.identity.TrustsTx(tx, r.Principal.Account, to, since); err != nil {
		return err
	}
	who := lancar.Actor{Kind: r.Holder.Kind, ID: r.Holder.Account}
	if err := m.makeTx(tx, r, Request, who, secret{Principal: c.Name, Holder: r.Holder.Name, Errand: c.Errand, Number: c.Number, Birth: c.BirthDate}); err != nil || !proven {
		return err
	}
	return m.sendCode(tx, *r, c, to)
}

// codesAnHour bounds how many codes one person or one contact gets.
const codesAnHour = 5

// checkHelp brings a claim into the form it is compared in; it looks at the form of things only.
func (m *Mandates) checkHelp(c *HelpClaim) (to notify.Address, masked string, until time.Time, err error) {
	c.Number, c.Name, c.BirthDate = digits(c.Number), tidyName(c.Name), strings.TrimSpace(c.BirthDate)
	_, born := time.Parse(time.DateOnly, c.BirthDate)
	switch {
	case !identity.ValidNIK(c.Number):
		return to, "", until, lancar.Fail(lancar.Invalid, "number", "NIK terdiri dari 16 angka, seperti di KTP.", "The identity number has 16 digits, as on the card.")
	case c.Name == "" || len(c.Name) > 200:
		return to, "", until, lancar.Fail(lancar.Invalid, "name", "Tulis nama seperti di kartu.", "Write the name as on the card.")
	case born != nil:
		return to, "", until, lancar.Fail(lancar.Invalid, "birth_date", "Tulis tanggal lahir lengkap.", "Write the full date of birth.")
	}
	if to, masked, err = m.identity.ReadContact(c.Contact); err != nil {
		return to, "", until, err
	}
	until, err = m.checkScope(c.Scope, c.Until, c.Errand)
	return to, masked, until, err
}

// holder is who asks: a person by name, or an officer in one of their offices.
func (m *Mandates) holder(ctx context.Context, s identity.Session) (Party, error) {
	if s.Kind == identity.Officer {
		if s.Actor.Role == "" {
			return Party{}, lancar.Fail(lancar.Forbidden, "", "Pilih peran Anda dahulu.", "Choose your role first.")
		}
		return Party{Kind: lancar.Officer, Account: s.Account, Name: s.Actor.Name}, nil
	}
	me, err := m.self(ctx, s)
	return Party{Kind: lancar.Person, Account: s.Account, Subject: s.Subject, Name: me.Name}, err
}

// sendCode makes the code by which the principal agrees. The database keeps only its MAC.
func (m *Mandates) sendCode(tx *store.Tx, r row, c HelpClaim, to notify.Address) error {
	code, err := sixDigits()
	if err != nil {
		return err
	}
	if err := insertCode(tx, r.ID, m.mac(r.ID, code), store.Micros(tx.Now.Add(codeLife))); err != nil {
		return err
	}
	verbs := map[string]string{}
	for _, lang := range []string{"id", "en"} {
		var all []string
		for _, v := range r.Scope.Verbs {
			all = append(all, v.Text()[lang])
		}
		verbs[lang] = strings.Join(all, ", ")
	}
	until := r.Until.UTC().Format("02-01-2006")
	ask := notify.Message{Region: r.office(), To: []notify.Address{to}, Lang: c.Lang, Secret: true,
		Title: lancar.Text{"id": "Kode kuasa: " + code, "en": "Mandate code: " + code},
		Body: lancar.Text{
			"id": r.Holder.Name + " meminta bertindak untuk Anda: " + verbs["id"] + ". Untuk: " + orAll(c.Errand, "keperluan apa saja") + ". Sampai " + until + ".\n\nSetuju? Sebutkan kode ini kepadanya: " + code + "\nTidak setuju, atau tidak kenal? Jangan sebutkan. Kode berlaku 10 menit. Kuasa bisa Anda cabut kapan saja.",
			"en": r.Holder.Name + " asks to act for you: " + verbs["en"] + ". For: " + orAll(c.Errand, "anything") + ". Until " + until + ".\n\nDo you agree? Tell them this code: " + code + "\nIf not, or if you do not know them, do not tell it. It is valid for 10 minutes. You can take the mandate back at any time.",
		},
		Short: lancar.Text{
			"id": r.Holder.Name + " meminta bertindak untuk Anda sampai " + until + ". Setuju? Kodenya " + code + ". Tidak setuju? Jangan sebutkan.",
			"en": r.Holder.Name + " asks to act for you until " + until + ". If you agree, the code is " + code + ". If not, do not tell it.",
		}}
	if err := m.notify.SendTx(tx, ask); err != nil || r.Principal.Account == "" {
		return err
	}
	// Whoever changed the register's contact the day before does not stay unheard: the contacts the
	// person signs in with are told too, without the code.
	return m.identity.TellTx(tx, r.Principal.Account, notify.Message{Region: r.office(), Key: "mandate/" + string(r.ID) + "/request", Link: "/me/mandates",
		Title: lancar.Text{"id": "Seseorang meminta bertindak untuk Anda", "en": "Somebody asks to act for you"},
		Body: lancar.Text{"id": r.Holder.Name + " meminta bertindak untuk Anda. Kode persetujuan dikirim ke kontak Anda yang tercatat di kependudukan.\n\nBukan atas permintaan Anda? Tolak di halaman kuasa.",
			"en": r.Holder.Name + " asks to act for you. A code went to your contact in the population register.\n\nIf you did not ask for this, decline it on the page of mandates."}})
}

func orAll(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// Confirm is the principal's code coming back through who asked: the right one, in time, within five
// tries, puts the mandate in force. Any failure is the same lancar.Invalid on field "code".
func (m *Mandates) Confirm(ctx context.Context, s identity.Session, id lancar.ID, code string) (Mandate, error) {
	var r row
	failure := errCode()
	err := m.db.Write(ctx, func(tx *store.Tx) (err error) {
		failure = errCode()
		if r, err = m.partyTx(tx, s, id); err != nil {
			return err
		}
		if r.State != Asked || r.Holder.Account != s.Account {
			return errMoved()
		}
		mac, err := tryCode(tx, id)
		if err == store.ErrNone {
			return nil
		}
		if err != nil || !keys.Equal(mac, m.mac(id, digits(code))) {
			return err // the try is counted: this commits
		}
		failure = nil
		return m.confirmTx(tx, &r)
	})
	if err == nil {
		err = failure
	}
	return r.Mandate, err
}

func (m *Mandates) confirmTx(tx *store.Tx, r *row) error {
	s, err := m.secretTx(tx, *r)
	if err != nil {
		return err
	}
	if r.Principal.Account, r.Principal.Subject, err = m.identity.PrincipalTx(tx, identity.Holder{Kind: identity.Resident, Number: s.Number, Nation: "IDN", Name: s.Principal, BirthDate: s.Birth}, "id"); err != nil {
		return err
	}
	if err := deleteCode(tx, r.ID); err != nil {
		return err
	}
	return m.moveTx(tx, r, Confirm, lancar.Actor{Kind: lancar.Person, ID: r.Principal.Account}, "")
}

func (m *Mandates) mac(id lancar.ID, code string) []byte {
	return m.ring.MAC("mandate code", []byte(string(id)+" "+code))
}

func sixDigits() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%06d", n), nil
}

func errCode() error {
	return lancar.Fail(lancar.Invalid, "code", "Kode salah atau sudah tidak berlaku.", "The code is wrong or no longer valid.")
}
