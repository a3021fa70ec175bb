package casework_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"

	"lancar"
	"lancar/casework"
	"lancar/catalog/flow"
	"lancar/document"
	"lancar/internal/store"
	"lancar/test/outside"
)

func TestAStallFromDraftToSignedPermit(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, signers := w.staff()
		who := w.person(maria)
		c := w.submit(who, stall)
		if c.State != flow.Unpaid || c.Region != "53.15" || !strings.HasPrefix(c.Number, "5315-") || c.Charge == "" {
			t.Fatalf("%+v", c)
		}
		w.run()
		w.pay(who, c)
		got := w.read(who, c.Number)
		if got.State != flow.Review || got.Clock.From.IsZero() || !got.Due.Equal(got.Clock.At) || got.Officer == "" {
			t.Fatalf("%s %+v", got.State, got.Clock)
		}
		// Five working days from Monday, in Labuan Bajo: 24:00 on the next Monday.
		if want := time.Date(2026, 11, 30, 16, 0, 0, 0, time.UTC); !got.Due.Equal(want) {
			t.Fatalf("due %s, want %s", got.Due, want)
		}
		officer, task := w.task(reviewers, c.Number)
		for _, other := range reviewers {
			if other.ID != officer.ID {
				_, err := w.Cases.Open(t.Context(), other, c.Number)
				w.Refused(err, lancar.NotFound)
			}
		}
		open, err := w.Cases.Open(t.Context(), officer, c.Number)
		w.Must(err)
		if open.Facts["applicant.name"].Value != "" || open.Answers["size"] != "6" || open.Facts["nib"].Value != "9000000000017" || len(open.Files) != 1 {
			t.Fatalf("%+v", open)
		}
		_, data, err := w.Cases.OpenFile(t.Context(), officer, c.Number, open.Files[0].ID)
		if err != nil || !bytes.HasPrefix(data, []byte{0xff, 0xd8}) {
			t.Fatal(err)
		}
		w.Must(w.Cases.Grant(t.Context(), officer, c.Number, task.Version, ""))
		if got := w.read(who, c.Number); got.State != flow.Signing || got.Decision != nil || got.How != "" {
			t.Fatalf("an unsigned decision is shown: %+v", got)
		}
		w.Refused(w.Cases.Sign(t.Context(), officer, c.Number, task.Version+1), lancar.Forbidden)
		signer, task := w.task(signers, c.Number)
		w.Must(w.Cases.Sign(t.Context(), signer, c.Number, task.Version))
		w.run()
		got = w.read(who, c.Number)
		if got.State != flow.Granted || got.How != "granted" || got.Document == "" || got.Decision.Signer == "" {
			t.Fatalf("%+v", got)
		}
		w.permit(who, got)
		w.verified()
		if box := w.inbox(signer); len(box.Tasks) != 0 || box.Total != 0 {
			t.Fatalf("%+v", box)
		}
		all := strings.Join(w.Mail("maria@example.com"), "\n")
		for _, title := range []string{"Menunggu pembayaran", "Permohonan lengkap", "Petugas ditetapkan", "Menunggu tanda tangan", "Permohonan dikabulkan"} {
			if strings.Count(all, title) != 1 {
				t.Errorf("%q was sent %d times", title, strings.Count(all, title))
			}
		}
		if strings.Contains(all, maria) {
			t.Error("an identity number went into a message")
		}
	})
}

// permit says that the case's document is valid and its holder can open it.
func (w *world) permit(who casework.Applicant, c casework.Case) {
	w.t.Helper()
	var pdf []byte
	w.Must(w.DB.Read(w.t.Context(), func(tx *store.Tx) error {
		own, err := w.Access.OwnTx(tx, who.Account, who.Subject, true)
		if err != nil {
			return err
		}
		_, pdf, err = w.Documents.Open(w.t.Context(), own, c.Region, c.Document)
		return err
	}))
	v, err := w.Documents.Check(w.t.Context(), pdf)
	if err != nil || v.State != document.Valid {
		w.t.Fatalf("%+v %v", v, err)
	}
}

func TestOneDraftIsOneCaseHoweverOftenItIsSent(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		who := w.person(maria)
		d := w.draft(who, stall)
		if again, err := w.Cases.StartDraft(t.Context(), who, stall, ""); err != nil || again.ID != d.ID || again.Answers["size"] != "6" {
			t.Fatalf("another tab began another draft: %+v %v", again, err)
		}
		numbers := make([]string, 8)
		var wg sync.WaitGroup
		for i := range numbers {
			wg.Go(func() {
				c, err := w.Cases.Submit(t.Context(), who, casework.Submission{Draft: d.ID, Version: d.Version})
				if err != nil {
					t.Error(err)
				}
				numbers[i] = c.Number
			})
		}
		wg.Wait()
		for _, n := range numbers {
			if n != numbers[0] || n == "" {
				t.Fatalf("several cases: %v", numbers)
			}
		}
		w.run()
		list, next, err := w.Cases.Mine(t.Context(), who, "")
		if err != nil || len(list) != 1 || next != "" || list[0].Number != numbers[0] {
			t.Fatalf("%+v %v", list, err)
		}
		w.verified()
		w.Refused(w.Cases.Withdraw(t.Context(), w.person(yosef), numbers[0], 1, ""), lancar.NotFound)
		if _, err := w.Cases.SaveStep(t.Context(), who, d.ID, d.Version, "check", nil); lancar.CodeOf(err) != lancar.Conflict {
			t.Fatal(err)
		}
	})
}

