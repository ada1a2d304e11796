// Package format lays values out for people and for other programs: lists,
// tables, the views of known types, error records, and the JSON, CSV and
// CLIXML forms.
//
// Widths are those of a terminal: a wide character takes two columns, a
// combining one none. What is printed streams: a list never waits for its
// end, and a table only when its columns are to be fitted (-AutoSize).
//
// It owns layout. It runs no command and decides nothing about values.
package format
