package snap

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lancar"
	"pgregory.net/rapid"
)

// A vector recomputed from the standard's formula (the sample that the standard publishes
// does not reproduce with it).
const (
	secret = "clientSecret-test-0001"
	body   = `{"partnerServiceId":"   88899","customerNo":"12345678901234567890","virtualAccountNo":"   8889912345678901234567890","inquiryRequestId":"abcdef-123456-abcdef"}`
	toSign = "POST:/v1.0/transfer-va/inquiry:ACCESSTOKEN123:1ecebed7d856df42d01589bfb2a75180be5f600417e8ddb558e2db73aed93200:2026-11-21T19:30:00+07:00"
	inHex  = "f3647ca956677789ba7e49894a6ba22831ecf17cfc794bf92e7d4951a61fc81559137a8d30b69dea2094ab6cade110da4d8ae5ad2f295cea65e61718da6db8a0"
	in64   = "82R8qVZnd4m6fkmJSmuiKDHs8Xz8eUv5Ln1JUaYfyBVZE3qNMLad6iCUq2yt4RDaTYrlrS8pXOpl5hcY2m24oA=="
)

func TestSymmetricVector(t *testing.T) {
	spaced := strings.NewReplacer(`{"`, "{\n  \"", `":"`, `": "`).Replace(body)
	for _, b := range []string{body, spaced} {
		s, err := symmetricString("post", "/v1.0/transfer-va/inquiry", "ACCESSTOKEN123", []byte(b), "2026-11-21T19:30:00+07:00")
		if err != nil || s != toSign {
			t.Fatalf("%v\n%s\n%s", err, s, toSign)
		}
	}
	if got := signHMAC(secret, toSign); got != in64 {
		t.Fatal(got)
	}
	for _, sig := range []string{in64, strings.TrimRight(in64, "="), inHex, strings.ToUpper(inHex)} {
		if !checkHMAC(secret, toSign, sig) {
			t.Errorf("refused %s", sig)
		}
	}
	for _, sig := range []string{"", "82R8", in64[:40], strings.Replace(inHex, "f", "e", 1), strings.Repeat("z", 128)} {
		if checkHMAC(secret, toSign, sig) {
			t.Errorf("accepted %s", sig)
		}
	}
}

func TestMinifyKeepsOrderAndEscapes(t *testing.T) {
	in := "{ \"b\" : \"a\\u003cb <> \\/ & \u2028 x\" ,\n\t\"a\": [ 1.00, -0.0e+1 , true ] }"
	want := "{\"b\":\"a\\u003cb <> \\/ & \u2028 x\",\"a\":[1.00,-0.0e+1,true]}"
	got, err := minify([]byte(in))
	if err != nil || string(got) != want {
		t.Fatalf("%v %s", err, got)
	}
	if got, err := minify([]byte("  ")); err != nil || len(got) != 0 {
		t.Fatalf("%v %s", err, got)
	}
	if _, err := minify([]byte(`{"a":`)); err == nil {
		t.Fatal("half a body was accepted")
	}
}

func key(t testing.TB) *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestRequestsAreSignedAndChecked(t *testing.T) {
	now := time.Date(2026, 11, 21, 19, 30, 0, 0, time.FixedZone("", 7*3600))
	p := Partner{ClientKey: "lancar-53", Secret: secret, Channel: "95221", Key: key(t)}
	bank := key(t)
	sent := []byte(`{"originalPartnerReferenceNo": "A1", "x": "<&>"}`)

	token := httptest.NewRequest("POST", Token.Path(), nil)
	if err := p.SignToken(token, now); err != nil {
		t.Fatal(err)
	}
	call := httptest.NewRequest("POST", Generate.Path()+"?b=1&a=2", nil)
	if err := p.SignTransaction(call, sent, "T0", ExternalID(now), now); err != nil {
		t.Fatal(err)
	}
	note := httptest.NewRequest("POST", "/snap"+Notify.Path(), nil)
	if err := SignNotification(note, Notify.Path(), sent, bank, p.ClientKey, ExternalID(now), now); err != nil {
		t.Fatal(err)
	}
	pub := p.Key.(*rsa.PrivateKey)
	check := func(tokenReq, callReq, noteReq *http.Request, body []byte, at time.Time) []error {
		return []error{
			CheckToken(tokenReq, &pub.PublicKey, at),
			CheckTransaction(callReq, body, secret, at),
			CheckNotification(noteReq, Notify.Path(), body, &bank.PublicKey, at),
		}
	}
	for _, err := range check(token, call, note, sent, now.Add(4*time.Minute)) {
		if err != nil {
			t.Errorf("good request refused: %v", err)
		}
	}
	for i, err := range check(token, call, note, sent, now.Add(6*time.Minute)) {
		wants(t, i, err, 400, "01")
	}
	for i, err := range check(token, call, note, []byte(`{"originalPartnerReferenceNo":"A2"}`), now) {
		if i > 0 {
			wants(t, i, err, 401, "00")
		}
	}
	wants(t, 0, CheckToken(token, &bank.PublicKey, now), 401, "00")
	note.Header.Del("X-EXTERNAL-ID")
	wants(t, 2, CheckNotification(note, Notify.Path(), sent, &bank.PublicKey, now), 400, "02")
	note.Header.Set("X-EXTERNAL-ID", "ABC")
	wants(t, 2, CheckNotification(note, Notify.Path(), sent, &bank.PublicKey, now), 400, "01")
	call.Header.Del("Authorization")
	wants(t, 1, CheckTransaction(call, sent, secret, now), 401, "03")
}

