package exchange

import (
	"context"

	"lancar"
	"lancar/access"
	"lancar/internal/store"
)

// Match asks the register which of the typed values agree with its record. It is
// lancar.Unavailable when the register does not answer in time.
func (x *Exchange) Match(ctx context.Context, q Question) (map[string]Answer, error) {
	s, err := x.check(q)
	if err != nil {
		return nil, err
	}
	if err := x.db.Write(ctx, func(tx *store.Tx) error { _, err := x.lookTx(tx, s, q, access.Match); return err }); err != nil {
		return nil, err
	}
	return x.client.match(ctx, s, q)
}

// Read brings the named fields of one record; fields the record lacks are absent, and a record
// that is not there gives nil. The grant must cover the register's data of q.Subject, or, for what
// is open of a thing, access.Things.
func (x *Exchange) Read(ctx context.Context, g access.Grant, q Question) (map[string]string, error) {
	s, err := x.check(q)
	if err != nil {
		return nil, err
	}
	kind := s.kind(q)
	if err := g.For(q.Subject, kind+"/"+q.Source); err != nil && g.For(q.Subject, access.Register+"/"+q.Source) != nil {
		return nil, err
	}
	if err := x.db.Write(ctx, func(tx *store.Tx) error { _, err := x.lookTx(tx, s, q, kind); return err }); err != nil {
		return nil, err
	}
	return x.client.read(ctx, s, q)
}

// lookTx writes the call into the person's list of looks.
func (x *Exchange) lookTx(tx *store.Tx, s Source, q Question, kind string) (access.Grant, error) {
	what := make([]string, 0, len(q.Fields)+len(q.Names))
	for _, f := range q.fields() {
		what = append(what, kind+"/"+q.Source+"/"+f)
	}
	verb := lancar.Text{"id": "isi catatan: ", "en": "record of: "}
	if kind == access.Match {
		verb = lancar.Text{"id": "cocok atau tidaknya isian dengan: ", "en": "whether what was typed agrees with: "}
	}
	return x.access.OpenTx(tx, access.Request{Who: q.who(), Subject: q.Subject, Region: q.Region, Case: q.Case, What: what,
		Words:   lancar.Text{"id": verb["id"] + s.Name["id"], "en": verb["en"] + s.Name["en"]},
		Purpose: q.Purpose, Ground: s.Ground})
}
