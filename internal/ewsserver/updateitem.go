package ewsserver

import (
	"context"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/mailbox"
	"github.com/matchseal/matchseal/internal/problem"
)

var resolutions = map[ews.ConflictResolution]mailbox.Resolution{
	ews.NeverOverwrite: mailbox.NeverOverwrite, ews.AutoResolve: mailbox.AutoResolve, ews.AlwaysOverwrite: mailbox.AlwaysOverwrite,
}

func (ses *session) updateItem(ctx context.Context, r *ews.UpdateItemRequest) ews.Payload {
	failed := func(m ews.ResponseMessage) ews.UpdateItemMessage { return ews.UpdateItemMessage{ResponseMessage: m} }
	return &ews.UpdateItemResponse{Messages: each(ctx, ses, r.Changes, failed, func(c ews.ItemChange) (ews.UpdateItemMessage, error) {
		if r.Disposition == ews.SendOnly || r.Disposition == ews.SendAndSaveCopy {
			return ews.UpdateItemMessage{}, problem.New(problem.EWSNoTransport, "MessageDisposition %s", r.Disposition)
		}
		// Besides the item this checks that its folder is within reach.
		if _, err := ses.item(ctx, c.ID, mailbox.Want{}); err != nil {
			return ews.UpdateItemMessage{}, err
		}
		done, err := ses.Mailboxes.UpdateItem(ctx, ses.mailbox, mailbox.ItemID(c.ID.ID), mailbox.Update{
			ChangeKey:  mailbox.ChangeKey(c.ID.ChangeKey),
			Resolution: resolutions[r.ConflictResolution],
			Change:     func(it *mailbox.Item) error { return applyAll(it, c.Updates) },
		})
		if err != nil {
			return ews.UpdateItemMessage{}, err
		}
		return ews.UpdateItemMessage{Items: []ews.Item{idOnly(&done)}}, nil
	})}
}

// applyAll makes all updates or none: the item is thrown away with an error.
func applyAll(it *mailbox.Item, updates []ews.FieldUpdate) error {
	for _, u := range updates {
		apply := applyNative
		if u.Field.IsExtended() {
			apply = applyExtended
		}
		if err := apply(it, u); err != nil {
			return err
		}
	}
	return nil
}

// applyNative lets package ews change the item in its wire form, and takes the
// changed property back.
func applyNative(it *mailbox.Item, u ews.FieldUpdate) error {
	var wire ews.Item
	for _, f := range fields {
		f.show(it, &wire)
	}
	if u.Kind == ews.AppendField && u.Field.URI == "item:Body" && u.Item != nil && u.Item.Body != nil && it.Body.Text != "" {
		wire.Body = appended(it.Body, *u.Item.Body)
	} else if m := u.Apply(&wire); !m.OK() {
		return &refusal{m}
	}
	f, ok := fieldOf(u.Field.URI)
	if !ok {
		return problem.New(problem.EWSUpdate, "%s", u.Field)
	}
	return f.take(&wire, it)
}

// appended continues a body in the form it has.
func appended(b mailbox.Body, more ews.Body) *ews.Body {
	addition := mailbox.Body{Type: mailbox.Text, Text: more.Text}
	if more.Type == ews.BodyHTML {
		addition.Type = mailbox.HTML
	}
	return wireBody(mailbox.Body{Type: b.Type, Text: b.Text + addition.As(b.Type).Text}, ews.BodyBest)
}

func applyExtended(it *mailbox.Item, u ews.FieldUpdate) error {
	if u.Kind == ews.DeleteField {
		return it.Unset(propertyID(u.Field.Extended))
	}
	// Apply on an empty item checks the update and leaves its property.
	var wire ews.Item
	if m := u.Apply(&wire); !m.OK() {
		return &refusal{m}
	}
	return it.Set(stored(wire.Properties[0]))
}
