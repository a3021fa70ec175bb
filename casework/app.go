package casework

import (
	"lancar"
	"lancar/access"
	"lancar/catalog"
	"lancar/identity/mandate"
	"lancar/internal/store"
)

// Through names the app by which an applicant, or the person who acts for them, did something.
type Through struct {
	App  lancar.ID `json:"app"` // client_id
	Name string    `json:"name"`
}

// through is the app by which something is done, nil for our own pages.
func (w Applicant) through() *Through {
	if w.App == nil {
		return w.Via
	}
	return &Through{w.App.Who.ID, w.App.Who.Name}
}

// appTx permits the applicant's app to read, which is written down where look is true, or checks in the
// transaction of an act that the applicant still agrees.
func (c *Cases) appTx(tx *store.Tx, who Applicant, thing lancar.ID, look bool) (access.Grant, error) {
	return c.access.AppTx(tx, *who.App, who.Account, who.Subject, thing, look)
}

// nodeTx permits what the node itself reads to fill in the applicant's form: an app may have it done, and
// is not shown what was read.
func (c *Cases) nodeTx(tx *store.Tx, who Applicant, act mandate.Act) (access.Grant, error) {
	if who.App == nil {
		return c.personTx(tx, who, act)
	}
	if _, err := c.appTx(tx, who, "", false); err != nil {
		return access.Grant{}, err
	}
	return c.access.OwnTx(tx, who.Account, who.Subject, who.Register)
}

// veil takes out of what the interpreter says of a draft what registers know about the person and they
// did not give the app: the app asks for that by its own scopes. answers are what was typed.
func veil(out *catalog.Outcome, answers map[string]string) {
	for i, v := range out.Fields {
		if v.Fact == nil {
			continue
		}
		hidden := *v.Fact
		hidden.Value, out.Fields[i].Fact = "", &hidden
		if v.Shown || answers[v.Field.ID] != v.Value {
			out.Fields[i].Value, out.Fields[i].Answer = "", nil
		}
	}
	for i, f := range out.Against { // their words hold what they are about
		for _, v := range f.Facts {
			if v.Fact != nil {
				out.Against[i].Because, out.Against[i].Mend, out.Against[i].Facts = untold(), nil, nil
				break
			}
		}
	}
}

func untold() lancar.Text {
	return lancar.Text{"id": "Ada catatan instansi yang menghalangi permohonan ini. Orangnya bisa membacanya di isiannya.",
		"en": "Something that a register holds stands against this application. The person can read what on their own page."}
}

// veil does the same for a case.
func (c *Case) veil(def *catalog.Definition) {
	c.Facts = nil
	for field := range c.Answers {
		if f, _ := def.Field(field); f != nil && f.FromSignIn() {
			delete(c.Answers, field)
		}
	}
}
