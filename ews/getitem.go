package ews

import "context"

// GetItemRequest asks for properties of items.
type GetItemRequest struct {
	Shape ItemShape
	IDs   []ItemID
}

// GetItemResponse holds one message per requested id, in order.
type GetItemResponse struct{ Messages []ItemMessage }

// ItemMessage is the answer for one item.
type ItemMessage struct {
	ResponseMessage
	Items []Item
}

// Operation returns "GetItem".
func (*GetItemRequest) Operation() string { return "GetItem" }

// Operation returns "GetItem".
func (*GetItemResponse) Operation() string { return "GetItem" }

func decodeGetItemRequest(e element) Payload {
	r := &GetItemRequest{}
	for c := range e.in(nsMessages) {
		switch c.name() {
		case "ItemShape":
			r.Shape = decodeItemShape(c)
		case "ItemIds":
			r.IDs = decodeItemIDs(c)
		}
	}
	if r.Shape.Base == "" || r.IDs == nil {
		e.fail("GetItem needs an ItemShape and ItemIds")
	}
	return r
}

func (r *GetItemRequest) parts() int { return len(r.IDs) }

func (r *GetItemRequest) encode(w *writer) {
	w.openOperation("GetItem")
	r.Shape.encode(w)
	encodeItemIDs(w, r.IDs)
	w.close("m:GetItem")
}

func decodeGetItemResponse(e element) Payload {
	return &GetItemResponse{Messages: decodeMessages(e, decodeItemMessage)}
}

func (r *GetItemResponse) encode(w *writer) { encodeItemMessages(w, "GetItem", r.Messages) }

func (r *GetItemResponse) outcomes() []ResponseMessage { return outcomesOf(r.Messages) }

// GetItem reads properties of items.
func (c *Client) GetItem(ctx context.Context, r *GetItemRequest) (*GetItemResponse, error) {
	return call[*GetItemResponse](ctx, c, r)
}
