package casework

import (
	"encoding/json"

	"lancar"
	"lancar/catalog"
	"lancar/internal/jobs"
	"lancar/internal/store"
	"lancar/notify"
	"lancar/payment"
)

// dueBack reads an event about money due back, and the case it was paid for.
func dueBack(tx *store.Tx, e jobs.Event) (r payment.RefundDue, d *dossier, err error) {
	if err := json.Unmarshal(e.Payload, &r); err != nil {
		return r, nil, jobs.Dead(err)
	}
	d, err = caseByID(tx, r.Region, r.Case)
	return r, d, err
}

// RefundDue tells the applicant that money came for a charge that was no longer open, and that the
// bank is asked to return it. Subscribe it to payment.EventRefundDue.
func (c *Cases) RefundDue(tx *store.Tx, e jobs.Event) error {
	r, d, err := dueBack(tx, e)
	if err != nil {
		return err
	}
	return c.identity.TellTx(tx, d.account, notify.Message{Region: d.region, Link: "/cases/" + d.origin.Number, Key: "refund/" + e.Key,
		Title: lancar.Text{"id": "Uang Anda tercatat untuk dikembalikan", "en": "Your money is recorded as due back"},
		Body: lancar.Text{"id": "Pembayaran " + r.Amount.String() + " untuk permohonan " + d.origin.Number + " masuk ketika tagihannya sudah tidak terbuka. Uang itu tercatat sebagai milik Anda. Bank diminta mengirimnya kembali ke rekening asal. Anda tidak perlu melakukan apa-apa, kabarnya dikirim kepada Anda.",
			"en": "Your payment of " + r.Amount.String() + " for application " + d.origin.Number + " came when its charge was no longer open. It is recorded as yours. The bank is asked to send it back to the account it came from. You need not do anything, we will tell you."}})
}

// RefundRefused tells the applicant that the bank does not return their money by itself, and the
// treasury's officers that they have to. Subscribe it to payment.EventRefundRefused.
func (c *Cases) RefundRefused(tx *store.Tx, e jobs.Event) error {
	r, d, err := dueBack(tx, e)
	if err != nil {
		return err
	}
	if err := c.tellTreasurers(tx, d, e.Key); err != nil {
		return err
	}
	return c.identity.TellTx(tx, d.account, notify.Message{Region: d.region, Link: "/cases/" + d.origin.Number, Key: "refund-refused/" + e.Key,
		Title: lancar.Text{"id": "Ke rekening mana uang Anda dikirim?", "en": "To which account should your money go?"},
		Body: lancar.Text{"id": "Bank tidak bisa mengirim kembali " + r.Amount.String() + " untuk permohonan " + d.origin.Number + " ke rekening asal. Bendahara daerah akan mengirimnya. Buka permohonan ini dan tulis rekening Anda.",
			"en": "The bank cannot send " + r.Amount.String() + " for application " + d.origin.Number + " back to the account it came from. The region's treasurer will send it. Open the application and write down your account."}})
}

// tellTreasurers tells the treasurers of the treasury that has the money; where there are none,
// nobody pays back yet and the message waits for nobody.
func (c *Cases) tellTreasurers(tx *store.Tx, d *dossier, key string) error {
	list, err := c.identity.OnDutyTx(tx, []string{c.regions.ByCode(d.region).Treasury.Region}, payment.Treasurer)
	for _, o := range list {
		err := c.identity.TellTx(tx, o.Account, notify.Message{Region: d.region, Link: "/office/refunds", Key: "refund-due/" + key + "/" + string(o.Account),
			Title: lancar.Text{"id": "Ada uang yang harus dikembalikan", "en": "There is money to pay back"},
			Body: lancar.Text{"id": "Untuk permohonan " + d.origin.Number + " masuk uang yang tidak ditagih, dan bank tidak bisa mengembalikannya. Kirim kepada pembayarnya, lalu catat transfernya.",
				"en": "Money came for application " + d.origin.Number + " that was not owed, and the bank cannot return it. Send it to its payer, then record the transfer."}})
		if err != nil {
			return err
		}
	}
	return err
}

// Refunded writes into the history of a case that money went back, and tells the applicant.
// Subscribe it to payment.EventRefunded.
func (c *Cases) Refunded(tx *store.Tx, e jobs.Event) error {
	var r payment.Refunded
	if err := json.Unmarshal(e.Payload, &r); err != nil {
		return jobs.Dead(err)
	}
	d, err := c.byID(tx, r.Region, r.Case)
	if err != nil || d.subject == "" { // when retention has ended, the case is closed for good and nobody is there to tell
		return err
	}
	key, err := c.keyOf(tx, d)
	if err != nil {
		return err
	}
	if err := c.write(tx, d, key, change{kind: refunded, actor: lancar.TheSystem("payment"), to: d.status, leaf: true}); err != nil {
		return err
	}
	on := lancar.Text{"id": catalog.Date(r.Sent, "id"), "en": catalog.Date(r.Sent, "en")}
	return c.identity.TellTx(tx, d.account, notify.Message{Region: d.region, Link: "/cases/" + d.origin.Number, Key: "refunded/" + e.Key,
		Title: lancar.Text{"id": "Uang Anda sudah dikembalikan", "en": "Your money was paid back"},
		Body: lancar.Text{"id": r.Amount.String() + " untuk permohonan " + d.origin.Number + " dikembalikan pada " + on["id"] + " dengan nomor rujukan " + r.Reference + ". Periksa rekening Anda. Belum masuk setelah tiga hari kerja? Hubungi kantor yang melayani dan sebut nomor rujukan itu.",
			"en": r.Amount.String() + " for application " + d.origin.Number + " was paid back on " + on["en"] + " with reference " + r.Reference + ". Please check your account. If it has not arrived after three working days, contact the office in charge and give that reference."}})
}