func TestWhatIsNotReadyIsNotSubmitted(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		who := w.person(maria)
		d, err := w.Cases.StartDraft(t.Context(), who, free, "53.15.05.1025")
		w.Must(err)
		_, err = w.Cases.Submit(t.Context(), who, casework.Submission{Draft: d.ID})
		w.Refused(err, lancar.Invalid)
		_, err = w.Cases.SaveStep(t.Context(), who, d.ID, d.Version, "check", map[string]string{"colour": "red"})
		w.Refused(err, lancar.Invalid)
		for _, field := range []string{"applicant.nik", "applicant.name", "applicant.birth_date"} { // in somebody else's name
			_, err = w.Cases.SaveStep(t.Context(), who, d.ID, d.Version, "check", map[string]string{field: "5315040101850002"})
			w.Refused(err, lancar.Invalid)
		}
		d, err = w.Cases.SaveStep(t.Context(), who, d.ID, d.Version, "check", map[string]string{"note": "jangan"})
		w.Must(err)
		checked, err := w.Cases.Check(t.Context(), who, d.ID)
		if err != nil || len(checked.Outcome.Against) != 1 || checked.Outcome.Office != "53.15" {
			t.Fatalf("%+v %v", checked.Outcome, err)
		}
		_, err = w.Cases.Submit(t.Context(), who, casework.Submission{Draft: d.ID})
		w.Refused(err, lancar.Invalid)
		_, err = w.Cases.SaveStep(t.Context(), who, d.ID, d.Version-1, "check", map[string]string{"note": "x"})
		w.Refused(err, lancar.Conflict)
		_, err = w.Cases.Attach(t.Context(), who, d.ID, casework.Upload{Field: "note", Name: "a.jpg", Data: outside.Picture()})
		w.Refused(err, lancar.Invalid)
		w.Pass(31 * 24 * time.Hour)
		_, err = w.Cases.Draft(t.Context(), who, d.ID)
		w.Refused(err, lancar.Gone)
		w.run()
		if list, err := w.Cases.Drafts(t.Context(), who); err != nil || len(list) != 0 {
			t.Fatal(list, err)
		}
		if _, err := w.Cases.StartDraft(t.Context(), who, free, ""); err != nil {
			t.Fatal("a new draft after the old one ended:", err)
		}
	})
}

func TestADraftThatWaitsIsRememberedOnceThenEnds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		who := w.person(maria)
		w.draft(who, free)
		w.Pass(24 * 24 * time.Hour)
		w.run()
		w.run()
		if n := strings.Count(strings.Join(w.Mail("maria@example.com"), "\n"), "Draf Anda akan berakhir"); n != 1 {
			t.Fatalf("%d reminders", n)
		}
	})
}

func TestATaxIsLookedUpPaidAndReceipted(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		who := w.person(maria)
		who.Register = false // a tax object is not about the person: it needs no contact test
		d, err := w.Cases.StartDraft(t.Context(), who, tax, "")
		w.Must(err)
		if f, ok := d.Facts["applicant.address"]; ok {
			t.Fatalf("the register was read without the contact test: %+v", f)
		}
		d, err = w.Cases.SaveStep(t.Context(), who, d.ID, d.Version, "bill", map[string]string{"nop": "53.15.051.025.001-0023.0", "applicant.phone": "081234567890"})
		w.Must(err)
		if d.Facts["amount"].Value != "125000" || d.Region != "53.15" {
			t.Fatalf("%+v", d)
		}
		other, err := w.Cases.SaveStep(t.Context(), who, d.ID, d.Version, "bill", map[string]string{"nop": "53.15.051.025.001-9999.0"})
		if err != nil || other.Facts["amount"].Value != "" {
			t.Fatalf("the bill of another object stays: %+v %v", other.Facts, err)
		}
		d, err = w.Cases.SaveStep(t.Context(), who, d.ID, other.Version, "check", map[string]string{"nop": "53.15.051.025.001-0023.0"})
		w.Must(err)
		c, err := w.Cases.Submit(t.Context(), who, casework.Submission{Draft: d.ID})
		w.Must(err)
		w.pay(who, c)
		got := w.read(who, c.Number)
		if got.State != flow.Done || got.Document == "" {
			t.Fatalf("%+v", got)
		}
		w.permit(who, got)
		w.verified()
	})
}
