package sandbox

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"

	"lancar/internal/store"
	"lancar/test/town"
)

// index finds the rows of a register by each of its keys.
type index struct {
	town.Register
	column map[string]int
	by     map[string]map[string]int // key field → normalised value → row
}

func indexAll(registers []town.Register) map[string]*index {
	out := map[string]*index{}
	for _, r := range registers {
		x := &index{Register: r, column: map[string]int{}, by: map[string]map[string]int{}}
		for i, f := range r.Fields {
			x.column[f] = i
		}
		for _, k := range r.Keys {
			x.by[k] = map[string]int{}
			for i, row := range r.Rows {
				if v := normal(row[x.column[k]]); v != "" {
					x.by[k][v] = i
				}
			}
		}
		out[r.Name] = x
	}
	return out
}

// normal makes two ways of writing the same comparable: case, spaces and punctuation do not count.
func normal(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r > 127 || r == '@' || r == '+' {
			return r
		}
		return -1
	}, strings.ToUpper(s))
}

// find returns the value of each field of the record, or false. A business that was obtained here
// stands before the ones the town began with.
func (s *Sandbox) find(r *http.Request, x *index, by, key string) (func(field string) (string, bool), bool, error) {
	if by == "" {
		by = x.Keys[0]
	}
	if x.Name == "oss" {
		if b, err := s.obtained(r, by, key); err == nil || !errors.Is(err, store.ErrNone) {
			return func(f string) (string, bool) { v, ok := b[f]; return v, ok }, err == nil, err
		}
	}
	i, ok := x.by[by][normal(key)]
	if !ok {
		return nil, false, nil
	}
	record := func(f string) (string, bool) {
		c, ok := x.column[f]
		if !ok {
			return "", false
		}
		return x.Rows[i][c], true
	}
	if x.Name != "population" {
		return record, true, nil
	}
	record, err := s.withContacts(r, x.Rows[i][x.column["nik"]], record)
	return record, true, err
}

func (s *Sandbox) authorized(w http.ResponseWriter, r *http.Request, token string) bool {
	got, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if subtle.ConstantTimeCompare([]byte(got), []byte(token)) == 1 {
		return true
	}
	writeJSON(w, http.StatusUnauthorized, map[string]string{"error": "wrong or missing bearer token"})
	return false
}

func (s *Sandbox) register(w http.ResponseWriter, r *http.Request, into any) (*index, bool) {
	if !s.authorized(w, r, s.secrets.register) {
		return nil, false
	}
	x, ok := s.registers[r.PathValue("name")]
	if !ok {
		writeJSON(w, http.StatusNotFound, map[string]string{"error": "no such register"})
		return nil, false
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(into); err != nil {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return nil, false
	}
	return x, true
}

// postMatch answers per field whether what the caller holds is what the register holds, and
// never what that is. Without such a record every field is unknown.
func (s *Sandbox) postMatch(w http.ResponseWriter, r *http.Request) {
	var in struct {
		By, Key string
		Fields  map[string]string
	}
	x, ok := s.register(w, r, &in)
	if !ok {
		return
	}
	s.asked.note(in.Key, x.Name)
	value, found, err := s.find(r, x, in.By, in.Key)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	out := map[string]string{}
	for f, v := range in.Fields {
		out[f] = "unknown"
		if !found {
			continue
		}
		if have, ok := value(f); ok && have != "" {
			out[f] = map[bool]string{true: "match", false: "nomatch"}[agrees(f, have, v)]
		}
	}
	writeJSON(w, http.StatusOK, map[string]any{"fields": out})
}

// agrees compares; a day since when something stands agrees with every day from then on.
func agrees(field, have, typed string) bool {
	if strings.HasSuffix(field, "_since") {
		return have <= typed
	}
	return normal(have) == normal(typed)
}

// postRead answers the named fields of one record. Purpose and ground are required and logged,
// the key is not.
func (s *Sandbox) postRead(w http.ResponseWriter, r *http.Request) {
	var in struct {
		By, Key, Purpose, Ground string
		Fields                   []string
	}
	x, ok := s.register(w, r, &in)
	if !ok {
		return
	}
	if in.Purpose == "" || in.Ground == "" || len(in.Fields) == 0 {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "purpose, ground and fields are required"})
		return
	}
	s.asked.note(in.Key, x.Name)
	value, found, err := s.find(r, x, in.By, in.Key)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	if !found {
		writeJSON(w, http.StatusNotFound, map[string]any{"found": false})
		return
	}
	s.log.Info("register read", "register", x.Name, "fields", in.Fields, "purpose", in.Purpose, "ground", in.Ground)
	out := map[string]string{}
	for _, f := range in.Fields {
		if v, ok := value(f); ok {
			out[f] = v
		}
	}
	writeJSON(w, http.StatusOK, map[string]any{"found": true, "fields": out})
}

// postObtain gives a person a business number, once for each name of a business.
func (s *Sandbox) postObtain(w http.ResponseWriter, r *http.Request) {
	var in struct {
		NIK, KBLI, Village string
		Business           string `json:"business_name"`
	}
	r.SetPathValue("name", "oss")
	if _, ok := s.register(w, r, &in); !ok {
		return
	}
	if _, known := s.byNIK[in.NIK]; !known || strings.TrimSpace(in.Business) == "" {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "nik and business_name of a resident are required"})
		return
	}
	s.asked.note(in.NIK, "oss")
	nib := fmt.Sprintf("9%012d", rand.Int64N(1e12))
	var issued string
	err := s.db.Write(r.Context(), func(tx *store.Tx) error {
		if _, err := tx.Exec("INSERT INTO business (nik, name, nib, kbli, village, issued) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
			in.NIK, in.Business, nib, in.KBLI, in.Village, tx.Now.Format("2006-01-02")); err != nil {
			return err
		}
		return tx.QueryRow("SELECT nib, issued FROM business WHERE nik = $1 AND name = $2", in.NIK, in.Business).Scan(&nib, &issued)
	})
	if err != nil {
		s.broken(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"nib": nib, "issued": issued})
}

func (s *Sandbox) obtained(r *http.Request, by, key string) (map[string]string, error) {
	if !slices.Contains([]string{"nik", "nib"}, by) {
		return nil, store.ErrNone
	}
	var nik, name, nib, kbli, village, issued string
	err := s.db.Read(r.Context(), func(tx *store.Tx) error {
		return tx.QueryRow("SELECT nik, name, nib, kbli, village, issued FROM business WHERE "+by+" = $1 ORDER BY issued DESC LIMIT 1", key).
			Scan(&nik, &name, &nib, &kbli, &village, &issued)
	})
	return map[string]string{"nik": nik, "business_name": name, "nib": nib, "kbli": kbli, "village": village, "issued": issued,
		"scale": "micro", "risk": "low", "status": "active"}, err
}
