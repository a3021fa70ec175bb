package identity

import (
	"context"
	"encoding/json"
	"fmt"

	"lancar"
	"lancar/exchange"
	"lancar/internal/jobs"
	"lancar/internal/store"
	"lancar/notify"
)

// prove finds out whether a claim is true and sends the code, or says to the contact that it
// could not be confirmed. It is a job, so that nobody can measure it from outside.
func (i *Identity) prove(ctx context.Context, j jobs.Job) error {
	var a attempt
	err := i.db.Read(ctx, func(tx *store.Tx) (err error) {
		if a, err = i.loadAttempt(tx, string(j.Payload)); err != nil || a.kind == Officer {
			return err
		}
		account, err := accountBySubject(tx, a.subject)
		if err == store.ErrNone {
			return nil
		}
		if err == nil {
			a.subject = account.Subject // a number that changed leads to what is filed under the first
		}
		return err
	})
	if err == store.ErrNone || err == nil && (a.state != "waiting" || !i.db.Now().Before(a.expires)) {
		return nil
	}
	if err != nil {
		return err
	}
	proven := a.kind == Visitor
	if a.crowded && a.kind != Officer {
		known := false
		err := i.db.Read(ctx, func(tx *store.Tx) error {
			known, err = i.signsInWith(tx, a)
			return err
		})
		if err != nil {
			return err
		}
		if !known {
			return i.db.Write(ctx, func(tx *store.Tx) error { return i.refuse(tx, a) })
		}
	}
	if a.kind == Resident {
		if proven, err = i.ask(ctx, &a); err != nil {
			return err
		}
	}
	return i.db.Write(ctx, func(tx *store.Tx) error {
		if a.kind == Officer {
			return i.proveOfficer(tx, a)
		}
		return i.provePerson(tx, a, proven)
	})
}

