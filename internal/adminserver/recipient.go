package adminserver

import (
	"context"
	"strings"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/exchange"
	"github.com/matchseal/matchseal/internal/mailbox"
	"github.com/matchseal/matchseal/internal/problem"
)

// mountRecipients adds the calls about mailboxes, mail users and accounts as
// the exchange role sees them.
func (x Exchange) mountRecipients(s *Server, may rights) {
	handle(s, adminapi.GetExchangeUser, may.read, x.getUser)
	handle(s, adminapi.GetMailbox, may.read, x.getMailbox)
	change(s, x.Journal, adminapi.EnableMailbox, may.change, func(ctx context.Context, _ Operator, req adminapi.Identity) (adminapi.Mailbox, error) {
		u, err := x.user(ctx, req.Identity)
		if err != nil {
			return adminapi.Mailbox{}, err
		}
		m, err := x.Mailboxes.Enable(ctx, u)
		if err != nil {
			return adminapi.Mailbox{}, err
		}
		return x.counted(ctx, u, m)
	})
	// The request holds a password, so the role puts the change on record.
	handle(s, adminapi.NewMailUser, may.change, x.newMailUser)
	change(s, x.Journal, adminapi.SetMailUser, may.change, x.setMailUser)
}

// getMailbox finds the one mailbox that a name means, or those that match a
// pattern.
func (x Exchange) getMailbox(ctx context.Context, _ Operator, req adminapi.Identity) ([]adminapi.Mailbox, error) {
	if isLiteral(req.Identity) {
		u, err := x.user(ctx, req.Identity)
		if err != nil {
			return nil, err
		}
		m, err := x.Mailboxes.OpenFor(ctx, u.ID)
		if err != nil {
			return nil, x.missing(err, req.Identity)
		}
		one, err := x.counted(ctx, u, m)
		return []adminapi.Mailbox{one}, err
	}
	return pageOfUsers(ctx, x.Directory, x.Role.Organisation(), req, func(u directory.User) (adminapi.Mailbox, bool, error) {
		m, err := x.Mailboxes.OpenFor(ctx, u.ID)
		if problem.Is(err, problem.MailboxNone) {
			return adminapi.Mailbox{}, false, nil
		}
		return x.mailboxOut(u, m), true, err
	})
}

func (x Exchange) mailboxOut(u directory.User, m mailbox.Mailbox) adminapi.Mailbox {
	return adminapi.Mailbox{
		Name: u.Name, PrimarySMTPAddress: string(u.SMTP), UserPrincipalName: string(u.UPN), DisplayName: u.DisplayName, SIP: string(u.SIP),
		Path: u.Path(), Container: u.Container, Server: x.Role.ServerName(), Created: m.Created, Changed: u.Changed,
	}
}

// counted is a mailbox with the number of its items.
func (x Exchange) counted(ctx context.Context, u directory.User, m mailbox.Mailbox) (adminapi.Mailbox, error) {
	out := x.mailboxOut(u, m)
	root, err := x.Mailboxes.DistinguishedFolder(ctx, m, "msgfolderroot")
	if err != nil {
		return out, err
	}
	folders, err := x.Mailboxes.FindFolders(ctx, m, mailbox.FolderQuery{Parent: root.ID, Deep: true})
	if err != nil {
		return out, err
	}
	for _, f := range folders.List {
		out.Items += f.Total
	}
	return out, nil
}

// getUser finds accounts and says which of them get mail, and where.
func (x Exchange) getUser(ctx context.Context, _ Operator, req adminapi.Identity) ([]adminapi.ExchangeUser, error) {
	if isLiteral(req.Identity) {
		u, err := x.user(ctx, req.Identity)
		if err != nil {
			return nil, err
		}
		one, err := x.userOut(ctx, u)
		return []adminapi.ExchangeUser{one}, err
	}
	return pageOfUsers(ctx, x.Directory, x.Role.Organisation(), req, func(u directory.User) (adminapi.ExchangeUser, bool, error) {
		one, err := x.userOut(ctx, u)
		return one, true, err
	})
}