func wants(t *testing.T, i int, err error, http int, code string) {
	t.Helper()
	var f *Failure
	if !errors.As(err, &f) || f.HTTP != http || f.Case != code {
		t.Errorf("check %d: %v, want %d %s", i, err, http, code)
	}
}

func TestAsymmetricSignatureInHexIsAccepted(t *testing.T) {
	k := key(t)
	s, err := asymmetricString("POST", Notify.Path(), []byte(`{}`), "2026-11-21T19:30:00+07:00")
	if err != nil || s != "POST:/v1.0/qr/qr-mpm-notify:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a:2026-11-21T19:30:00+07:00" {
		t.Fatal(s, err)
	}
	digest := sha256.Sum256([]byte(s))
	sum, _ := k.Sign(rand.Reader, digest[:], crypto.SHA256)
	if !checkRSA(&k.PublicKey, s, hex.EncodeToString(sum)) {
		t.Fatal("hex refused")
	}
	sum[0] ^= 1
	if checkRSA(&k.PublicKey, s, hex.EncodeToString(sum)) {
		t.Fatal("forged accepted")
	}
}

func TestCodes(t *testing.T) {
	s := Answer(Notify, Result{HTTP: 400, Case: "01"}, "amount.value")
	if s.ResponseCode != "4005201" || s.ResponseMessage != "Invalid Field Format amount.value" || s.OK() {
		t.Fatal(s)
	}
	if s := Answer(Generate, Result{HTTP: 200, Case: "00"}, ""); s.ResponseCode != "2004700" || !s.OK() {
		t.Fatal(s)
	}
	c, err := ParseCode("4042412")
	if err != nil || c.HTTP != 404 || c.Service != "24" || c.Case != "12" || c.String() != "4042412" {
		t.Fatal(c, err)
	}
	for _, s := range []string{"", "200", "20047000", "x004700"} {
		if _, err := ParseCode(s); err == nil {
			t.Errorf("%q accepted", s)
		}
	}
}

func TestAmountsSurvive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := lancar.Money{Amount: rapid.Int64Range(0, 1e17).Draw(t, "sen"), Currency: "IDR"}
		back, err := AmountOf(m).Money()
		if err != nil || back != m {
			t.Fatal(back, err)
		}
	})
	for _, v := range []string{"", "100", "1.0", "1.000", "-1.00", "1,000.00", "1e3.00", "12345678901234567.00"} {
		if _, err := (Amount{Value: v, Currency: "IDR"}).Money(); err == nil {
			t.Errorf("%q accepted", v)
		}
	}
	b, _ := json.Marshal(AmountOf(lancar.Rupiah(12345678)))
	if string(b) != `{"value":"12345678.00","currency":"IDR"}` {
		t.Fatal(string(b))
	}
}

func TestExternalIDsAreNumericAndDiffer(t *testing.T) {
	now := time.Now()
	a, b := ExternalID(now), ExternalID(now)
	if a == b || !validExternalID(a) || validExternalID("") || validExternalID(strings.Repeat("1", 37)) {
		t.Fatal(a, b)
	}
}

func FuzzMinify(f *testing.F) {
	f.Add([]byte(body))
	f.Fuzz(func(t *testing.T, b []byte) {
		once, err := minify(b)
		if err != nil {
			return
		}
		if twice, err := minify(once); err != nil || string(twice) != string(once) {
			t.Fatalf("%v %q %q", err, once, twice)
		}
	})
}
