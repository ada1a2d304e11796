package ewsserver

import (
	"context"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/mailbox"
)

var deletions = map[ews.DeleteType]mailbox.DeleteType{
	ews.MoveToDeletedItems: mailbox.MoveToDeletedItems, ews.SoftDelete: mailbox.SoftDelete, ews.HardDelete: mailbox.HardDelete,
}

func (ses *session) deleteItem(ctx context.Context, r *ews.DeleteItemRequest) ews.Payload {
	failed := func(m ews.ResponseMessage) ews.ResponseMessage { return m }
	return &ews.DeleteItemResponse{Messages: each(ctx, ses, r.IDs, failed, func(id ews.ItemID) (ews.ResponseMessage, error) {
		if _, err := ses.item(ctx, id, mailbox.Want{}); err != nil {
			return ews.ResponseMessage{}, err
		}
		return ews.ResponseMessage{}, ses.Mailboxes.DeleteItem(ctx, ses.mailbox, mailbox.ItemID(id.ID), deletions[r.Type])
	})}
}
