package readers

import "embed"

//go:embed migrations/*.sql
var migrations embed.FS

// Every statement of the package, portable between the engines.
const (
	sqlBegin = `INSERT INTO readers_begun (one, at, writes) VALUES (1, $1, 0) ON CONFLICT (one) DO NOTHING`
	sqlBegun = `SELECT at FROM readers_begun`
	// Its row lock keeps nodes that write at the same time apart.
	sqlLock = `UPDATE readers_begun SET writes = writes + 1 WHERE one = 1`

	sqlReaders = `SELECT principal, address, agent, first_read, last_read, pauses, holds FROM readers_reader`
	sqlKeep    = `INSERT INTO readers_reader (principal, address, agent, first_read, last_read, pauses, holds) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (principal, address, agent) DO UPDATE SET
			first_read = excluded.first_read, last_read = excluded.last_read, pauses = excluded.pauses, holds = excluded.holds`
	sqlDrop = `DELETE FROM readers_reader WHERE principal = $1 AND address = $2 AND agent = $3`
)
