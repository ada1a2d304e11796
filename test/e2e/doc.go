// Package e2e tries the program as its users do: built from this tree, started
// as processes of their own, with files, sockets, signals, a terminal, and
// clients that others wrote. Files are numbered in the order in which a reader
// of the suite should meet them.
//
// It owns the deployments it starts and the pages of docs/howto as sessions that
// run. It does not own rules, which the packages' own tests prove, nor rollovers
// on clocks that a test sets, which stand in test/rollover.
package e2e
