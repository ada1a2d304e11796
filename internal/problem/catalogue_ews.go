package problem

import "net/http"

// Failures of the EWS face: what it refuses before, or instead of, asking the
// mailbox store.
const (
	EWSNotAllowed           Code = "ews.not-allowed"
	EWSOtherMailbox         Code = "ews.other-mailbox"
	EWSImpersonationMissing Code = "ews.impersonation-missing"
	EWSImpersonationRefused Code = "ews.impersonation-refused"
	EWSImpersonationDenied  Code = "ews.impersonation-denied"
	EWSImpersonationUnknown Code = "ews.impersonation-unknown"
	EWSUnknownOperation     Code = "ews.unknown-operation"
	EWSBusy                 Code = "ews.busy"
	EWSStopped              Code = "ews.stopped"
	EWSNoTransport          Code = "ews.no-transport"
	EWSDisposition          Code = "ews.disposition"
	EWSItemKind             Code = "ews.item-kind"
	EWSAttachment           Code = "ews.attachment"
	EWSReadReceipt          Code = "ews.read-receipt"
	EWSQuery                Code = "ews.query"
	EWSQueryPath            Code = "ews.query-path"
	EWSSortPath             Code = "ews.sort-path"
	EWSQueryValue           Code = "ews.query-value"
	EWSUpdate               Code = "ews.update"
	EWSNobody               Code = "ews.nobody"
)

func ewsRows() []Entry {
	return append(ewsRightsRows(), ewsRequestRows()...)
}

// ewsRightsRows say that the caller may not.
func ewsRightsRows() []Entry {
	return []Entry{{
		Code: EWSNotAllowed, Title: "the application's roles do not allow this", Public: true,
		Cause:      "The linked account of the partner application holds no management role that allows the operation or the folder; Recoverable Items needs ArchiveApplication.",
		Remedy:     "Look with Get-ManagementRoleAssignment -RoleAssignee <linked account>, then add what is missing: New-ManagementRoleAssignment -Role ArchiveApplication -User <linked account>.",
		HTTPStatus: http.StatusForbidden, EWS: "ErrorAccessDenied",
	}, {
		Code: EWSOtherMailbox, Title: "the folder belongs to another user's mailbox", Public: true,
		Cause:      "The request names the mailbox of somebody else than the user it is made for; there are no delegates here.",
		Remedy:     "Ask for the user's own mailbox, or act as the other user.",
		HTTPStatus: http.StatusForbidden, EWS: "ErrorAccessDenied",
	}, {
		Code: EWSImpersonationMissing, Title: "an application token names no user", Public: true,
		Cause:      "The token is for the application itself (app-only), and mailboxes belong to users.",
		Remedy:     "Send an act-as token for the user, or an ExchangeImpersonation header together with the role: New-ManagementRoleAssignment -Role ApplicationImpersonation -User <linked account>.",
		HTTPStatus: http.StatusForbidden, EWS: "ErrorImpersonationFailed",
	}, {
		Code: EWSImpersonationRefused, Title: "the token and the header both name a user", Public: true,
		Cause:      "An act-as token says already for whom it is; an ExchangeImpersonation header beside it would widen it.",
		Remedy:     "Leave the ExchangeImpersonation header out of the request.",
		HTTPStatus: http.StatusForbidden, EWS: "ErrorImpersonationDenied",
	}, {
		Code: EWSImpersonationDenied, Title: "the caller may not impersonate the user", Public: true,
		Cause:      "The account lacks the role ApplicationImpersonation, or the user is disabled or protected: nobody acts for administrators and built-in accounts.",
		Remedy:     "Give the role: New-ManagementRoleAssignment -Role ApplicationImpersonation -User <account>. For a protected user, act for an ordinary one instead.",
		HTTPStatus: http.StatusForbidden, EWS: "ErrorImpersonateUserDenied",
	}, {
		Code: EWSImpersonationUnknown, Title: "the user to impersonate was not found", Public: true,
		Cause:      "The ExchangeImpersonation header names nobody in the directory, or more than one user.",
		Remedy:     "Check the address in the header against the directory: Get-Mailbox -Identity <address>.",
		HTTPStatus: http.StatusNotFound, EWS: "ErrorNonExistentMailbox",
	}, {
		Code: EWSNobody, Title: "a request came past the door",
		Cause:  "The EWS handler was mounted without the door that establishes who calls.",
		Remedy: "This is a fault of the program: report it with the request id.",
		EWS:    "ErrorInternalServerError",
	}}
}

