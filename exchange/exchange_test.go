package exchange_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lancar"
	"lancar/access"
	"lancar/exchange"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/internal/store/storetest"
)

type world struct {
	now    time.Time
	db     *store.DB
	queue  *jobs.Queue
	access *access.Access
	x      *exchange.Exchange
	status int // what the register answers when not 200
	calls  int
}

func setup(t *testing.T) *world {
	w := &world{now: time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC), status: 200}
	register := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.calls++
		if r.Header.Get("Authorization") != "Bearer t0ken" {
			w.status = 401
		}
		rw.WriteHeader(w.status)
		if strings.HasSuffix(r.URL.Path, "/oss/obtain") {
			var in map[string]string
			if json.NewDecoder(r.Body).Decode(&in) != nil || in["nik"] == "" || in["business_name"] == "" {
				in = nil
			}
			json.NewEncoder(rw).Encode(map[string]string{"nib": "9000000000001", "for": in["nik"], "issued": "2026-11-21"})
		} else if strings.HasSuffix(r.URL.Path, "/match") {
			json.NewEncoder(rw).Encode(map[string]any{"fields": map[string]string{"name": "match", "birth_date": "nomatch", "religion": "LEAK"}})
		} else {
			json.NewEncoder(rw).Encode(map[string]any{"found": true, "fields": map[string]string{"address": "Jalan Contoh 1", "religion": "LEAK"}})
		}
	}))
	t.Cleanup(register.Close)
	dir := t.TempDir()
	ring, err := keys.Create(filepath.Join(dir, "keys"), keys.Options{Origin: "lancar.test", Now: w.now})
	if err != nil {
		t.Fatal(err)
	}
	token := filepath.Join(dir, "token")
	if err := os.WriteFile(token, []byte("t0ken\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.db = storetest.OpenAt(t, func() time.Time { return w.now })
	w.queue = jobs.New(w.db, nil)
	w.access = access.New(w.db, w.queue, ring)
	if w.x, err = exchange.New(w.db, w.queue, ring, w.access, exchange.Config{URL: register.URL, TokenFile: token}); err != nil {
		t.Fatal(err)
	}
	return w
}

func question() exchange.Question {
	return exchange.Question{Source: "population", Key: "3204110609970001", Subject: "subject", Region: "53.15",
		Fields: map[string]string{"name": "MARIA", "birth_date": "1997-09-06"}, Purpose: lancar.Text{"id": "Masuk", "en": "Sign-in"}}
}

func (w *world) looks(t *testing.T) (n int64) {
	t.Helper()
	if err := w.db.Read(t.Context(), func(tx *store.Tx) error {
		return tx.QueryRow("SELECT count(*) FROM access_rows").Scan(&n)
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAMatchSaysNothingButMatchAndIsALook(t *testing.T) {
	w := setup(t)
	got, err := w.x.Match(t.Context(), question())
	if err != nil || len(got) != 2 || got["name"] != exchange.Matches || got["birth_date"] != exchange.Differs {
		t.Fatalf("%v %v", got, err)
	}
	if w.looks(t) != 1 {
		t.Fatalf("%d looks", w.looks(t))
	}
}

func TestReadingNeedsAGrantThatCoversRegisters(t *testing.T) {
	w := setup(t)
	q := question()
	q.Fields, q.Names = nil, []string{"address"}
	for name, c := range map[string]struct{ contact, ok bool }{"contact not proved": {false, false}, "contact proved": {true, true}} {
		var g access.Grant
		if err := w.db.Write(t.Context(), func(tx *store.Tx) (err error) {
			if _, err = w.access.BindTx(tx, "acc", "subject"); err != nil {
				return err
			}
			g, err = w.access.OwnTx(tx, "acc", "subject", c.contact)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		calls := w.calls
		got, err := w.x.Read(t.Context(), g, q)
		if c.ok && (err != nil || got["address"] != "Jalan Contoh 1" || len(got) != 1) || !c.ok && (lancar.CodeOf(err) != lancar.NotFound || w.calls != calls) {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
	if w.looks(t) != 1 {
		t.Errorf("%d looks", w.looks(t))
	}
}

func TestAThingMayBeReadByItsNumberButNotWhoseItIs(t *testing.T) {
	w := setup(t)
	var g access.Grant
	if err := w.db.Write(t.Context(), func(tx *store.Tx) (err error) {
		if _, err = w.access.BindTx(tx, "acc", "subject"); err != nil {
			return err
		}
		g, err = w.access.OwnTx(tx, "acc", "subject", false) // the contact test was not passed
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		source, by string
		names      []string
		ok         bool
	}{
		{"vehicle", "plate", []string{"pkb", "due_date"}, true},
		{"vehicle", "", []string{"pkb"}, true},
		{"vehicle", "plate", []string{"pkb", "owner_name"}, false},
		{"land", "certificate", []string{"owner_nik"}, false},
		{"oss", "nik", []string{"business_name"}, false},
		{"oss", "nib", []string{"business_name"}, true},
		{"oss", "nib", []string{"nik"}, false},
		{"population", "", []string{"address"}, false},
	} {
		calls := w.calls
		_, err := w.x.Read(t.Context(), g, exchange.Question{Source: c.source, By: c.by, Key: "X", Names: c.names, Subject: "subject", Region: "53.15", Purpose: lancar.Text{"id": "Isi", "en": "Fill"}})
		if c.ok != (err == nil) || c.ok != (w.calls > calls) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestNothingOpenSaysWhoseItIs(t *testing.T) {
	list, err := exchange.Sources()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		for _, f := range s.Open {
			if !s.Has(f) || f == "nik" || strings.Contains(f, "owner") || strings.Contains(f, "name") && f != "business_name" || f == "address" {
				t.Errorf("%s opens %s", s.ID, f)
			}
		}
	}
}

func TestARegisterMakesARecordOnlyForItsOwnPerson(t *testing.T) {
	w := setup(t)
	q := exchange.Question{Source: "oss", Key: "3204110609970001", Subject: "subject", Region: "53.15", Purpose: lancar.Text{"id": "Meminta NIB", "en": "Asking for a business number"},
		Fields: map[string]string{"business_name": "Kios Maria", "kbli": "47111", "village": "53.15.05.1025"}}
	if _, err := w.x.Obtain(t.Context(), access.Grant{}, q); lancar.CodeOf(err) != lancar.NotFound || w.calls != 0 {
		t.Fatal(err)
	}
	var g access.Grant
	if err := w.db.Write(t.Context(), func(tx *store.Tx) (err error) {
		if _, err = w.access.BindTx(tx, "acc", "subject"); err != nil {
			return err
		}
		g, err = w.access.OwnTx(tx, "acc", "subject", true)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	got, err := w.x.Obtain(t.Context(), g, q)
	if err != nil || got["nib"] != "9000000000001" || len(got) != 2 || w.looks(t) != 1 {
		t.Fatalf("%v %v", got, err)
	}
	q.Source, q.Fields = "population", map[string]string{"name": "MARIA"}
	if _, err := w.x.Obtain(t.Context(), g, q); err == nil || w.calls != 1 {
		t.Fatal("the population register made a person")
	}
}

func TestUndeclaredSourcesAndFieldsAreNotAsked(t *testing.T) {
	w := setup(t)
	a, b := question(), question()
	a.Source = "elsewhere"
	b.Fields = map[string]string{"salary": "1"}
	for _, q := range []exchange.Question{a, b} {
		if _, err := w.x.Match(t.Context(), q); err == nil || w.calls != 0 {
			t.Errorf("%v: %v, %d calls", q.Source, err, w.calls)
		}
	}
}

func TestARegisterThatIsDownIsAskedLater(t *testing.T) {
	w := setup(t)
	w.status = 503
	var got []exchange.Answered
	w.queue.Subscribe(exchange.EventAnswered, "test", func(_ *store.Tx, e jobs.Event) error {
		a, err := w.x.OpenAnswer(e.Payload)
		got = append(got, a)
		return err
	})
	q := question()
	q.Tag, q.Case = "field", "case1"
	if _, err := w.x.Match(t.Context(), q); lancar.CodeOf(err) != lancar.Unavailable {
		t.Fatal(err)
	}
	if err := w.db.Write(t.Context(), func(tx *store.Tx) error { return w.x.AskLaterTx(tx, q) }); err != nil {
		t.Fatal(err)
	}
	if err := w.queue.Drain(t.Context()); err != nil || len(got) != 0 {
		t.Fatal(got, err)
	}
	w.status = 200
	w.now = w.now.Add(time.Hour)
	if err := w.queue.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0].Tag != "field" || got[0].Case != "case1" || got[0].Answers["birth_date"] != exchange.Differs {
		t.Fatalf("%+v", got)
	}
}

func TestAHangingRegisterIsLeftAlone(t *testing.T) {
	w := setup(t)
	w.status = 500
	for range 5 {
		if _, err := w.x.Match(t.Context(), question()); lancar.CodeOf(err) != lancar.Unavailable {
			t.Fatal(err)
		}
	}
	if w.calls != 3 {
		t.Fatalf("%d calls", w.calls)
	}
}
