package ewsserver

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/mailbox"
	"github.com/matchseal/matchseal/internal/problem"
)

// convertID answers with the user's address in Mailbox: DavMail learns from it
// who logged on, whatever address it asked with.
func (ses *session) convertID(ctx context.Context, r *ews.ConvertIDRequest) ews.Payload {
	failed := func(m ews.ResponseMessage) ews.ConvertIDMessage { return ews.ConvertIDMessage{ResponseMessage: m} }
	return &ews.ConvertIDResponse{Messages: each(ctx, ses, r.IDs, failed, func(in ews.AlternateID) (ews.ConvertIDMessage, error) {
		id, err := readID(in.Format, in.ID)
		if err != nil {
			return ews.ConvertIDMessage{}, err
		}
		owner, err := ses.Mailboxes.Identify(id)
		switch {
		case err != nil:
			return ews.ConvertIDMessage{}, err
		case owner.Mailbox != ses.mailbox.ID && owner.Kind == mailbox.KindFolder:
			return ews.ConvertIDMessage{}, problem.New(problem.MailboxFolderNotFound, "the folder is in another mailbox")
		case owner.Mailbox != ses.mailbox.ID:
			return ews.ConvertIDMessage{}, problem.New(problem.MailboxItemNotFound, "the item is in another mailbox")
		}
		return ews.ConvertIDMessage{AlternateID: &ews.AlternateID{
			Format: r.Destination, ID: writeID(r.Destination, id), Mailbox: ses.mailbox.SMTP,
		}}, nil
	})}
}

// readID brings an id into the form of the store, base64.
func readID(format ews.IDFormat, text string) (string, error) {
	switch format {
	case ews.OWAID:
		if id, err := url.PathUnescape(text); err == nil {
			return id, nil
		}
		return "", problem.New(problem.MailboxIDMalformed, "the id is not URL-encoded")
	case ews.HexEntryID:
		if raw, err := hex.DecodeString(text); err == nil {
			return base64.StdEncoding.EncodeToString(raw), nil
		}
		return "", problem.New(problem.MailboxIDMalformed, "the id is not hexadecimal")
	}
	return text, nil
}

// writeID brings an id of the store into a form. An id that readID and Identify
// took is always base64.
func writeID(format ews.IDFormat, id string) string {
	switch format {
	case ews.OWAID:
		return url.QueryEscape(id)
	case ews.HexEntryID:
		raw, _ := base64.StdEncoding.DecodeString(id)
		return strings.ToUpper(hex.EncodeToString(raw))
	}
	return id
}
