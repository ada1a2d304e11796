package ews

// ResponseCode is the outcome of one response message or the cause of a fault.
// Codes that are not listed here pass through unchanged.
type ResponseCode string

// The codes that clients are known to branch on.
const (
	NoError                                    ResponseCode = "NoError"
	ErrorAccessDenied                          ResponseCode = "ErrorAccessDenied"
	ErrorAccountDisabled                       ResponseCode = "ErrorAccountDisabled"
	ErrorBatchProcessingStopped                ResponseCode = "ErrorBatchProcessingStopped"
	ErrorCannotDeleteObject                    ResponseCode = "ErrorCannotDeleteObject"
	ErrorChangeKeyRequired                     ResponseCode = "ErrorChangeKeyRequired"
	ErrorChangeKeyRequiredForWriteOperations   ResponseCode = "ErrorChangeKeyRequiredForWriteOperations"
	ErrorCreateItemAccessDenied                ResponseCode = "ErrorCreateItemAccessDenied"
	ErrorDeleteDistinguishedFolder             ResponseCode = "ErrorDeleteDistinguishedFolder"
	ErrorExceededConnectionCount               ResponseCode = "ErrorExceededConnectionCount"
	ErrorExceededSubscriptionCount             ResponseCode = "ErrorExceededSubscriptionCount"
	ErrorFolderExists                          ResponseCode = "ErrorFolderExists"
	ErrorFolderNotFound                        ResponseCode = "ErrorFolderNotFound"
	ErrorImContactLimitReached                 ResponseCode = "ErrorImContactLimitReached"
	ErrorImGroupDisplayNameAlreadyExists       ResponseCode = "ErrorImGroupDisplayNameAlreadyExists"
	ErrorImGroupLimitReached                   ResponseCode = "ErrorImGroupLimitReached"
	ErrorImpersonateUserDenied                 ResponseCode = "ErrorImpersonateUserDenied"
	ErrorImpersonationDenied                   ResponseCode = "ErrorImpersonationDenied"
	ErrorImpersonationFailed                   ResponseCode = "ErrorImpersonationFailed"
	ErrorIncorrectSchemaVersion                ResponseCode = "ErrorIncorrectSchemaVersion"
	ErrorInternalServerError                   ResponseCode = "ErrorInternalServerError"
	ErrorInternalServerTransientError          ResponseCode = "ErrorInternalServerTransientError"
	ErrorInvalidChangeKey                      ResponseCode = "ErrorInvalidChangeKey"
	ErrorInvalidExtendedProperty               ResponseCode = "ErrorInvalidExtendedProperty"
	ErrorInvalidIdEmpty                        ResponseCode = "ErrorInvalidIdEmpty"
	ErrorInvalidIdMalformed                    ResponseCode = "ErrorInvalidIdMalformed"
	ErrorInvalidIdXml                          ResponseCode = "ErrorInvalidIdXml"
	ErrorInvalidImContactId                    ResponseCode = "ErrorInvalidImContactId"
	ErrorInvalidImGroupId                      ResponseCode = "ErrorInvalidImGroupId"
	ErrorInvalidOperation                      ResponseCode = "ErrorInvalidOperation"
	ErrorInvalidPropertyAppend                 ResponseCode = "ErrorInvalidPropertyAppend"
	ErrorInvalidPropertyDelete                 ResponseCode = "ErrorInvalidPropertyDelete"
	ErrorInvalidPropertyRequest                ResponseCode = "ErrorInvalidPropertyRequest"
	ErrorInvalidPropertySet                    ResponseCode = "ErrorInvalidPropertySet"
	ErrorInvalidRequest                        ResponseCode = "ErrorInvalidRequest"
	ErrorInvalidSchemaVersionForMailboxVersion ResponseCode = "ErrorInvalidSchemaVersionForMailboxVersion"
	ErrorInvalidServerVersion                  ResponseCode = "ErrorInvalidServerVersion"
	ErrorInvalidSubscription                   ResponseCode = "ErrorInvalidSubscription"
	ErrorInvalidSyncStateData                  ResponseCode = "ErrorInvalidSyncStateData"
	ErrorIrresolvableConflict                  ResponseCode = "ErrorIrresolvableConflict"
	ErrorItemNotFound                          ResponseCode = "ErrorItemNotFound"
	ErrorItemSave                              ResponseCode = "ErrorItemSave"
	ErrorMailboxStoreUnavailable               ResponseCode = "ErrorMailboxStoreUnavailable"
	ErrorMessageSizeExceeded                   ResponseCode = "ErrorMessageSizeExceeded"
	ErrorMimeContentConversionFailed           ResponseCode = "ErrorMimeContentConversionFailed"
	ErrorMimeContentInvalid                    ResponseCode = "ErrorMimeContentInvalid"
	ErrorMissedNotificationEvents              ResponseCode = "ErrorMissedNotificationEvents"
	ErrorMissingRecipients                     ResponseCode = "ErrorMissingRecipients"
	ErrorNameResolutionMultipleResults         ResponseCode = "ErrorNameResolutionMultipleResults"
	ErrorNameResolutionNoResults               ResponseCode = "ErrorNameResolutionNoResults"
	ErrorNoRespondingCASInDestinationSite      ResponseCode = "ErrorNoRespondingCASInDestinationSite"
	ErrorNonExistentMailbox                    ResponseCode = "ErrorNonExistentMailbox"
	ErrorNonPrimarySmtpAddress                 ResponseCode = "ErrorNonPrimarySmtpAddress"
	ErrorParentFolderNotFound                  ResponseCode = "ErrorParentFolderNotFound"
	ErrorPropertyUpdate                        ResponseCode = "ErrorPropertyUpdate"
	ErrorQuotaExceeded                         ResponseCode = "ErrorQuotaExceeded"
	ErrorReadReceiptNotPending                 ResponseCode = "ErrorReadReceiptNotPending"
	ErrorSchemaValidation                      ResponseCode = "ErrorSchemaValidation"
	ErrorSendAsDenied                          ResponseCode = "ErrorSendAsDenied"
	ErrorServerBusy                            ResponseCode = "ErrorServerBusy"
	ErrorSubscriptionNotFound                  ResponseCode = "ErrorSubscriptionNotFound"
	ErrorTimeoutExpired                        ResponseCode = "ErrorTimeoutExpired"
	ErrorUnableToRemoveImContactFromGroup      ResponseCode = "ErrorUnableToRemoveImContactFromGroup"
	ErrorUnsupportedPathForQuery               ResponseCode = "ErrorUnsupportedPathForQuery"
	ErrorUnsupportedPathForSortGroup           ResponseCode = "ErrorUnsupportedPathForSortGroup"
	ErrorUpdatePropertyMismatch                ResponseCode = "ErrorUpdatePropertyMismatch"
	ErrorUserNotAllowedByPolicy                ResponseCode = "ErrorUserNotAllowedByPolicy"
)

