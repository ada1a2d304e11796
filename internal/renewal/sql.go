package renewal

import "embed"

//go:embed migrations/*.sql
var migrations embed.FS

// Every statement of the package, portable between the engines.
const (
	sqlAnnounced = `SELECT thumbprint, purpose, owner, mark FROM renewal_announced`
	// Of several nodes one comes first; for the others the row stays as it is.
	sqlAnnounce = `INSERT INTO renewal_announced (thumbprint, purpose, owner, mark, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (thumbprint, purpose, owner) DO UPDATE SET mark = excluded.mark, at = excluded.at
		WHERE renewal_announced.mark > excluded.mark`

	sqlTold      = `SELECT version, thumbprint FROM renewal_told`
	sqlFirstTold = `INSERT INTO renewal_told (one, version, thumbprint) VALUES (1, 1, $1) ON CONFLICT (one) DO NOTHING`
	sqlTell      = `UPDATE renewal_told SET version = version + 1, thumbprint = $2 WHERE version = $1`
)
