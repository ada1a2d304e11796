package exchange

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/settings"
)

// MailUser is an account with an address elsewhere and no mailbox here, such
// as the account that is made by hand for a partner application.
type MailUser struct {
	directory.User  `json:"-"`
	ExternalAddress directory.SMTP
	// Hidden keeps it out of address lists. There are none here, so it is
	// remembered only.
	Hidden bool `json:",omitempty"`
}

func mailUserKind() settings.Kind[MailUser] {
	return settings.Kind[MailUser]{Name: "exchange/mail-user"}
}

// maxSamAccountName is the length of a user's sAMAccountName.
const maxSamAccountName = 20

// NewMailUser makes the account and gives it the external address. The common
// name is needed; what else is empty is made from it. An account without a
// password stays disabled.
func (r *Role) NewMailUser(ctx context.Context, by string, m MailUser, password string) (MailUser, error) {
	short := []rune(m.CommonName)
	m.Name = cmp.Or(m.Name, strings.TrimRight(string(short[:min(len(short), maxSamAccountName)]), " ."))
	m.UPN = cmp.Or(m.UPN, directory.UPN(strings.ReplaceAll(m.CommonName, " ", "")+"@"+r.DefaultDomain()))
	m.SMTP, m.Organisation, m.Enabled = m.ExternalAddress, r.cfg.Organisation, password != ""
	var err error
	if m.User, err = r.cfg.Directory.AddUser(ctx, m.User); err != nil {
		return m, err
	}
	if password != "" {
		err = r.cfg.Directory.SetPassword(ctx, m.ID, password)
	}
	if err == nil {
		err = settings.Put(ctx, r.cfg.Settings, by, mailUserKind(), m.ID, m)
	}
	if err != nil {
		// The account is made as a whole or not at all.
		return m, errors.Join(err, r.cfg.Directory.RemoveUser(context.WithoutCancel(ctx), m.ID))
	}
	return m, nil
}

// MailUser reads what makes a user a mail user; ok is false when nothing does.
func (r *Role) MailUser(ctx context.Context, u directory.User) (m MailUser, ok bool, err error) {
	m, ok, err = settings.Get(ctx, r.cfg.Settings, mailUserKind(), u.ID)
	if err != nil {
		return m, false, fmt.Errorf("reading the mail user %s: %w", u.Name, err)
	}
	m.User = u
	return m, ok, nil
}

// SetMailUser changes a mail user; an account that is none is
// manage.not-found.
func (r *Role) SetMailUser(ctx context.Context, by string, u directory.User, change func(*MailUser)) error {
	m, ok, err := r.MailUser(ctx, u)
	if err != nil {
		return err
	}
	if !ok {
		return problem.New(problem.ManageNotFound, "%s is an account, but no mail user", u.Path())
	}
	before := m
	change(&m)
	m.SMTP = m.ExternalAddress
	if m.User != before.User {
		if err := r.cfg.Directory.SetUser(ctx, m.User); err != nil {
			return err
		}
	}
	return settings.Put(ctx, r.cfg.Settings, by, mailUserKind(), u.ID, m)
}
