package problem

import "net/http"

// Failures of management roles and their assignments.
const (
	RBACUnknownRole       Code = "rbac.unknown-role"
	RBACUnknownAssignment Code = "rbac.unknown-assignment"
	RBACTaken             Code = "rbac.taken"
	RBACInvalid           Code = "rbac.invalid"
	RoleAssigned          Code = "rbac.assigned"
	RBACUnknownType       Code = "rbac.unknown-application-type"
)

func rbacRows() []Entry {
	return []Entry{{
		Code:       RBACUnknownRole,
		Title:      "there is no such management role",
		Cause:      "The name of the role is misspelt, or the role means nothing here.",
		Remedy:     "Use UserApplication, ArchiveApplication, LegalHoldApplication, 'Mailbox Search', TeamMailboxLifecycleApplication or ApplicationImpersonation.",
		HTTPStatus: http.StatusBadRequest,
	}, {
		Code:       RBACUnknownAssignment,
		Title:      "there is no such role assignment",
		Cause:      "No assignment has this name.",
		Remedy:     "List what there is: Get-ManagementRoleAssignment -RoleAssignee <account>.",
		HTTPStatus: http.StatusNotFound,
	}, {
		Code:       RBACTaken,
		Title:      "a role assignment with this name exists already",
		Cause:      "The name was given by hand and belongs to another assignment.",
		Remedy:     "Leave -Name out, so that a free name is found, or choose another one.",
		HTTPStatus: http.StatusConflict,
	}, {
		Code:       RBACInvalid,
		Title:      "the role assignment cannot be made as asked",
		Cause:      "An assignment belongs to an account, and its name has at most 64 characters.",
		Remedy:     "Name the account with -User, and leave -Name out or choose a shorter one.",
		HTTPStatus: http.StatusBadRequest,
	}, {
		Code:       RoleAssigned,
		Title:      "the account has this role already",
		Cause:      "A role is assigned to an account once.",
		Remedy:     "Nothing is left to do. See what the account has: Get-ManagementRoleAssignment -RoleAssignee <account>.",
		Severity:   Warning,
		HTTPStatus: http.StatusConflict,
	}, {
		Code:       RBACUnknownType,
		Title:      "there is no set of roles for this kind of partner application",
		Cause:      "The application type decides which roles the partner's account gets.",
		Remedy:     "Use -ApplicationType Lync or -ApplicationType SharePoint.",
		HTTPStatus: http.StatusBadRequest,
	}}
}
