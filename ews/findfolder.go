package ews

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