// since returns the version whose schema first has a code. Clients that
// validate responses refuse a code their schema does not list.
func (c ResponseCode) since() Version {
	switch c {
	case ErrorExceededConnectionCount, ErrorExceededSubscriptionCount, ErrorMissedNotificationEvents,
		ErrorInvalidSchemaVersionForMailboxVersion, ErrorUserNotAllowedByPolicy:
		return Exchange2010
	case ErrorImContactLimitReached, ErrorImGroupDisplayNameAlreadyExists, ErrorImGroupLimitReached,
		ErrorInvalidImContactId, ErrorInvalidImGroupId, ErrorUnableToRemoveImContactFromGroup:
		return Exchange2013
	}
	return Exchange2007
}

// Text returns the sentence Exchange sends with a code, or a plain one for a
// code without.
func (c ResponseCode) Text() string {
	if text, ok := c.sentence(); ok {
		return text
	}
	return "The request failed with " + string(c) + "."
}

func (c ResponseCode) sentence() (string, bool) {
	text := ""
	switch c {
	case ErrorAccessDenied:
		text = "Access is denied. Check credentials and try again."
	case ErrorBatchProcessingStopped:
		text = "An internal server error occurred. Processing of this item has been stopped because of an earlier error."
	case ErrorChangeKeyRequired, ErrorChangeKeyRequiredForWriteOperations:
		text = "The change key passed in the request is missing or out of date."
	case ErrorDeleteDistinguishedFolder:
		text = "Distinguished folders cannot be deleted."
	case ErrorFolderExists:
		text = "A folder with the specified name already exists."
	case ErrorFolderNotFound:
		text = "The specified folder could not be found in the store."
	case ErrorImpersonateUserDenied:
		text = "The account does not have permission to impersonate the requested user."
	case ErrorInternalServerError:
		text = "An internal server error occurred. The operation failed."
	case ErrorInternalServerTransientError:
		text = "An internal server error occurred. Try again later."
	case ErrorInvalidChangeKey:
		text = "The change key is invalid."
	case ErrorInvalidIdEmpty:
		text = "Id must be non-empty."
	case ErrorInvalidIdMalformed:
		text = "Id is malformed."
	case ErrorInvalidOperation:
		text = "The requested operation is invalid."
	case ErrorInvalidRequest:
		text = "The request is invalid."
	case ErrorInvalidServerVersion:
		text = "The specified server version is invalid."
	case ErrorIrresolvableConflict:
		text = "The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item."
	case ErrorItemNotFound:
		text = "The specified object was not found in the store."
	case ErrorMailboxStoreUnavailable:
		text = "The mailbox database is temporarily unavailable."
	case ErrorMessageSizeExceeded:
		text = "The message exceeds the maximum supported size."
	case ErrorNonExistentMailbox:
		text = "The SMTP address has no mailbox associated with it."
	case ErrorQuotaExceeded:
		text = "The mailbox quota has been exceeded."
	case ErrorSchemaValidation:
		text = "The request failed schema validation."
	case ErrorServerBusy:
		text = "The server cannot service this request right now. Try again later."
	}
	return text, text != ""
}
