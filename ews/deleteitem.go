package ews

// DeleteType says where a deleted item goes.
type DeleteType string

// The delete types.
const (
	HardDelete         DeleteType = "HardDelete"
	SoftDelete         DeleteType = "SoftDelete"
	MoveToDeletedItems DeleteType = "MoveToDeletedItems"
)

// DeleteItemRequest deletes items.
type DeleteItemRequest struct {
	Type DeleteType
	// SendMeetingCancellations belongs to calendar items.
	SendMeetingCancellations string
	// AffectedTaskOccurrences belongs to tasks.
	AffectedTaskOccurrences string
	// SuppressReadReceipts is known from Exchange 2013_SP1 on.
	SuppressReadReceipts bool
	IDs                  []ItemID
}

// DeleteItemResponse holds one message per id, in order.
type DeleteItemResponse struct{ Messages []ResponseMessage }

// Operation returns "DeleteItem".
func (*DeleteItemRequest) Operation() string { return "DeleteItem" }

// Operation returns "DeleteItem".
func (*DeleteItemResponse) Operation() string { return "DeleteItem" }
