package ewsserver

import (
	"context"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/mailbox"
	"github.com/matchseal/matchseal/internal/problem"
)

// createItem answers Success for an item only when it is on disk.
func (ses *session) createItem(ctx context.Context, r *ews.CreateItemRequest) ews.Payload {
	return &ews.CreateItemResponse{Messages: each(ctx, ses, r.Items, failedItem, func(in ews.Item) (ews.ItemMessage, error) {
		if err := checkCreation(r.Disposition, &in); err != nil {
			return ews.ItemMessage{}, err
		}
		folder, err := ses.target(ctx, r.Folder, in.Kind)
		if err != nil {
			return ews.ItemMessage{}, err
		}
		it, err := fromWire(&in)
		if err != nil {
			return ews.ItemMessage{}, err
		}
		made, err := ses.Mailboxes.CreateItem(ctx, ses.mailbox, folder.ID, it)
		if err != nil {
			return ews.ItemMessage{}, err
		}
		return ews.ItemMessage{Items: []ews.Item{idOnly(&made)}}, nil
	})}
}

// checkCreation refuses what could only be stored in part.
func checkCreation(disposition ews.MessageDisposition, in *ews.Item) error {
	switch in.Kind {
	case ews.KindSuppressReadReceipt:
		return problem.New(problem.EWSReadReceipt, "no receipts are sent here")
	case ews.KindMessage, "":
		if disposition == "" {
			return problem.New(problem.EWSDisposition, "a message without MessageDisposition")
		}
	case ews.KindPostItem, ews.KindItem:
	default:
		return problem.New(problem.EWSItemKind, "an item of the kind %s", clip(string(in.Kind)))
	}
	if disposition == ews.SendOnly || disposition == ews.SendAndSaveCopy {
		return problem.New(problem.EWSNoTransport, "MessageDisposition %s", disposition)
	}
	return nil
}

// target is the folder an item goes to: the one named, else the drafts for a
// message and the inbox for anything else.
func (ses *session) target(ctx context.Context, id *ews.FolderID, kind ews.ItemKind) (mailbox.Folder, error) {
	if id == nil {
		id = &ews.FolderID{Distinguished: ews.Drafts}
		if kind != ews.KindMessage && kind != "" {
			id = &ews.FolderID{Distinguished: ews.Inbox}
		}
	}
	return ses.folder(ctx, *id)
}

// idOnly is the answer to a write: the item's element with its id.
func idOnly(it *mailbox.Item) ews.Item {
	return ews.Item{Kind: itemKind(it.Class), ID: ews.ItemID{ID: string(it.ID), ChangeKey: string(it.ChangeKey)}}
}
