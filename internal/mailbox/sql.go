package mailbox

// Every statement of the package. The WHERE and ORDER BY of a query on items
// are written by plan.go out of fixed pieces; values are always parameters.

const (
	insertInstance = `INSERT INTO mailbox_instance (one, guid, secret) VALUES (1, $1, $2) ON CONFLICT (one) DO NOTHING`
	selectInstance = `SELECT guid, secret FROM mailbox_instance`
)

// Mailboxes.
const (
	upsertMailbox = `
		INSERT INTO mailboxes (guid, user_id, smtp, enabled, created, last_change, used, quota)
		VALUES ($1, $2, $3, 1, $4, 0, 0, 0)
		ON CONFLICT (user_id) DO UPDATE SET smtp = excluded.smtp, enabled = 1`

	disableMailbox = `UPDATE mailboxes SET enabled = 0 WHERE user_id = $1 AND enabled = 1`
	updateQuota    = `UPDATE mailboxes SET quota = $2 WHERE user_id = $1`

	mailboxColumns = `
		SELECT m.id, m.guid, m.user_id, m.smtp, m.created, m.used, m.quota,
		       (SELECT CAST(COALESCE(SUM(f.total), 0) AS BIGINT) FROM mailbox_folders f WHERE f.mailbox_id = m.id)
		FROM mailboxes m`
	selectMailbox        = mailboxColumns + ` WHERE m.user_id = $1`
	selectEnabledMailbox = mailboxColumns + ` WHERE m.user_id = $1 AND m.enabled = 1`
	selectMailboxes      = mailboxColumns + ` WHERE m.enabled = 1 ORDER BY m.smtp, m.id`

	// Every write begins here: on PostgreSQL the row's lock lines up the
	// writers of one mailbox. No row comes back when the quota is exceeded.
	nextChange = `
		UPDATE mailboxes SET last_change = last_change + 1, used = used + $2
		WHERE id = $1 AND ($2 <= 0 OR quota = 0 OR used + $2 <= quota)
		RETURNING last_change`
)

// Folders.
const (
	insertFolder = `
		INSERT INTO mailbox_folders (guid, mailbox_id, parent_id, distinguished, name, name_key, class, properties,
			created, modified, content_modified, change, next_article, total, unread, size)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $9, $10, 1, 0, 0, 0)
		RETURNING id`

	folderColumns = `
		SELECT f.id, f.guid, f.parent_id, p.guid, f.distinguished, f.name, f.class, f.properties,
		       f.created, f.modified, f.content_modified, f.change, f.next_article, f.total, f.unread, f.size,
		       (SELECT COUNT(*) FROM mailbox_folders c WHERE c.parent_id = f.id)
		FROM mailbox_folders f LEFT JOIN mailbox_folders p ON p.id = f.parent_id`
	selectFolder              = folderColumns + ` WHERE f.mailbox_id = $1 AND f.guid = $2`
	selectDistinguishedFolder = folderColumns + ` WHERE f.mailbox_id = $1 AND f.distinguished = $2`
	selectFolders             = folderColumns + ` WHERE f.mailbox_id = $1 ORDER BY f.name_key, f.id`

	selectDistinguishedNames = `SELECT distinguished, id FROM mailbox_folders WHERE mailbox_id = $1 AND distinguished IS NOT NULL`

	updateFolder = `
		UPDATE mailbox_folders SET parent_id = $2, name = $3, name_key = $4, class = $5, properties = $6, modified = $7, change = $8
		WHERE id = $1`

	// What a write to the items of a folder does to its counters.
	touchFolder = `
		UPDATE mailbox_folders SET next_article = next_article + $2, total = total + $3, unread = unread + $4, size = size + $5,
			content_modified = $6, change = $7
		WHERE id = $1
		RETURNING next_article`

	deleteFolder = `DELETE FROM mailbox_folders WHERE id = $1`
)

// Items.
const (
	insertItem = `
		INSERT INTO mailbox_items (guid, mailbox_id, folder_id, associated, article, change, class_key, subject_key, message_id_key,
			flags, importance, sensitivity, sent, received, created, modified, size, details)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, $16, $17)
		RETURNING id`

	updateItem = `
		UPDATE mailbox_items SET change = $2, class_key = $3, subject_key = $4, message_id_key = $5,
			flags = $6, importance = $7, sensitivity = $8, sent = $9, received = $10, modified = $11, size = $12, details = $13
		WHERE id = $1`

	moveItem   = `UPDATE mailbox_items SET folder_id = $2, article = $3, change = $4, modified = $5 WHERE id = $1`
	deleteItem = `DELETE FROM mailbox_items WHERE id = $1`

	selectItems = `
		SELECT i.id, i.guid, i.folder_id, f.guid, i.associated, i.article, i.change, i.flags, i.importance, i.sensitivity,
		       i.sent, i.received, i.created, i.modified, i.size, i.details
		FROM mailbox_items i JOIN mailbox_folders f ON f.id = i.folder_id`
	selectItem = selectItems + ` WHERE i.mailbox_id = $1 AND i.guid = $2`

	selectItemRow = selectItems + ` WHERE i.id = $1`

	countItems  = `SELECT COUNT(*) FROM mailbox_items i`
	folderItems = `SELECT id FROM mailbox_items WHERE folder_id = $1 LIMIT $2`
)

// Contents and properties of items. To what selectContents and selectProperties
// say, belonging adds of which items.
const (
	upsertContent = `
		INSERT INTO mailbox_contents (item_id, body_type, body, mime) VALUES ($1, $2, $3, $4)
		ON CONFLICT (item_id) DO UPDATE SET body_type = excluded.body_type, body = excluded.body, mime = excluded.mime`
	selectContents = `SELECT item_id, body_type, body, mime FROM mailbox_contents`
	deleteContent  = `DELETE FROM mailbox_contents WHERE item_id = $1`

	insertProperty = `
		INSERT INTO mailbox_properties (item_id, name, mailbox_id, position, type, value, lookup)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`
	selectProperties = `SELECT item_id, name, type, value FROM mailbox_properties`
	deleteProperties = `DELETE FROM mailbox_properties WHERE item_id = $1`
)
