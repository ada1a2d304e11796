package ews

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
