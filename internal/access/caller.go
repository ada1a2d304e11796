package access

import (
	"context"
	"time"

	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/rbac"
	"github.com/matchseal/matchseal/s2s"
)

// Kind says how a caller proved who it is.
type Kind string

const (
	Basic   Kind = "basic"    // a user with a password
	ActAs   Kind = "act-as"   // a partner application for a user
	AppOnly Kind = "app-only" // a partner application for itself
)

// Caller is who stands behind a request that passed the door.
type Caller struct {
	Kind Kind
	// User is whose resources are meant: the user who logged on, or the one
	// an application acts for. Empty with AppOnly.
	User directory.User
	// Account is the linked account of the application, where the role has
	// such accounts. Empty with Basic.
	Account directory.User
	// Partner and Application name the application: its record here, and its
	// principal. Empty with Basic.
	Partner     string
	Application s2s.Principal
	// Roles are the management roles in effect: the linked account's when an
	// application calls, the user's own with Basic.
	Roles     []string
	RequestID string
	Expires   time.Time // end of the decision; zero with Basic
}

// May reports whether the caller's roles allow an operation, named as EWS
// names it. A user who logged on needs no role for what is his own; acting for
// somebody else needs ApplicationImpersonation from everybody.
func (c Caller) May(operation string) bool {
	if c.Kind == Basic && operation != string(rbac.Impersonate) {
		return true
	}
	return rbac.Allows(c.Roles, rbac.Operation(operation))
}

// Principal is whose name goes under what the caller does, for logs and
// answers: the user, else the linked account, else the application.
func (c Caller) Principal() string {
	switch {
	case c.User.UPN != "":
		return string(c.User.UPN)
	case c.Account.Name != "":
		return c.Account.Name
	}
	return c.Application.String()
}

type callerKey struct{}

// CallerFrom returns who passed the door. ok is false for a handler that does
// not stand behind one.
func CallerFrom(ctx context.Context) (c Caller, ok bool) {
	c, ok = ctx.Value(callerKey{}).(Caller)
	return c, ok
}

// WithCaller puts a caller into the context as the door does, for the tests of
// handlers.
func WithCaller(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}
