package sandbox_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/smtp"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lancar"
	"lancar/payment/qris"
	"lancar/payment/snap"
	"lancar/sandbox"
)

// node is what a node shows the sandbox: it takes notifications and the time.
type node struct {
	mu     sync.Mutex
	bank   *rsa.PublicKey
	clock  []byte
	offset time.Duration
	down   bool
	notes  []snap.Notification
	forged int
	server *httptest.Server
}

func (n *node) now() time.Time { return time.Now().Add(n.offset) }

func (n *node) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	if n.down {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	if r.URL.Path == "/.demo/time" {
		mac := hmac.New(sha256.New, n.clock)
		mac.Write(body)
		if hex.EncodeToString(mac.Sum(nil)) != r.Header.Get("X-Lancar-Signature") {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		var in struct {
			OffsetMS int64 `json:"offset_ms"`
		}
		json.Unmarshal(body, &in)
		n.offset = max(n.offset, time.Duration(in.OffsetMS)*time.Millisecond)
		fmt.Fprintf(w, `{"offset_ms":%d}`, n.offset.Milliseconds())
		return
	}
	result := snap.Result{HTTP: 200, Case: "00"}
	if err := snap.CheckNotification(r, "/snap/v1.0/qr/qr-mpm-notify", body, n.bank, n.now()); err != nil {
		n.forged++
		result = snap.Result{HTTP: 401, Case: "00"}
	} else {
		var note snap.Notification
		json.Unmarshal(body, &note)
		n.notes = append(n.notes, note)
	}
	w.WriteHeader(result.HTTP)
	json.NewEncoder(w).Encode(snap.Answer(snap.Notify, result, ""))
}

func (n *node) seen() []snap.Notification {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]snap.Notification{}, n.notes...)
}

// world is a sandbox that runs and the node beside it.
type world struct {
	t       *testing.T
	dir     string
	secrets sandbox.Secrets
	node    *node
	url     string
	smtp    string
	parent  *io.PipeWriter
	ended   chan error
}

func pemFile(t *testing.T, path string) []byte {
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p, _ := pem.Decode(b)
	if p == nil || p.Headers["Lancar"] != "sandbox" {
		t.Fatalf("%s: %v", path, p)
	}
	return p.Bytes
}

func secret(t *testing.T, path string) string {
	b, err := os.ReadFile(path)
	if err != nil || !strings.HasPrefix(string(b), "sandbox-") {
		t.Fatal(path, err)
	}
	return strings.TrimSpace(string(b))
}

func start(t *testing.T) *world {
	w := &world{t: t, dir: t.TempDir()}
	var err error
	if w.secrets, err = sandbox.Prepare(w.dir); err != nil {
		t.Fatal(err)
	}
	pub, err := x509.ParsePKIXPublicKey(pemFile(t, w.secrets.BankPublicFile))
	if err != nil {
		t.Fatal(err)
	}
	w.node = &node{bank: pub.(*rsa.PublicKey), clock: []byte(secret(t, w.secrets.ClockSecretFile))}
	w.node.server = httptest.NewServer(w.node)
	t.Cleanup(w.node.server.Close)
	w.run()
	t.Cleanup(w.stop)
	return w
}

// run starts the sandbox; its parent is a pipe that stop closes.
func (w *world) run() {
	read, write := io.Pipe()
	out, in := io.Pipe()
	w.parent, w.ended = write, make(chan error, 1)
	go func() {
		w.ended <- sandbox.Run(context.Background(), sandbox.Config{Dir: w.dir, Addr: "127.0.0.1:0", NodeURL: w.node.server.URL, Parent: read, Ready: in})
		in.Close()
	}()
	var ready struct{ Ready, SMTP string }
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		w.t.Fatal(err, <-w.ended)
	}
	if err := json.Unmarshal(line, &ready); err != nil {
		w.t.Fatal(err)
	}
	w.url, w.smtp = ready.Ready, ready.SMTP
}

func (w *world) stop() {
	w.parent.Close()
	if err := <-w.ended; err != nil {
		w.t.Error(err)
	}
	w.ended <- nil
}

