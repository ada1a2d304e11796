// Package examples holds sample data that the lab uses and people can look
// at: conversations as `matchseal store` takes them.
//
// It owns no code beyond making the files part of the program.
package examples

import "embed"

// Conversations holds conversations/*.json.
//
//go:embed conversations
var Conversations embed.FS
