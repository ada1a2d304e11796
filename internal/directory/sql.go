package directory

// Every statement of the package, portable between the engines.

const (
	selectGeneration = `SELECT generation FROM directory_state`
	// Every change begins here: the row's lock lines up the writers.
	raiseGeneration = `UPDATE directory_state SET generation = generation + 1 RETURNING generation`
)

// Organisations.
const (
	selectOrganisation = `SELECT organisation_key, organisation, domain, sid FROM directory_organisations WHERE organisation_key = $1`
	insertOrganisation = `
		INSERT INTO directory_organisations (organisation_key, organisation, domain, domain_key, netbios_key, sid, next_rid)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (netbios_key) DO NOTHING`
	takeRID = `UPDATE directory_organisations SET next_rid = next_rid + 1 WHERE organisation_key = $1 RETURNING next_rid - 1`
)

// Users. A user is protected by a flag of its own, or as a member, however
// deep, of a group that protects.
const (
	selectUsers = `
		WITH RECURSIVE guarded (id) AS (
			SELECT m.member_id FROM directory_members m JOIN directory_groups g ON g.id = m.group_id WHERE g.protects = 1
			UNION
			SELECT m.member_id FROM directory_members m JOIN guarded ON guarded.id = m.group_id
		)
		SELECT u.id, u.name, u.common_name, u.display_name, u.upn, u.smtp, u.sip, u.sid, o.organisation, u.container,
		       u.enabled, CASE WHEN u.protected = 1 OR u.id IN (SELECT id FROM guarded) THEN 1 ELSE 0 END,
		       u.service, u.linked, u.version, u.created, u.changed, u.password
		FROM directory_users u JOIN directory_organisations o ON o.organisation_key = u.organisation_key`

	inOrganisation = ` AND ($2 = '' OR u.organisation_key = $2) ORDER BY u.upn_key LIMIT 100`

	selectUserByID      = selectUsers + ` WHERE u.id = $1` + inOrganisation
	selectUserBySID     = selectUsers + ` WHERE u.sid = $1` + inOrganisation
	selectUserByUPN     = selectUsers + ` WHERE u.upn_key = $1` + inOrganisation
	selectUserBySMTP    = selectUsers + ` WHERE u.smtp_key = $1` + inOrganisation
	selectUserBySIP     = selectUsers + ` WHERE u.sip_key = $1` + inOrganisation
	selectUserByName    = selectUsers + ` WHERE u.name_key = $1` + inOrganisation
	selectUserByCommon  = selectUsers + ` WHERE u.common_key = $1` + inOrganisation
	selectUserByDisplay = selectUsers + ` WHERE u.display_key = $1` + inOrganisation
	selectUserByPath    = selectUsers + ` WHERE u.container_key || '/' || u.common_key = $1` + inOrganisation
	selectUserByDomain  = selectUsers + ` WHERE u.name_key = $1 AND (o.netbios_key = $2 OR o.domain_key = $2) ORDER BY u.upn_key LIMIT 100`

	selectAllUsers = selectUsers + ` WHERE ($1 = '' OR u.organisation_key = $1) ORDER BY u.organisation_key, u.name_key`
	// One part of a long list: it goes along the index of account names.
	selectUsersAfter = selectUsers + ` WHERE u.organisation_key = $1 AND u.name_key > $2 ORDER BY u.name_key LIMIT $3`

	insertUser = `
		INSERT INTO directory_users (id, organisation_key, name, name_key, common_name, common_key, container, container_key,
			display_name, display_key, upn, upn_key, smtp, smtp_key, sip, sip_key, sid,
			enabled, protected, service, linked, password, version, created, changed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, '', 1, $22, $22)
		ON CONFLICT DO NOTHING`

	updateUser = `
		UPDATE directory_users SET name = $2, name_key = $3, common_name = $4, common_key = $5, container = $6, container_key = $7,
			display_name = $8, display_key = $9, upn = $10, upn_key = $11, smtp = $12, smtp_key = $13, sip = $14, sip_key = $15,
			enabled = $16, protected = CASE WHEN $17 < 0 THEN protected ELSE $17 END, service = $18, version = version + 1, changed = $19
		WHERE id = $1`

	updatePassword = `UPDATE directory_users SET password = $2, version = version + 1, changed = $3 WHERE id = $1`
	deleteUser     = `DELETE FROM directory_users WHERE id = $1`

	// Who has what a new or changed user wants: one row for each clash.
	selectTaken = `
		SELECT CASE WHEN upn_key = $2 THEN 'user principal name' WHEN sid = $3 THEN 'security identifier'
		            WHEN name_key = $4 THEN 'account name' ELSE 'name in this container' END, upn
		FROM directory_users
		WHERE id <> $1 AND (upn_key = $2 OR sid = $3 OR organisation_key = $5
			AND (name_key = $4 OR container_key = $6 AND common_key = $7))
		ORDER BY upn_key LIMIT 1`
)

