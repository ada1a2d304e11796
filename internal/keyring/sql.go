package keyring

// Every statement of the package, portable between the engines.
const (
	selectState = `SELECT version, state FROM keyring_state`
	updateState = `UPDATE keyring_state SET version = version + 1, state = $2 WHERE version = $1`
	// A change of the certificates that the state rests on makes every change
	// of the state that began before it start again.
	raiseVersion = `UPDATE keyring_state SET version = version + 1`

	selectCertificates = `SELECT thumbprint, der, sealed_key, friendly_name, services, exportable, created FROM keyring_certificates`
	selectAll          = selectCertificates + ` ORDER BY created, thumbprint`
	selectOne          = selectCertificates + ` WHERE thumbprint = $1`

	upsertCertificate = `
		INSERT INTO keyring_certificates (thumbprint, der, sealed_key, friendly_name, services, exportable, created)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (thumbprint) DO UPDATE SET
			sealed_key = COALESCE(excluded.sealed_key, keyring_certificates.sealed_key),
			friendly_name = CASE WHEN excluded.friendly_name = '' THEN keyring_certificates.friendly_name ELSE excluded.friendly_name END,
			services = CASE WHEN excluded.services = '' THEN keyring_certificates.services ELSE excluded.services END,
			exportable = CASE WHEN excluded.sealed_key IS NULL THEN keyring_certificates.exportable ELSE excluded.exportable END`
	updateServices    = `UPDATE keyring_certificates SET services = $2 WHERE thumbprint = $1`
	deleteCertificate = `DELETE FROM keyring_certificates WHERE thumbprint = $1`

	selectDefaults  = `SELECT service, thumbprint FROM keyring_defaults`
	upsertDefault   = `INSERT INTO keyring_defaults (service, thumbprint) VALUES ($1, $2) ON CONFLICT (service) DO UPDATE SET thumbprint = excluded.thumbprint`
	deleteDefaultOf = `DELETE FROM keyring_defaults WHERE thumbprint = $1`

	countPending  = `SELECT COUNT(*), COALESCE(MAX(number), 0) FROM keyring_requests`
	selectPending = `SELECT number, der, request, sealed_key, friendly_name, services, exportable, created FROM keyring_requests ORDER BY number`
	insertPending = `
		INSERT INTO keyring_requests (number, thumbprint, der, request, sealed_key, friendly_name, services, exportable, created)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	deletePending = `DELETE FROM keyring_requests WHERE thumbprint = $1`
)
