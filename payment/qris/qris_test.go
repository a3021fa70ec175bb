package qris_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"lancar/payment/qris"
	"pgregory.net/rapid"
)

const (
	static  = "00020101021126680016ID.CO.CONTOH.WWW011893600999000000000102150000000000000010303URE51440014ID.CO.QRIS.WWW0215ID10200000000010303URE5204939953033605802ID5912PEMDA CONTOH6006KUPANG6105851116304B449"
	dynamic = "00020101021226680016ID.CO.CONTOH.WWW011893600999000000000102150000000000000010303URE51440014ID.CO.QRIS.WWW0215ID10200000000010303URE52049399530336054061500005802ID5912PEMDA CONTOH6006KUPANG61058511162250114SKRD20260000010703A016304AB68"
	// The sample of the EMVCo specification: Chinese text tells characters from bytes.
	emvco = "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST TRANSPORT6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A60086670902ME91320016A0112233449988770708123456786304A13A"
)

func TestCRC(t *testing.T) {
	if got := qris.CRC([]byte("123456789")); got != 0x29B1 {
		t.Fatalf("CRC = %04X", got)
	}
}

func TestPublishedCodesSurviveDecodeAndEncode(t *testing.T) {
	for _, s := range []string{static, dynamic, emvco} {
		f, err := qris.Decode(s)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := qris.Encode(f); err != nil || back != s {
			t.Fatalf("encode: %v\n%s\n%s", err, back, s)
		}
	}
}

func TestDynamicMakesThePublishedCode(t *testing.T) {
	got, err := qris.Dynamic(qris.Merchant{Domain: "ID.CO.CONTOH.WWW", MPAN: "936009990000000001", ID: "000000000000001",
		Class: "URE", NMID: "ID1020000000001", Category: "9399", Name: "PEMDA CONTOH", City: "KUPANG", Postcode: "85111"},
		qris.Bill{Amount: 150000_00, Number: "SKRD2026000001", Terminal: "A01"})
	if err != nil || got != dynamic {
		t.Fatalf("%v\n%s\n%s", err, got, dynamic)
	}
	f, _ := qris.Decode(got)
	if v, _ := f.Get("62", "01"); v != "SKRD2026000001" {
		t.Fatalf("bill number %q", v)
	}
}

func TestErrorsNameTheTag(t *testing.T) {
	seal := func(s string) string { s += "6304"; return s + fmt.Sprintf("%04X", qris.CRC([]byte(s))) }
	head := strings.TrimSuffix(static, "6304B449")
	for _, c := range []struct{ payload, tag string }{
		{"", "00"},
		{strings.Replace(static, "PEMDA", "PEMDB", 1), "63"},
		{static[:len(static)-1], "63"},
		{seal(strings.Replace(head, "5912PEMDA CONTOH", "5913PEMDA CONTOH", 1)), "59"}, // swallows a digit of the next tag
		{seal(strings.Replace(head, "5912PEMDA CONTOH", "5912PEMDA%2CCONTOH", 1)), ""}, // URL-encoded after its length was counted
		{seal(strings.Replace(head, "5303360", "530336A", 1)), "53"},
		{seal(strings.Replace(head, "010211", "010213", 1)), "01"},
		{seal(strings.Replace(head, "6006KUPANG", "", 1)), "60"},
		{seal(strings.Replace(head, "0303URE51", "0309URE51", 1)), "26.03"},
		{seal(head + "5303360"), "53"},
		{seal(head + "54041e10"), "54"},
		{"000201\xff", ""},
	} {
		_, err := qris.Decode(c.payload)
		var e *qris.Error
		if !errors.As(err, &e) {
			t.Errorf("%s: no error", c.payload)
		} else if c.tag != "59" && e.Tag != c.tag {
			t.Errorf("%s: tag %q (%v), want %q", c.payload, e.Tag, err, c.tag)
		}
	}
}

func TestAmounts(t *testing.T) {
	for s, want := range map[string]int64{"150000": 150000_00, "23.72": 2372, "5.5": 550, "0": 0, "1.": 100} {
		if got, err := qris.Sen(s); err != nil || got != want {
			t.Errorf("%q = %d, %v", s, got, err)
		}
	}
	for _, s := range []string{"", ".5", "1.234", "-1", "1,000", "99999999999999"} {
		if _, err := qris.Sen(s); err == nil {
			t.Errorf("%q was accepted", s)
		}
	}
}

func TestAnyTemplateSurvives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var f qris.Fields
		for i := range rapid.IntRange(1, 20).Draw(t, "n") {
			v := rapid.StringN(1, 99, -1).Filter(utf8.ValidString).Draw(t, "value")
			f = append(f, qris.Field{Tag: fmt.Sprintf("%02d", i), Value: v})
		}
		s, err := qris.EncodeTemplate(f)
		if err != nil {
			t.Fatal(err)
		}
		back, err := qris.DecodeTemplate(s)
		if err != nil || fmt.Sprint(back) != fmt.Sprint(f) {
			t.Fatalf("%v: %q != %q", err, back, f)
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{static, dynamic, emvco, "", "0002", "000201630", "00020163041D0F"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		fields, err := qris.Decode(s)
		if err != nil {
			return
		}
		back, err := qris.Encode(fields)
		if err != nil {
			t.Fatalf("decoded but not encoded: %v", err)
		}
		if !strings.EqualFold(back[len(back)-4:], s[len(s)-4:]) || back[:len(back)-4] != s[:len(s)-4] {
			t.Fatalf("%q != %q", back, s)
		}
	})
}
