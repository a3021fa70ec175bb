package identity

import "time"

// MRZ is what a passport's lines say, for tests.
type MRZ = mrz

// ReadMRZ reads them.
func ReadMRZ(text string, now time.Time) (MRZ, error) { return readMRZ(text, now) }
