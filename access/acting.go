package access

import (
	"lancar"
	"lancar/internal/store"
)

// ActTx permits a holder of a mandate to read about the person for whom they act, in that person's
// account. Only identity/mandate calls it, after it checked the mandate in this transaction. look
// says that a row is written, in the transaction of the caller; a row of the same mandate and thing
// stands already where it is false. The grant counts as the person's own reading ([Grant.Own]) except
// for what stays with the person themself: their rights, their download, who looked.
func (a *Access) ActTx(tx *store.Tx, r Request, account lancar.ID, look bool) (Grant, error) {
	if err := r.check(); err != nil {
		return Grant{}, err
	}
	if r.Mandate == "" {
		return Grant{}, lancar.Fail(lancar.Invalid, "mandate", "Tidak ada kuasanya.", "There is no mandate.")
	}
	g := Grant{subject: r.Subject, account: account, region: r.Region, caseID: r.Case, who: r.Who, what: sorted(r.What), at: tx.Now, own: true, acting: true}
	if !look {
		return g, nil
	}
	opened, err := a.OpenTx(tx, r)
	g.id = opened.id
	return g, err
}

// Acting says that somebody reads for the person under a mandate.
func (g Grant) Acting() bool { return g.acting }

// themself says that nobody but the person reads.
func (g Grant) themself() bool { return g.own && !g.acting }
