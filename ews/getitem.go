package ews

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
