package portal

import (
	"fmt"
	"time"

	"lancar/casework"
	"lancar/catalog/flow"
	"lancar/region"
	"lancar/web"
)

// clockOf draws the clock of a case in the words and the zone of its office.
func clockOf(w web.Words, c casework.Case, cal region.Calendar, now time.Time) web.Clock {
	days := daysOf(w, c, cal, now)
	out := web.Clock{Days: days}
	left, used := c.Clock.Left(now), c.Clock.Used(now)
	switch c.State {
	case flow.Unpaid:
		out.State, out.Days = "warn", nil
		out.Tag = web.Tag{Kind: "warn", Icon: "money", Text: w.T("Menunggu pembayaran", "Waiting for payment")}
		out.Heading = w.T("Bayar sebelum ", "Pay before ") + w.Day(c.Due, now) + ", " + w.Clock(c.Due)
		out.Must = w.T("Jam mulai berjalan begitu pembayaran diterima.", "The clock starts as soon as the payment arrives.")
		out.Link = &web.Link{Href: "/cases/" + c.Number + "/pay", Text: w.T("Bayar sekarang", "Pay now")}
	case flow.Correction:
		out.State = "warn"
		out.Tag = web.Tag{Kind: "warn", Icon: "chat", Text: w.T("Giliran Anda", "Your turn")}
		out.Heading = w.T("Jam berhenti", "The clock has stopped")
		if c.Correction != nil {
			out.Heading += w.T(" sejak ", " since ") + w.Day(c.Correction.Asked, now)
			out.Must = w.T("Jam berjalan lagi begitu Anda mengirim perbaikan. Ditunggu sampai ", "It runs again once you send the correction. We wait until ") +
				w.Until(c.Correction.Until, now) + "."
		}
		out.Figure, out.Unit = left, w.T("hari kerja tersisa", "working days left")
		out.Link = &web.Link{Href: "#correction", Text: w.T("Kirim perbaikan", "Send the correction")}
	case flow.Granted, flow.Refused, flow.Done:
		over(w, c, &out, used, now)
	case flow.Withdrawn, flow.Lapsed:
		out.Days = nil
		out.Tag = web.Tag{Kind: "off", Icon: "cross", Text: w.T("Ditutup", "Closed")}
		out.Heading = w.T("Ditutup ", "Closed ") + w.Day(c.Closed, now)
		out.Must = w.T("Anda bisa mengajukan lagi kapan saja.", "You can apply again at any time.")
	default:
		running(w, c, &out, left, now)
	}
	return out
}

func running(w web.Words, c casework.Case, out *web.Clock, left int, now time.Time) {
	if c.Clock.Passed(now) {
		late := 0
		for _, d := range out.Days {
			if d.State == "over" {
				late++
			}
		}
		out.State, out.Figure, out.Unit = "bad", max(late, 1), w.T("hari kerja lewat", "working days late")
		out.Tag = web.Tag{Kind: "bad", Icon: "alert", Text: w.T("Terlambat", "Late")}
		out.Heading = w.T("Seharusnya selesai ", "It should have been done by ") + w.Until(c.Clock.At, now)
		out.Must = w.T("Maaf, kami terlambat.", "Sorry, we are late.")
		if !c.Escalated.IsZero() {
			out.Must += w.T(" Berkas sudah naik ke atasan. Anda tidak perlu mengadu.", " The file has gone to the superior. You need not complain.")
		}
		return
	}
	text := w.T("Sedang diperiksa", "Being reviewed")
	switch c.State {
	case flow.Drawing:
		text = w.T("Petugas sedang diundi", "An officer is being drawn")
	case flow.Signing:
		text = w.T("Menunggu tanda tangan", "Waiting for the signature")
	}
	out.Tag = web.Tag{Icon: "clock", Text: text}
	out.Heading = w.T("Selesai paling lambat ", "Done at the latest by ") + w.Until(c.Clock.At, now) + w.T(", pukul 24.00 ", ", 24:00 ") + w.Abbr
	out.Figure, out.Unit = left, w.T("hari kerja lagi", "working days left")
	out.Must = w.T("Anda tidak perlu melakukan apa-apa. Kabar dikirim kepada Anda.", "You need not do anything. You will be told.")
	out.Then = w.T("Kalau lewat waktu, sistem bertindak sendiri: naik ke atasan, atau dikabulkan kalau aturannya begitu.",
		"If time runs out the system acts by itself: it goes to the superior, or is granted where the law says so.")
}

func over(w web.Words, c casework.Case, out *web.Clock, used int, now time.Time) {
	out.State = "ok"
	out.Tag = web.Tag{Kind: "ok", Icon: "check", Text: stateTag(w, c.State).Text}
	out.Heading = w.T("Diputuskan ", "Decided ") + w.Day(c.Closed, now) + ", " + w.Clock(c.Closed)
	if !c.Clock.From.IsZero() {
		if out.Figure = usedWhen(c, c.Closed, w.Zone); out.Figure > 0 {
			out.Unit = w.T("hari kerja, dari janji ", "working days, of a promise of ") + fmt.Sprint(c.Clock.Term)
		} else {
			out.Then = w.T("Sebelum hari kerja pertama, dari janji ", "Before the first working day, of a promise of ") + w.WorkDays(c.Clock.Term) + "."
		}
	}
	switch {
	case c.State == flow.Refused:
		out.State, out.Tag = "", web.Tag{Icon: "doc", Text: w.T("Belum bisa disetujui", "Not granted")}
		out.Must = w.T("Alasan dan dasarnya ada di bawah. Anda bisa memperbaiki dan mengajukan lagi.", "The reason and its ground are below. You can mend it and apply again.")
	case c.How == "deemed":
		out.Must = w.T("Dikabulkan oleh sistem, karena waktunya habis tanpa keputusan.", "Granted by the system, because time ran out without a decision.")
	case c.State == flow.Done:
		out.Heading, out.Unit = w.T("Lunas ", "Paid ")+w.Day(c.Closed, now)+", "+w.Clock(c.Closed), ""
		out.Must = w.T("Bukti bayar Anda sudah terbit.", "Your receipt is issued.")
	default:
		out.Must = w.T("Permohonan Anda dikabulkan.", "Your application is granted.")
	}
}

