package browser

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"lancar/test/lab"
)

// TestRefundsPassAxe judges the pages on which money goes back: its payer says where to, the
// treasurer records the transfer, the superior confirms it.
func TestRefundsPassAxe(t *testing.T) {
	home, few := town.Portal(""), []view{{360, "light"}, {1280, "dark"}}
	a, p, at := owing(t)
	office := &lab.Office{Town: town.Town, World: town.World, Region: "53.15", Agency: "bapenda"}
	steps := 0
	judge := func(b *lab.Browser, base, url string) {
		t.Helper()
		p.cookies(b, base)
		p.judge(url, few...)
		p.judge(url+"?lang=en", view{360, "dark"})
		if dir := os.Getenv("SHOTS"); dir != "" {
			steps++
			dir = filepath.Join(dir, strconv.Itoa(steps))
			p.must(os.MkdirAll(dir, 0o700))
			p.shot(dir, url+"?lang=id")
		}
	}
	payer := a.Home + "/cases/" + a.Case
	judge(a.B, a.Home, payer)
	judge(a.B, a.Home, at)
	form, err := formOf(a.B, at, "bank")
	p.must(err)
	wrong, err := a.B.Submit(form)
	p.must(err)
	if wrong.Status != 422 {
		t.Fatalf("no account at all was taken: %d", wrong.Status)
	}
	for name, value := range map[string]string{"bank": "Bank Contoh", "number": "0123456789", "holder": "Pemohon Contoh"} {
		form.Values.Set(name, value)
	}
	_, err = a.B.Submit(form)
	p.must(err)
	judge(a.B, a.Home, payer)

	treasurer, err := office.At("treasurer")
	p.must(err)
	superior, err := office.At("superior")
	p.must(err)
	judge(treasurer.B, home, home+"/office/refunds")
	one := dueAt(t, treasurer, a.Case)
	judge(treasurer.B, home, one)
	if form, err = formOf(treasurer.B, one, "reference"); err != nil {
		t.Fatal(err)
	}
	day := time.Now().In(time.FixedZone("", 8*3600))
	for name, value := range map[string]string{"reference": "TRF-AXE-0001", "sent.d": day.Format("2"), "sent.m": day.Format("1"), "sent.y": day.Format("2006")} {
		form.Values.Set(name, value)
	}
	recorded, err := treasurer.B.Submit(form)
	p.must(err)
	p.must(recorded.OK())
	judge(treasurer.B, home, one)
	judge(superior.B, home, home+"/office/refunds")
	judge(superior.B, home, one)
	if form, err = formOf(superior.B, one, "version"); err != nil {
		t.Fatal(err)
	}
	form.Values.Set("do", "confirm")
	done, err := superior.B.Submit(form)
	p.must(err)
	p.must(done.OK())
	judge(superior.B, home, one)
	judge(a.B, a.Home, payer)
}

// owing is somebody who paid twice, from a bank that takes nothing back, and the address where they
// say to which account their money goes.
func owing(t *testing.T) (a *lab.Applicant, p *tab, at string) {
	t.Helper()
	p = newTab(t)
	p.afresh()
	who, err := town.Borrow("53.15", "oss")
	p.must(err)
	a = town.Visit(town.World, who, "ntt")
	p.must(a.SignIn())
	p.must(a.Apply("lapak-pasar", lab.Answers{"market": who.Region}))
	qris, err := a.Code()
	p.must(err)
	_, err = town.Pay(qris, "mode", "double", "refund", "no")
	p.must(err)
	p.must(lab.Until("the bank's refusal", func() (bool, error) {
		page, err := a.Open("/cases/" + a.Case)
		if err == nil {
			at = page.Link("/cases/"+a.Case+"/refund/", "/account")
		}
		return at != "", err
	}))
	return a, p, at
}

// dueAt is the officer's page of the money that is due back for a case.
func dueAt(t *testing.T, d *lab.Desk, number string) string {
	t.Helper()
	home := town.Portal("")
	list, err := d.B.Get(home + "/office/refunds")
	must(t, err)
	for _, link := range list.Links() {
		if !strings.Contains(link, "/office/refunds/") {
			continue
		}
		if strings.HasPrefix(link, "/") {
			link = home + link
		}
		page, err := d.B.Get(link)
		must(t, err)
		if strings.Contains(page.Text(), number) {
			return link
		}
	}
	t.Fatalf("nothing is due back for %s", number)
	return ""
}

// formOf is the form of a page that has this field.
func formOf(b *lab.Browser, url, name string) (*lab.Form, error) {
	page, err := b.Get(url)
	if err != nil {
		return nil, err
	}
	return page.With(name)
}
