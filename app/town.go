package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"sort"

	"lancar"
	"lancar/identity"
	"lancar/test/town"
)

// settle brings the town's officers into office and their rosters into the log. A marker in the
// data folder spares a restarted demonstration the work.
func (n *node) settle(ctx context.Context) error {
	officers := town.Officers()
	marker := filepath.Join(filepath.Dir(n.config.Keys), "town")
	sum := sha256.Sum256(fmt.Append(nil, officers))
	if was, err := os.ReadFile(marker); err == nil && string(was) == hex.EncodeToString(sum[:]) {
		return nil
	}
	rosters := map[identity.Role][]lancar.ID{}
	for _, f := range officers {
		e := identity.Employee{Number: f.Number, Name: f.Name, Mail: f.Email}
		for _, role := range f.Roles {
			e.Roles = append(e.Roles, identity.Role{Role: role, Agency: f.Agency, Region: f.Region})
		}
		account, err := n.identity.SaveEmployee(ctx, e)
		if err != nil {
			return fmt.Errorf("officer of %s in %s: %w", f.Agency, f.Region, err)
		}
		for _, r := range e.Roles {
			rosters[r] = append(rosters[r], account)
		}
	}
	if err := n.roster(ctx, rosters); err != nil {
		return err
	}
	return os.WriteFile(marker, []byte(hex.EncodeToString(sum[:])), 0o600)
}

func (n *node) roster(ctx context.Context, rosters map[identity.Role][]lancar.ID) error {
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
