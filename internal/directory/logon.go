package directory

import (
	"context"
	"time"
)

// LogOn is what a log-on found out: the account and its groups at that moment.
// It does not change afterwards; a membership given or taken later counts from
// the next log-on (003-13).
type LogOn struct {
	User   User
	Groups []string // direct and through other groups
	At     time.Time
}

// In reports whether the account was in the group when it logged on.
func (l LogOn) In(group string) bool {
	for _, g := range l.Groups {
		if fold(g) == fold(group) {
			return true
		}
	}
	return false
}

// LogOn verifies a password as Verify does and takes note of the groups.
func (d *Directory) LogOn(ctx context.Context, login, password string) (LogOn, error) {
	u, err := d.Verify(ctx, login, password)
	if err != nil {
		return LogOn{}, err
	}
	return d.logOn(ctx, u)
}

// LogOnAs is a log-on without a password, for a caller that has other proof of
// who the operator is. identity is in any form of Resolve; a disabled account
// is refused with directory.log-on.
func (d *Directory) LogOnAs(ctx context.Context, identity string) (LogOn, error) {
	u, err := d.Resolve(ctx, identity)
	if err != nil {
		return LogOn{}, err
	}
	if !u.Enabled {
		return LogOn{}, refused("the account is disabled", identity)
	}
	return d.logOn(ctx, u)
}

func (d *Directory) logOn(ctx context.Context, u User) (LogOn, error) {
	groups, err := d.MemberOf(ctx, u.ID)
	if err != nil {
		return LogOn{}, err
	}
	return LogOn{User: u, Groups: groups, At: d.now()}, nil
}
