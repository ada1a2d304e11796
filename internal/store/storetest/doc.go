// Package storetest runs a test on every engine that package store supports.
//
// It owns the making and the removal of databases for tests: a SQLite file in
// the test's own directory, and a database on a PostgreSQL cluster that is
// started once per test binary when the server's programs are installed.
//
// It does not own test data or the migrations of anybody; the package under
// test brings its own.
//
// The environment steers it: MATCHSEAL_TEST_POSTGRES names a server to use
// instead of a throw-away cluster (its user must be allowed to create
// databases), and MATCHSEAL_REQUIRE_POSTGRES=1 turns the skipping of the
// PostgreSQL subtests into failures.
package storetest
