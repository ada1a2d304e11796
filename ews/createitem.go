package ews

// MessageDisposition says what happens to a message that is created or
// updated.
type MessageDisposition string

// The message dispositions.
const (
	SaveOnly        MessageDisposition = "SaveOnly"
	SendOnly        MessageDisposition = "SendOnly"
	SendAndSaveCopy MessageDisposition = "SendAndSaveCopy"
)

// CreateItemRequest makes items.
type CreateItemRequest struct {
	// Disposition is mandatory for messages; empty means absent.
	Disposition MessageDisposition
	// SendMeetingInvitations belongs to calendar items.
	SendMeetingInvitations string
	// Folder is SavedItemFolderId; nil means the default for the disposition.
	Folder *FolderID
	Items  []Item
}

// CreateItemResponse holds one message per item, in order.
type CreateItemResponse struct{ Messages []ItemMessage }

// Operation returns "CreateItem".
func (*CreateItemRequest) Operation() string { return "CreateItem" }

// Operation returns "CreateItem".
func (*CreateItemResponse) Operation() string { return "CreateItem" }
