package journal

// In filters the empty string, the empty list ("") and the limits of a 64-bit
// number stand for "any".
const (
	sqlLogEvent = `INSERT INTO journal_events (at, event_id, level, source, log, text, detail, request_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

	sqlEvents = `SELECT id, at, event_id, level, source, log, text, detail, request_id
		FROM journal_events
		WHERE id < $1 AND at >= $2 AND at < $3
			AND (CAST($4 AS TEXT) = '' OR request_id = $4)
			AND (CAST($5 AS TEXT) = '' OR $5 LIKE '%,' || CAST(event_id AS TEXT) || ',%')
			AND (CAST($6 AS TEXT) = '' OR LOWER(level) = LOWER($6))
			AND (CAST($7 AS TEXT) = '' OR LOWER(source) = LOWER($7))
			AND (CAST($8 AS TEXT) = '' OR LOWER(log) = LOWER($8))
			AND (CAST($9 AS TEXT) = '' OR LOWER(text || ' ' || detail) LIKE LOWER($9) ESCAPE '\')
		ORDER BY id DESC LIMIT $10`

	sqlLogAccess = `INSERT INTO journal_accesses
			(at, request_id, endpoint, remote, accepted, kind, application, issuer, partner, username,
			 audience, signing_key, token_hash, step, reason, code, expires)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`

	sqlAccesses = `SELECT id, at, request_id, endpoint, remote, accepted, kind, application, issuer, partner,
			username, audience, signing_key, token_hash, step, reason, code, expires
		FROM journal_accesses
		WHERE id < $1 AND at >= $2 AND at < $3
			AND (CAST($4 AS TEXT) = '' OR request_id = $4)
			AND (CAST($5 AS BIGINT) < 0 OR accepted = (CAST($5 AS BIGINT) = 1))
			AND (CAST($6 AS TEXT) = '' OR LOWER(partner) = LOWER($6))
			AND (CAST($7 AS TEXT) = '' OR LOWER(username) = LOWER($7))
			AND (CAST($8 AS TEXT) = '' OR LOWER(application) = LOWER($8))
			AND (CAST($9 AS TEXT) = '' OR reason = $9)
		ORDER BY id DESC LIMIT $10`

	sqlPruneEventsByAge     = `DELETE FROM journal_events WHERE at < $1`
	sqlPruneEventsByCount   = `DELETE FROM journal_events WHERE id <= (SELECT MAX(id) FROM journal_events) - $1`
	sqlPruneAccessesByAge   = `DELETE FROM journal_accesses WHERE at < $1`
	sqlPruneAccessesByCount = `DELETE FROM journal_accesses WHERE id <= (SELECT MAX(id) FROM journal_accesses) - $1`
)
