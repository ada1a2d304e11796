// Package store opens the database of a role or of the directory, on SQLite
// or on PostgreSQL, and gives the domain packages transactions, migrations and
// explained failures on it.
//
// It owns the database drivers (nothing else imports one, except the job queue),
// the settings that make an acknowledged write durable, the lock that keeps two
// nodes from one SQLite file, the words in which migrations are written so that
// both engines understand them, and the translation of engine errors into codes
// of the failure catalogue.
//
// It does not own a single table or query of the domain: each package keeps its
// migrations and its statements in its own sql.go.
//
// # Rules for callers
//
// SQLite has exactly one open connection. While rows are open, or inside
// [DB.InTx], a query on the DB itself would wait for ever: read rows to their end
// first, and inside a transaction use its tx. SQL is written once, portably:
// $1 placeholders, BIGINT microseconds for times ([Micros], [Time]), the words
// AUTOID, BLOB and TEXT as [DB.Migrate] describes.
package store
