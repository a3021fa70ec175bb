package identity

import (
	"encoding/hex"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"lancar"
	"lancar/internal/store"
)

// limit is how often something may happen in a window of time.
type limit struct {
	what   string
	value  string // whose: a number, contact or address; kept as a keyed hash
	window time.Duration
	most   int
	known  string // address or browser of the client: over the limit, one from which this value signed in goes on
}

// count counts one more of each and fails with lancar.TooMany over any limit; what fails is not
// counted.
func (i *Identity) count(tx *store.Tx, limits []limit) error {
	for _, l := range limits {
		over, err := i.over(tx, l)
		if over && err == nil && l.known != "" {
			over, err = i.stranger(tx, l)
		}
		if err != nil {
			return err
		}
		if over {
			return errTooMany(l.window)
		}
	}
	return nil
}

// over counts one more and says whether that is over the limit. The window slides: the part of
// the last window that it still covers counts in proportion. The row of a limit is locked until
// the commit, so that a thousand at once count as a thousand.
func (i *Identity) over(tx *store.Tx, l limit) (bool, error) {
	slot := l.slot(tx.Now)
	n, before, err := countSlot(tx, i.limitName(l), slot, l.begin(slot).Add(2*l.window))
	return l.sum(tx.Now, n, before) > float64(l.most), err
}

// reached says whether one more would be over the limit, and counts nothing.
func (i *Identity) reached(tx *store.Tx, l limit) (bool, error) {
	n, before, err := readSlots(tx, i.limitName(l), l.slot(tx.Now))
	return l.sum(tx.Now, n, before) >= float64(l.most), err
}

func (i *Identity) limitName(l limit) string {
	return hex.EncodeToString(i.ring.MAC("identity limit "+l.what, []byte(network(l.value)))[:16])
}

// network brings a value that is, or ends in, an IPv6 address to its /64: one line has 2^64 of them,
// and whoever guesses would have a fresh limit for each try.
func network(value string) string {
	head, tail := "", value
	if at := strings.LastIndexByte(value, ' '); at >= 0 {
		head, tail = value[:at+1], value[at+1:]
	}
	a, err := netip.ParseAddr(tail)
	if err != nil || !a.Unmap().Is6() {
		return value
	}
	return head + netip.PrefixFrom(a, 64).Masked().String()
}

// slot is the window that an instant falls in; begin is when a window begins.
func (l limit) slot(now time.Time) int64   { return now.UnixNano() / int64(l.window) }
func (l limit) begin(slot int64) time.Time { return time.Unix(0, slot*int64(l.window)) }

// sum is how many the sliding window holds: those of this slot, and of the one before in
// proportion.
func (l limit) sum(now time.Time, n, before int64) float64 {
	left := 1 - float64(now.Sub(l.begin(l.slot(now))))/float64(l.window)
	return float64(n) + float64(before)*left
}

// knownFor is how long an address from which somebody signed in is remembered.
const knownFor = 60 * 24 * time.Hour

func (i *Identity) addressMark(value, address string) string {
	return hex.EncodeToString(i.ring.MAC("identity known address", []byte(network(value+" "+address)))[:16])
}

func (i *Identity) stranger(tx *store.Tx, l limit) (bool, error) {
	known, err := marked(tx, i.addressMark(l.value, l.known))
	return !known, err
}

// OverTx counts one more of what another room limits and says whether that is over most in a sliding
// window. It is kept with the traces of sign-in.
func (i *Identity) OverTx(tx *store.Tx, what, whose string, window time.Duration, most int) (bool, error) {
	return i.over(tx, limit{what: what, value: whose, window: window, most: most})
}

func errTooMany(window time.Duration) error {
	minutes := strconv.Itoa(int(window.Minutes()))
	return lancar.Fail(lancar.TooMany, "", "Terlalu banyak percobaan. Tunggu paling lama "+minutes+" menit, lalu coba lagi.",
		"Too many attempts. Wait "+minutes+" minutes at most, then try again.")
}
