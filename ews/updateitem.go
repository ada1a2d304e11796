package ews

import (
	"context"
	"strconv"
)

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

func decodeUpdateItemRequest(e element) Payload {
	r := &UpdateItemRequest{
		ConflictResolution:                    enum(e, e.need("ConflictResolution"), NeverOverwrite, AutoResolve, AlwaysOverwrite),
		Disposition:                           decodeDisposition(e),
		SendMeetingInvitationsOrCancellations: e.attr("SendMeetingInvitationsOrCancellations"),
		SuppressReadReceipts:                  e.attrFlag("SuppressReadReceipts"),
	}
	for c := range e.in(nsMessages) {
		switch c.name() {
		case "SavedItemFolderId":
			r.Folder = new(targetFolder(c))
		case "ItemChanges":
			for change := range c.in(nsTypes) {
				r.Changes = append(r.Changes, decodeItemChange(change))
			}
		}
	}
	if len(r.Changes) == 0 {
		e.fail("UpdateItem needs ItemChanges")
	}
	return r
}

func decodeItemChange(e element) (change ItemChange) {
	named := false
	for c := range e.in(nsTypes) {
		switch c.name() {
		case "ItemId", "OccurrenceItemId", "RecurringMasterItemId":
			change.ID, named = decodeItemID(c), true
		case "Updates":
			for u := range c.in(nsTypes) {
				change.Updates = append(change.Updates, decodeFieldUpdate(u))
			}
		}
	}
	if !named || len(change.Updates) == 0 {
		e.fail("An ItemChange needs an id and Updates")
	}
	return change
}

func decodeFieldUpdate(e element) FieldUpdate {
	u := FieldUpdate{Kind: enum(e, e.name(), SetField, AppendField, DeleteField), Field: onlyPath(e)}
	for c := range e.in(nsTypes) {
		if _, path := decodePath(c); !path {
			u.Item = new(decodeItem(c))
		}
	}
	if (u.Item == nil) != (u.Kind == DeleteField) {
		e.fail("The update '%s' of %s has no new value, or one too many", u.Kind, u.Field)
	}
	return u
}

func (r *UpdateItemRequest) parts() int { return len(r.Changes) }

func (r *UpdateItemRequest) encode(w *writer) {
	w.openOperation("UpdateItem", "ConflictResolution", string(r.ConflictResolution),
		"MessageDisposition", string(r.Disposition),
		"SendMeetingInvitationsOrCancellations", r.SendMeetingInvitationsOrCancellations,
		"SuppressReadReceipts", suppress(w, r.SuppressReadReceipts))
	if r.Folder != nil {
		encodeTarget(w, "m:SavedItemFolderId", *r.Folder)
	}
	w.open("m:ItemChanges")
	for _, change := range r.Changes {
		change.encode(w)
	}
	w.close("m:ItemChanges")
	w.close("m:UpdateItem")
}

func (c ItemChange) encode(w *writer) {
	w.open("t:ItemChange")
	w.empty("t:ItemId", "Id", c.ID.ID, "ChangeKey", c.ID.ChangeKey)
	w.open("t:Updates")
	for _, u := range c.Updates {
		tag := "t:" + string(u.Kind)
		w.open(tag)
		u.Field.encode(w)
		if u.Item != nil {
			u.Item.encode(w)
		}
		w.close(tag)
	}
	w.close("t:Updates")
	w.close("t:ItemChange")
}

func decodeUpdateItemResponse(e element) Payload {
	return &UpdateItemResponse{Messages: decodeMessages(e, decodeUpdateItemMessage)}
}

func decodeUpdateItemMessage(e element) UpdateItemMessage {
	base := decodeItemMessage(e)
	m := UpdateItemMessage{ResponseMessage: base.ResponseMessage, Items: base.Items}
	if conflicts, ok := e.child(nsMessages, "ConflictResults"); ok {
		if count, ok := conflicts.child(nsTypes, "Count"); ok {
			m.Conflicts = count.number()
		}
	}
	return m
}

func (r *UpdateItemResponse) encode(w *writer) {
	encodeMessages(w, "UpdateItem", r.Messages, func(tag string, m *UpdateItemMessage) {
		m.ResponseMessage.encode(w, tag, func() {
			encodeItems(w, "m:Items", m.Items)
			if m.OK() && w.knows(Exchange2007SP1) {
				w.open("m:ConflictResults")
				w.text("t:Count", strconv.Itoa(m.Conflicts))
				w.close("m:ConflictResults")
			}
		})
	})
}

func (r *UpdateItemResponse) outcomes() []ResponseMessage { return outcomesOf(r.Messages) }

// UpdateItem changes items.
func (c *Client) UpdateItem(ctx context.Context, r *UpdateItemRequest) (*UpdateItemResponse, error) {
	return call[*UpdateItemResponse](ctx, c, r)
}
