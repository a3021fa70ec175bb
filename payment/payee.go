package payment

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"lancar"
	"lancar/access"
	"lancar/identity"
	"lancar/internal/store"
	"lancar/notify"
)

// Payee is where a payer wants money back. It is personal, of the specific kind (UU 27/2022
// article 4(2): financial data), sealed under the key of the payer's account, and destroyed once
// the money went back.
//
//lancar:personal
type Payee struct {
	Bank   string `json:"bank"`   // bank or wallet
	Number string `json:"number"` // 6 to 20 digits
	Holder string `json:"holder"` // name on the account
}

// clean brings a payee into the one form it is kept in, or says which field is wrong.
func (p *Payee) clean() error {
	p.Bank, p.Holder = strings.Join(strings.Fields(p.Bank), " "), strings.Join(strings.Fields(p.Holder), " ")
	p.Number = strings.NewReplacer(" ", "", "-", "", ".", "").Replace(p.Number)
	switch {
	case !printable(p.Bank, 2, 60):
		return lancar.Fail(lancar.Invalid, "bank", "Tulis nama bank atau dompet digital Anda.", "Write the name of your bank or wallet.")
	case len(p.Number) < 6 || len(p.Number) > 20 || strings.Trim(p.Number, "0123456789") != "":
		return lancar.Fail(lancar.Invalid, "number", "Nomor rekening terdiri dari 6 sampai 20 angka.", "An account number has 6 to 20 digits.")
	case !printable(p.Holder, 2, 100):
		return lancar.Fail(lancar.Invalid, "holder", "Tulis nama pemilik rekening, seperti di buku tabungan.", "Write the account holder's name, as in the passbook.")
	}
	return nil
}

func printable(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	return n >= least && n <= most && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// ownDueTx reads money due back to the holder of the grant, themself.
func ownDueTx(tx *store.Tx, own access.Grant, region string, id lancar.ID) (p paid, row refundRow, err error) {
	p, err = suspendedBy(tx, region, id)
	if errors.Is(err, store.ErrNone) {
		return p, row, errNotDue()
	}
	if err != nil {
		return p, row, err
	}
	if _, err = readable(tx, own, region, p.charge); err != nil {
		return p, row, err
	}
	if !own.Own() || own.Acting() {
		return p, row, lancar.Fail(lancar.Forbidden, "", "Rekening untuk pengembalian ditulis oleh pemilik permohonan sendiri.", "Only the applicant themself says where money goes back.")
	}
	if row, err = refundBy(tx, region, id); errors.Is(err, store.ErrNone) {
		row, err = refundRow{stage: Waiting}, nil
	}
	return p, row, err
}

// SetPayee keeps where the payer wants money back, in place of what they said before, until an
// officer has sent it: then lancar.Conflict. The session must be fresh, so that a stolen cookie
// leads no money astray (lancar.Forbidden on field "fresh"), and the payer is told.
func (c *Charges) SetPayee(ctx context.Context, s identity.Session, region string, id lancar.ID, to Payee) error {
	if err := to.clean(); err != nil {
		return err
	}
	return c.db.Write(ctx, func(tx *store.Tx) error {
		p, row, err := ownDueTx(tx, s.Own, region, id)
		if err != nil {
			return err
		}
		if err := c.identity.MayChangeTx(tx, s); err != nil {
			return err
		}
		if row.stage == Asked {
			return lancar.Fail(lancar.Conflict, "", "Bank sedang diminta mengirimnya kembali ke rekening asal. Tunggu kabarnya dulu.", "The bank is asked to return it to where it came from. Please wait for its answer.")
		}
		if row.stage != Waiting {
			return lancar.Fail(lancar.Conflict, "", "Uang ini sudah dikirim. Rekening tujuannya tidak bisa diganti lagi.", "This money was sent already. Its account cannot be changed any more.")
		}
		plain, err := json.Marshal(to)
		if err != nil {
			return err
		}
		sealed, err := c.identity.SealTx(tx, s.Own.Account(), string(plain), payeePlace(region, id))
		if err != nil {
			return err
		}
		if err := putPayee(tx, region, id, s.Own.Account(), sealed); err != nil {
			return err
		}
		return c.tellPayee(tx, s.Own.Account(), region, p)
	})
}

func (c *Charges) tellPayee(tx *store.Tx, account lancar.ID, region string, p paid) error {
	ch, err := chargeBy(tx, region, p.charge)
	if err != nil {
		return err
	}
	return c.identity.TellTx(tx, account, notify.Message{Region: region, Link: "/cases/" + ch.Number, Key: "payee/" + string(p.id) + "/" + tx.Now.Format("150405.000000"),
		Title: lancar.Text{"id": "Rekening untuk pengembalian uang tercatat", "en": "The account for your money is recorded"},
		Body: lancar.Text{"id": "Uang " + p.Amount.String() + " untuk permohonan " + ch.Number + " akan dikirim ke rekening yang baru saja ditulis. Bukan Anda? Buka permohonan itu dan ganti rekeningnya sekarang, lalu keluar dari semua perangkat.",
			"en": "Your " + p.Amount.String() + " for application " + ch.Number + " will be sent to the account that was just written down. If it was not you, open that application, change the account now and sign out everywhere."}})
}

func payeePlace(region string, id lancar.ID) string {
	return "payment_payees " + region + " " + string(id)
}

// Payee is what the payer said of where they want money back; false when they said nothing yet.
func (c *Charges) Payee(ctx context.Context, own access.Grant, region string, id lancar.ID) (to Payee, ok bool, err error) {
	err = c.db.Read(ctx, func(tx *store.Tx) error {
		if _, _, err := ownDueTx(tx, own, region, id); err != nil {
			return err
		}
		to, ok, err = c.payeeTx(tx, own, region, id)
		return err
	})
	return to, ok, err
}

// payeeTx opens where a payer wants money back, for themself or an officer of the treasury.
func (c *Charges) payeeTx(tx *store.Tx, g access.Grant, region string, id lancar.ID) (to Payee, ok bool, err error) {
	if !g.Covers(access.Payments) {
		return to, false, errNotDue()
	}
	account, sealed, err := payeeOf(tx, region, id)
	if errors.Is(err, store.ErrNone) {
		return to, false, nil
	}
	if err != nil {
		return to, false, err
	}
	plain, err := c.identity.OpenTx(tx, account, sealed, payeePlace(region, id))
	if err == nil {
		err = json.Unmarshal([]byte(plain), &to)
	}
	return to, err == nil, err
}
