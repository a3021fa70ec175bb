package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/internal/store"
	"lancar/internal/strictyaml"
	"lancar/test/town"
)

// employee is one entry of the officers file: who works in which offices, as the personnel
// register says. docs/ops/officers.md explains it.
type employee struct {
	Number     string          `yaml:"number"`
	Name       string          `yaml:"name"`
	Mail       string          `yaml:"mail"`
	NIK        string          `yaml:"nik"`         // keeps an officer from deciding on their own application
	FamilyCard string          `yaml:"family_card"` // and on their family's
	Roles      []identity.Role `yaml:"roles"`
}

func readOfficers(path string) (list []employee, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("officers: %w", err)
	}
	if err := strictyaml.Decode(path, text, &list); err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("officers: %s names nobody", path)
	}
	return list, nil
}

// checkOfficers refuses, in production, an officer whose identity number nobody knows: they could be the
// second person to what they themself began. Every officer can begin something that takes two.
func (c Config) checkOfficers() (wrong []error) {
	if c.Officers == "" {
		return nil
	}
	list, err := readOfficers(c.Officers)
	if err != nil {
		return []error{err}
	}
	for n, e := range list {
		switch {
		case len(e.Roles) == 0 || identity.ValidNIK(e.NIK):
		case e.NIK == "":
			wrong = append(wrong, fmt.Errorf("officers: entry %d of %s has no nik: without it nobody knows whether two officers are two people", n+1, c.Officers))
		default:
			wrong = append(wrong, fmt.Errorf("officers: the nik of entry %d of %s is no identity number", n+1, c.Officers))
		}
	}
	return wrong
}

// hire reads the officers file and brings officers, roles and rosters up to date with it.
func (n *node) hire(ctx context.Context) error {
	if n.config.Officers == "" {
		return nil
	}
	list, err := readOfficers(n.config.Officers)
	if err != nil {
		return err
	}
	// Copies of a node that start at once read the same file: one of them is first.
	for try := 0; ; try++ {
		err := n.employ(ctx, list)
		if err == nil || try == 5 || !store.IsConflict(err) && lancar.CodeOf(err) != lancar.Conflict {
			return err
		}
		time.Sleep(time.Second)
	}
}

// settle brings the synthetic town's officers into office. A marker in the data folder spares a
// restarted demonstration the work.
func (n *node) settle(ctx context.Context) error {
	list := townOfficers()
	text, err := json.Marshal(list)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	marker := filepath.Join(filepath.Dir(n.config.Keys), "town")
	if was, err := os.ReadFile(marker); err == nil && string(was) == hex.EncodeToString(sum[:]) {
		return nil
	}
	if err := n.employ(ctx, list); err != nil {
		return err
	}
	return os.WriteFile(marker, []byte(hex.EncodeToString(sum[:])), 0o600)
}

func townOfficers() (list []employee) {
	for _, f := range town.Officers() {
		e := employee{Number: f.Number, Name: f.Name, Mail: f.Email, NIK: f.NIK}
		for _, role := range f.Roles {
			e.Roles = append(e.Roles, identity.Role{Role: role, Agency: f.Agency, Region: f.Region})
		}
		list = append(list, e)
	}
	return list
}

func (n *node) employ(ctx context.Context, list []employee) error {
	employees := make([]identity.Employee, len(list))
	for i, e := range list {
		employees[i] = identity.Employee{Number: e.Number, Name: e.Name, Mail: e.Mail, NIK: e.NIK, FamilyCard: e.FamilyCard, Roles: e.Roles}
	}
	before, err := n.identity.Rosters(ctx)
	if err != nil {
		return fmt.Errorf("officers: %w", err)
	}
	rosters := map[identity.Role][]lancar.ID{}
	for _, r := range before {
		rosters[r] = nil // whoever nobody on the list follows leaves it empty
	}
	accounts, err := n.identity.SaveEmployees(ctx, employees)
	if err != nil {
		return fmt.Errorf("officers: %w", err)
	}
	if err := n.dismiss(ctx, accounts); err != nil {
		return err
	}
	for i, e := range list {
		for _, r := range e.Roles {
			rosters[r] = append(rosters[r], accounts[i])
		}
	}
	roles := make([]identity.Role, 0, len(rosters))
	for r := range rosters {
		roles = append(roles, r)
	}
	sort.Slice(roles, func(a, b int) bool { return fmt.Sprint(roles[a]) < fmt.Sprint(roles[b]) })
	for _, r := range roles {
		if err := n.cases.SetRoster(ctx, r.Region, r.Agency, r.Role, rosters[r]); err != nil {
			return fmt.Errorf("roster of %s in %s: %w", r.Agency, r.Region, err)
		}
	}
	return nil
}

// dismiss ends the offices of who is on the list no more and has their open cases drawn again.
func (n *node) dismiss(ctx context.Context, stay []lancar.ID) error {
	gone, err := n.identity.Dismiss(ctx, stay)
	if err != nil {
		return fmt.Errorf("officers: %w", err)
	}
	for account, roles := range gone {
		for _, r := range roles {
			if err := n.cases.SetAbsent(ctx, lancar.TheSystem("officers"), r.Region, account, true); err != nil {
				return fmt.Errorf("officers: %w", err)
			}
		}
	}
	return nil
}
