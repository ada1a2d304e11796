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

	sqlFaults = `SELECT kind, what FROM renewal_faults`
	sqlFault  = `INSERT INTO renewal_faults (kind, what, at) VALUES ($1, $2, $3)
		ON CONFLICT (kind) DO UPDATE SET what = excluded.what, at = excluded.at WHERE renewal_faults.what <> excluded.what`
	sqlCured = `DELETE FROM renewal_faults WHERE kind = $1`

	sqlBridge    = `SELECT bridge, later, effective FROM renewal_bridge`
	sqlSetBridge = `INSERT INTO renewal_bridge (one, bridge, later, effective) VALUES (1, $1, $2, $3)
		ON CONFLICT (one) DO UPDATE SET bridge = excluded.bridge, later = excluded.later, effective = excluded.effective`
	// Named, so that only the plan that was read is given up.
	sqlDropBridge = `DELETE FROM renewal_bridge WHERE bridge = $1`

	sqlHanded = `SELECT digest FROM renewal_handed WHERE folder = $1`
	sqlHand   = `INSERT INTO renewal_handed (folder, digest) VALUES ($1, $2)
		ON CONFLICT (folder) DO UPDATE SET digest = excluded.digest WHERE renewal_handed.digest <> excluded.digest`
)
