package ews

import "context"

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

func decodeDeleteItemRequest(e element) Payload {
	r := &DeleteItemRequest{
		Type:                     enum(e, e.need("DeleteType"), HardDelete, SoftDelete, MoveToDeletedItems),
		SendMeetingCancellations: e.attr("SendMeetingCancellations"),
		AffectedTaskOccurrences:  e.attr("AffectedTaskOccurrences"),
		SuppressReadReceipts:     e.attrFlag("SuppressReadReceipts"),
	}
	if ids, ok := e.child(nsMessages, "ItemIds"); ok {
		r.IDs = decodeItemIDs(ids)
	} else {
		e.fail("DeleteItem needs ItemIds")
	}
	return r
}

func (r *DeleteItemRequest) parts() int { return len(r.IDs) }

func (r *DeleteItemRequest) encode(w *writer) {
	w.openOperation("DeleteItem", "DeleteType", string(r.Type),
		"SendMeetingCancellations", r.SendMeetingCancellations,
		"AffectedTaskOccurrences", r.AffectedTaskOccurrences,
		"SuppressReadReceipts", suppress(w, r.SuppressReadReceipts))
	encodeItemIDs(w, r.IDs)
	w.close("m:DeleteItem")
}

// suppress is the SuppressReadReceipts attribute, which older schemas lack.
func suppress(w *writer, wanted bool) string {
	if wanted && w.knows(Exchange2013SP1) {
		return "true"
	}
	return ""
}

func decodeDeleteItemResponse(e element) Payload {
	return &DeleteItemResponse{Messages: decodeMessages(e, decodeOutcome)}
}

func (r *DeleteItemResponse) encode(w *writer) {
	encodeMessages(w, "DeleteItem", r.Messages, func(tag string, m *ResponseMessage) { m.encode(w, tag, nil) })
}

func (r *DeleteItemResponse) outcomes() []ResponseMessage { return r.Messages }

// DeleteItem deletes items.
func (c *Client) DeleteItem(ctx context.Context, r *DeleteItemRequest) (*DeleteItemResponse, error) {
	return call[*DeleteItemResponse](ctx, c, r)
}