func (w *world) call(method, path string, in any, header ...string) (int, map[string]any) {
	w.t.Helper()
	body, _ := json.Marshal(in)
	r, _ := http.NewRequest(method, w.url+path, bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return w.do(r)
}

func (w *world) do(r *http.Request) (int, map[string]any) {
	w.t.Helper()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	var out map[string]any
	json.NewDecoder(answer.Body).Decode(&out)
	return answer.StatusCode, out
}

func (w *world) partner() snap.Partner {
	k, err := x509.ParsePKCS8PrivateKey(pemFile(w.t, w.secrets.PartnerKeyFile))
	if err != nil {
		w.t.Fatal(err)
	}
	return snap.Partner{ClientKey: w.secrets.ClientKey, Secret: secret(w.t, w.secrets.ClientSecretFile), Channel: "95221", Key: k.(crypto.Signer)}
}

func (w *world) token(p snap.Partner) string {
	r, _ := http.NewRequest("POST", w.url+snap.Token.Path(), strings.NewReader(`{"grantType":"client_credentials"}`))
	if err := p.SignToken(r, w.node.now()); err != nil {
		w.t.Fatal(err)
	}
	status, out := w.do(r)
	if status != 200 || out["responseCode"] != "2007300" {
		w.t.Fatal(status, out)
	}
	return out["accessToken"].(string)
}

func (w *world) snap(service snap.Service, token string, in any) (int, map[string]any) {
	body, _ := json.Marshal(in)
	r, _ := http.NewRequest("POST", w.url+service.Path(), bytes.NewReader(body))
	if err := w.partner().SignTransaction(r, body, token, snap.ExternalID(w.node.now()), w.node.now()); err != nil {
		w.t.Fatal(err)
	}
	return w.do(r)
}

func (w *world) generate(reference string, rupiah int64) string {
	w.t.Helper()
	status, out := w.snap(snap.Generate, w.token(w.partner()), snap.GenerateRequest{PartnerReferenceNo: reference, MerchantID: "5315",
		Amount: snap.AmountOf(lancar.Rupiah(rupiah)), AdditionalInfo: map[string]string{"merchantName": "PEMKAB CONTOH KAS DAERAH"}})
	if status != 200 || out["responseCode"] != "2004700" {
		w.t.Fatal(status, out)
	}
	return out["qrContent"].(string)
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 200 {
		if ok() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("never: " + what)
}

func TestACodeIsMadeScannedPaidNotifiedAndFoundByAsking(t *testing.T) {
	w := start(t)
	qr := w.generate("5315-A1", 150000)
	f, err := qris.Decode(qr)
	if err != nil {
		t.Fatal(err)
	}
	if v, _ := f.Get("54"); v != "150000" {
		t.Fatal(v)
	}
	if again := w.generate("5315-A1", 150000); again != qr {
		t.Fatal("the same reference made another code")
	}
	status, out := w.call("POST", "/bank/pay", map[string]string{"qr": qr})
	if status != 200 || len(out["receipts"].([]any)) != 1 {
		t.Fatal(status, out)
	}
	eventually(t, "notification", func() bool { return len(w.node.seen()) == 1 })
	n := w.node.seen()[0]
	if n.OriginalPartnerReferenceNo != "5315-A1" || n.Amount.Value != "150000.00" || n.LatestTransactionStatus != "00" {
		t.Fatalf("%+v", n)
	}
	if status, _ := w.call("POST", "/bank/pay", map[string]string{"qr": qr}); status != 409 {
		t.Fatal("paid twice by accident:", status)
	}
	token := w.token(w.partner())
	if _, out := w.snap(snap.Query, token, snap.QueryRequest{OriginalPartnerReferenceNo: "5315-A1", ServiceCode: "47"}); out["latestTransactionStatus"] != "00" {
		t.Fatal(out)
	}
	if status, out := w.snap(snap.Query, token, snap.QueryRequest{OriginalPartnerReferenceNo: "5315-ZZ", ServiceCode: "47"}); status != 404 || out["responseCode"] != "4045101" {
		t.Fatal(status, out)
	}
	if status, out := w.snap(snap.Query, "stolen", snap.QueryRequest{OriginalPartnerReferenceNo: "5315-A1"}); status != 401 || out["responseCode"] != "4015101" {
		t.Fatal(status, out)
	}
}

func TestTheBankCanBeSilentRepeatDoubleAndForged(t *testing.T) {
	w := start(t)
	for i, c := range []struct {
		mode            string
		receipts, notes int
	}{{"silent", 1, 0}, {"repeat", 1, 2}, {"double", 2, 2}, {"wrong", 1, 1}} {
		before := len(w.node.seen())
		ref := fmt.Sprintf("5315-M%d", i)
		w.generate(ref, 1000)
		status, out := w.call("POST", "/bank/pay", map[string]string{"reference": ref, "mode": c.mode})
		if status != 200 || len(out["receipts"].([]any)) != c.receipts {
			t.Fatal(c.mode, status, out)
		}
		eventually(t, c.mode, func() bool { return len(w.node.seen()) == before+c.notes })
	}
	w.generate("5315-F", 1000)
	if status, _ := w.call("POST", "/bank/pay", map[string]string{"reference": "5315-F", "mode": "forged"}); status != 200 {
		t.Fatal(status)
	}
	eventually(t, "forged", func() bool { w.node.mu.Lock(); defer w.node.mu.Unlock(); return w.node.forged == 1 })
}

func TestAPaymentSurvivesNodeAndSandboxAndTimeMovesForwardOnly(t *testing.T) {
	w := start(t)
	w.node.mu.Lock()
	w.node.down = true
	w.node.mu.Unlock()
	w.generate("5315-K", 5000)
	if status, _ := w.call("POST", "/bank/pay", map[string]string{"reference": "5315-K"}); status != 200 {
		t.Fatal(status)
	}
	url := w.url
	w.stop()
	w.run()
	if w.url != url {
		t.Fatalf("another port: %s, was %s", w.url, url)
	}
	w.node.mu.Lock()
	w.node.down = false
	w.node.mu.Unlock()
	if status, out := w.call("POST", "/time", map[string]string{"advance": "72h"}); status != 200 {
		t.Fatal(status, out)
	}
	eventually(t, "settled after the restart", func() bool { return len(w.node.seen()) == 1 })
	if status, _ := w.call("POST", "/time", map[string]string{"to": time.Now().Format(time.RFC3339)}); status != 400 {
		t.Fatal("time went back:", status)
	}
	if status, _ := w.call("POST", "/time", map[string]string{"advance": "-1h"}); status != 400 {
		t.Fatal("time went back:", status)
	}
	if d := time.Until(w.node.now()); d < 71*time.Hour {
		t.Fatal(d)
	}
	w.stop()
	w.run()
	_, out := w.call("GET", "/time", nil)
	if now, _ := time.Parse(time.RFC3339Nano, out["now"].(string)); time.Until(now) < 71*time.Hour {
		t.Fatal(out)
	}
}

func TestRegistersMatchAndRead(t *testing.T) {
	w := start(t)
	_, out := w.call("GET", "/people?limit=1&region=53.15", nil)
	p := out["people"].([]any)[0].(map[string]any)
	if out["total"].(float64) < 500 || p["persona"] != "stall" || len(p["records"].(map[string]any)["property"].([]any)) != 1 {
		t.Fatal(out)
	}
	auth := []string{"Authorization", "Bearer " + secret(t, w.secrets.RegisterTokenFile)}
	ask := map[string]any{"key": p["nik"], "fields": map[string]string{"name": strings.ToLower(p["name"].(string)), "birth_date": "1990-01-01",
		"email": p["email"].(string), "shoe_size": "40"}}
	if status, _ := w.call("POST", "/register/population/match", ask); status != 401 {
		t.Fatal(status)
	}
	_, out = w.call("POST", "/register/population/match", ask, auth...)
	got := out["fields"].(map[string]any)
	if got["name"] != "match" || got["birth_date"] != "nomatch" || got["email"] != "match" || got["shoe_size"] != "unknown" {
		t.Fatal(got)
	}
	_, out = w.call("POST", "/register/population/match", map[string]any{"key": "9999999999999999", "fields": map[string]string{"name": "X"}}, auth...)
	if out["fields"].(map[string]any)["name"] != "unknown" {
		t.Fatal(out)
	}
	read := map[string]any{"key": p["nik"], "fields": []string{"address", "domicile"}, "purpose": "application", "ground": "consent"}
	status, out := w.call("POST", "/register/population/read", read, auth...)
	if status != 200 || out["fields"].(map[string]any)["domicile"] != "53.15.05.1025" {
		t.Fatal(status, out)
	}
	delete(read, "purpose")
	if status, _ := w.call("POST", "/register/population/read", read, auth...); status != 400 {
		t.Fatal(status)
	}
	obtain := map[string]any{"nik": p["nik"], "business_name": "Kios Maria", "kbli": "47111", "village": "53.15.05.1025"}
	_, first := w.call("POST", "/register/oss/obtain", obtain, auth...)
	_, second := w.call("POST", "/register/oss/obtain", obtain, auth...)
	if len(first["nib"].(string)) != 13 || first["nib"] != second["nib"] {
		t.Fatal(first, second)
	}
	read = map[string]any{"by": "nib", "key": first["nib"], "fields": []string{"business_name"}, "purpose": "application", "ground": "consent"}
	if _, out := w.call("POST", "/register/oss/read", read, auth...); out["fields"].(map[string]any)["business_name"] != "Kios Maria" {
		t.Fatal(out)
	}
}

func TestAContactOfTheRegisterIsChanged(t *testing.T) {
	w := start(t)
	_, out := w.call("GET", "/people?limit=1&region=53.15", nil)
	p := out["people"].([]any)[0].(map[string]any)
	auth := []string{"Authorization", "Bearer " + secret(t, w.secrets.RegisterTokenFile)}
	since := func(email, day string) (string, string) {
		t.Helper()
		_, out := w.call("POST", "/register/population/match", map[string]any{"key": p["nik"], "fields": map[string]string{"email": email, "email_since": day}}, auth...)
		got := out["fields"].(map[string]any)
		return got["email"].(string), got["email_since"].(string)
	}
	yesterday := time.Now().UTC().AddDate(0, 0, -1).Format(time.DateOnly)
	if has, old := since(p["email"].(string), yesterday); has != "match" || old != "match" {
		t.Fatal(has, old)
	}
	if status, _ := w.call("POST", "/register/population/contact", map[string]any{"nik": p["nik"]}); status != 400 {
		t.Fatal(status)
	}
	if status, _ := w.call("POST", "/register/population/contact", map[string]any{"nik": p["nik"], "email": "baru@example.com"}); status != 200 {
		t.Fatal(status)
	}
	if has, old := since("baru@example.com", yesterday); has != "match" || old != "nomatch" {
		t.Fatal(has, old)
	}
	if has, _ := since(p["email"].(string), yesterday); has != "nomatch" {
		t.Fatal(has)
	}
	_, out = w.call("POST", "/register/population/read", map[string]any{"key": p["nik"], "fields": []string{"email_previous", "phone_previous"}, "purpose": "warning", "ground": "duty"}, auth...)
	if got := out["fields"].(map[string]any); got["email_previous"] != p["email"] || got["phone_previous"] == "x" {
		t.Fatal(got)
	}
}

func TestMailAndPhoneArriveInTheOutbox(t *testing.T) {
	w := start(t)
	got := make(chan map[string]any)
	go func() {
		_, out := w.call("GET", "/outbox?wait=10&to=Maria@warga.example", nil)
		got <- out
	}()
	mail := "From: a@kantor.example\r\nTo: maria@warga.example\r\nSubject: =?utf-8?q?Kode_masuk_=E2=9C=93?=\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: multipart/alternative; boundary=B\r\n\r\n--B\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
		"Kode Anda 123=\r\n456. Buka http://localhost/masuk\r\n--B\r\nContent-Type: text/html\r\n\r\n<p>x\r\n--B--\r\n"
	if err := smtp.SendMail(w.smtp, nil, "a@kantor.example", []string{"maria@warga.example"}, []byte(mail)); err != nil {
		t.Fatal(err)
	}
	m := (<-got)["messages"].([]any)[0].(map[string]any)
	if m["code"] != "123456" || m["subject"] != "Kode masuk ✓" || m["links"].([]any)[0] != "http://localhost/masuk" {
		t.Fatal(m)
	}
	auth := []string{"Authorization", "Bearer " + secret(t, w.secrets.PhoneTokenFile)}
	text := map[string]string{"to": "+628000000001", "text": "Kode 654321", "key": "k1"}
	for range 2 {
		if status, out := w.call("POST", "/phone/messages", text, auth...); status != 202 {
			t.Fatal(status, out)
		}
	}
	_, out := w.call("GET", "/outbox?to="+url.QueryEscape("+628000000001"), nil)
	if list := out["messages"].([]any); len(list) != 1 || list[0].(map[string]any)["code"] != "654321" {
		t.Fatal(out)
	}
}

func TestSwitchesBringTheWorldDown(t *testing.T) {
	w := start(t)
	for _, name := range []string{"register", "bank", "mail", "phone"} {
		if status, out := w.call("POST", "/switch", map[string]string{"name": name, "mode": "down"}); status != 200 {
			t.Fatal(status, out)
		}
	}
	for _, path := range []string{"/register/population/match", "/v1.0/access-token/b2b", "/phone/messages"} {
		if status, _ := w.call("POST", path, nil); status != 503 {
			t.Error(path, status)
		}
	}
	if err := smtp.SendMail(w.smtp, nil, "a@b.example", []string{"c@d.example"}, []byte("Subject: x\r\n\r\nx")); err == nil {
		t.Error("mail went through")
	}
	if status, _ := w.call("POST", "/switch", map[string]string{"name": "bank", "mode": "sideways"}); status != 400 {
		t.Error(status)
	}
}

func TestEveryPageSaysThatItIsASimulation(t *testing.T) {
	w := start(t)
	w.generate("5315-P", 1000)
	for _, path := range []string{"/", "/bank", "/bank/code/5315-P", "/mail", "/phone", "/people", "/people?role=officer", "/people?role=visitor", "/time", "/switch", "/bank/code/none"} {
		r, _ := http.NewRequest("GET", w.url+path, nil)
		r.Header.Set("Accept", "text/html")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if s := string(body); !strings.Contains(s, "SIMULASI") || !strings.HasSuffix(strings.TrimSpace(s), "</html>") {
			t.Errorf("%s: %s", path, s)
		}
	}
	if _, err := os.Stat(filepath.Join(w.dir, "sandbox.db")); err != nil {
		t.Fatal(err)
	}
}
