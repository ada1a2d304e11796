package ews

import "context"

// FindFolderRequest looks for folders below others.
type FindFolderRequest struct {
	Traversal   Traversal
	Shape       FolderShape
	View        *View // nil: everything
	Restriction *Restriction
	Parents     []FolderID
}

// FindFolderResponse holds one message per parent folder, in order.
type FindFolderResponse struct{ Messages []FindFolderMessage }

// FindFolderMessage is what was found below one parent.
type FindFolderMessage struct {
	ResponseMessage
	Page    Page
	Folders []Folder
}

// Operation returns "FindFolder".
func (*FindFolderRequest) Operation() string { return "FindFolder" }

// Operation returns "FindFolder".
func (*FindFolderResponse) Operation() string { return "FindFolder" }

func decodeFindFolderRequest(e element) Payload {
	r := &FindFolderRequest{Traversal: enum(e, e.need("Traversal"), Shallow, Deep, SoftDeleted)}
	for c := range e.in(nsMessages) {
		switch c.name() {
		case "FolderShape":
			r.Shape = decodeFolderShape(c)
		case "Restriction":
			r.Restriction = decodeRestriction(c)
		case "ParentFolderIds":
			r.Parents = decodeFolderIDs(c)
		default:
			if v := decodeView(c); v != nil {
				r.View = v
			}
		}
	}
	if r.Shape.Base == "" || r.Parents == nil {
		e.fail("FindFolder needs a FolderShape and ParentFolderIds")
	}
	return r
}

func (r *FindFolderRequest) parts() int { return len(r.Parents) }

func (r *FindFolderRequest) encode(w *writer) {
	w.openOperation("FindFolder", "Traversal", string(r.Traversal))
	r.Shape.encode(w)
	r.View.encode(w, "Folder")
	encodeRestriction(w, r.Restriction)
	encodeFolderIDs(w, "m:ParentFolderIds", r.Parents)
	w.close("m:FindFolder")
}

func decodeFindFolderResponse(e element) Payload {
	return &FindFolderResponse{Messages: decodeMessages(e, decodeFindFolderMessage)}
}

func decodeFindFolderMessage(e element) FindFolderMessage {
	m := FindFolderMessage{ResponseMessage: decodeOutcome(e)}
	if root, ok := e.child(nsMessages, "RootFolder"); ok {
		m.Page = decodePage(root)
		if folders, ok := root.child(nsTypes, "Folders"); ok {
			m.Folders = decodeFolders(folders)
		}
	}
	return m
}

func (r *FindFolderResponse) encode(w *writer) {
	encodeMessages(w, "FindFolder", r.Messages, func(tag string, m *FindFolderMessage) {
		m.ResponseMessage.encode(w, tag, func() {
			if m.OK() {
				m.Page.open(w)
				encodeFolders(w, "t:Folders", m.Folders)
				w.close("m:RootFolder")
			}
		})
	})
}

func (r *FindFolderResponse) outcomes() []ResponseMessage { return outcomesOf(r.Messages) }

// FindFolder looks for folders.
func (c *Client) FindFolder(ctx context.Context, r *FindFolderRequest) (*FindFolderResponse, error) {
	return call[*FindFolderResponse](ctx, c, r)
}
