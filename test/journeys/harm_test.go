package journeys

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"lancar/payment"
	"lancar/test/lab"
)

// callback sends a notification of payment that the bank did not sign.
func callback(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "callback REFERENCE AMOUNT")
	s := of(ts)
	body := fmt.Sprintf(`{"originalPartnerReferenceNo":%q,"latestTransactionStatus":"00","amount":{"value":%q,"currency":"IDR"}}`, args[0], args[1])
	req, err := http.NewRequest(http.MethodPost, s.town.Ready+payment.NotifyPath, strings.NewReader(body))
	must(ts, err)
	for k, v := range map[string]string{"Content-Type": "application/json", "X-TIMESTAMP": time.Now().Format("2006-01-02T15:04:05-07:00"),
		"X-PARTNER-ID": "sandbox-lancar", "X-EXTERNAL-ID": "1", "CHANNEL-ID": "95221", "X-SIGNATURE": base64.StdEncoding.EncodeToString(make([]byte, 256))} {
		req.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(req)
	must(ts, err)
	res.Body.Close()
	s.page = &lab.Page{URL: req.URL, Status: res.StatusCode}
}

// alter changes a stopped node's database behind its back.
func alter(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "alter SQL")
	must(ts, of(ts).town.Alter(args[0]))
}

// config writes a configuration for `serve` that uses the town's folder, keys and sandbox.
func config(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "config FILE [key=value…]")
	s := of(ts)
	said := pairs(ts, args[1:])
	set := func(k, v string) string {
		if w, ok := said[k]; ok {
			return w
		}
		return v
	}
	dir := s.town.Dir
	out, err := url.Parse(s.town.Sandbox)
	must(ts, err)
	file := func(name string) string { return filepath.Join(dir, "sandbox", name) }
	var b strings.Builder
	fmt.Fprintf(&b, "stage: %s\nname: node.test\nlisten: 127.0.0.1:0\nbase: %s\n", set("stage", "rehearsal"), set("base", "http://localhost:8053"))
	fmt.Fprintf(&b, "database: %s\nkeys: %s\n", set("database", "sqlite:"+filepath.Join(dir, "lancar.db")), set("keys", filepath.Join(dir, "keys")))
	fmt.Fprintf(&b, "mail: {address: %q, from: kabar@lancar.example, plain: true}\n", out.Host)
	fmt.Fprintf(&b, "phone: {url: %s/phone/messages, token_file: %s}\n", s.town.Sandbox, file("phone.secret"))
	fmt.Fprintf(&b, "exchange: {url: %s/register, token_file: %s}\n", s.town.Sandbox, file("register.secret"))
	fmt.Fprintf(&b, "acquirer: {url: %s, client_key: sandbox-lancar, client_secret_file: %s, private_key_file: %s, public_key_file: %s, channel_id: \"95221\"}\n",
		set("bank", s.town.Sandbox), file("client.secret"), file("partner.key"), file("bank.pub"))
	must(ts, os.WriteFile(ts.MkAbs(args[0]), []byte(b.String()), 0o600))
}

// readPDF prints the text of a PDF, where pdftotext is installed; elsewhere the rest of the story
// is left out.
func readPDF(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 2, "readpdf FILE WORDS")
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		ts.Logf("pdftotext is not installed; the document is not read")
		return
	}
	text, err := exec.Command(tool, "-layout", ts.MkAbs(args[0]), "-").Output()
	must(ts, err)
	if regexp.MustCompile(args[1]).MatchString(strings.Join(strings.Fields(string(text)), " ")) == neg {
		ts.Fatalf("%s says: %s", args[0], text)
	}
}
