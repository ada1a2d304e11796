package ewsserver

import (
	"context"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/mailbox"
	"github.com/matchseal/matchseal/internal/problem"
)

func (ses *session) findItem(ctx context.Context, r *ews.FindItemRequest) ews.Payload {
	failed := func(m ews.ResponseMessage) ews.FindItemMessage { return ews.FindItemMessage{ResponseMessage: m} }
	return &ews.FindItemResponse{Messages: each(ctx, ses, r.Parents, failed, func(id ews.FolderID) (ews.FindItemMessage, error) {
		return ses.findIn(ctx, r, id)
	})}
}

func (ses *session) findIn(ctx context.Context, r *ews.FindItemRequest, id ews.FolderID) (ews.FindItemMessage, error) {
	if r.QueryString != "" || r.Grouped {
		return ews.FindItemMessage{}, problem.New(problem.EWSQuery, "QueryString or grouping")
	}
	folder, err := ses.folder(ctx, id)
	if err != nil {
		return ews.FindItemMessage{}, err
	}
	where, err := restriction(r.Restriction, itemKey)
	if err != nil {
		return ews.FindItemMessage{}, err
	}
	order, err := sortOrder(r.SortOrder)
	if err != nil {
		return ews.FindItemMessage{}, err
	}
	if r.Traversal == ews.SoftDeleted {
		// What is deleted softly lies in Recoverable Items, not in its folder.
		return ews.FindItemMessage{Page: ews.Page{IncludesLastItemInRange: true}}, nil
	}
	found, page, err := window(r.View, func(w mailbox.Window) (mailbox.Page[mailbox.Item], error) {
		return ses.Mailboxes.FindItems(ctx, ses.mailbox, mailbox.Query{
			Folder: folder.ID, Associated: r.Traversal == ews.Associated, Where: where, Sort: order,
			Window: w, Want: foundWant(r.Shape),
		})
	})
	if err != nil {
		return ews.FindItemMessage{}, err
	}
	items := []ews.Item{}
	for i := range found {
		items = append(items, r.Shape.SelectFound(wireItem(&found[i], r.Shape)))
	}
	return ews.FindItemMessage{Page: page, Items: items}, nil
}
