package partner

import "embed"

//go:embed migrations/*.sql
var migrations embed.FS

const (
	sqlGeneration     = `SELECT n FROM partner_generation WHERE id = 1`
	sqlBumpGeneration = `UPDATE partner_generation SET n = n + 1 WHERE id = 1`

	sqlRecords = `SELECT kind, name, application, realm, url, settings, version, created, changed
		FROM partner_record ORDER BY kind, name_key`
	// The version is the generation of the write that made the row: it never
	// comes again, not even after the record was removed and added anew.
	sqlInsertRecord = `INSERT INTO partner_record
		(kind, name_key, name, application, realm, url, settings, version, created, changed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, (SELECT n FROM partner_generation WHERE id = 1), $8, $9)`
	sqlDeleteRecord = `DELETE FROM partner_record WHERE kind = $1 AND name_key = $2`

	sqlDocuments = `SELECT kind, name_key, etag, endpoint, fetched, changed, tried, next, failures, last_error
		FROM partner_document`
	sqlDeleteDocument = `DELETE FROM partner_document WHERE kind = $1 AND name_key = $2`
	sqlInsertDocument = `INSERT INTO partner_document
		(kind, name_key, etag, endpoint, fetched, changed, tried, next, failures, last_error)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	// An outcome is stored only over the attempt it started from: of two
	// nodes that fetched at the same time, the first to answer wins.
	sqlUpdateDocument = `UPDATE partner_document
		SET etag = $3, endpoint = $4, fetched = $5, changed = $6, tried = $7, next = $8, failures = $9, last_error = $10
		WHERE kind = $1 AND name_key = $2 AND tried = $11`
	// One node takes the attempt that is due; the others see it taken.
	sqlClaimDocument = `UPDATE partner_document SET next = $3 WHERE kind = $1 AND name_key = $2 AND next = $4`

	sqlKeys = `SELECT kind, name_key, thumbprint, state, der, since
		FROM partner_key ORDER BY kind, name_key, place, thumbprint`
	sqlDeleteKeys = `DELETE FROM partner_key WHERE kind = $1 AND name_key = $2`
	sqlInsertKey  = `INSERT INTO partner_key (kind, name_key, thumbprint, place, state, der, since)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`

	sqlDenied       = `SELECT thumbprint, reason, denied_by, since FROM partner_denied ORDER BY since, thumbprint`
	sqlInsertDenied = `INSERT INTO partner_denied (thumbprint, reason, denied_by, since) VALUES ($1, $2, $3, $4)`
	sqlDeleteDenied = `DELETE FROM partner_denied WHERE thumbprint = $1`
)
