package problem

import "net/http"

// Failures of the mailbox store.
const (
	MailboxNone              Code = "mailbox.none"
	MailboxNoAddress         Code = "mailbox.no-address"
	MailboxIDEmpty           Code = "mailbox.id-empty"
	MailboxIDMalformed       Code = "mailbox.id-malformed"
	MailboxIDNotFolder       Code = "mailbox.id-not-folder"
	MailboxIDNotItem         Code = "mailbox.id-not-item"
	MailboxFolderNotFound    Code = "mailbox.folder-not-found"
	MailboxItemNotFound      Code = "mailbox.item-not-found"
	MailboxFolderExists      Code = "mailbox.folder-exists"
	MailboxFolderName        Code = "mailbox.folder-name"
	MailboxFolderBuiltIn     Code = "mailbox.folder-built-in"
	MailboxFolderMove        Code = "mailbox.folder-move"
	MailboxFolderParent      Code = "mailbox.folder-parent"
	MailboxChangeKeyRequired Code = "mailbox.change-key-required"
	MailboxChangeKeyInvalid  Code = "mailbox.change-key-invalid"
	MailboxConflict          Code = "mailbox.conflict"
	MailboxPropertyValue     Code = "mailbox.property-value"
	MailboxPropertyReadOnly  Code = "mailbox.property-read-only"
	MailboxRestriction       Code = "mailbox.restriction"
	MailboxTooComplex        Code = "mailbox.too-complex"
	MailboxTooLarge          Code = "mailbox.too-large"
	MailboxQuota             Code = "mailbox.quota"
	MailboxMIME              Code = "mailbox.mime"
)

func mailboxRows() []Entry {
	return append(mailboxObjectRows(), mailboxContentRows()...)
}

func mailboxObjectRows() []Entry {
	return []Entry{{
		Code: MailboxNone, Title: "the user has no mailbox", Public: true,
		Cause:      "The user exists in the directory, but no mailbox was ever enabled for it on this server, or it was disabled.",
		Remedy:     "Run Enable-Mailbox -Identity <user> on the Exchange role, or test with a user that has a mailbox.",
		HTTPStatus: http.StatusNotFound, EWS: "ErrorNonExistentMailbox",
	}, {
		Code: MailboxNoAddress, Title: "the user has no e-mail address",
		Cause:      "A mailbox is found by the primary SMTP address of its user, and this user has none in the directory.",
		Remedy:     "Give the user an address in the directory, then run Enable-Mailbox -Identity <user> again.",
		HTTPStatus: http.StatusBadRequest,
	}, {
		Code: MailboxIDEmpty, Title: "an id is empty", Public: true,
		Cause:      "The client sent an empty folder or item id.",
		Remedy:     "Send the id as GetFolder, FindItem or CreateItem returned it.",
		HTTPStatus: http.StatusBadRequest, EWS: "ErrorInvalidIdEmpty",
	}, {
		Code: MailboxIDMalformed, Title: "an id is malformed", Public: true,
		Cause:      "The id was shortened, changed on its way, or comes from another server.",
		Remedy:     "Send the id byte for byte as this server returned it; after a mailbox moved here, let the client synchronise afresh.",
		HTTPStatus: http.StatusBadRequest, EWS: "ErrorInvalidIdMalformed",
	}, {
		Code: MailboxIDNotFolder, Title: "an item id stands where a folder id is needed", Public: true,
		Cause:      "The client sent the id of an item in a FolderId.",
		Remedy:     "Send a folder id, or a DistinguishedFolderId such as conversationhistory.",
		HTTPStatus: http.StatusBadRequest, EWS: "ErrorCannotUseItemIdForFolderId",
	}, {
		Code: MailboxIDNotItem, Title: "a folder id stands where an item id is needed", Public: true,
		Cause:      "The client sent the id of a folder in an ItemId.",
		Remedy:     "Send an item id as FindItem or CreateItem returned it.",
		HTTPStatus: http.StatusBadRequest, EWS: "ErrorCannotUseFolderIdForItemId",
	}, {
		Code: MailboxFolderNotFound, Title: "the folder does not exist", Public: true,
		Cause:      "The folder was deleted, belongs to another mailbox, or is a distinguished folder this mailbox does not have.",
		Remedy:     "Look with GetFolder or FindFolder which folders the mailbox has; Enable-Mailbox adds missing default folders.",
		HTTPStatus: http.StatusNotFound, EWS: "ErrorFolderNotFound",
	}, {
		Code: MailboxItemNotFound, Title: "the item does not exist", Public: true,
		Cause:      "The item was deleted or belongs to another mailbox.",
		Remedy:     "Look with FindItem whether the item is still there; a deleted one may be in Recoverable Items.",
		HTTPStatus: http.StatusNotFound, EWS: "ErrorItemNotFound",
	}, {
		Code: MailboxFolderExists, Title: "a folder of that name exists", Public: true,
		Cause:      "The parent folder already has a folder of this name; names ignore case.",
		Remedy:     "Use the folder that exists, or choose another name.",
		HTTPStatus: http.StatusConflict, EWS: "ErrorFolderExists",
	}, {
		Code: MailboxFolderName, Title: "the folder name cannot be used", Public: true,
		Cause:      "The name is empty, longer than 255 characters or holds control characters.",
		Remedy:     "Choose a name of 1 to 255 printable characters.",
		HTTPStatus: http.StatusBadRequest, EWS: "ErrorFolderSave",
	}, {
		Code: MailboxFolderBuiltIn, Title: "a default folder cannot be deleted or renamed", Public: true,
		Cause:      "The folder is one that every mailbox has.",
		Remedy:     "Delete the items in it instead.",
		HTTPStatus: http.StatusBadRequest, EWS: "ErrorDeleteDistinguishedFolder",
	}, {
		Code: MailboxFolderMove, Title: "the folder cannot be moved there", Public: true,
		Cause:      "The destination is the folder itself or lies inside it.",
		Remedy:     "Choose a destination outside the folder.",
		HTTPStatus: http.StatusBadRequest, EWS: "ErrorMoveCopyFailed",
	}, {
		Code: MailboxFolderParent, Title: "no folder can be made there", Public: true,
		Cause:      "Recoverable Items has the folders it has; it takes items, not folders.",
		Remedy:     "Make the folder elsewhere, for example below msgfolderroot.",
		HTTPStatus: http.StatusForbidden, EWS: "ErrorAccessDenied",
	}}
}

