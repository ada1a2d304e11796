package storagesvc

// The statements of this package, each declared once and portable between
// the engines.
const (
	sqlInsertConversation = `INSERT INTO storage_conversation (id, body, stored_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING`
	sqlConversation       = `SELECT body FROM storage_conversation WHERE id = $1`
	sqlCountConversations = `SELECT COUNT(*) FROM storage_conversation`

	sqlInsertDelivery = `INSERT INTO storage_delivery (id, conversation_id, sip, state, attempts, item_id, code, detail, created_at, changed_at)
		VALUES ($1, $2, $3, 'waiting', 0, '', '', '', $4, $4)`
	sqlDelivery = `SELECT d.id, d.conversation_id, d.sip, d.state, d.attempts, d.item_id, d.code, d.detail, d.created_at, d.changed_at, c.body
		FROM storage_delivery d JOIN storage_conversation c ON c.id = d.conversation_id WHERE d.id = $1`
	sqlDeliveriesOf = `SELECT sip FROM storage_delivery WHERE conversation_id = $1 ORDER BY sip`

	// An attempt is recorded before it is made, so that the one after it knows
	// that the item may be there already.
	sqlBeginAttempt = `UPDATE storage_delivery SET state = 'running', attempts = attempts + 1, changed_at = $2 WHERE id = $1 AND state NOT IN ('delivered', 'dead')`
	sqlDelivered    = `UPDATE storage_delivery SET state = 'delivered', item_id = $2, code = '', detail = '', changed_at = $3 WHERE id = $1`
	sqlRetrying     = `UPDATE storage_delivery SET state = 'retrying', code = $2, detail = $3, changed_at = $4 WHERE id = $1`
	sqlDead         = `UPDATE storage_delivery SET state = 'dead', code = $2, detail = $3, changed_at = $4 WHERE id = $1`
	sqlRevive       = `UPDATE storage_delivery SET state = 'waiting', created_at = $2, changed_at = $2 WHERE id = $1 AND state = 'dead'`

	sqlCountDeliveries = `SELECT state, COUNT(*) FROM storage_delivery GROUP BY state`
	sqlDeadLetters     = `SELECT id, conversation_id, sip, state, attempts, item_id, code, detail, created_at, changed_at
		FROM storage_delivery WHERE state = 'dead' AND ($1 = '' OR id = $1 OR conversation_id = $1) ORDER BY changed_at DESC, id LIMIT 1000`

	// After a crash on a database that only this process uses, nobody works on
	// these jobs any more and nobody leads; waiting for leases would only
	// delay what is known already.
	sqlReleaseOrphans = `UPDATE river_job SET state = 'available', attempted_at = NULL WHERE state = 'running'`
	sqlReleaseLeader  = `DELETE FROM river_leader`
)
