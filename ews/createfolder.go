package ews

import "context"

// CreateFolderRequest makes folders below a parent.
type CreateFolderRequest struct {
	Parent  FolderID
	Folders []Folder
}

// CreateFolderResponse holds one message per folder, in order.
type CreateFolderResponse struct{ Messages []FolderMessage }

// Operation returns "CreateFolder".
func (*CreateFolderRequest) Operation() string { return "CreateFolder" }

// Operation returns "CreateFolder".
func (*CreateFolderResponse) Operation() string { return "CreateFolder" }

func decodeCreateFolderRequest(e element) Payload {
	r, parent := &CreateFolderRequest{}, false
	for c := range e.in(nsMessages) {
		switch c.name() {
		case "ParentFolderId":
			r.Parent, parent = targetFolder(c), true
		case "Folders":
			r.Folders = decodeFolders(c)
		}
	}
	if !parent || len(r.Folders) == 0 {
		e.fail("CreateFolder needs a ParentFolderId and Folders")
	}
	return r
}

func (r *CreateFolderRequest) parts() int { return len(r.Folders) }

func (r *CreateFolderRequest) encode(w *writer) {
	w.openOperation("CreateFolder")
	encodeTarget(w, "m:ParentFolderId", r.Parent)
	encodeFolders(w, "m:Folders", r.Folders)
	w.close("m:CreateFolder")
}

func decodeCreateFolderResponse(e element) Payload {
	return &CreateFolderResponse{Messages: decodeMessages(e, decodeFolderMessage)}
}

func (r *CreateFolderResponse) encode(w *writer) { encodeFolderMessages(w, "CreateFolder", r.Messages) }

func (r *CreateFolderResponse) outcomes() []ResponseMessage { return outcomesOf(r.Messages) }

// CreateFolder makes folders.
func (c *Client) CreateFolder(ctx context.Context, r *CreateFolderRequest) (*CreateFolderResponse, error) {
	return call[*CreateFolderResponse](ctx, c, r)
}
