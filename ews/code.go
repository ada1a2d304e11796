package ews

// ResponseCode is the outcome of one response message or the cause of a fault.
// Codes that are not listed here pass through unchanged.
type ResponseCode string

// The codes that clients are known to branch on.
const (
	NoError                                          ResponseCode = "NoError"
	ErrorAccessDenied                                ResponseCode = "ErrorAccessDenied"
	ErrorAccountDisabled                             ResponseCode = "ErrorAccountDisabled"
	ErrorBatchProcessingStopped                      ResponseCode = "ErrorBatchProcessingStopped"
	ErrorCannotCreateNonCalendarItemInCalendarFolder ResponseCode = "ErrorCannotCreateNonCalendarItemInCalendarFolder"
	ErrorCannotDeleteObject                          ResponseCode = "ErrorCannotDeleteObject"
	ErrorChangeKeyRequired                           ResponseCode = "ErrorChangeKeyRequired"
	ErrorCreateItemAccessDenied                      ResponseCode = "ErrorCreateItemAccessDenied"
	ErrorDeleteDistinguishedFolder                   ResponseCode = "ErrorDeleteDistinguishedFolder"
	ErrorExceededConnectionCount                     ResponseCode = "ErrorExceededConnectionCount"
	ErrorExceededSubscriptionCount                   ResponseCode = "ErrorExceededSubscriptionCount"
	ErrorFolderExists                                ResponseCode = "ErrorFolderExists"
	ErrorFolderNotFound                              ResponseCode = "ErrorFolderNotFound"
	ErrorImContactLimitReached                       ResponseCode = "ErrorImContactLimitReached"
	ErrorImGroupDisplayNameAlreadyExists             ResponseCode = "ErrorImGroupDisplayNameAlreadyExists"
	ErrorImGroupLimitReached                         ResponseCode = "ErrorImGroupLimitReached"
	ErrorImpersonateUserDenied                       ResponseCode = "ErrorImpersonateUserDenied"
	ErrorImpersonationDenied                         ResponseCode = "ErrorImpersonationDenied"
	ErrorImpersonationFailed                         ResponseCode = "ErrorImpersonationFailed"
	ErrorIncorrectSchemaVersion                      ResponseCode = "ErrorIncorrectSchemaVersion"
	ErrorInternalServerError                         ResponseCode = "ErrorInternalServerError"
	ErrorInternalServerTransientError                ResponseCode = "ErrorInternalServerTransientError"
	ErrorInvalidChangeKey                            ResponseCode = "ErrorInvalidChangeKey"
	ErrorInvalidExtendedProperty                     ResponseCode = "ErrorInvalidExtendedProperty"
	ErrorInvalidIdEmpty                              ResponseCode = "ErrorInvalidIdEmpty"
	ErrorInvalidIdMalformed                          ResponseCode = "ErrorInvalidIdMalformed"
	ErrorInvalidIdXml                                ResponseCode = "ErrorInvalidIdXml"
	ErrorInvalidImContactId                          ResponseCode = "ErrorInvalidImContactId"
	ErrorInvalidImGroupId                            ResponseCode = "ErrorInvalidImGroupId"
	ErrorInvalidOperation                            ResponseCode = "ErrorInvalidOperation"
	ErrorInvalidPropertyRequest                      ResponseCode = "ErrorInvalidPropertyRequest"
	ErrorInvalidPropertySet                          ResponseCode = "ErrorInvalidPropertySet"
	ErrorInvalidRequest                              ResponseCode = "ErrorInvalidRequest"
	ErrorInvalidSchemaVersionForMailboxVersion       ResponseCode = "ErrorInvalidSchemaVersionForMailboxVersion"
	ErrorInvalidServerVersion                        ResponseCode = "ErrorInvalidServerVersion"
	ErrorInvalidSubscription                         ResponseCode = "ErrorInvalidSubscription"
	ErrorInvalidSyncStateData                        ResponseCode = "ErrorInvalidSyncStateData"
	ErrorIrresolvableConflict                        ResponseCode = "ErrorIrresolvableConflict"
	ErrorItemNotFound                                ResponseCode = "ErrorItemNotFound"
	ErrorItemSave                                    ResponseCode = "ErrorItemSave"
	ErrorMailboxStoreUnavailable                     ResponseCode = "ErrorMailboxStoreUnavailable"
	ErrorMessageSizeExceeded                         ResponseCode = "ErrorMessageSizeExceeded"
	ErrorMimeContentConversionFailed                 ResponseCode = "ErrorMimeContentConversionFailed"
	ErrorMimeContentInvalid                          ResponseCode = "ErrorMimeContentInvalid"
	ErrorMissedNotificationEvents                    ResponseCode = "ErrorMissedNotificationEvents"
	ErrorMissingRecipients                           ResponseCode = "ErrorMissingRecipients"
	ErrorNameResolutionMultipleResults               ResponseCode = "ErrorNameResolutionMultipleResults"
	ErrorNameResolutionNoResults                     ResponseCode = "ErrorNameResolutionNoResults"
	ErrorNoRespondingCASInDestinationSite            ResponseCode = "ErrorNoRespondingCASInDestinationSite"
	ErrorNonExistentMailbox                          ResponseCode = "ErrorNonExistentMailbox"
	ErrorNonPrimarySmtpAddress                       ResponseCode = "ErrorNonPrimarySmtpAddress"
	ErrorParentFolderNotFound                        ResponseCode = "ErrorParentFolderNotFound"
	ErrorPropertyUpdate                              ResponseCode = "ErrorPropertyUpdate"
	ErrorQuotaExceeded                               ResponseCode = "ErrorQuotaExceeded"
	ErrorReadReceiptNotPending                       ResponseCode = "ErrorReadReceiptNotPending"
	ErrorSchemaValidation                            ResponseCode = "ErrorSchemaValidation"
	ErrorSendAsDenied                                ResponseCode = "ErrorSendAsDenied"
	ErrorServerBusy                                  ResponseCode = "ErrorServerBusy"
	ErrorSubscriptionNotFound                        ResponseCode = "ErrorSubscriptionNotFound"
	ErrorTimeoutExpired                              ResponseCode = "ErrorTimeoutExpired"
	ErrorUnableToRemoveImContactFromGroup            ResponseCode = "ErrorUnableToRemoveImContactFromGroup"
	ErrorUnsupportedPathForQuery                     ResponseCode = "ErrorUnsupportedPathForQuery"
	ErrorUnsupportedPathForSortGroup                 ResponseCode = "ErrorUnsupportedPathForSortGroup"
	ErrorUserNotAllowedByPolicy                      ResponseCode = "ErrorUserNotAllowedByPolicy"
)

// Text returns the sentence Exchange sends with a code.
func (c ResponseCode) Text() string {
	switch c {
	case ErrorAccessDenied:
		return "Access is denied. Check credentials and try again."
	case ErrorFolderNotFound:
		return "The specified folder could not be found in the store."
	case ErrorItemNotFound:
		return "The specified object was not found in the store."
	case ErrorInvalidIdMalformed:
		return "Id is malformed."
	case ErrorInvalidServerVersion:
		return "The specified server version is invalid."
	case ErrorSchemaValidation:
		return "The request failed schema validation."
	case ErrorServerBusy:
		return "The server cannot service this request right now. Try again later."
	}
	return "The request failed with " + string(c) + "."
}