// signsInWith says whether the number has an account and the contact is one of its, or waits to be.
func (i *Identity) signsInWith(tx *store.Tx, a attempt) (bool, error) {
	account, err := accountBySubject(tx, a.subject)
	if err == store.ErrNone {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	known, err := activeContact(tx, account.ID, i.contactHash(a.claim.To))
	if err != nil || known {
		return known, err
	}
	r, err := lastRecovery(tx, account.ID, i.contactHash(a.claim.To))
	if err == store.ErrNone {
		return false, nil
	}
	return err == nil && r.state == "waiting", err
}

// ask asks the population register about the three facts and the contact.
func (i *Identity) ask(ctx context.Context, a *attempt) (bool, error) {
	field := string(a.claim.To.Channel)
	fields := map[string]string{"name": a.claim.Name, "birth_date": a.claim.BirthDate, field: a.claim.To.Value}
	i.AskSince(fields, field)
	answers, err := i.exchange.Match(ctx, exchange.Question{
		Source: "population", Key: a.claim.Number, Subject: a.subject, Region: a.region, Who: lancar.TheSystem("sign-in"),
		Fields:  fields,
		Purpose: lancar.Text{"id": "Memastikan siapa yang masuk dengan nomor Anda", "en": "Making sure who signs in with your number"},
	})
	if lancar.CodeOf(err) == lancar.Unavailable {
		a.outage = true
		return false, nil
	}
	if err != nil {
		return false, err
	}
	a.register, a.since = answers[field] == exchange.Matches, answers[field+"_since"]
	return answers["name"] == exchange.Matches && answers["birth_date"] == exchange.Matches, nil
}

// provePerson decides about a claim by the answer of the register and by who has the account.
func (i *Identity) provePerson(tx *store.Tx, a attempt, proven bool) error {
	account, err := accountBySubject(tx, a.subject)
	if err == nil || err == store.ErrNone {
		if late := i.judgeAge(tx, &a, account.ID); late != nil {
			return late
		}
	}
	if err == store.ErrNone {
		if !proven {
			return i.refuse(tx, a)
		}
		return i.sendCode(tx, a, a.claim.To)
	}
	if err != nil {
		return err
	}
	a.account = account.ID
	known, err := activeContact(tx, account.ID, i.contactHash(a.claim.To))
	if err != nil {
		return err
	}
	holder, err := i.openHolder(tx, account)
	if err != nil {
		return err
	}
	if proven && !known && a.register { // the register speaks for this contact and for all that are in use
		if known, err = registerContacts(tx, account.ID); err != nil {
			return err
		}
	}
	same := holder.Name == a.claim.Name && holder.BirthDate == a.claim.BirthDate
	switch {
	case known && (a.outage || a.kind == Visitor) && same, known && proven && a.kind == Resident:
		return i.sendCode(tx, a, a.claim.To)
	case proven && (a.kind == Resident || same):
		if err := i.dispute(tx, a); err != nil {
			return err
		}
	}
	return i.refuse(tx, a)
}

func (i *Identity) proveOfficer(tx *store.Tx, a attempt) error {
	account, err := officerByNumber(tx, a.subject)
	if err == store.ErrNone {
		_, err := decideAttempt(tx, a, "refused", nil)
		return err
	}
	if err != nil {
		return err
	}
	to, err := i.addresses(tx, account)
	if err != nil || len(to) == 0 {
		return err
	}
	a.account = account
	return i.sendCode(tx, a, to[0])
}

// sendCode makes the one-time code and sends it. The database keeps only its MAC.
func (i *Identity) sendCode(tx *store.Tx, a attempt, to notify.Address) error {
	code, err := i.newCode(tx, a)
	if err != nil {
		return err
	}
	if a.claim.Via != "" {
		to.Channel = a.claim.Via
	}
	if won, err := decideAttempt(tx, a, "sent", i.codeMAC(a.id, code)); err != nil || !won {
		return err
	}
	return i.notify.SendTx(tx, notify.Message{
		Region: a.region, To: []notify.Address{to}, Lang: a.claim.Lang, Secret: true,
		Title: lancar.Text{"id": "Kode masuk: " + code, "en": "Sign-in code: " + code},
		Body: lancar.Text{
			"id": "Kode masuk Anda: " + code + "\n\nBerlaku 5 menit. Jangan beri tahu siapa pun, petugas juga tidak pernah memintanya.\nTidak sedang masuk? Abaikan pesan ini.",
			"en": "Your sign-in code: " + code + "\n\nIt is valid for 5 minutes. Tell nobody; officers never ask for it.\nNot signing in? Ignore this message.",
		},
		Short: lancar.Text{
			"id": "Kode masuk Anda: " + code + ". Berlaku 5 menit. Jangan beri tahu siapa pun.",
			"en": "Your sign-in code: " + code + ". Valid for 5 minutes. Tell nobody.",
		},
	})
}

// refuse ends an attempt and tells the contact, in words that fit every reason: an unknown
// number, a fact that differs, a number that somebody else signs in with.
func (i *Identity) refuse(tx *store.Tx, a attempt) error {
	if won, err := decideAttempt(tx, a, "refused", nil); err != nil || !won {
		return err
	}
	to := a.claim.To
	if a.claim.Via != "" {
		to.Channel = a.claim.Via
	}
	m := notify.Message{
		Region: a.region, To: []notify.Address{to}, Lang: a.claim.Lang, Secret: true,
		Title: lancar.Text{"id": "Data Anda belum bisa kami pastikan", "en": "We could not confirm your details"},
		Body: lancar.Text{
			"id": "Nomor, nama, dan tanggal lahir yang diketik belum cocok dengan catatan, atau kontak ini belum bisa dipakai untuk nomor itu.\n\nPeriksa lagi, persis seperti di kartu. Bila tetap tidak bisa, datang ke kantor dukcapil dengan kartu Anda.\nTidak sedang masuk? Abaikan pesan ini.",
			"en": "The number, name and date of birth that were typed do not agree with the record, or this contact cannot be used for that number.\n\nPlease check them, exactly as on the card. If it still fails, visit the civil registry office with your card.\nNot signing in? Ignore this message.",
		},
	}
	if a.outage {
		m.Title = lancar.Text{"id": "Data kependudukan sedang terganggu", "en": "The population register is not answering"}
		m.Body = lancar.Text{
			"id": "Kami belum bisa memastikan data Anda karena data kependudukan sedang tidak bisa dihubungi. Tidak ada yang hilang. Coba lagi beberapa saat lagi.",
			"en": "We could not confirm your details because the population register does not answer now. Nothing is lost. Please try again in a while.",
		}
	}
	return i.notify.SendTx(tx, m)
}

func (i *Identity) codeMAC(attempt, code string) []byte {
	return i.ring.MAC("identity code", []byte(attempt+" "+code))
}

// contactHash is how contacts are compared without opening them.
func (i *Identity) contactHash(a notify.Address) string {
	return fmt.Sprintf("%x", i.ring.MAC("identity contact", []byte(string(a.Channel)+":"+a.Value))[:16])
}

func (i *Identity) employee(number string) string {
	return fmt.Sprintf("%x", i.ring.MAC("identity employee", []byte(number))[:16])
}

func (i *Identity) loadAttempt(tx *store.Tx, id string) (attempt, error) {
	a, sealed, err := selectAttempt(tx, id)
	if err != nil {
		return a, err
	}
	plain, err := i.ring.Open(sealed, []byte("identity_attempts "+id))
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal(plain, &a.claim)
}
