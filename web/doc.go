// Package web is the shared look of every door: one style sheet a region, the page frame, components
// (the clock of working days, timeline, rows, fields, verdict), icons, dates and money in words, QR
// codes, the installable portal (manifest, icons, service worker). It knows nothing of services or
// cases: a door fills the view models of this package and names a template.
//
// A door parses its own templates over the frame with [Parse], makes a [Look] of each region's
// [Brand] at start, and answers with [Templates.Render]. Texts stand in the templates, both
// languages side by side: {{t "Indonesian" "English"}}. Pages hold no inline script or style, because
// the content security policy of internal/serve forbids them.
package web

import "embed"

//go:embed style/*.css script/*.js templates/*.html icons.txt
var files embed.FS
