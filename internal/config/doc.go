// Package config reads the boot file: what a node must know before it can open
// its database and listen.
//
// It owns the keys of the file, their defaults, the precedence of flag,
// environment, file and default, and the explanation of every mistake in them,
// with its line. The example that Describe prints is made from the same struct
// tags that the reading uses.
//
// It does not own anything a cmdlet changes (package settings), nor does it
// open, create or listen on what the file names.
package config
