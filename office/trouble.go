package office

import (
	"lancar/identity"
	"lancar/notify"
	"lancar/region"
	"lancar/web"
)

type troubleRow struct {
	What, Region, Tries, Next, Error string
	Tag                              web.Tag
}

// trouble shows deliveries and jobs that fail: to who looks after the node all of them, to a
// superior those of their own region. They name nobody.
func trouble(v *visit) error {
	if err := v.only(roleOps, identity.Superior); err != nil {
		return err
	}
	const most = 200
	failures, err := v.Notify.Failures(v.r.Context(), most)
	if err != nil {
		return err
	}
	stuck, err := v.Queue.Stuck(v.r.Context(), most)
	if err != nil {
		return err
	}
	tag := func(final bool) web.Tag {
		if final {
			return web.Tag{Kind: "bad", Icon: "alert", Text: v.T("Berhenti dicoba", "Given up")}
		}
		return web.Tag{Kind: "warn", Icon: "clock", Text: v.T("Dicoba lagi", "Tried again")}
	}
	var sent, work []troubleRow
	for _, f := range failures {
		if v.concerns(f.Region) {
			what := v.T("Surel", "E-mail")
			if f.Channel == notify.Phone {
				what = v.T("Pesan HP", "Phone message")
			}
			sent = append(sent, troubleRow{what, v.regionName(f.Region), itoa(f.Attempts), v.Moment(f.Last, v.now), f.Error, tag(f.Final)})
		}
	}
	for _, j := range stuck {
		if v.concerns(j.Region) {
			work = append(work, troubleRow{j.Queue, v.regionName(j.Region), itoa(int64(j.Attempt)), v.Moment(j.RunAt, v.now), j.Error, tag(j.State == "dead")})
		}
	}
	return v.show("trouble", v.T("Kendala", "Trouble"), map[string]any{"Sent": sent, "Work": work,
		"Empty": web.Empty{Pattern: "edges", Title: v.T("Tidak ada kendala", "No trouble"),
			Lead: v.T("Semua pesan terkirim dan semua pekerjaan sistem selesai.", "Every message was delivered and every job of the system is done.")}})
}

// concerns says whether a region is the officer's business.
func (v *visit) concerns(code string) bool {
	if v.actor.Role == roleOps {
		return true
	}
	r := v.Regions.ByCode(code)
	return r != nil && r.Within(v.actor.Region) && v.actor.Region != region.Nation
}

func (v *visit) regionName(code string) string {
	if r := v.Regions.ByCode(code); r != nil {
		return r.Name
	}
	return code
}
