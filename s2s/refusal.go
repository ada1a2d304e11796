package s2s

import (
	"context"
	"errors"
	"fmt"
)

// Reason is the internal cause of a refusal: for logs and audit, never for
// the peer. The constants below are all there are.
type Reason string

// Reasons in the order of the checks that give them.
const (
	AuthorizationRepeated Reason = "authorization.repeated" // V0
	TokenSize             Reason = "token.size"             // V1
	TokenSegments         Reason = "token.segments"         // V2
	TokenEncoding         Reason = "token.encoding"         // V3
	TokenJSON             Reason = "token.json"             // V4
	TokenDuplicate        Reason = "token.duplicate"
	TokenHeader           Reason = "token.header" // V5
	TokenKind             Reason = "token.kind"   // V6
	OuterSigned           Reason = "outer.signed" // V7
	OuterAlg              Reason = "outer.alg"
	ActorType             Reason = "actor.type"
	ActorNested           Reason = "actor.nested"
	ActorAlg              Reason = "actor.alg" // V8
	ActorUnsigned         Reason = "actor.unsigned"
	ActorX5T              Reason = "actor.x5t"
	ClaimMissing          Reason = "claim.missing" // V9
	ClaimType             Reason = "claim.type"
	ClaimChars            Reason = "claim.chars"
	ClaimTime             Reason = "claim.time"
	IssForm               Reason = "iss.form"
	NameIDForm            Reason = "nameid.form"
	AudForm               Reason = "aud.form" // V10
	AudPID                Reason = "aud.pid"
	AudHost               Reason = "aud.host"
	AudRealm              Reason = "aud.realm"
	IssSelf               Reason = "iss.self" // V11
	IssUnknown            Reason = "iss.unknown"
	KeyWithdrawn          Reason = "key.withdrawn" // V12
	KeyUnknown            Reason = "key.unknown"
	KeyWeak               Reason = "key.weak"
	KeyExpired            Reason = "key.expired"
	SigBad                Reason = "sig.bad"    // V13
	TimeOrder             Reason = "time.order" // V14, V20
	TimeTooLong           Reason = "time.too_long"
	TimeExpired           Reason = "time.expired"
	TimeFuture            Reason = "time.future"
	BindNameIDRealm       Reason = "bind.nameid_realm" // V15
	BindSTSRealms         Reason = "bind.sts_realms"
	BindAudOrg            Reason = "bind.aud_org"
	AppUnknown            Reason = "app.unknown" // V16
	AppDisabled           Reason = "app.disabled"
	TrustLevelForbids     Reason = "trust.level"             // V17
	OuterAud              Reason = "outer.aud"               // V18
	OuterIss              Reason = "outer.iss"               // V19
	TimeOuterBeyondActor  Reason = "time.outer_beyond_actor" // V20
	DelegationMissing     Reason = "delegation.missing"      // V21
	UserNone              Reason = "user.none"               // V22
	UserUnknown           Reason = "user.unknown"            // V23
	UserAmbiguous         Reason = "user.ambiguous"
	UserConflict          Reason = "user.conflict"
	UserDisabled          Reason = "user.disabled"
	UserProtected         Reason = "user.protected"
	UserScope             Reason = "user.scope"
	RightsNone            Reason = "rights.none" // V24
	Internal              Reason = "internal"    // Trust, Users or our own settings failed
)

// Code is the number in x-ms-diagnostics. It and its category may be told to
// the peer.
type Code int

// The codes Microsoft documents for Exchange; no others are ever used.
const (
	InvalidSignature Code = 2000000
	InvalidToken     Code = 2000001
	TokenExpired     Code = 2000002
	InvalidResource  Code = 2000003
	InvalidTenant    Code = 2000004
	InvalidUser      Code = 2000005
	InvalidClient    Code = 2000006
	InternalError    Code = 2000007
	InvalidGrant     Code = 2000008
)

