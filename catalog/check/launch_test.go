package check

import (
	"testing"
	"time"

	"lancar/catalog"
	"lancar/region"
	"lancar/region/places"
	"lancar/regions"
	"lancar/services"
)

// TestWhatIsLaunchedCanBeOffered: every service a region launches exists, has an office there, and
// every figure that the region must set is set.
func TestWhatIsLaunchedCanBeOffered(t *testing.T) {
	tab, err := places.Open()
	if err != nil {
		t.Fatal(err)
	}
	all, err := region.Load(regions.FS, tab)
	if err != nil {
		t.Fatal(err)
	}
	cat, _ := catalog.Load(services.FS)
	on := time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
	for _, r := range all.All() {
		for slug := range r.Launches() {
			d := cat.Service(slug)
			if d == nil {
				t.Errorf("%s launches %s, which does not exist", r.Code, slug)
				continue
			}
			figures := r.Figures(region.DateIn(on, r.Zone))
			for _, f := range d.Figures {
				if f.Region && figures[f.ID] == "" {
					t.Errorf("%s launches %s but does not set %s", r.Code, slug, f.ID)
				}
			}
		}
	}
}
