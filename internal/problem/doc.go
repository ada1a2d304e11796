// Package problem is the catalogue of failures.
//
// It owns the stable code of every failure that matchseal can report, and
// everything that the different surfaces say about it: the HTTP status, the
// EWS response code, the event in the event log, the number and text a cmdlet
// prints, the cause and the remedy. One failure has one code, and the code
// looks the same on every surface.
//
// It does not own the decision that something failed (the package that
// notices does), nor the wire encoding of an error (the faces do). Why a token
// is refused has codes of its own (s2s.Reason): a peer learns little of it.
//
// The rows of the codes area.* stand in catalogue_<area>.go; codes are retired,
// never renamed. docs/problems has a page for each, made from the rows.
package problem

//go:generate go test -run TestPagesAreCurrent -update .
