package settings

const (
	sqlGet = `SELECT name, version, document, changed_at, changed_by
		FROM settings WHERE kind = $1 AND name_key = $2`

	sqlList = `SELECT name, version, document, changed_at, changed_by
		FROM settings WHERE kind = $1 ORDER BY name_key`

	sqlInsert = `INSERT INTO settings (kind, name_key, name, version, document, changed_at, changed_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`

	sqlUpdate = `UPDATE settings SET version = $3, document = $4, changed_at = $5, changed_by = $6
		WHERE kind = $1 AND name_key = $2`

	sqlDelete = `DELETE FROM settings WHERE kind = $1 AND name_key = $2`

	sqlLastVersion = `SELECT COALESCE(MAX(version), 0) FROM settings_changes WHERE kind = $1 AND name_key = $2`

	sqlLogChange = `INSERT INTO settings_changes
			(kind, name_key, name, version, changed_at, changed_by, before_doc, after_doc)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

	// The empty kind or name stands for all of them.
	sqlChanges = `SELECT kind, name, version, changed_at, changed_by, before_doc, after_doc
		FROM settings_changes
		WHERE (CAST($1 AS TEXT) = '' OR kind = $1) AND (CAST($2 AS TEXT) = '' OR name_key = $2)
		ORDER BY id DESC LIMIT $3`
)
