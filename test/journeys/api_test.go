package journeys

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"lancar/test/lab"
)

// TestTheAPIsPageIsTrue runs the examples of docs/spec/api.md as they stand, line by line, with a
// person at the portal who does what stands between them.
func TestTheAPIsPageIsTrue(t *testing.T) {
	text, err := os.ReadFile("../../docs/spec/api.md")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(err)
	s, err := theTowns.open(&theTowns.steady, "steady")
	must(err)
	p := &apiPage{T: t, town: s, vars: map[string]string{}}
	p.begin()
	acts := map[string]func(){"registers": p.registers, "gives": p.gives, "agrees": p.agrees, "pays": p.pays, "asks": p.asks, "grants": p.grants, "sees": p.sees, "revokes": p.revokes}
	for _, m := range regexp.MustCompile("(?s)<!-- act: (\\w+) -->|```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		if m[1] != "" {
			acts[m[1]]()
			continue
		}
		p.block(m[2])
	}
	if p.calls < 12 {
		t.Errorf("only %d calls stand on the page", p.calls)
	}
}

// apiPage is the story of the page: a person with an agent.
type apiPage struct {
	*testing.T
	town   *shared
	person *lab.Applicant
	key    *ecdsa.PrivateKey
	vars   map[string]string
	last   *http.Response
	answer map[string]any
	calls  int
	asked  int64 // newest message before the agent asked
}

func (p *apiPage) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

func (p *apiPage) begin() {
	who, err := p.town.world.Borrow("53.15", "oss")
	p.must(err)
	p.person = p.town.town.Visit(p.town.world, who, "ntt")
	p.must(p.person.SignIn())
	p.vars["NODE"] = strings.TrimSuffix(p.town.town.Ready, "/")
	p.vars["START"] = time.Now().AddDate(0, 2, 0).Format(time.DateOnly)
	res, err := http.Get(p.vars["NODE"] + "/.well-known/openid-configuration")
	p.must(err)
	defer res.Body.Close()
	var about struct{ Issuer string }
	p.must(json.NewDecoder(res.Body).Decode(&about))
	p.vars["NODE"] = about.Issuer
}

// send fills in the form of a page that has a field, and sends it.
func (p *apiPage) send(path, field string, values url.Values) *lab.Page {
	p.Helper()
	page, err := p.person.Open(path)
	p.must(err)
	f, err := page.With(field)
	p.must(err)
	for name, v := range values {
		f.Values[name] = v
	}
	page, err = p.person.B.Submit(f)
	p.must(err)
	p.must(page.OK())
	return page
}

func (p *apiPage) registers() {
	var err error
	p.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	p.must(err)
	text, err := json.Marshal(jose.JSONWebKey{Key: p.key.Public(), KeyID: "k1"})
	p.must(err)
	p.send("/me/agents/new", "keys", url.Values{"name": {"Asisten"}, "purpose": {"Mengurus izin lapak untuk saya"}, "days": {"30"}, "keys": {string(text)},
		"scopes": {"cases.read", "cases.answers", "cases.prepare", "cases.submit", "cases.reply", "cases.withdraw", "payments.make", "documents.read"}})
}

func (p *apiPage) gives() {
	page, err := p.person.Open("/me/mandates/new/agent")
	p.must(err)
	f, err := page.With("machine")
	p.must(err)
	p.vars["AGENT"] = f.Options["machine"][0]
	p.send("/me/mandates/new/agent", "machine", url.Values{"machine": {p.vars["AGENT"]}, "verbs": {"see", "draft", "submit", "pay", "answer", "withdraw", "collect"}, "service": {"lapak-pasar"}, "most": {"1.000.000"}, "days": {"7"}})
	page, err = p.person.Open("/me/mandates")
	p.must(err)
	at := page.Link("/me/mandates/", "")
	for _, l := range page.Links() {
		if _, id, ok := strings.Cut(l, "/me/mandates/"); ok && len(id) == 32 {
			at = id
		}
	}
	p.vars["MANDATE"] = at
}

