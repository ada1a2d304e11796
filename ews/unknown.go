package ews

import "slices"

// UnknownRequest is a request for an operation this package does not model.
type UnknownRequest struct{ Name string }

// Operation returns the name of the operation.
func (u *UnknownRequest) Operation() string { return u.Name }

// String returns "unknown operation NAME".
func (u *UnknownRequest) String() string { return "unknown operation " + u.Name }

// FailedResponse answers any operation, known or not, with one failed message
// in the form that operation's clients expect. It is sent with HTTP status
// 200: an HTTP 500 for an operation a server does not have makes some clients
// ask for a password again.
type FailedResponse struct {
	Name    string // the operation, without "Response"
	Message ResponseMessage
}

// Operation returns the name of the operation.
func (r *FailedResponse) Operation() string { return r.Name }

func (r *FailedResponse) encode(w *writer) {
	m, response := r.Message, r.Name+"Response"
	if m.OK() {
		m = Failed(ErrorInvalidOperation, "")
	}
	switch {
	case slices.Contains(bareOperations(), r.Name):
		w.openOperation(response, "ResponseClass", string(m.class()))
		m.encodeOutcome(w)
	case r.Name == "GetUserOofSettings" || r.Name == "SetUserOofSettings":
		w.openOperation(response)
		m.encode(w, "m:ResponseMessage", nil)
	case r.Name == "GetUserAvailability":
		w.openOperation(response)
		w.open("m:FreeBusyResponseArray")
		w.open("m:FreeBusyResponse")
		m.encode(w, "m:ResponseMessage", nil)
		w.close("m:FreeBusyResponse")
		w.close("m:FreeBusyResponseArray")
	default:
		w.openOperation(response)
		w.open("m:ResponseMessages")
		m.encode(w, "m:"+r.Name+"ResponseMessage", nil)
		w.close("m:ResponseMessages")
	}
	w.close("m:" + response)
}

// decodeUnknownResponse finds the first outcome in the response of an
// operation this package does not model.
func decodeUnknownResponse(e element, operation string) *FailedResponse {
	r := &FailedResponse{Name: operation}
	for {
		if _, ok := e.find("ResponseClass"); ok {
			r.Message = decodeOutcome(e)
			return r
		}
		inner, found := element{}, false
		for c := range e.in(nsMessages) {
			inner, found = c, true
			break
		}
		if !found {
			return r
		}
		e = inner
	}
}

// bareOperations lists the operations whose outcome sits on the response
// element itself, without ResponseMessages.
func bareOperations() []string {
	return []string{
		"AddDelegate", "AddDistributionGroupToImList", "AddImContactToGroup", "AddImGroup",
		"AddNewImContactToGroup", "AddNewTelUriContactToGroup", "DisableApp", "DisconnectPhoneCall",
		"FindConversation", "FindMessageTrackingReport", "FindPeople", "GetAppManifests",
		"GetAppMarketplaceUrl", "GetDelegate", "GetDiscoverySearchConfiguration", "GetHoldOnMailboxes",
		"GetImItemList", "GetImItems", "GetInboxRules", "GetMailTips", "GetMessageTrackingReport",
		"GetNonIndexableItemDetails", "GetNonIndexableItemStatistics", "GetPasswordExpirationDate",
		"GetPersona", "GetPhoneCallInformation", "GetReminders", "GetRoomLists", "GetRooms",
		"GetSearchableMailboxes", "GetServiceConfiguration", "GetSharingFolder", "GetSharingMetadata",
		"GetUserPhoto", "GetUserRetentionPolicyTags", "InstallApp", "PerformReminderAction", "PlayOnPhone",
		"RefreshSharingFolder", "RemoveContactFromImList", "RemoveDelegate",
		"RemoveDistributionGroupFromImList", "RemoveImContactFromGroup", "RemoveImGroup",
		"SetHoldOnMailboxes", "SetImGroup", "SetImListMigrationCompleted", "SetTeamMailbox",
		"UninstallApp", "UpdateDelegate", "UpdateInboxRules",
	}
}

func (u *UnknownRequest) encode(w *writer) { w.empty("m:"+u.Name, "xmlns:m", messagesURI) }
