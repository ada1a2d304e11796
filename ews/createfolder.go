package ews

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
