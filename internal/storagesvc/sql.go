package storagesvc

// The statements of this package, each declared once and portable between
// the engines.
const (
	sqlInsertConversation = `INSERT INTO storage_conversation (id, body, stored_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING`
	sqlCountConversations = `SELECT COUNT(*) FROM storage_conversation`

	sqlInsertDelivery = `INSERT INTO storage_delivery (id, conversation_id, sip, job_id, state, attempts, item_id, code, detail, created_at, changed_at)
		VALUES ($1, $2, $3, $4, 'waiting', 0, '', '', '', $5, $5)`
	sqlDelivery = `SELECT d.id, d.conversation_id, d.sip, d.state, d.attempts, d.item_id, d.code, d.detail, d.created_at, d.changed_at, c.body
		FROM storage_delivery d JOIN storage_conversation c ON c.id = d.conversation_id WHERE d.id = $1`
	// The second half tells how many of the first the queue is working on.
	sqlCountDeliveries = `SELECT state, 0, COUNT(*) FROM storage_delivery GROUP BY state
		UNION ALL
		SELECT d.state, 1, COUNT(*) FROM river_job j JOIN storage_delivery d ON d.job_id = j.id
		WHERE j.state = 'running' AND d.state IN ('waiting', 'retrying') GROUP BY d.state`

	// Delivered is final, whatever an attempt that was thought dead says later.
	sqlDelivered = `UPDATE storage_delivery SET state = 'delivered', attempts = attempts + 1, item_id = $2, code = '', detail = '', changed_at = $3 WHERE id = $1`
	sqlRetrying  = `UPDATE storage_delivery SET state = 'retrying', attempts = attempts + 1, code = $2, detail = $3, changed_at = $4 WHERE id = $1 AND state <> 'delivered'`
	sqlDead      = `UPDATE storage_delivery SET state = 'dead', attempts = attempts + 1, code = $2, detail = $3, changed_at = $4 WHERE id = $1 AND state <> 'delivered'`

	sqlDeadLetters = `SELECT id, conversation_id, sip, state, attempts, item_id, code, detail, created_at, changed_at
		FROM storage_delivery WHERE state = 'dead' AND ($1 = '' OR id = $1 OR conversation_id = $1) ORDER BY changed_at DESC, id LIMIT $2`
	sqlDeadBefore = `SELECT id FROM storage_delivery
		WHERE state = 'dead' AND ($1 = '' OR id = $1 OR conversation_id = $1) AND changed_at <= $2 ORDER BY changed_at, id LIMIT $3`
	// A revived delivery is as old as its new life, but its attempts count on:
	// one of them may have left the item.
	sqlRevive = `UPDATE storage_delivery SET state = 'waiting', job_id = $2, created_at = $3, changed_at = $3 WHERE id = $1`

	sqlForgettable = `SELECT id FROM storage_conversation WHERE stored_at < $1 AND NOT EXISTS (
			SELECT 1 FROM storage_delivery d WHERE d.conversation_id = storage_conversation.id AND (d.state <> 'delivered' OR d.changed_at >= $1)
		) ORDER BY stored_at LIMIT $2`
	sqlForgetDeliveries   = `DELETE FROM storage_delivery WHERE conversation_id = $1`
	sqlForgetConversation = `DELETE FROM storage_conversation WHERE id = $1`

	// After a crash on a database that only this process uses, nobody works on
	// these jobs any more and nobody leads; waiting for leases would only
	// delay what is known already.
	sqlOrphans       = `SELECT id FROM river_job WHERE state = 'running'`
	sqlReleaseOrphan = `UPDATE river_job SET state = 'available' WHERE id = $1 AND state = 'running'`
	sqlReleaseLeader = `DELETE FROM river_leader`

	sqlHurry = `UPDATE river_job SET state = 'available', scheduled_at = CURRENT_TIMESTAMP
		WHERE state IN ('available', 'scheduled', 'retryable') AND scheduled_at > CURRENT_TIMESTAMP
		AND id IN (SELECT job_id FROM storage_delivery WHERE state = 'retrying' AND code NOT IN ('storage.no-answer', 'storage.unclear'))`

	// PostgreSQL only: one node at a time migrates the queue's tables. The
	// number is "storages" in ASCII.
	sqlLockMigration   = `SELECT pg_advisory_lock(8319396948711269747)`
	sqlUnlockMigration = `SELECT pg_advisory_unlock(8319396948711269747)`
)
