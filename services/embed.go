// Package services holds the public services as data: a folder each, in the format that
// docs/spec/service.md explains. The folder common holds letters and messages that services share
// unless they bring their own.
package services

import "embed"

// FS is the services folder as it was when the program was built.
//
//go:embed */*.yaml */letters/*.txt
var FS embed.FS
