// Package format lays values out for people and for other programs: lists,
// tables, the views of known types, error records, and the JSON, CSV and
// CLIXML forms.
//
// Widths are those of a terminal: a wide character takes two columns, a
// combining one none. Characters that would act on the terminal are written
// out. What is printed streams: a list never waits for its end, and a table
// only when its columns are to be fitted (-AutoSize).
//
// It owns layout: which properties of a value are shown (wildcards, hidden
// ones, views), and how. It runs no command, evaluates no script block (the
// caller's Eval does) and decides nothing about values; how a single value
// reads is package object's business.
package format
