package s2s

import (
	"context"
	"time"
)

// Verifier decides about tokens.
type Verifier struct {
	App         AppID
	Hosts       []string
	Realms      map[Realm]string
	Trust       Trust
	Users       Users
	Permitted   func(context.Context, *Decision) bool
	Now         func() time.Time
	Skew        time.Duration
	MaxLifetime time.Duration
	Seen        *SignatureCache
}

// Kind says whether an application calls as itself or for a user.
type Kind string

// The two kinds of call.
const (
	AppOnly   Kind = "app-only"
	ActAsUser Kind = "act-as"
)

// Decision is the complete result of an accepted token.
type Decision struct {
	Kind         Kind
	Application  Principal
	Issuer       Principal
	Partner      string
	Organisation string
	Audience     Principal
	User         *User
	Key          Thumbprint
	NotBefore    time.Time
	Expires      time.Time
	TokenHash    string
}

// Verify checks a token; the error is always a *Refusal.
func (v *Verifier) Verify(ctx context.Context, token string) (*Decision, error) {
	return nil, &Refusal{Step: "V0", Reason: Internal}
}