func mailboxContentRows() []Entry {
	return []Entry{{
		Code: MailboxChangeKeyRequired, Title: "the change key is missing", Public: true,
		Cause:      "An update that resolves conflicts was sent without the change key of the version it is based on.",
		Remedy:     "Send the ChangeKey with the ItemId, or set ConflictResolution to AlwaysOverwrite.",
		HTTPStatus: http.StatusBadRequest, EWS: "ErrorChangeKeyRequiredForWriteOperations",
	}, {
		Code: MailboxChangeKeyInvalid, Title: "the change key is not valid", Public: true,
		Cause:      "The change key was changed on its way or belongs to another object.",
		Remedy:     "Read the object again and send the ChangeKey as it was returned.",
		HTTPStatus: http.StatusBadRequest, EWS: "ErrorInvalidChangeKey",
	}, {
		Code: MailboxConflict, Title: "the item was changed in the meantime", Public: true,
		Cause:      "Another client changed the item after this one had read it.",
		Remedy:     "Read the item again and repeat the change on the new version.",
		HTTPStatus: http.StatusConflict, EWS: "ErrorIrresolvableConflict",
	}, {
		Code: MailboxPropertyValue, Title: "a property value does not fit its type", Public: true,
		Cause:      "A value in the request cannot be read as the type it was sent with.",
		Remedy:     "Correct the value or the PropertyType in the client.",
		HTTPStatus: http.StatusBadRequest, EWS: "ErrorInvalidExtendedPropertyValue",
	}, {
		Code: MailboxPropertyReadOnly, Title: "the property is kept by the server", Public: true,
		Cause:      "The client tried to write a property that the server computes, such as a size or an article number.",
		Remedy:     "Leave the property out of the request.",
		HTTPStatus: http.StatusBadRequest, EWS: "ErrorInvalidPropertySet",
	}, {
		Code: MailboxRestriction, Title: "the restriction cannot be evaluated", Public: true,
		Cause:      "A search compares a property in a way its type does not allow.",
		Remedy:     "Compare numbers with numbers and texts with texts; Excludes takes an integer property.",
		HTTPStatus: http.StatusBadRequest, EWS: "ErrorUnsupportedPathForQuery",
	}, {
		Code: MailboxTooComplex, Title: "the restriction is too large", Public: true,
		Cause:      "A search has more conditions or is nested deeper than the server evaluates.",
		Remedy:     "Split the search into several.",
		HTTPStatus: http.StatusBadRequest, EWS: "ErrorRestrictionTooComplex",
	}, {
		Code: MailboxTooLarge, Title: "the item is too large", Public: true,
		Cause:      "The item, or one of its parts, exceeds the limit of the store.",
		Remedy:     "Send a smaller item; split a long conversation into several items.",
		HTTPStatus: http.StatusRequestEntityTooLarge, EWS: "ErrorMessageSizeExceeded",
	}, {
		Code: MailboxQuota, Title: "the mailbox is full", Public: true,
		Cause:      "The item would bring the mailbox over its quota.",
		Remedy:     "Delete items, or raise the quota with Set-Mailbox -Identity <user> -ProhibitSendReceiveQuota <bytes>.",
		HTTPStatus: http.StatusInsufficientStorage, EWS: "ErrorQuotaExceeded", Retry: Later,
	}, {
		Code: MailboxMIME, Title: "the MIME content cannot be read", Public: true,
		Cause:      "The MimeContent of an item is not an internet message.",
		Remedy:     "Send an RFC 5322 message in base64, or send properties instead of MimeContent.",
		HTTPStatus: http.StatusBadRequest, EWS: "ErrorMimeContentInvalid",
	}}
}
