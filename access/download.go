package access

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"lancar"
	"lancar/internal/store"
)

// Exporter gives what one room holds about a person, in their own download. Data returns
// anything that encoding/json can write; nil leaves the section out.
type Exporter struct {
	Name string // of the section, in Indonesian, such as "permohonan"
	Data func(tx *store.Tx, own Grant) (any, error)
}

// Register hands the room what other rooms can export and what their retention demands. Called
// once, by app, before anything is served.
func (a *Access) Register(exporters []Exporter, rules []Rule) {
	a.exporters, a.rules = exporters, rules
}

// Download gathers everything the rooms hold about the grant's own person, as indented JSON.
func (a *Access) Download(ctx context.Context, own Grant) ([]byte, error) {
	if !own.themself() {
		return nil, lancar.Fail(lancar.Forbidden, "", "Hanya pemilik data yang dapat mengunduhnya.", "Only the person themself can download this.")
	}
	sections := map[string]any{}
	err := a.db.Read(ctx, func(tx *store.Tx) error {
		for _, e := range a.exporters {
			data, err := e.Data(tx, own)
			if err != nil {
				return fmt.Errorf("export of %s: %w", e.Name, err)
			}
			if data != nil {
				sections[e.Name] = data
			}
		}
		looks, err := selectSeen(tx, own.subject, Filter{}, 1<<63-1, "~", 10_000)
		sections["siapa_melihat_data"] = looks
		if err != nil {
			return err
		}
		agreed, err := consentsOf(tx, own.subject)
		sections["persetujuan"] = agreed
		sections["dibuat"] = tx.Now.Format(time.RFC3339)
		return err
	})
	if err != nil {
		return nil, err
	}
	asks, err := a.Asks(ctx, own)
	if err != nil {
		return nil, err
	}
	sections["permintaan_tentang_data"] = asks
	return json.MarshalIndent(sections, "", "  ")
}
