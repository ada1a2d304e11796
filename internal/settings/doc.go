// Package settings keeps the typed documents that cmdlets change, and who
// changed what.
//
// It owns the settings table (one JSON document per kind and name, with a
// version that grows by one at each change) and the change log beside it,
// written in the same transaction: who, when, before, after. Nothing is cached,
// so that a change takes effect at the next reading, on every node that shares
// the database.
//
// It does not own the meaning of any document: each package declares its own
// Kind and validates its own values. It is no place for secrets, since the
// change log repeats every document.
package settings
