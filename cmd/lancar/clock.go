package main

import (
	"fmt"
	"os"
	"time"

	"lancar/app"
)

type clockCommand struct {
	Region   string   `help:"Home Ministry code of the office, e.g. 53.15." required:""`
	From     string   `help:"Instant of completeness, RFC 3339." required:""`
	Days     int      `help:"Term in working days." required:""`
	Pause    []string `help:"FROM/TO, RFC 3339, half-open; FROM/ for a stop without an end. May be repeated, overlap and stand in any order." sep:"none"`
	Holidays string   `help:"File that replaces the calendar: one date a line." type:"existingfile"`
	JSON     bool     `help:"Print JSON."`
}

func (c clockCommand) Run() error {
	from, err := time.Parse(time.RFC3339, c.From)
	if err != nil {
		return fmt.Errorf("--from: write an instant like 2026-11-21T09:30:00+08:00, not %q", c.From)
	}
	question := app.ClockQuestion{Region: c.Region, From: from, Days: c.Days, Pauses: c.Pause, JSON: c.JSON}
	if c.Holidays != "" {
		if question.Holidays, err = os.ReadFile(c.Holidays); err != nil {
			return err
		}
		question.HolidaysName = c.Holidays
	}
	return app.Clock(os.Stdout, question)
}
