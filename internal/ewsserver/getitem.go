package ewsserver

import (
	"context"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/problem"
)

func failedItem(m ews.ResponseMessage) ews.ItemMessage { return ews.ItemMessage{ResponseMessage: m} }

func (ses *session) getItem(ctx context.Context, r *ews.GetItemRequest) ews.Payload {
	want, sent := wanted(r.Shape), 0
	return &ews.GetItemResponse{Messages: each(ctx, ses, r.IDs, failedItem, func(id ews.ItemID) (ews.ItemMessage, error) {
		if sent > ses.MaxAnswer {
			return ews.ItemMessage{}, problem.New(problem.EWSStopped, "%d bytes are in the answer", sent)
		}
		it, err := ses.item(ctx, id, want)
		if err != nil {
			return ews.ItemMessage{}, err
		}
		out := r.Shape.Select(wireItem(&it, r.Shape))
		sent += weight(&out)
		return ews.ItemMessage{Items: []ews.Item{out}}, nil
	})}
}

// weight is about how large an item will be in the answer.
func weight(i *ews.Item) int {
	n := len(i.MimeContent) / 3 * 4
	for _, b := range []*ews.Body{i.Body, i.TextBody, i.UniqueBody} {
		if b != nil {
			n += len(b.Text)
		}
	}
	for _, p := range i.Properties {
		for _, v := range p.Values {
			n += len(v)
		}
	}
	return n
}
