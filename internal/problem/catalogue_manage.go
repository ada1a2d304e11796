package problem

import "net/http"

// Failures of the management API and of what operators ask of it.
const (
	ManageUnreachable Code = "manage.unreachable"
	ManageLogOn       Code = "manage.log-on"
	ManageTooMany     Code = "manage.too-many-log-ons"
	ManageSession     Code = "manage.session"
	ManageDenied      Code = "manage.denied"
	ManageUserAdmins  Code = "manage.not-user-admin"
	ManageRequest     Code = "manage.request"
	ManageUnknownCall Code = "manage.unknown-call"
	ManageNotFound    Code = "manage.not-found"
	ManageParameter   Code = "manage.parameter"
	ManageNoRole      Code = "manage.no-role"
	ManageOperator    Code = "manage.has-operator"
)

func manageRows() []Entry {
	return []Entry{{
		Code:       ManageUnreachable,
		Title:      "the management API cannot be reached",
		Cause:      "No node is running there, the socket file or address is another node's, or the answer came from something else.",
		Remedy:     "Start the node (`matchseal lab` or `matchseal serve --config FILE`) and name its directory with --dir or its address with --node.",
		HTTPStatus: http.StatusServiceUnavailable,
		Retry:      Later,
	}, {
		Code:       ManageLogOn,
		Title:      "the operator could not log on",
		Cause:      "The account does not exist in the directory, is disabled, or the password is wrong.",
		Remedy:     "Check account and password; name an operator with --as USER, for example --as administrator. In a new deployment nobody is there yet: make the first one on the node's machine, `matchseal directory add-user NAME --upn NAME@DOMAIN --operator`.",
		HTTPStatus: http.StatusUnauthorized,
		Public:     true,
	}, {
		Code:       ManageTooMany,
		Title:      "too many log-ons have failed",
		Cause:      "Wrong passwords came from this address, or for this account, more often than a person mistypes.",
		Remedy:     "Wait as long as the message says, or use the socket file on the machine itself.",
		HTTPStatus: http.StatusTooManyRequests,
		Severity:   Warning,
		Retry:      Later,
		Public:     true,
	}, {
		Code:       ManageSession,
		Title:      "no valid session",
		Cause:      "The call came without a log-on, or the session has ended.",
		Remedy:     "Log on again.",
		HTTPStatus: http.StatusUnauthorized,
		Public:     true,
	}, {
		Code:       ManageDenied,
		Title:      "the operator may not do this",
		Cause:      "The operator's account is not in a group that carries this right, or was put there after the log-on: membership counts from the next log-on.",
		Remedy:     "Add the account to the directory group that the message names, then log off and on again.",
		HTTPStatus: http.StatusForbidden,
		Public:     true,
	}, {
		Code:       ManageUserAdmins,
		Title:      "the operator is not in RTCUniversalUserAdmins",
		Cause:      "The connectivity test may be run by members of RTCUniversalUserAdmins only, and membership is read at log-on.",
		Remedy:     "Add the account to RTCUniversalUserAdmins (Add-ADGroupMember RTCUniversalUserAdmins ACCOUNT, or `matchseal directory add-member RTCUniversalUserAdmins ACCOUNT`), log off and on again, and repeat the test.",
		HTTPStatus: http.StatusForbidden,
		Cmdlet:     5,
		CmdletText: "Access Denied",
		Public:     true,
	}, {
		Code:       ManageRequest,
		Title:      "the request cannot be read",
		Cause:      "The body is not the JSON object that this call takes, or it is larger than allowed.",
		Remedy:     "Use a client of the same version as the node (`matchseal version` on both).",
		HTTPStatus: http.StatusBadRequest,
		Public:     true,
	}, {
		Code:       ManageUnknownCall,
		Title:      "the node knows no such call",
		Cause:      "The node is of another version, or does not run the role that the call belongs to.",
		Remedy:     "Ask the node that runs the role; compare `matchseal version` on both sides.",
		HTTPStatus: http.StatusNotFound,
		Public:     true,
	}, {
		Code:       ManageNotFound,
		Title:      "no such object",
		Cause:      "Nothing of that name is there.",
		Remedy:     "List what is there with the matching Get- command and use a name from it.",
		HTTPStatus: http.StatusNotFound,
		Public:     true,
	}, {
		Code:       ManageParameter,
		Title:      "a parameter has a value that cannot be used",
		Cause:      "The value is not of the form that the parameter takes.",
		Remedy:     "Correct the value as the message says.",
		HTTPStatus: http.StatusBadRequest,
		Public:     true,
	}, {
		Code:       ManageOperator,
		Title:      "the deployment has an operator already",
		Cause:      "The first operator is made over the socket file while nobody is in Organization Management; every later one is made by an operator.",
		Remedy:     "Log on as an operator (--as NAME) and use `matchseal directory add-user NAME --upn NAME@DOMAIN`, then `matchseal directory add-member GROUP NAME`.",
		HTTPStatus: http.StatusConflict,
		Public:     true,
	}, {
		Code:       ManageNoRole,
		Title:      "the node does not run this role",
		Cause:      "The command belongs to another server role.",
		Remedy:     "Name the node that runs the role, for example with --role exchange or --role skype.",
		HTTPStatus: http.StatusNotFound,
		Public:     true,
	}}
}
