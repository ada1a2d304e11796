package problem

import "net/http"

// Failures of the directory: accounts, groups, passwords.
const (
	DirectoryAddress    Code = "directory.address"
	DirectorySID        Code = "directory.sid"
	DirectoryName       Code = "directory.name"
	DirectoryUnknown    Code = "directory.unknown"
	DirectoryAmbiguous  Code = "directory.ambiguous"
	DirectoryTaken      Code = "directory.taken"
	DirectoryConflict   Code = "directory.conflict"
	DirectoryNoGroup    Code = "directory.no-group"
	DirectoryGroupCycle Code = "directory.group-cycle"
	DirectoryBuiltIn    Code = "directory.built-in"
	DirectoryPassword   Code = "directory.password"
	DirectoryLogOn      Code = "directory.log-on"
)

func directoryRows() []Entry {
	return append(accountInputRows(), accountRows()...)
}

func accountInputRows() []Entry {
	return []Entry{{
		Code:       DirectoryAddress,
		Title:      "this is not an address of the form user@domain",
		Cause:      "A user principal name, an e-mail or a SIP address is written in a form that no directory entry can have, or it was copied with characters that only look right.",
		Remedy:     "Type the address by hand: user@domain in plain ASCII, without quotes, spaces, brackets or parameters.",
		HTTPStatus: http.StatusBadRequest,
	}, {
		Code:       DirectorySID,
		Title:      "this is not a security identifier",
		Cause:      "A security identifier has the form S-1-5-21-<number>-<number>-<number>-<number>.",
		Remedy:     "Copy the identifier as the directory prints it, for example: Get-CsUser <user> | Select-Object Sid.",
		HTTPStatus: http.StatusBadRequest,
	}, {
		Code:       DirectoryName,
		Title:      "this name cannot be given to an account or a group",
		Cause:      "The name is empty, too long, or holds a character that account names must not have.",
		Remedy:     `Choose a name of at most 20 characters without " / \ [ ] : ; | = , + * ? < > @.`,
		HTTPStatus: http.StatusBadRequest,
	}, {
		Code:       DirectoryPassword,
		Title:      "this password cannot be set",
		Cause:      "A password is between 1 and 256 bytes long.",
		Remedy:     "Choose another password.",
		HTTPStatus: http.StatusBadRequest,
	}}
}

func accountRows() []Entry {
	return []Entry{{
		Code:       DirectoryUnknown,
		Title:      "the directory has no such user",
		Cause:      "Nobody in the directory has this name, address or identifier.",
		Remedy:     "Check the spelling, then look for the user by another name: Get-CsUser, or Get-Mailbox on Exchange.",
		HTTPStatus: http.StatusNotFound,
		EWS:        "ErrorNonExistentMailbox",
		CmdletText: "The operation couldn't be performed because object '<identity>' couldn't be found.",
	}, {
		Code:       DirectoryAmbiguous,
		Title:      "more than one user in the directory has this name or address",
		Cause:      "Two accounts share an e-mail or SIP address, which happens when forests are brought together, or a name is used in more than one place.",
		Remedy:     "Name the user by user principal name, SID or DOMAIN\\name, and take the shared address away from the account that should not have it.",
		HTTPStatus: http.StatusConflict,
	}, {
		Code:       DirectoryTaken,
		Title:      "another account has this name already",
		Cause:      "User principal name, account name and security identifier belong to one account only.",
		Remedy:     "Choose another name, or change or remove the account that has it.",
		HTTPStatus: http.StatusConflict,
	}, {
		Code:       DirectoryConflict,
		Title:      "the account was changed by somebody else in the meantime",
		Cause:      "Two changes of the same account met; the second one would have undone the first.",
		Remedy:     "Repeat the command; it then starts from the account as it is now.",
		Retry:      Later,
		HTTPStatus: http.StatusConflict,
	}, {
		Code:       DirectoryNoGroup,
		Title:      "the directory has no such group",
		Cause:      "The organisation of the account has no group of this name.",
		Remedy:     "Check the spelling; the group that lets an operator run the storage test is RTCUniversalUserAdmins.",
		HTTPStatus: http.StatusNotFound,
	}, {
		Code:       DirectoryGroupCycle,
		Title:      "a group cannot be a member of itself",
		Cause:      "The group to add contains, directly or through others, the group it is to be added to.",
		Remedy:     "Take the inner membership away first.",
		HTTPStatus: http.StatusConflict,
	}, {
		Code:       DirectoryBuiltIn,
		Title:      "this account or group belongs to the directory itself",
		Cause:      "Built-in accounts and groups carry rights that other parts rely on.",
		Remedy:     "Disable the account instead of removing it.",
		HTTPStatus: http.StatusConflict,
	}, {
		// One answer for every reason, so that nobody learns which accounts
		// exist; the reason stands in the log.
		Code:       DirectoryLogOn,
		Title:      "user name or password is not right",
		Cause:      "The account does not exist, is disabled, has no password, or the password is another one.",
		Remedy:     "Check user name and password. An administrator finds the reason in the log under the request id.",
		HTTPStatus: http.StatusUnauthorized,
		Public:     true,
	}}
}
