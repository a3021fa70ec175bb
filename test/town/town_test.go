package town_test

import (
	"reflect"
	"strconv"
	"testing"
	"time"

	"lancar/test/town"
)

func TestTheTownIsAlwaysTheSame(t *testing.T) {
	if !reflect.DeepEqual(town.People(), town.People()) || !reflect.DeepEqual(town.Officers(), town.Officers()) {
		t.Fatal("two calls made two towns")
	}
}

func TestIdentityNumbersFollowBirthAndAreUnique(t *testing.T) {
	seen, contacts := map[string]bool{}, map[string]bool{}
	reachable := 0
	for _, p := range town.People() {
		day, err := time.Parse("2006-01-02", p.BirthDate)
		if err != nil || p.BirthDate > town.Day {
			t.Fatal(p.BirthDate, err)
		}
		d := day.Day()
		if p.Sex == "P" {
			d += 40
		}
		if got, _ := strconv.Atoi(p.NIK[6:8]); len(p.NIK) != 16 || got != d || p.NIK[8:12] != day.Format("0106") || p.NIK[12] != '9' {
			t.Fatalf("%+v", p)
		}
		for _, k := range []string{p.NIK, p.Email, p.Phone} {
			if k != "" && seen[k] {
				t.Fatalf("twice: %s", k)
			}
			seen[k] = true
		}
		contacts[p.Email] = true
		if p.Email != "" && day.Before(time.Date(2008, 1, 1, 0, 0, 0, 0, time.UTC)) {
			reachable++
		}
	}
	if reachable < 2000 {
		t.Fatalf("%d adults with e-mail", reachable)
	}
}

func TestEveryOfficeHasPeopleToDrawAndToSign(t *testing.T) {
	roles, numbers := map[[3]string]int{}, map[string]bool{}
	for _, o := range town.Officers() {
		if len(o.Number) != 18 || numbers[o.Number] {
			t.Fatalf("%+v", o)
		}
		numbers[o.Number] = true
		for _, r := range o.Roles {
			roles[[3]string{o.Region, o.Agency, r}]++
		}
	}
	for _, r := range []string{"reviewer", "signer", "superior"} {
		if roles[[3]string{"53.15", "dpmptsp", r}] == 0 {
			t.Errorf("no %s", r)
		}
	}
}

func TestPersonas(t *testing.T) {
	want := map[string]string{"stall": "53.15", "java": "34.71", "papua": "91.71"}
	for _, p := range town.People() {
		if r, ok := want[p.Persona]; ok && p.Village[:5] == r && p.Email != "" {
			delete(want, p.Persona)
		}
	}
	if len(want) > 0 {
		t.Fatal(want)
	}
}