// ewsRequestRows say that the request cannot be served.
func ewsRequestRows() []Entry {
	return []Entry{{
		Code: EWSUnknownOperation, Title: "the operation is not implemented", Public: true,
		Cause:      "The client asked for an EWS operation this server does not have.",
		Remedy:     "Use GetFolder, FindFolder, CreateFolder, FindItem, GetItem, CreateItem, UpdateItem, DeleteItem or ConvertId.",
		HTTPStatus: http.StatusNotImplemented, EWS: "ErrorInvalidOperation",
	}, {
		Code: EWSBusy, Title: "the server has too many requests at once", Public: true,
		Cause:      "As many requests as the limit allows are being served.",
		Remedy:     "The client waits as long as BackOffMilliseconds says and tries again; raise the limit in the boot file when this is usual.",
		HTTPStatus: http.StatusServiceUnavailable, EWS: "ErrorServerBusy", Retry: Later, Severity: Warning,
	}, {
		Code: EWSStopped, Title: "the answer grew too large", Public: true,
		Cause:      "The client asked for more content in one request than one answer holds.",
		Remedy:     "Ask for fewer items at a time.",
		HTTPStatus: http.StatusOK, EWS: "ErrorBatchProcessingStopped", Retry: Later,
	}, {
		Code: EWSNoTransport, Title: "this server stores messages and does not send them", Public: true,
		Cause:      "The client asked to send a message (SendOnly or SendAndSaveCopy), and no mail transport is part of this server.",
		Remedy:     "Create the item with MessageDisposition SaveOnly, or send it with a mail server.",
		HTTPStatus: http.StatusNotImplemented, EWS: "ErrorInvalidOperation",
	}, {
		Code: EWSDisposition, Title: "the MessageDisposition is missing", Public: true,
		Cause:      "A message is created or updated without saying what happens to it.",
		Remedy:     "Send MessageDisposition=\"SaveOnly\".",
		HTTPStatus: http.StatusBadRequest, EWS: "ErrorMessageDispositionRequired",
	}, {
		Code: EWSItemKind, Title: "items of this kind cannot be stored", Public: true,
		Cause:      "The server stores messages, posts and plain items; what makes a contact, an appointment or a task would be lost.",
		Remedy:     "Send a Message with the wanted ItemClass and extended properties.",
		HTTPStatus: http.StatusNotImplemented, EWS: "ErrorInvalidOperation",
	}, {
		Code: EWSAttachment, Title: "the attachment cannot be stored", Public: true,
		Cause:      "The item brings an attached item, or both MimeContent and attachments.",
		Remedy:     "Send files as attachments, or put everything into MimeContent.",
		HTTPStatus: http.StatusBadRequest, EWS: "ErrorInvalidOperation",
	}, {
		Code: EWSReadReceipt, Title: "no read receipt is pending", Public: true,
		Cause:      "The client wants to suppress a read receipt that nobody would send.",
		Remedy:     "Nothing needs to be done.",
		HTTPStatus: http.StatusBadRequest, EWS: "ErrorReadReceiptNotPending", Severity: Info,
	}, {
		Code: EWSQuery, Title: "this kind of search is not implemented", Public: true,
		Cause:      "The request uses a QueryString or groups its results.",
		Remedy:     "Send a Restriction instead, without grouping.",
		HTTPStatus: http.StatusNotImplemented, EWS: "ErrorInvalidOperation",
	}, {
		Code: EWSQueryPath, Title: "the property cannot be searched", Public: true,
		Cause:      "A restriction names a property that cannot be compared.",
		Remedy:     "Use another property in the restriction.",
		HTTPStatus: http.StatusBadRequest, EWS: "ErrorUnsupportedPathForQuery",
	}, {
		Code: EWSSortPath, Title: "the property cannot be sorted by", Public: true,
		Cause:      "A sort order names a property that has no order.",
		Remedy:     "Use another property in the sort order.",
		HTTPStatus: http.StatusBadRequest, EWS: "ErrorUnsupportedPathForSortGroup",
	}, {
		Code: EWSQueryValue, Title: "a constant of the search does not fit its property", Public: true,
		Cause:      "A restriction compares a property with a text that is no value of its type, such as a date that is none.",
		Remedy:     "Write numbers in decimal, dates as 2006-01-02T15:04:05Z and binary values in base64.",
		HTTPStatus: http.StatusBadRequest, EWS: "ErrorInvalidValueForProperty",
	}, {
		Code: EWSUpdate, Title: "the property cannot be changed this way", Public: true,
		Cause:      "An update changes a property of the server, or does not hold the property it names.",
		Remedy:     "Leave the property out of the update.",
		HTTPStatus: http.StatusBadRequest, EWS: "ErrorInvalidPropertySet",
	}}
}
