package s2shttp

import (
	"context"
	"net/http"

	"github.com/matchseal/matchseal/s2s"
)

// Style is the spelling of challenge and diagnostics.
type Style int

// The products' styles.
const (
	Exchange Style = iota
	Skype
	SharePoint
)

// Guard authenticates requests.
type Guard struct {
	Verifier     *s2s.Verifier
	Style        Style
	Fqdn         string
	Issuers      func(context.Context) ([]s2s.Principal, error)
	OtherSchemes []string
	OnDecision   func(*http.Request, *s2s.Decision, *s2s.Refusal)
	RequestID    func(*http.Request) string
}

// Authenticate judges the request's token.
func (g *Guard) Authenticate(w http.ResponseWriter, r *http.Request) (d *s2s.Decision, handled bool) {
	return nil, false
}

// Challenge writes the 401.
func (g *Guard) Challenge(w http.ResponseWriter, r *http.Request, ref *s2s.Refusal) {}

// Wrap guards a handler.
func (g *Guard) Wrap(next http.Handler) http.Handler { return next }

// DecisionFrom returns the decision Wrap put into the request's context.
func DecisionFrom(ctx context.Context) (*s2s.Decision, bool) { return nil, false }
