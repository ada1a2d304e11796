package s2s

import (
	"context"
	"crypto/x509"
	"errors"
)

// ErrNotRegistered is what [Trust] returns for an issuer or an application it
// does not know. Any other error counts as a failure of our own side.
var ErrNotRegistered = errors.New("not registered")

// Trust knows whom this server trusts. All identities passed to it are
// canonical; it compares them exactly and never treats a realm as a pattern.
type Trust interface {
	// Issuer returns the registered issuer p: a self-issuing partner,
	// enabled or not (whether it may call is decided later, so that the
	// audit can name it), or an enabled auth server. Otherwise
	// ErrNotRegistered.
	Issuer(ctx context.Context, p Principal) (Issuer, error)
	// Refetch reads p's registered metadata document again because a token
	// named an unknown key. The implementation limits the rate and never
	// takes a URL from anywhere but its own records. Any error means that
	// there is nothing new.
	Refetch(ctx context.Context, p Principal) (Issuer, error)
	// Application returns the partner record for the application app vouched
	// for by issuer: for a self-issuing partner the record of that issuer
	// with this application id, for an auth server the record with this id
	// and realm that is set to use it. Otherwise ErrNotRegistered.
	Application(ctx context.Context, issuer Issuer, app Principal) (Application, error)
}

// Issuer is somebody whose signature on an actor token counts.
type Issuer struct {
	Principal    Principal
	Organisation string
	AuthServer   bool                // a token server, not a self-issuing partner
	Keys         []*x509.Certificate // the pinned set; any key of any other issuer is foreign
	Thumbprints  []Thumbprint        // optional: of Keys in their order, which saves computing them for each token
	Withdrawn    []Thumbprint        // were in the set once
	Denied       []Thumbprint        // on the deny list, even if still published
}

// TrustLevel says whom a partner application may represent.
type TrustLevel string

// The trust levels of New-CsPartnerApplication -ApplicationTrustLevel.
const (
	// Full: itself, and any user of its organisation.
	Full TrustLevel = "Full"
	// ApplicationOnly: itself only.
	ApplicationOnly TrustLevel = "Application"
	// UserOnly: users only, and only with an actor token from an auth server.
	UserOnly TrustLevel = "User"
)

// Application is the partner record behind a token.
type Application struct {
	Name       string // the record's name, for the audit
	ID         AppID
	Enabled    bool
	TrustLevel TrustLevel
	// AcceptSID lets user claims name a security identifier; without it a
	// SID in a token is ignored.
	AcceptSID bool
	// OmitsDelegationFlag accepts act-as calls although the self-issued actor
	// token has no trustedfordelegation claim. An explicit refusal in the
	// token still counts.
	OmitsDelegationFlag bool
	// Users limits the users this application may act for; nil means all of
	// its organisation.
	Users func(User) bool
}

// Identifier is the kind of value that names a user in a token.
type Identifier string

// The identifiers a token can carry.
const (
	BySID  Identifier = "sid"
	ByUPN  Identifier = "upn"
	BySMTP Identifier = "smtp" // the primary address only
	BySIP  Identifier = "sip"  // without "sip:"
)

// Users is the directory as the verifier needs it. The value is attacker
// text: an implementation escapes it and looks for equality after ASCII case
// folding. The verifier compares again what comes back.
type Users interface {
	// FindUsers returns the users of the organisation whose identifier has
	// this value: none, one or more. No hit is not an error.
	FindUsers(ctx context.Context, organisation string, by Identifier, value string) ([]User, error)
}

// User is a directory user. ID is the directory's own key and must not be
// empty; the other values are empty when the user has none.
type User struct {
	ID             string
	UPN, SMTP, SIP string // SIP without "sip:"
	SID            string
	Enabled        bool
	Protected      bool // may never be impersonated: administrators, service accounts
}
