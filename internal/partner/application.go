package partner

import (
	"crypto/rsa"
	"crypto/x509"
	"slices"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
)

// Application is one partner application: a product on the other side, however
// many pools and servers it has (003-02).
//
// Exactly one of MetadataURL, Certificates and UseAuthServer says where trust
// in it comes from.
type Application struct {
	// Name is what the administrator calls it; two names that differ in case
	// only are the same name.
	Name string `json:"-"`

	// MetadataURL is where the partner publishes its identity and keys.
	MetadataURL string `json:"-"`
	// Certificates are keys pinned by hand. They are never refreshed; the
	// partner's next one has to be added here before it signs.
	Certificates []*x509.Certificate `json:"-"`
	// UseAuthServer: the partner comes with tokens of an authorisation server.
	UseAuthServer bool `json:"useAuthServer,omitempty"`
	// AuthServer names the one; empty means any that is registered.
	AuthServer string `json:"authServer,omitempty"`

	// App and Realm are who the partner is: read from the metadata document
	// and pinned, or given with Certificates. With UseAuthServer an empty
	// Realm means the auth server's.
	App   s2s.AppID `json:"-"`
	Realm s2s.Realm `json:"-"`
	// IssuerID is the id its tokens are issued under, where that is not App
	// (a SharePoint trust broker). Empty means App.
	IssuerID s2s.AppID `json:"issuerId,omitempty"`

	TrustLevel s2s.TrustLevel `json:"trustLevel"` // empty means Full
	Enabled    bool           `json:"enabled"`
	AcceptSID  bool           `json:"acceptSid,omitempty"` // take a user's SID for what it says
	// OmitsDelegationFlag: this partner leaves trustedfordelegation out of
	// its own tokens (SharePoint add-ins do).
	OmitsDelegationFlag bool `json:"omitsDelegationFlag,omitempty"`

	// LinkedAccount is the directory id of the account whose roles bound what
	// the partner may do. Empty means none.
	LinkedAccount string `json:"linkedAccount,omitempty"`
	// Organisation holds the partner and the users it may speak for.
	Organisation string `json:"organisation,omitempty"`
	// AllowedUsers narrows those users to a list of directory ids, UPNs, SMTP
	// or SIP addresses. Empty means every user of the organisation.
	AllowedUsers []string `json:"allowedUsers,omitempty"`

	// Kept for the Exchange cmdlets, which show them; they decide nothing.
	AccountType        string   `json:"accountType,omitempty"`
	ActAsPermissions   []string `json:"actAsPermissions,omitempty"`
	AppOnlyPermissions []string `json:"appOnlyPermissions,omitempty"`

	// Document is what the metadata URL last said. Only Refresh writes it.
	Document Document  `json:"-"`
	Created  time.Time `json:"-"`
	Changed  time.Time `json:"-"`
}

// AuthServer is a token server whose actor tokens are taken from the partners
// that are set to use it.
type AuthServer struct {
	Name         string    `json:"-"`
	MetadataURL  string    `json:"-"`
	App          s2s.AppID `json:"-"`
	Realm        s2s.Realm `json:"-"`
	Enabled      bool      `json:"enabled"`
	Organisation string    `json:"organisation,omitempty"`

	// Kept for the cmdlets, which show them; they decide nothing here.
	Type             string   `json:"type,omitempty"`
	DomainNames      []string `json:"domainNames,omitempty"`
	AuthorizationURL string   `json:"authorizationUrl,omitempty"` // instead of the document's
	AcceptSID        bool     `json:"acceptSid,omitempty"`
	// IsDefault: clients are sent there to sign in. One server is it at most.
	IsDefault bool `json:"isDefault,omitempty"`

	// TokenEndpoint is where tokens are asked for, from the document.
	TokenEndpoint string    `json:"-"`
	Document      Document  `json:"-"`
	Created       time.Time `json:"-"`
	Changed       time.Time `json:"-"`
}

// Document is the state of a record's metadata document.
type Document struct {
	Keys      []Key // published now, in the document's order
	Withdrawn []Key // published once, refused now
	ETag      string
	FetchedAt time.Time // last time a good document was seen; its age is now minus this
	ChangedAt time.Time // last time the key set changed
	TriedAt   time.Time // last attempt
	NextAt    time.Time // when the next attempt is due
	Failures  int       // attempts that failed since FetchedAt
	LastError string    // why the last attempt failed, empty when it did not
}

// Key is one certificate a partner signs, or signed, with.
type Key struct {
	Certificate *x509.Certificate
	Thumbprint  s2s.Thumbprint
	Since       time.Time // when it was first seen, or withdrawn
}

// Issuer is who signs this partner's tokens when it issues them itself.
func (a Application) Issuer() s2s.Principal {
	id := a.IssuerID
	if id == "" {
		id = a.App
	}
	return s2s.Principal{App: id, Realm: a.Realm}
}

// Keys are the certificates the partner's tokens may be signed with now,
// whether published or pinned by hand.
func (a Application) Keys() []Key {
	if len(a.Certificates) == 0 {
		return a.Document.Keys
	}
	keys := make([]Key, len(a.Certificates))
	for i, c := range a.Certificates {
		keys[i] = Key{Certificate: c, Thumbprint: s2s.ThumbprintOf(c), Since: a.Changed}
	}
	return keys
}

// TrustMetadata makes the document at url the record's only source of trust.
func (a *Application) TrustMetadata(url string) {
	a.MetadataURL, a.Certificates, a.UseAuthServer, a.AuthServer = url, nil, false, ""
}