// Category returns the error_category of x-ms-diagnostics.
func (c Code) Category() string {
	switch c {
	case InvalidSignature:
		return "invalid_signature"
	case TokenExpired:
		return "token_expired"
	case InvalidResource:
		return "invalid_resource"
	case InvalidTenant:
		return "invalid_tenant"
	case InvalidUser:
		return "invalid_user"
	case InvalidClient:
		return "invalid_client"
	case InternalError:
		return "internal_error"
	case InvalidGrant:
		return "invalid_grant"
	}
	return "invalid_token"
}

// PublicText returns the one sentence a peer is told. It is constant per code:
// nothing of the token, the request or the configuration is ever in it.
func (c Code) PublicText() string {
	switch c {
	case InvalidSignature:
		return "The token has an invalid signature."
	case TokenExpired:
		return "The token is expired or not yet valid."
	case InvalidResource:
		return "The audience claim value is invalid 'aud'."
	case InvalidTenant:
		return "The tenant named by the token does not exist."
	case InvalidUser:
		return "The user specified by the user-context in the token does not exist."
	case InvalidClient:
		return "The application named by the token is not accepted."
	case InternalError:
		return "The token could not be checked because of an internal error."
	case InvalidGrant:
		return "The token should have valid permissions or linked account associated with partner application."
	}
	return "The token is not valid."
}

// Code maps the internal reason to the public code.
func (r Reason) Code() Code {
	switch r {
	case KeyWithdrawn, KeyUnknown, KeyWeak, KeyExpired, SigBad:
		return InvalidSignature
	case TimeExpired, TimeFuture:
		return TokenExpired
	case AudForm, AudPID, AudHost, OuterAud:
		return InvalidResource
	case AudRealm, BindNameIDRealm, BindSTSRealms, BindAudOrg:
		return InvalidTenant
	case UserNone, UserUnknown, UserAmbiguous, UserConflict, UserDisabled, UserProtected, UserScope:
		return InvalidUser
	case AppUnknown, AppDisabled:
		return InvalidClient
	case Internal:
		return InternalError
	case TrustLevelForbids, DelegationMissing, RightsNone:
		return InvalidGrant
	}
	return InvalidToken
}

// Refusal says why a token was not accepted. Error is for the log; a peer may
// learn Code, Category and PublicText only.
type Refusal struct {
	Step   string // the check that failed: "V13"
	Reason Reason // what it found: "sig.bad"
	Err    error  // the failure behind it, if there is one
}

// Code returns the x-ms-diagnostics number.
func (r *Refusal) Code() Code { return r.Reason.Code() }

// Category returns the x-ms-diagnostics error category.
func (r *Refusal) Category() string { return r.Code().Category() }

// PublicText returns the constant sentence for the peer.
func (r *Refusal) PublicText() string { return r.Code().PublicText() }

// Error returns step, reason and cause: for the log, never for the peer.
func (r *Refusal) Error() string {
	if r.Err != nil {
		return fmt.Sprintf("s2s: token refused at %s: %s: %v", r.Step, r.Reason, r.Err)
	}
	return fmt.Sprintf("s2s: token refused at %s: %s", r.Step, r.Reason)
}

// Unwrap returns the failure behind the refusal.
func (r *Refusal) Unwrap() error { return r.Err }

// ErrTemporary marks a failure of [Trust] or [Users] that will pass by itself:
// wrap it to have the peer told to come back (HTTP 503) instead of to give up.
var ErrTemporary = errors.New("temporary failure")

// Temporary reports whether the refusal comes from a failure of ours that will
// pass by itself: the error wraps [ErrTemporary] or a deadline, or has a method
// Temporary() or Timeout() that says so.
func (r *Refusal) Temporary() bool {
	if r.Reason != Internal || r.Err == nil {
		return false
	}
	if errors.Is(r.Err, ErrTemporary) || errors.Is(r.Err, context.DeadlineExceeded) {
		return true
	}
	var timeout interface{ Timeout() bool }
	var temporary interface{ Temporary() bool }
	return errors.As(r.Err, &timeout) && timeout.Timeout() ||
		errors.As(r.Err, &temporary) && temporary.Temporary()
}
