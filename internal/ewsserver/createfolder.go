package ewsserver

import (
	"context"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/mailbox"
)

func (ses *session) createFolder(ctx context.Context, r *ews.CreateFolderRequest) ews.Payload {
	return &ews.CreateFolderResponse{Messages: each(ctx, ses, r.Folders, failedFolder, func(f ews.Folder) (ews.FolderMessage, error) {
		parent, err := ses.folder(ctx, r.Parent)
		if err != nil {
			return ews.FolderMessage{}, err
		}
		wanted := mailbox.Folder{Name: f.DisplayName, Class: folderClass(f)}
		for _, p := range f.Properties {
			wanted.Properties = append(wanted.Properties, stored(p))
		}
		made, err := ses.Mailboxes.CreateFolder(ctx, ses.mailbox, parent.ID, wanted)
		if err != nil {
			return ews.FolderMessage{}, err
		}
		return ews.FolderMessage{Folders: []ews.Folder{wireFolder(made, ews.FolderShape{Base: ews.IDOnly})}}, nil
	})}
}
