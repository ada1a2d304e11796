package ewsserver

import (
	"context"

	"github.com/matchseal/matchseal/ews"
)

func (ses *session) getFolder(ctx context.Context, r *ews.GetFolderRequest) ews.Payload {
	return &ews.GetFolderResponse{Messages: each(ctx, ses, r.IDs, failedFolder, func(id ews.FolderID) (ews.FolderMessage, error) {
		f, err := ses.folder(ctx, id)
		if err != nil {
			return ews.FolderMessage{}, err
		}
		return ews.FolderMessage{Folders: []ews.Folder{wireFolder(f, r.Shape)}}, nil
	})}
}