// Groups.
const (
	insertGroup = `
		INSERT INTO directory_groups (id, organisation_key, name, name_key, sid, built_in, protects)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (organisation_key, name_key) DO NOTHING`
	selectCountBuiltIn = `SELECT COUNT(*) FROM directory_groups WHERE organisation_key = $1 AND built_in = 1`

	selectGroup  = `SELECT id FROM directory_groups WHERE organisation_key = $1 AND name_key = $2`
	selectGroups = `
		SELECT g.name, g.sid, o.organisation, g.built_in, g.protects
		FROM directory_groups g JOIN directory_organisations o ON o.organisation_key = g.organisation_key
		WHERE ($1 = '' OR g.organisation_key = $1) ORDER BY g.organisation_key, g.name_key`

	// The group of that name in the organisation of the user.
	selectGroupOfUser = `
		SELECT g.id FROM directory_groups g JOIN directory_users u ON u.organisation_key = g.organisation_key
		WHERE u.id = $1 AND g.name_key = $2`
	insertMember  = `INSERT INTO directory_members (group_id, member_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	deleteMember  = `DELETE FROM directory_members WHERE group_id = $1 AND member_id = $2`
	deleteMembers = `DELETE FROM directory_members WHERE member_id = $1`

	// up holds the groups above a member, the nearest and all above them.
	withGroupsAbove = `
		WITH RECURSIVE up (id) AS (
			SELECT group_id FROM directory_members WHERE member_id = $1
			UNION
			SELECT m.group_id FROM directory_members m JOIN up ON up.id = m.member_id
		) `
	selectMemberOf = withGroupsAbove + `SELECT g.name FROM directory_groups g JOIN up ON up.id = g.id ORDER BY g.name_key`
	selectIsAbove  = withGroupsAbove + `SELECT COUNT(*) FROM up WHERE id = $2`
	selectGuards   = withGroupsAbove + `SELECT COUNT(*) FROM directory_groups WHERE protects = 1 AND (id = $1 OR id IN (SELECT id FROM up))`

	selectMembers = `
		SELECT id, name, path, sid, is_group FROM (
			SELECT u.id AS id, u.name AS name, u.name_key AS name_key, u.container || '/' || u.common_name AS path, u.sid AS sid, 0 AS is_group
			FROM directory_members m JOIN directory_users u ON u.id = m.member_id WHERE m.group_id = $1
			UNION ALL
			SELECT g.id, g.name, g.name_key, o.domain || '/Users/' || g.name, g.sid, 1
			FROM directory_members m JOIN directory_groups g ON g.id = m.member_id
				JOIN directory_organisations o ON o.organisation_key = g.organisation_key WHERE m.group_id = $1
		) AS members WHERE name_key > $2 ORDER BY name_key, is_group LIMIT $3`

	// The accounts in a group, however deep, that can log on.
	selectCountBelow = `
		WITH RECURSIVE below (id) AS (
			SELECT member_id FROM directory_members WHERE group_id = $1
			UNION
			SELECT m.member_id FROM directory_members m JOIN below ON below.id = m.group_id
		)
		SELECT COUNT(*) FROM directory_users u JOIN below ON below.id = u.id WHERE u.enabled = 1`
)
