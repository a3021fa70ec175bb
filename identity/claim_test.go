package identity_test

import (
	"testing"
	"time"

	"lancar/identity"
)

func TestIdentityNumbers(t *testing.T) {
	for n, want := range map[string]bool{
		"3204110609970001": true, "3273007101010001": true, "3204112902000001": true,
		"3204110609970000": false, "3204113009970001": true, "3204113106970001": false, "3204110013970001": false,
		"3204117209970001": false, "320411060997000": false, "32041106099700011": false, "320411060997000a": false,
	} {
		if identity.ValidNIK(n) != want {
			t.Errorf("%s: %v", n, !want)
		}
	}
}

func TestPassportLines(t *testing.T) {
	at := time.Date(2011, 1, 1, 0, 0, 0, 0, time.UTC)
	// The specimen of ICAO 9303 part 4.
	const one, two = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
	m, err := identity.ReadMRZ(one+"\n"+two, at)
	want := identity.MRZ{Number: "L898902C3", Nation: "UTO", Name: "ANNA MARIA ERIKSSON", BirthDate: "1974-08-12", Expiry: "2012-04-15"}
	if err != nil || m != want {
		t.Fatalf("%+v %v", m, err)
	}
	for i := range two {
		b := []byte(two)
		if b[i]++; b[i] > 'Z' {
			b[i] = '0'
		}
		switch _, err := identity.ReadMRZ(one+"\n"+string(b), at); {
		case err == nil && (i < 10 || i > 12) && i != 20: // nationality and sex have no check digit
			t.Errorf("position %d changed unnoticed", i+1)
		}
	}
	if _, err := identity.ReadMRZ(one+"\n"+two, at.AddDate(2, 0, 0)); err == nil {
		t.Error("an expired passport was read")
	}
}

func FuzzReadMRZ(f *testing.F) {
	f.Add("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10")
	at := time.Date(2011, 1, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		m, err := identity.ReadMRZ(s, at)
		if err == nil && (len(m.Number) > 9 || m.BirthDate > "2011-01-01") {
			t.Errorf("%+v", m)
		}
	})
}
