// Package migrations embeds the schema: one number line, each file once. schema.sql is the
// golden whole, checked by a test.
package migrations

import "embed"

// FS holds NNNN_name.sql.
//
//go:embed *.sql
var FS embed.FS
