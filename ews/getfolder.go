package ews

import "context"

// GetFolderRequest asks for properties of folders.
type GetFolderRequest struct {
	Shape FolderShape
	IDs   []FolderID
}

// GetFolderResponse holds one message per requested id, in order.
type GetFolderResponse struct{ Messages []FolderMessage }

// FolderMessage is the answer for one folder.
type FolderMessage struct {
	ResponseMessage
	Folders []Folder
}

// Operation returns "GetFolder".
func (*GetFolderRequest) Operation() string { return "GetFolder" }

// Operation returns "GetFolder".
func (*GetFolderResponse) Operation() string { return "GetFolder" }

func decodeGetFolderRequest(e element) Payload {
	r := &GetFolderRequest{}
	for c := range e.in(nsMessages) {
		switch c.name() {
		case "FolderShape":
			r.Shape = decodeFolderShape(c)
		case "FolderIds":
			r.IDs = decodeFolderIDs(c)
		}
	}
	if r.Shape.Base == "" || r.IDs == nil {
		e.fail("GetFolder needs a FolderShape and FolderIds")
	}
	return r
}

func (r *GetFolderRequest) parts() int { return len(r.IDs) }

func (r *GetFolderRequest) encode(w *writer) {
	w.openOperation("GetFolder")
	r.Shape.encode(w)
	encodeFolderIDs(w, "m:FolderIds", r.IDs)
	w.close("m:GetFolder")
}

func decodeGetFolderResponse(e element) Payload {
	return &GetFolderResponse{Messages: decodeMessages(e, decodeFolderMessage)}
}

func (r *GetFolderResponse) encode(w *writer) { encodeFolderMessages(w, "GetFolder", r.Messages) }

func (r *GetFolderResponse) outcomes() []ResponseMessage { return outcomesOf(r.Messages) }

// GetFolder reads properties of folders.
func (c *Client) GetFolder(ctx context.Context, r *GetFolderRequest) (*GetFolderResponse, error) {
	return call[*GetFolderResponse](ctx, c, r)
}
