package ews

import "context"

// FindItemRequest looks for items in folders.
type FindItemRequest struct {
	Traversal   Traversal
	Shape       ItemShape
	View        *View // nil: everything
	Restriction *Restriction
	SortOrder   []SortField
	Parents     []FolderID
	// QueryString is an Advanced Query Syntax search, instead of Restriction.
	QueryString string
	// Grouped is set when the request asks for GroupBy or
	// DistinguishedGroupBy, which this package does not model further.
	Grouped bool
}

// FindItemResponse holds one message per parent folder, in order.
type FindItemResponse struct{ Messages []FindItemMessage }

// FindItemMessage is what was found in one folder.
type FindItemMessage struct {
	ResponseMessage
	Page  Page
	Items []Item
}

// Operation returns "FindItem".
func (*FindItemRequest) Operation() string { return "FindItem" }

// Operation returns "FindItem".
func (*FindItemResponse) Operation() string { return "FindItem" }

func decodeFindItemRequest(e element) Payload {
	r := &FindItemRequest{Traversal: enum(e, e.need("Traversal"), Shallow, SoftDeleted, Associated)}
	for c := range e.in(nsMessages) {
		switch c.name() {
		case "ItemShape":
			r.Shape = decodeItemShape(c)
		case "GroupBy", "DistinguishedGroupBy":
			r.Grouped = true
		case "Restriction":
			r.Restriction = decodeRestriction(c)
		case "SortOrder":
			r.SortOrder = decodeSortOrder(c)
		case "ParentFolderIds":
			r.Parents = decodeFolderIDs(c)
		case "QueryString":
			r.QueryString = c.text()
		default:
			if v := decodeView(c); v != nil {
				r.View = v
			}
		}
	}
	if r.Shape.Base == "" || r.Parents == nil {
		e.fail("FindItem needs an ItemShape and ParentFolderIds")
	}
	return r
}

func (r *FindItemRequest) parts() int { return len(r.Parents) }

func (r *FindItemRequest) encode(w *writer) {
	w.openOperation("FindItem", "Traversal", string(r.Traversal))
	r.Shape.encode(w)
	r.View.encode(w, "Item")
	encodeRestriction(w, r.Restriction)
	encodeSortOrder(w, r.SortOrder)
	encodeFolderIDs(w, "m:ParentFolderIds", r.Parents)
	if w.knows(Exchange2010) {
		w.textIf("m:QueryString", r.QueryString)
	}
	w.close("m:FindItem")
}

func decodeFindItemResponse(e element) Payload {
	return &FindItemResponse{Messages: decodeMessages(e, decodeFindItemMessage)}
}

func decodeFindItemMessage(e element) FindItemMessage {
	m := FindItemMessage{ResponseMessage: decodeOutcome(e)}
	if root, ok := e.child(nsMessages, "RootFolder"); ok {
		m.Page = decodePage(root)
		if items, ok := root.child(nsTypes, "Items"); ok {
			m.Items = decodeItems(items)
		}
	}
	return m
}

func (r *FindItemResponse) encode(w *writer) {
	encodeMessages(w, "FindItem", r.Messages, func(tag string, m *FindItemMessage) {
		m.ResponseMessage.encode(w, tag, func() {
			if m.OK() {
				m.Page.open(w)
				encodeItems(w, "t:Items", m.Items)
				w.close("m:RootFolder")
			}
		})
	})
}

func (r *FindItemResponse) outcomes() []ResponseMessage { return outcomesOf(r.Messages) }

// FindItem looks for items.
func (c *Client) FindItem(ctx context.Context, r *FindItemRequest) (*FindItemResponse, error) {
	return call[*FindItemResponse](ctx, c, r)
}
