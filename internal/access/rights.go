package access

import (
	"context"
	"fmt"

	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
)

// Partners knows the partner applications. *partner.Store is one.
type Partners interface {
	Get(ctx context.Context, identity string) (partner.Application, error)
}

// Accounts knows the directory's accounts. *directory.Directory is one.
type Accounts interface {
	User(ctx context.Context, id string) (directory.User, error)
}

// LinkedAccounts is check V24 as Exchange has it: what an application may do
// is what the roles of its linked account allow. An application without such
// an account, or with one that holds no role, may do nothing.
type LinkedAccounts struct {
	Partners  Partners
	Directory Accounts
	Roles     func(ctx context.Context, userID string) ([]string, error)
}

// Rights has the form of Config.Rights.
func (l LinkedAccounts) Rights(ctx context.Context, _ Endpoint, d *s2s.Decision) (Rights, error) {
	app, err := l.Partners.Get(ctx, d.Partner)
	if err != nil {
		return Rights{}, fmt.Errorf("looking up the partner application %s: %w", d.Partner, err)
	}
	if app.LinkedAccount == "" {
		return Rights{}, fmt.Errorf("the partner application %s has no linked account: %w", app.Name, ErrNoRights)
	}
	account, err := l.Directory.User(ctx, app.LinkedAccount)
	switch {
	case problem.Is(err, problem.DirectoryUnknown):
		return Rights{}, fmt.Errorf("the linked account of %s is gone from the directory: %w", app.Name, ErrNoRights)
	case err != nil:
		return Rights{}, fmt.Errorf("looking up the linked account of %s: %w", app.Name, err)
	case !account.Enabled && !account.Linked:
		// An account made for a partner is disabled by nature; one that
		// somebody else uses too is not, and disabling it means something.
		return Rights{}, fmt.Errorf("the linked account %s of %s is disabled: %w", account.Name, app.Name, ErrNoRights)
	}
	roles, err := l.Roles(ctx, account.ID)
	if err != nil {
		return Rights{}, fmt.Errorf("reading the roles of %s: %w", account.Name, err)
	}
	if len(roles) == 0 {
		return Rights{}, fmt.Errorf("the linked account %s of %s has no management role: %w", account.Name, app.Name, ErrNoRights)
	}
	return Rights{Account: account, Roles: roles}, nil
}
