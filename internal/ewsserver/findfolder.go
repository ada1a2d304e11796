package ewsserver

import (
	"context"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/mailbox"
)

func (ses *session) findFolder(ctx context.Context, r *ews.FindFolderRequest) ews.Payload {
	failed := func(m ews.ResponseMessage) ews.FindFolderMessage { return ews.FindFolderMessage{ResponseMessage: m} }
	return &ews.FindFolderResponse{Messages: each(ctx, ses, r.Parents, failed, func(id ews.FolderID) (ews.FindFolderMessage, error) {
		parent, err := ses.folder(ctx, id)
		if err != nil {
			return failed(ews.ResponseMessage{}), err
		}
		if r.Traversal == ews.SoftDeleted {
			return ews.FindFolderMessage{Page: ews.Page{IncludesLastItemInRange: true}}, nil
		}
		where, err := restriction(r.Restriction, folderKey)
		if err != nil {
			return failed(ews.ResponseMessage{}), err
		}
		found, page, err := window(r.View, func(w mailbox.Window) (mailbox.Page[mailbox.Folder], error) {
			return ses.Mailboxes.FindFolders(ctx, ses.mailbox, mailbox.FolderQuery{
				Parent: parent.ID, Deep: r.Traversal == ews.Deep, Where: where, Exclude: ses.hides, Window: w,
			})
		})
		if err != nil {
			return failed(ews.ResponseMessage{}), err
		}
		folders := []ews.Folder{}
		for _, f := range found {
			folders = append(folders, wireFolder(f, r.Shape))
		}
		return ews.FindFolderMessage{Page: page, Folders: folders}, nil
	})}
}