// TrustCertificates makes certificates pinned by hand the only source.
func (a *Application) TrustCertificates(certs ...*x509.Certificate) {
	a.MetadataURL, a.Certificates, a.UseAuthServer, a.AuthServer = "", certs, false, ""
}

// TrustAuthServer makes tokens of the named auth server (empty: of any
// registered one) the only source.
func (a *Application) TrustAuthServer(name string) {
	a.MetadataURL, a.Certificates, a.UseAuthServer, a.AuthServer = "", nil, true, name
}

// clone returns a copy that shares no slice an owner of the copy may change.
func (a Application) clone() Application {
	a.Certificates = slices.Clone(a.Certificates)
	a.AllowedUsers = slices.Clone(a.AllowedUsers)
	a.ActAsPermissions = slices.Clone(a.ActAsPermissions)
	a.AppOnlyPermissions = slices.Clone(a.AppOnlyPermissions)
	a.Document.Keys = slices.Clone(a.Document.Keys)
	a.Document.Withdrawn = slices.Clone(a.Document.Withdrawn)
	return a
}

// allows reports whether the partner's user scope includes u.
func (a Application) allows(u s2s.User) bool {
	if len(a.AllowedUsers) == 0 {
		return true
	}
	return slices.ContainsFunc(a.AllowedUsers, func(who string) bool {
		who = fold(strings.TrimPrefix(who, "sip:"))
		return who != "" && (who == fold(u.ID) || who == fold(u.UPN) || who == fold(u.SMTP) || who == fold(u.SIP))
	})
}

// The limits of what an administrator can set.
const (
	maxName         = 64
	maxURL          = 2048
	maxCertificates = 20
	maxListed       = 1000
)

// check applies the rules that need nothing but the record itself.
func (a *Application) check(now time.Time) error {
	if err := checkName(a.Name); err != nil {
		return err
	}
	if err := a.checkSource(now); err != nil {
		return err
	}
	switch a.TrustLevel {
	case "":
		a.TrustLevel = s2s.Full
	case s2s.Full, s2s.ApplicationOnly, s2s.UserOnly:
	default:
		return problem.New(problem.PartnerInvalid, "%q is not a trust level; use %s, %s or %s",
			a.TrustLevel, s2s.Full, s2s.ApplicationOnly, s2s.UserOnly)
	}
	if n := max(len(a.AllowedUsers), len(a.ActAsPermissions), len(a.AppOnlyPermissions)); n > maxListed {
		return problem.New(problem.PartnerInvalid, "a list of %d entries is too long; %d is the limit", n, maxListed)
	}
	return nil
}

// checkSource holds a record to exactly one source of trust, and to what that
// source needs beside it.
func (a *Application) checkSource(now time.Time) error {
	sources := 0
	for _, given := range []bool{a.MetadataURL != "", len(a.Certificates) > 0, a.UseAuthServer} {
		if given {
			sources++
		}
	}
	if sources != 1 {
		return problem.New(problem.PartnerSource, "%s has %d sources of trust; give exactly one: a metadata URL, or certificates with realm and application id, or an application id with an auth server", a.Name, sources)
	}
	if a.AuthServer != "" && !a.UseAuthServer {
		return problem.New(problem.PartnerSource, "%s names the auth server %s but is not set to use one", a.Name, a.AuthServer)
	}
	if a.App == "" {
		return problem.New(problem.PartnerSource, "%s has no application id", a.Name)
	}
	if a.Realm == "" && !a.UseAuthServer {
		return problem.New(problem.PartnerSource, "%s has no realm; a partner with certificates of its own needs one", a.Name)
	}
	if a.Realm == "*" {
		return problem.New(problem.PartnerInvalid, "the realm * stands for every tenant and matches none; give %s the realm its tokens come from", a.Name)
	}
	return checkCertificates(a.Certificates, now)
}

func checkCertificates(certs []*x509.Certificate, now time.Time) error {
	if len(certs) > maxCertificates {
		return problem.New(problem.PartnerKey, "%d certificates are too many; %d is the limit", len(certs), maxCertificates)
	}
	seen := map[s2s.Thumbprint]bool{}
	for _, c := range certs {
		t := s2s.ThumbprintOf(c)
		key, isRSA := c.PublicKey.(*rsa.PublicKey)
		switch {
		case seen[t]:
			return problem.New(problem.PartnerKey, "the certificate %s is given twice", t)
		case !isRSA:
			return problem.New(problem.PartnerKey, "the certificate %s has no RSA key; tokens are signed with RSA only", t)
		case key.N.BitLen() < 2048:
			return problem.New(problem.PartnerKey, "the RSA key of certificate %s has %d bits; 2048 is the least", t, key.N.BitLen())
		case now.After(c.NotAfter):
			return problem.New(problem.PartnerKey, "the certificate %s expired on %s", t, c.NotAfter.UTC().Format(time.DateTime))
		}
		seen[t] = true
	}
	return nil
}

func checkName(name string) error {
	switch {
	case name == "" || len(name) > maxName:
		return problem.New(problem.PartnerInvalid, "the name %q is no name for a record: give 1 to %d characters", name, maxName)
	case strings.TrimSpace(name) != name || strings.ContainsFunc(name, notInName):
		return problem.New(problem.PartnerInvalid, "the name %q is no name for a record: no control characters, no * ? [ ] / \\ and no space at either end", name)
	}
	return nil
}

func notInName(r rune) bool { return r < ' ' || r == 0x7f || strings.ContainsRune(`*?[]/\`, r) }

// fold maps ASCII letters to lower case and leaves the rest alone: names are
// compared as the directory compares them, not as a language would.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}, s)
}
