package lancar

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"time"
)

// ID names a row: 32 lower-case hexadecimal digits, the first 12 of them milliseconds since
// 1970, so that ids made later sort later (the layout of a UUIDv7, RFC 9562 section 5.7).
type ID string

// NewID makes an ID for the instant now from the system's secure randomness.
func NewID(now time.Time) ID {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(now.UnixMilli())<<16)
	rand.Read(b[6:])
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	return ID(hex.EncodeToString(b[:]))
}

// Made is when the ID was made, to the millisecond; the zero time for what is no ID.
func (id ID) Made() time.Time {
	b, err := hex.DecodeString(string(id))
	if err != nil || len(b) != 16 {
		return time.Time{}
	}
	return time.UnixMilli(int64(binary.BigEndian.Uint64(b) >> 16)).UTC()
}

// Clock tells the time. Every room takes one; only cmd and tests decide which.
type Clock func() time.Time
