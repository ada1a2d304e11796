package ews

import (
	"context"
	"strconv"
)

// IDFormat is one of the forms an id can have.
type IDFormat string

// The id formats.
const (
	EwsLegacyID IDFormat = "EwsLegacyId"
	EwsID       IDFormat = "EwsId"
	EntryID     IDFormat = "EntryId"
	HexEntryID  IDFormat = "HexEntryId"
	StoreID     IDFormat = "StoreId"
	OWAID       IDFormat = "OwaId"
)

// ConvertIDRequest asks for ids in another form.
type ConvertIDRequest struct {
	Destination IDFormat
	IDs         []AlternateID
}

// AlternateID is an id in a stated form, of an item or folder of a mailbox.
// Ids of public folders decode with an empty Mailbox.
type AlternateID struct {
	Format  IDFormat
	ID      string
	Mailbox string // the mailbox's primary SMTP address
	Archive bool
}

// ConvertIDResponse holds one message per id, in order.
type ConvertIDResponse struct{ Messages []ConvertIDMessage }

// ConvertIDMessage is the answer for one id.
type ConvertIDMessage struct {
	ResponseMessage
	AlternateID *AlternateID // nil when the part failed
}

// Operation returns "ConvertId".
func (*ConvertIDRequest) Operation() string { return "ConvertId" }

// Operation returns "ConvertId".
func (*ConvertIDResponse) Operation() string { return "ConvertId" }

func idFormats() []IDFormat {
	return []IDFormat{EwsLegacyID, EwsID, EntryID, HexEntryID, StoreID, OWAID}
}

func decodeConvertIDRequest(e element) Payload {
	r := &ConvertIDRequest{Destination: enum(e, e.need("DestinationFormat"), idFormats()...)}
	if ids, ok := e.child(nsMessages, "SourceIds"); ok {
		for c := range ids.in(nsTypes) {
			r.IDs = append(r.IDs, decodeAlternateID(c))
		}
	}
	if len(r.IDs) == 0 {
		e.fail("ConvertId needs SourceIds")
	}
	return r
}

func decodeAlternateID(e element) AlternateID {
	a := AlternateID{
		Format:  enum(e, e.need("Format"), idFormats()...),
		Mailbox: e.attr("Mailbox"),
		Archive: e.attrFlag("IsArchive"),
	}
	id := "Id"
	switch e.name() {
	case "AlternatePublicFolderId":
		id = "FolderId"
	case "AlternatePublicFolderItemId":
		id = "ItemId"
	}
	a.ID = e.need(id)
	return a
}

func (r *ConvertIDRequest) parts() int { return len(r.IDs) }

func (r *ConvertIDRequest) encode(w *writer) {
	w.openOperation("ConvertId", "DestinationFormat", string(r.Destination))
	w.open("m:SourceIds")
	for _, id := range r.IDs {
		id.encode(w, "t:AlternateId")
	}
	w.close("m:SourceIds")
	w.close("m:ConvertId")
}

// encode writes the id; attrs come first.
func (a AlternateID) encode(w *writer, tag string, attrs ...string) {
	attrs = append(attrs, "Format", string(a.Format), "Id", a.ID, "Mailbox", a.Mailbox)
	if a.Archive && w.knows(Exchange2010SP1) {
		attrs = append(attrs, "IsArchive", strconv.FormatBool(a.Archive))
	}
	w.empty(tag, attrs...)
}

func decodeConvertIDResponse(e element) Payload {
	return &ConvertIDResponse{Messages: decodeMessages(e, decodeConvertIDMessage)}
}

func decodeConvertIDMessage(e element) ConvertIDMessage {
	m := ConvertIDMessage{ResponseMessage: decodeOutcome(e)}
	if id, ok := e.child(nsMessages, "AlternateId"); ok {
		m.AlternateID = new(decodeAlternateID(id))
	}
	return m
}

func (r *ConvertIDResponse) encode(w *writer) {
	encodeMessages(w, "ConvertId", r.Messages, func(tag string, m *ConvertIDMessage) {
		m.ResponseMessage.encode(w, tag, func() {
			if m.AlternateID != nil {
				// The schema's type is abstract: the instance names its own.
				m.AlternateID.encode(w, "m:AlternateId", "xmlns:xsi", xsiURI, "xsi:type", "t:AlternateIdType")
			}
		})
	})
}

func (r *ConvertIDResponse) outcomes() []ResponseMessage { return outcomesOf(r.Messages) }

// ConvertID asks for ids in another form.
func (c *Client) ConvertID(ctx context.Context, r *ConvertIDRequest) (*ConvertIDResponse, error) {
	return call[*ConvertIDResponse](ctx, c, r)
}
