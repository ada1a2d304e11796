package problem

import "net/http"

// Failures of the database.
const (
	StoreAddress       Code = "store.address"
	StoreBackup        Code = "store.backup"
	StoreBusy          Code = "store.busy"
	StoreCommitUnclear Code = "store.commit-unclear"
	StoreCorrupt       Code = "store.corrupt"
	StoreDenied        Code = "store.denied"
	StoreEncoding      Code = "store.encoding"
	StoreFull          Code = "store.full"
	StoreInUse         Code = "store.in-use"
	StoreIO            Code = "store.io"
	StoreMigration     Code = "store.migration"
	StoreNewer         Code = "store.newer"
	StoreNoDatabase    Code = "store.no-database"
	StoreReadOnly      Code = "store.read-only"
	StoreUnavailable   Code = "store.unavailable"
)

const (
	storeDownEWS = "ErrorMailboxStoreUnavailable"
	storeBusyEWS = "ErrorServerBusy"
)

func storeRows() []Entry {
	return append(storeOpenRows(), storeServiceRows()...)
}

// storeOpenRows are found when a node starts.
func storeOpenRows() []Entry {
	return []Entry{{
		Code:   StoreAddress,
		Title:  "the database address cannot be read",
		Cause:  "The address is neither of the form sqlite:/path/to/file.db nor postgres://user:password@host:5432/database.",
		Remedy: "Correct roles[].database or directory.dsn in the boot file, then run: matchseal config test",
	}, {
		Code:   StoreInUse,
		Title:  "another process has the database open",
		Cause:  "A SQLite database of a role serves one node; a second node (or a first one that still runs) was started on the same file.",
		Remedy: "Stop the other process, give this node a data directory of its own, or move the role to PostgreSQL, which several nodes may share.",
	}, {
		Code:   StoreNoDatabase,
		Title:  "the PostgreSQL server has no such database",
		Cause:  "The server answers, but the database named in the address was never created or has another name.",
		Remedy: "Create it as a PostgreSQL administrator: createdb --owner=<user> --encoding=UTF8 --template=template0 <database>",
	}, {
		Code:   StoreDenied,
		Title:  "the database refuses this user",
		Cause:  "The password is wrong, pg_hba.conf has no line for this host, or the account that runs matchseal lacks rights on the tables or the file.",
		Remedy: "PostgreSQL: check user and password with: psql <address>. SQLite: check the owner of the file and its directory with: ls -l <data directory>",
	}, {
		Code:   StoreEncoding,
		Title:  "the database does not store Unicode",
		Cause:  "The PostgreSQL database was created with another encoding than UTF8, so names of users may not fit in it.",
		Remedy: "Create a new one and point the boot file at it: createdb --encoding=UTF8 --template=template0 <database>",
	}, {
		Code:   StoreNewer,
		Title:  "the database was made by a newer matchseal",
		Cause:  "A newer version of the program has migrated these tables, and this version would misread them.",
		Remedy: "Start the newer version again, or stop the node and put back the copy of the database that was made before the upgrade.",
	}, {
		Code:   StoreMigration,
		Title:  "the tables could not be brought up to date",
		Cause:  "A migration failed half-way; it was rolled back and the tables are as before.",
		Remedy: "Read the engine's message in the detail, cure it, and start the node again: it migrates when it starts.",
	}, {
		Code:   StoreBackup,
		Title:  "the backup cannot be made or used",
		Cause:  "The file to write exists already, the file to read does not, or the database has a backup tool of its own.",
		Remedy: "SQLite: name a file that does not exist to make a backup, and one that does to use it. PostgreSQL: use pg_dump --format=custom --file=<file> <address>, and pg_restore.",
	}}
}

// storeServiceRows happen to a database that was opened.
func storeServiceRows() []Entry {
	return []Entry{{
		Code:       StoreCorrupt,
		Title:      "the database is damaged",
		Cause:      "The file is not a database or parts of it were overwritten: a failing disk, a copy made with cp while the node ran, or another program wrote to it.",
		Remedy:     "Stop the node, keep a copy of the damaged file and put the last backup in its place. See how far the damage goes with: sqlite3 <file> 'PRAGMA integrity_check'",
		HTTPStatus: http.StatusServiceUnavailable,
		EWS:        storeDownEWS,
	}, {
		Code:       StoreFull,
		Title:      "the disk of the database is full",
		Cause:      "There is no room to write; nothing that was acknowledged before is lost.",
		Remedy:     "Look with df -h and free some space, or move the data directory to a larger disk; the node goes on by itself.",
		HTTPStatus: http.StatusServiceUnavailable,
		EWS:        storeDownEWS,
		Retry:      Later,
	}, {
		Code:       StoreIO,
		Title:      "the disk of the database fails",
		Cause:      "The operating system could not read or write the database: a failing disk, a quota, or a network file system that went away.",
		Remedy:     "Look for disk errors with: journalctl -k. Then stop the node and check the file: sqlite3 <file> 'PRAGMA integrity_check'",
		HTTPStatus: http.StatusServiceUnavailable,
		EWS:        storeDownEWS,
		Retry:      Later,
	}, {
		Code:       StoreReadOnly,
		Title:      "the database takes no writes",
		Cause:      "The file or its file system is read-only, or the PostgreSQL server is a standby.",
		Remedy:     "SQLite: check with ls -l and mount that the file and its directory may be written. PostgreSQL: point the address at the primary server.",
		HTTPStatus: http.StatusServiceUnavailable,
		EWS:        storeDownEWS,
	}, {
		Code:       StoreBusy,
		Title:      "the database is busy",
		Cause:      "Other transactions held their locks longer than this one could wait.",
		Remedy:     "Try again. If it stays so, look for a long-running program on the same database, such as a backup or an open sqlite3 shell.",
		Severity:   Warning,
		HTTPStatus: http.StatusServiceUnavailable,
		EWS:        storeBusyEWS,
		Retry:      Later,
	}, {
		Code:       StoreUnavailable,
		Title:      "the database cannot be reached",
		Cause:      "The PostgreSQL server is down, unreachable or shutting down, or the SQLite file was moved away.",
		Remedy:     "PostgreSQL: try psql <address> from this machine. SQLite: check that the data directory is mounted and holds the file.",
		HTTPStatus: http.StatusServiceUnavailable,
		EWS:        storeDownEWS,
		Retry:      Later,
	}, {
		Code:       StoreCommitUnclear,
		Title:      "it is not known whether the write was kept",
		Cause:      "The connection to the database was lost while it was committing.",
		Remedy:     "Look whether the change is there before you make it again.",
		HTTPStatus: http.StatusServiceUnavailable,
		EWS:        storeDownEWS,
		Retry:      Unclear,
	}}
}