func (x Exchange) userOut(ctx context.Context, u directory.User) (adminapi.ExchangeUser, error) {
	out := adminapi.ExchangeUser{User: userOut(u, nil), RecipientType: "User", RecipientTypeDetails: "User"}
	switch {
	case u.Linked:
		out.RecipientTypeDetails = "LinkedUser"
	case !u.Enabled:
		out.RecipientTypeDetails = "DisabledUser"
	}
	_, err := x.Mailboxes.OpenFor(ctx, u.ID)
	if err == nil {
		out.RecipientType, out.RecipientTypeDetails = "UserMailbox", "UserMailbox"
	}
	if !problem.Is(err, problem.MailboxNone) {
		return out, err
	}
	_, isMailUser, err := x.Role.MailUser(ctx, u)
	if isMailUser {
		out.RecipientType, out.RecipientTypeDetails = "MailUser", "MailUser"
	}
	return out, err
}

func (x Exchange) newMailUser(ctx context.Context, op Operator, req adminapi.MailUserSettings) (adminapi.MailUser, error) {
	m := exchange.MailUser{User: directory.User{CommonName: req.Identity, Name: req.SamAccountName}}
	if err := required(req.Identity, "Name"); err != nil {
		return adminapi.MailUser{}, err
	}
	if req.ExternalAddress == nil {
		return adminapi.MailUser{}, required("", "ExternalEmailAddress")
	}
	change, err := readMailUser(req)
	if err != nil {
		return adminapi.MailUser{}, err
	}
	change(&m)
	if req.UPN != "" {
		if m.UPN, err = directory.ParseUPN(req.UPN); err != nil {
			return adminapi.MailUser{}, parameter(err, "UserPrincipalName")
		}
	}
	made, err := x.Role.NewMailUser(ctx, op.String(), m, req.Password)
	if err != nil {
		return adminapi.MailUser{}, err
	}
	return adminapi.MailUser{Name: made.CommonName, Path: made.Path(), SMTP: string(made.SMTP), ExternalAddress: string(made.ExternalAddress)}, nil
}

func (x Exchange) setMailUser(ctx context.Context, op Operator, req adminapi.MailUserSettings) (adminapi.Changed, error) {
	if req.UPN+req.Password+req.SamAccountName != "" {
		return adminapi.Changed{}, problem.New(problem.ManageParameter, "user principal name, account name and password are given when a mail user is made")
	}
	change, err := readMailUser(req)
	if err != nil {
		return adminapi.Changed{}, err
	}
	u, err := x.user(ctx, req.Identity)
	if err != nil {
		return adminapi.Changed{}, err
	}
	return adminapi.Changed{}, x.missing(x.Role.SetMailUser(ctx, op.String(), u, change), req.Identity)
}

// readMailUser turns what was given into a change of a mail user. An external
// address may be written with its type, SMTP:ken@fabrikam.test.
func readMailUser(req adminapi.MailUserSettings) (func(*exchange.MailUser), error) {
	var address directory.SMTP
	if req.ExternalAddress != nil {
		plain := *req.ExternalAddress
		if typ, rest, ok := strings.Cut(plain, ":"); ok && strings.EqualFold(typ, "smtp") {
			plain = rest
		}
		var err error
		if address, err = directory.ParseSMTP(plain); err != nil {
			return nil, parameter(err, "ExternalEmailAddress")
		}
	}
	return func(m *exchange.MailUser) {
		if req.ExternalAddress != nil {
			m.ExternalAddress = address
		}
		set(&m.CommonName, req.Name)
		set(&m.DisplayName, req.DisplayName)
		set(&m.Hidden, req.Hidden)
	}, nil
}

// pageOfUsers goes through an organisation's accounts in the order of their
// names, a few at a time, and gives what out makes of those that match and are
// wanted.
func pageOfUsers[Out any](ctx context.Context, d *directory.Directory, organisation string, req adminapi.Identity, out func(directory.User) (Out, bool, error)) ([]Out, error) {
	limit, paged := req.Size()
	all := []Out{}
	for after := req.After; ; {
		users, err := d.UsersAfter(ctx, organisation, after, adminapi.MaxPage)
		if err != nil {
			return nil, err
		}
		for _, u := range users {
			after = u.Name
			if !matches(req.Identity, u.Name, u.DisplayName, string(u.UPN), string(u.SMTP), string(u.SIP)) {
				continue
			}
			one, wanted, err := out(u)
			if err != nil {
				return nil, err
			}
			if wanted {
				all = append(all, one)
			}
			if paged && len(all) == limit {
				return all, nil
			}
		}
		if len(users) < adminapi.MaxPage {
			return all, nil
		}
	}
}