// usedWhen counts the working days of the promise that were begun when the case was decided: the
// day of the decision is used, as people count.
func usedWhen(c casework.Case, at time.Time, zone *time.Location) int {
	n := 0
	for _, d := range c.Clock.Trace {
		if d.State == region.DayCounted && d.Date.Start(zone).Before(at) {
			n = d.Number
		}
	}
	return n
}

// daysOf is a cell a day, from the first day of the term; where that is more than ten working
// days, a cell a week.
func daysOf(w web.Words, c casework.Case, cal region.Calendar, now time.Time) []web.Day {
	if c.Clock.From.IsZero() || w.Zone == nil {
		return nil
	}
	end := now
	if !c.Closed.IsZero() {
		end = c.Closed
	}
	trace := c.Clock.Trace[min(1, len(c.Clock.Trace)):]
	if c.Clock.Term > 10 {
		return weeksOf(w, trace, w.Zone, end)
	}
	var out []web.Day
	for _, d := range trace {
		out = addDay(w, out, d, end)
	}
	last := c.Clock.Trace[len(c.Clock.Trace)-1].Date
	if c.Clock.Open {
		out = addSince(w, out, last, cal, end, "hold", w.T("jam berhenti", "the clock stands still"))
		for counted(out) < c.Clock.Term {
			out = append(out, web.Day{State: "left"})
		}
	}
	if c.Closed.IsZero() && c.Clock.Passed(now) {
		out = addSince(w, out, last, cal, now, "over", w.T("lewat waktu", "past its time"))
	}
	return out
}

func counted(days []web.Day) int {
	n := 0
	for _, d := range days {
		if d.State == "done" || d.State == "now" || d.State == "left" {
			n++
		}
	}
	return n
}

func addDay(w web.Words, out []web.Day, d region.Day, now time.Time) []web.Day {
	noon := d.Date.Start(w.Zone).Add(12 * time.Hour)
	cell := web.Day{State: "left", Name: short(w, noon), Number: fmt.Sprint(d.Date.Day)}
	switch {
	case d.State == region.DayWeekend || d.State == region.DayHoliday:
		reason := w.T("Sabtu dan Minggu, tidak dihitung", "weekend, not counted")
		if d.State == region.DayHoliday {
			reason = w.T("libur: ", "holiday: ") + w.In(d.Holiday.Name)
		}
		if n := len(out); n > 0 && out[n-1].State == "off" {
			if out[n-1].Name != reason {
				out[n-1].Name += "; " + reason
			}
			return out
		}
		return append(out, web.Day{State: "off", Name: reason})
	case d.State == region.DayPaused:
		cell.State, cell.Hidden = "hold", w.T("jam berhenti", "the clock stood still")
	case !d.Date.End(w.Zone).After(now):
		cell.State, cell.Hidden = "done", w.T("lewat", "passed")
	case !d.Date.Start(w.Zone).After(now):
		cell.State, cell.Name, cell.Number = "now", w.T("Hari", "To-"), w.T("ini", "day")
	}
	return append(out, cell)
}

// addSince adds a cell for each working day after the last one counted, five at most.
func addSince(w web.Words, out []web.Day, last region.Date, cal region.Calendar, now time.Time, state, hidden string) []web.Day {
	for d, n := last.AddDays(1), 0; !d.Start(w.Zone).After(now) && n < 5; d = d.AddDays(1) {
		if !cal.Working(d) {
			continue
		}
		n++
		out = append(out, web.Day{State: state, Name: short(w, d.Start(w.Zone).Add(12*time.Hour)), Number: fmt.Sprint(d.Day), Hidden: hidden})
	}
	return out
}

func weeksOf(w web.Words, trace []region.Day, zone *time.Location, now time.Time) []web.Day {
	var out []web.Day
	for i := 0; i < len(trace); {
		first := trace[i]
		j, work := i, 0
		for j < len(trace) && (j == i || trace[j].Date.Weekday() != time.Monday) {
			if trace[j].State == region.DayCounted {
				work++
			}
			j++
		}
		last := trace[j-1]
		cell := web.Day{State: "left", Name: fmt.Sprint(first.Date.Day), Number: monthShort(w, first.Date.Start(zone).Add(12*time.Hour))}
		switch {
		case work == 0:
			cell.State, cell.Hidden = "hold", w.T("tidak dihitung", "not counted")
		case !last.Date.End(zone).After(now):
			cell.State, cell.Hidden = "done", w.T("pekan lewat", "week passed")
		case !first.Date.Start(zone).After(now):
			cell.State, cell.Hidden = "now", w.T("pekan ini", "this week")
		}
		out = append(out, cell)
		i = j
	}
	return out
}

func short(w web.Words, t time.Time) string { return string([]rune(w.Weekday(t))[:3]) }

func monthShort(w web.Words, t time.Time) string {
	name := w.Month(t)
	return string([]rune(name)[:3])
}
