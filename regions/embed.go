// Package regions holds the regions as data: a folder for each code with region.yaml and, where
// there are any, holidays.yaml. What a folder leaves out is inherited from the one above; docs/spec/region.md
// explains the format.
package regions

import "embed"

// FS is the regions folder as it was when the program was built.
//
//go:embed */*.yaml
var FS embed.FS
