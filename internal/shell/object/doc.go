// Package object holds the values that flow through the shell's pipeline:
// texts, numbers, dates, collections and objects with typed properties, and
// what can be done with one of them: read and set properties, call the
// methods that administrators use, convert, compare, match, and show as text.
//
// Types, conversions and texts are those of Windows PowerShell 5.1 in the
// culture en-US, because that is what the seeds' outputs show.
//
// It owns the values and the operators. It knows no command, no pipeline and
// no layout of lists and tables (package format).
package object
