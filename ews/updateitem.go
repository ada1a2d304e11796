package ews

// ConflictResolution says what happens when the item changed since the change
// key was read.
type ConflictResolution string

// The conflict resolutions.
const (
	NeverOverwrite  ConflictResolution = "NeverOverwrite"
	AutoResolve     ConflictResolution = "AutoResolve"
	AlwaysOverwrite ConflictResolution = "AlwaysOverwrite"
)

// UpdateItemRequest changes items.
type UpdateItemRequest struct {
	ConflictResolution ConflictResolution
	// Disposition is mandatory for messages; empty means absent.
	Disposition MessageDisposition
	// SendMeetingInvitationsOrCancellations belongs to calendar items.
	SendMeetingInvitationsOrCancellations string
	// SuppressReadReceipts is known from Exchange 2013_SP1 on.
	SuppressReadReceipts bool
	// Folder is SavedItemFolderId, for updates that send.
	Folder  *FolderID
	Changes []ItemChange
}

// ItemChange is the updates of one item, applied in order.
type ItemChange struct {
	ID      ItemID
	Updates []FieldUpdate
}

// UpdateKind is what happens to a property.
type UpdateKind string

// The kinds of update.
const (
	SetField    UpdateKind = "SetItemField"
	AppendField UpdateKind = "AppendToItemField"
	DeleteField UpdateKind = "DeleteItemField"
)

// FieldUpdate changes one property.
type FieldUpdate struct {
	Kind  UpdateKind
	Field FieldPath
	// Item holds the new value of that property and nothing else; nil for
	// DeleteField.
	Item *Item
}

// UpdateItemResponse holds one message per changed item, in order.
type UpdateItemResponse struct{ Messages []UpdateItemMessage }

// UpdateItemMessage is the answer for one changed item.
type UpdateItemMessage struct {
	ResponseMessage
	Items []Item
	// Conflicts counts properties that could not be merged (ConflictResults,
	// from Exchange 2007_SP1 on).
	Conflicts int
}

// Operation returns "UpdateItem".
func (*UpdateItemRequest) Operation() string { return "UpdateItem" }

// Operation returns "UpdateItem".
func (*UpdateItemResponse) Operation() string { return "UpdateItem" }