// agrees is the person's yes, with the code that came to them. The page shows first what it is about.
func (p *apiPage) agrees() {
	code, err := p.town.world.Code(p.person.Email, p.asked)
	p.must(err)
	page, err := p.person.Open("/me/mandates")
	p.must(err)
	if !strings.Contains(page.Text(), "Asisten hendak") {
		p.Fatal("the question is not shown: ", page.Main())
	}
	about := page.Link("/drafts/", "/check")
	if about == "" {
		about = page.Link("/cases/", "")
	}
	if what, err := p.person.B.Get(about); err != nil || what.Status != 200 {
		p.Errorf("what it is about cannot be read: %v %v", about, err)
	}
	f, err := page.With("code")
	p.must(err)
	f.Values.Set("code", code)
	page, err = p.person.B.Submit(f, "do", "agree")
	p.must(err)
	p.must(page.OK())
	p.token() // the person took their time, and a token lives a minute
}

// pays is anybody with a payment app.
func (p *apiPage) pays() {
	_, err := p.town.world.Pay(p.vars["QRIS"])
	p.must(err)
}

func (p *apiPage) office() *lab.Office {
	return &lab.Office{Town: p.town.town, World: p.town.world, Region: "53.15", Agency: "dpmptsp"}
}

// asks is the officer who was drawn: they read who sent it, and want a correction.
func (p *apiPage) asks() {
	office := p.office()
	d, err := office.Holding(p.vars["CASE"], "reviewer")
	p.must(err)
	page, err := d.B.Get(p.town.town.Portal("") + "/office/cases/" + p.vars["CASE"])
	p.must(err)
	if !strings.Contains(page.Text(), "agen komputer (mesin milik pemohon, yang menyetujui langkah ini)") {
		p.Error("the officer does not read that an agent sent it: ", page.Main())
	}
	_, err = office.Act(p.vars["CASE"], "reviewer", "ask", lab.Answers{"requirement": "goods", "reason": "Fotonya gelap."})
	p.must(err)
	p.token()
}

func (p *apiPage) grants() {
	office := p.office()
	_, err := office.Act(p.vars["CASE"], "reviewer", "grant", nil)
	p.must(err)
	_, err = office.Act(p.vars["CASE"], "signer", "sign", nil)
	p.must(err)
	p.person.Case = p.vars["CASE"]
	_, err = p.person.Download()
	p.must(err)
	p.token()
}

// sees holds the person's pages to what the agent did.
func (p *apiPage) sees() {
	for path, want := range map[string][]string{
		"/cases/" + p.vars["CASE"]:          {"Asisten (agen komputer)"},
		"/me/mandates/" + p.vars["MANDATE"]: {"mengisi permohonan", "mengirim permohonan", "membayar tagihan", "melihat permohonan", "menjawab petugas", "mengambil dokumen"},
	} {
		page, err := p.person.Open(path)
		p.must(err)
		for _, s := range want {
			if !strings.Contains(page.Text(), s) {
				p.Errorf("%s does not say %q: %s", path, s, page.Main())
			}
		}
	}
	p.must(lab.Until("the agent's looks", func() (bool, error) {
		page, err := p.person.Open("/me/looked")
		return err == nil && strings.Contains(page.Text(), "Agen Anda (mesin)") && strings.Contains(page.Text(), "Kuasa: agen komputer"), err
	}))
}

func (p *apiPage) revokes() {
	page, err := p.person.B.Do("POST", p.person.Home+"/me/mandates/"+p.vars["MANDATE"], "application/x-www-form-urlencoded", []byte("do=end"))
	p.must(err)
	p.must(page.OK())
}

// assertion proves the agent by its key.
func (p *apiPage) assertion() string {
	p.Helper()
	now := time.Now()
	payload, err := json.Marshal(map[string]any{"iss": p.vars["AGENT"], "sub": p.vars["AGENT"], "aud": p.vars["NODE"], "jti": rand.Text(), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix()})
	p.must(err)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: p.key}, (&jose.SignerOptions{}).WithHeader("kid", "k1"))
	p.must(err)
	signed, err := signer.Sign(payload)
	p.must(err)
	text, err := signed.CompactSerialize()
	p.must(err)
	return text
}

// token makes the first call of the page again.
func (p *apiPage) token() {
	p.Helper()
	res, err := http.PostForm(p.vars["NODE"]+"/oauth/token", url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:token-exchange"}, "subject_token": {p.vars["MANDATE"]},
		"subject_token_type": {"urn:lancar:token-type:mandate"}, "resource": {p.vars["NODE"]}, "client_assertion": {p.assertion()},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}})
	p.must(err)
	defer res.Body.Close()
	var body struct {
		Token string `json:"access_token"`
	}
	p.must(json.NewDecoder(res.Body).Decode(&body))
	p.vars["TOKEN"] = body.Token
}

