package rbac

// Every statement of the package, portable between the engines.
const (
	selectAssignments = `SELECT name, role, assignee_id, assignee, created FROM rbac_assignments ORDER BY name_key`
	selectAssignment  = `SELECT name FROM rbac_assignments WHERE role = $1 AND assignee_id = $2`
	selectRoles       = `SELECT role FROM rbac_assignments WHERE assignee_id = $1 ORDER BY role`

	insertAssignment = `
		INSERT INTO rbac_assignments (name_key, name, role, assignee_id, assignee, created)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name_key) DO NOTHING`
	deleteAssignment = `DELETE FROM rbac_assignments WHERE name_key = $1`
)
