package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"lancar/app"
)

type clockCommand struct {
	Region   string   `help:"Home Ministry code of the office, e.g. 53.15." required:""`
	From     string   `help:"Instant of completeness, RFC 3339." required:""`
	Days     int      `help:"Term in working days." required:""`
	Pause    []string `help:"FROM/TO, RFC 3339, half-open; may be repeated, overlap and stand in any order." sep:"none"`
	Holidays string   `help:"File that replaces the calendar: one date a line." type:"existingfile"`
	JSON     bool     `help:"Print JSON."`
}

func (c clockCommand) Run() error {
	from, err := time.Parse(time.RFC3339, c.From)
	if err != nil {
		return fmt.Errorf("--from: write an instant like 2026-11-21T09:30:00+08:00, not %q", c.From)
	}
	question := app.ClockQuestion{Region: c.Region, From: from, Days: c.Days, JSON: c.JSON}
	for _, p := range c.Pause {
		a, b, _ := strings.Cut(p, "/")
		start, err1 := time.Parse(time.RFC3339, a)
		end, err2 := time.Parse(time.RFC3339, b)
		if err1 != nil || err2 != nil {
			return fmt.Errorf("--pause: write FROM/TO like 2026-11-23T00:00:00+08:00/2026-11-24T10:00:00+08:00, not %q", p)
		}
		question.Pauses = append(question.Pauses, [2]time.Time{start, end})
	}
	if c.Holidays != "" {
		if question.Holidays, err = os.ReadFile(c.Holidays); err != nil {
			return err
		}
		question.HolidaysName = c.Holidays
	}
	return app.Clock(os.Stdout, question)
}