// block runs the lines of one block: commands, each with a comment that says what comes of it.
func (p *apiPage) block(text string) {
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\\\n", " "), "\n") {
		switch rest, said := strings.CutPrefix(line, "# "); {
		case said:
			p.expect(rest)
		case strings.TrimSpace(line) != "":
			p.curl(p.words(line))
		}
	}
}

// words splits a command as a shell does, as far as the page needs it.
func (p *apiPage) words(line string) (out []string) {
	word, quote, open := "", rune(0), false
	escaped := false
	for _, r := range line {
		switch {
		case escaped:
			word, escaped = word+string(r), false
		case r == '\\' && quote != '\'':
			escaped = true
		case quote != 0 && r == quote:
			if quote == '\'' {
				out = append(out, word)
			} else {
				out = append(out, p.expand(word))
			}
			word, quote, open = "", 0, false
		case quote == 0 && (r == '\'' || r == '"'):
			quote = r
		case quote == 0 && r == ' ':
			if open {
				out = append(out, p.expand(word))
			}
			word, open = "", false
		default:
			word, open = word+string(r), true
		}
	}
	if open {
		out = append(out, p.expand(word))
	}
	return out
}

func (p *apiPage) expand(s string) string {
	return os.Expand(s, func(name string) string {
		if name == "ASSERTION" {
			return p.assertion()
		}
		return p.vars[name]
	})
}

// curl makes the call of a command.
func (p *apiPage) curl(args []string) {
	p.Helper()
	method, to, head, body := http.MethodGet, "", http.Header{}, []byte(nil)
	for i := 1; i < len(args); i++ {
		switch args[i] {
		case "-X":
			i++
			method = args[i]
		case "-H":
			i++
			name, value, _ := strings.Cut(args[i], ": ")
			head.Set(name, value)
		case "-d":
			i++
			if body != nil {
				body = append(body, '&')
			}
			body = append(body, args[i]...)
		case "--data-binary":
			i++
			body = lab.Files()[strings.TrimPrefix(args[i], "@")].Data
		default:
			to = args[i]
		}
	}
	if body != nil && head.Get("Content-Type") == "" {
		head.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if method == http.MethodPost && strings.HasSuffix(to, "/submit") || strings.HasSuffix(to, "/payment") {
		var err error
		p.asked, err = p.town.world.Last(p.person.Email)
		p.must(err)
	}
	req, err := http.NewRequestWithContext(p.Context(), method, to, bytes.NewReader(body))
	p.must(err)
	req.Header = head
	p.last, err = http.DefaultClient.Do(req)
	p.must(err)
	defer p.last.Body.Close()
	text, err := io.ReadAll(p.last.Body)
	p.must(err)
	p.answer = map[string]any{"": string(text)}
	_ = json.Unmarshal(text, &p.answer) // an answer may have no body
	if p.last.Header.Get("Content-Type") == "application/pdf" && !bytes.HasPrefix(text, []byte("%PDF-")) {
		p.Errorf("that is no PDF: %.80q", text)
	}
	p.calls++
}

var (
	takes = regexp.MustCompile(`(\w+)=([\w.]+)`)
	holds = regexp.MustCompile(`([\w.]+) is ([^\s,]+)`)
)

// expect reads the line after a command: the status, values that are kept, and values that must be.
func (p *apiPage) expect(line string) {
	p.Helper()
	status, rest, _ := strings.Cut(line, " ")
	if fmt.Sprint(p.last.StatusCode) != status {
		p.Fatalf("%s %s: %d, and the page says %s: %v", p.last.Request.Method, p.last.Request.URL.Path, p.last.StatusCode, line, p.answer)
	}
	for _, m := range takes.FindAllStringSubmatch(rest, -1) {
		if p.vars[m[1]] = p.value(m[2]); slices.Contains([]string{"", "<nil>"}, p.vars[m[1]]) {
			p.Fatalf("no %s in %v", m[2], p.answer)
		}
	}
	for _, m := range holds.FindAllStringSubmatch(rest, -1) {
		if got := p.value(m[1]); got != p.expand(m[2]) {
			p.Fatalf("%s is %s, and the page says %s: %v", m[1], got, m[2], p.answer)
		}
	}
}

func (p *apiPage) value(path string) string {
	var v any = p.answer
	for name := range strings.SplitSeq(path, ".") {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return fmt.Sprint(v)
}
