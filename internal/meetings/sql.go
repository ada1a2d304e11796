package meetings

const (
	sqlInsert = `INSERT INTO meetings (id, conference, owner, organizer, fields, expires, version, created, changed)
		VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $7)`
	sqlCount = `SELECT COUNT(*) FROM meetings WHERE owner = $1`
	sqlList  = `SELECT id, conference, organizer, fields, expires, version, created, changed
		FROM meetings WHERE owner = $1 ORDER BY created, id`
	sqlGet = `SELECT id, conference, organizer, fields, expires, version, created, changed
		FROM meetings WHERE owner = $1 AND id = $2`
	sqlUpdate = `UPDATE meetings SET fields = $3, expires = $4, changed = $5, version = version + 1
		WHERE owner = $1 AND id = $2 AND version = $6`
	sqlDelete = `DELETE FROM meetings WHERE owner = $1 AND id = $2`
	sqlExpire = `DELETE FROM meetings WHERE owner = $1 AND expires < $2`
)
