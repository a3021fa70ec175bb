package document

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"lancar"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/publiclog"
)

// EventIssued is emitted with every issued document; its payload is for [Documents.ListTx].
const EventIssued = "document.issued"

// Order is what to issue. Prepare fills in Paper.Number, CheckURL and Simulated.
type Order struct {
	Region     string
	Kind       Kind
	Pattern    string // of the number: {number} {year} {month} {region}; "" is "{number}/{year}"
	Case       lancar.ID
	Subject    string // whose document it is: may open it and sees it on "my page"
	Owner      string // of the data key that seals the file: "case:53.15:ID"
	Title      lancar.Text
	Holder     string // full name; only its mask is kept in clear
	About      lancar.Text
	ValidUntil time.Time // exclusive; zero: no end
	Replaces   string    // number of the document that this one supersedes; "" for none
	Paper      Paper
}

// Prepared is a signed document that is not issued. It lives in memory only.
type Prepared struct {
	Number string
	PDF    []byte

	order Order
	core  string
	hash  [32]byte
	key   *keys.DataKey // nil: the owner has none yet
}

// Prepare numbers, draws and signs a document outside any transaction.
func (d *Documents) Prepare(ctx context.Context, o Order) (Prepared, error) {
	if o.Region == "" || o.Owner == "" || o.Title.In("id") == "" || o.Paper.Date.IsZero() {
		return Prepared{}, errors.New("document: an order needs a region, an owner, a title and a date")
	}
	p := Prepared{order: o, core: newCore(o.Region)}
	p.Number = numberOf(o.Pattern, p.core, o.Region, o.Paper.Date)
	by := d.ring.DocumentSigner(o.Region)
	paper := o.Paper
	paper.Number, paper.CheckURL, paper.Simulated = p.Number, d.CheckURL(p.core), by.Demo()
	pdf, err := d.style.render(paper)
	if err != nil {
		return Prepared{}, err
	}
	if p.PDF, err = sign(pdf, by, d.db.Now(), paper.Signatory.Office, paper.Title); err != nil {
		return Prepared{}, err
	}
	p.hash = sha256.Sum256(p.PDF)
	err = d.db.Read(ctx, func(tx *store.Tx) error {
		key, err := d.ring.LoadTx(tx, o.Owner)
		if errors.Is(err, store.ErrNone) {
			return nil
		}
		p.key = &key
		return err
	})
	return p, err
}

// IssueTx makes a prepared document real with the caller's transaction: the row, the sealed
// file, the public-log leaf, and the state of the one it replaces. Conflict when that one is not
// valid any more.
func (d *Documents) IssueTx(tx *store.Tx, p Prepared, by lancar.Actor) (Document, error) {
	o := p.order
	key, err := d.keyTx(tx, p.key, o.Owner)
	if err != nil {
		return Document{}, err
	}
	doc := Document{Region: o.Region, Number: p.Number, Core: p.core, Kind: o.Kind, State: Valid, Case: o.Case, Title: o.Title, Holder: Mask(o.Holder),
		About: o.About, Office: o.Paper.Signatory.Office, SHA256: hex.EncodeToString(p.hash[:]), Size: int64(len(p.PDF)), IssuedAt: tx.Now,
		ValidUntil: o.ValidUntil, version: 1, subject: o.Subject, owner: o.Owner}
	if err := insert(tx, doc, key.Seal(p.PDF, fileAAD(o.Region, p.core))); err != nil {
		return Document{}, err
	}
	record := map[string]any{"type": "document.issued", "number": doc.Number, "kind": string(doc.Kind), "sha256": doc.SHA256, "facts": doc.facts(), "at": store.Micros(tx.Now)}
	if err := d.eventTx(tx, &key, doc, "issued", by, record); err != nil {
		return Document{}, err
	}
	if o.Replaces != "" {
		if err := d.supersedeTx(tx, o.Region, o.Replaces, p.core, by); err != nil {
			return Document{}, err
		}
	}
	return doc, d.announceTx(tx, doc)
}

// keyTx is the data key of a document's case, made when the case had none.
func (d *Documents) keyTx(tx *store.Tx, known *keys.DataKey, owner string) (keys.DataKey, error) {
	if known != nil {
		return *known, nil
	}
	return d.ring.KeyTx(tx, owner)
}

// eventTx writes what happened to a document with its private leaf; record and nonce are kept
// sealed, for the person's proof. Without a key they are forgotten.
func (d *Documents) eventTx(tx *store.Tx, key *keys.DataKey, doc Document, what string, by lancar.Actor, record map[string]any) error {
	record["by"] = byDigest(by)
	canonical, err := publiclog.Canonical(record)
	if err != nil {
		return err
	}
	leaf, err := d.log.AppendTx(tx, doc.Region, publiclog.Leaf{Kind: publiclog.Private, Record: canonical})
	if err != nil {
		return err
	}
	e := event{Version: doc.version, What: what, At: tx.Now, By: by, Leaf: leaf.Leaf, Sealed: []byte{}}
	if key != nil {
		e.Sealed = key.Seal(append(leaf.Nonce, canonical...), eventAAD(doc.Region, doc.Core, doc.version))
	}
	return insertEvent(tx, doc.Region, doc.Core, e)
}

type listed struct {
	Subject string `json:"subject"`
	Core    string `json:"core"`
	At      int64  `json:"at"`
}

func (d *Documents) announceTx(tx *store.Tx, doc Document) error {
	if doc.subject == "" {
		return nil
	}
	payload, err := json.Marshal(listed{doc.subject, doc.Core, store.Micros(doc.IssuedAt)})
	if err != nil {
		return err
	}
	return d.queue.EmitTx(tx, jobs.Event{Region: doc.Region, Name: EventIssued, Key: doc.Core, Payload: payload})
}

// ListTx puts an issued document on its holder's list; app subscribes it to [EventIssued].
func (d *Documents) ListTx(tx *store.Tx, e jobs.Event) error {
	var l listed
	if err := json.Unmarshal(e.Payload, &l); err != nil {
		return jobs.Dead(err)
	}
	return insertListed(tx, e.Region, l)
}
