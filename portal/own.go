package portal

import (
	"strings"

	"lancar/identity"
	"lancar/notify"
	"lancar/web"
)

// Who is signed in and proves it once more types nothing that we know: they choose to which of their
// contacts the code goes.

const byChat = " chat" // after a contact's id, for a code by WhatsApp

// ownWays are the contacts to choose from, nil for who must say who they are.
func (v *visit) ownWays(want signInFor) (out []web.Field, err error) {
	if !want.Fresh || !v.signed || v.self.Kind == identity.Officer || !v.self.Meets(want.Level) {
		return nil, nil
	}
	list, err := v.Identity.Contacts(v.r.Context(), v.self)
	f := web.Field{Name: "own", Kind: web.ChoiceField, Label: v.T("Kirim kode ke", "Send the code to")}
	for _, c := range list {
		f.Options = append(f.Options, web.Option{Value: c.ID, Label: c.Masked, Checked: len(f.Options) == 0})
		if v.WhatsApp && c.Channel == notify.Phone {
			f.Options = append(f.Options, web.Option{Value: c.ID + byChat, Label: c.Masked + v.T(" lewat WhatsApp", " by WhatsApp")})
		}
	}
	if len(f.Options) == 0 {
		return nil, err
	}
	return []web.Field{f}, err
}

// proveOwn sends the code.
func proveOwn(v *visit) error {
	if err := v.readForm(); err != nil {
		return err
	}
	sent := v.r.PostForm
	want := asked(sent)
	if !v.signed || v.self.Kind == identity.Officer {
		return v.to("/signin?" + want.Query())
	}
	contact, chat := strings.CutSuffix(sent.Get("own"), byChat)
	by := notify.Channel("")
	if chat && v.WhatsApp {
		by = notify.WhatsApp
	}
	a, err := v.Identity.StartOwn(v.r.Context(), v.self, contact, by, v.browser(), v.cameFrom(want.To).Code, v.Lang)
	if err != nil {
		return err
	}
	return v.toCode(a.ID, want, "")
}
