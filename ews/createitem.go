package ews

import "context"

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

func decodeDisposition(e element) MessageDisposition {
	s, ok := e.find("MessageDisposition")
	if !ok {
		return ""
	}
	return enum(e, s, SaveOnly, SendOnly, SendAndSaveCopy)
}

func decodeCreateItemRequest(e element) Payload {
	r := &CreateItemRequest{Disposition: decodeDisposition(e), SendMeetingInvitations: e.attr("SendMeetingInvitations")}
	for c := range e.in(nsMessages) {
		switch c.name() {
		case "SavedItemFolderId":
			r.Folder = new(targetFolder(c))
		case "Items":
			r.Items = decodeItems(c)
		}
	}
	if len(r.Items) == 0 {
		e.fail("CreateItem needs Items")
	}
	return r
}

func (r *CreateItemRequest) parts() int { return len(r.Items) }

func (r *CreateItemRequest) encode(w *writer) {
	w.openOperation("CreateItem", "MessageDisposition", string(r.Disposition),
		"SendMeetingInvitations", r.SendMeetingInvitations)
	if r.Folder != nil {
		encodeTarget(w, "m:SavedItemFolderId", *r.Folder)
	}
	encodeItems(w, "m:Items", r.Items)
	w.close("m:CreateItem")
}

func decodeCreateItemResponse(e element) Payload {
	return &CreateItemResponse{Messages: decodeMessages(e, decodeItemMessage)}
}

func (r *CreateItemResponse) encode(w *writer) { encodeItemMessages(w, "CreateItem", r.Messages) }

func (r *CreateItemResponse) outcomes() []ResponseMessage { return outcomesOf(r.Messages) }

// CreateItem makes items.
func (c *Client) CreateItem(ctx context.Context, r *CreateItemRequest) (*CreateItemResponse, error) {
	return call[*CreateItemResponse](ctx, c, r)
}
