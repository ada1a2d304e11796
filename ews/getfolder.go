package ews

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
