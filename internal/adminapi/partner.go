package adminapi

import "time"

// The skype role has the same auth servers and denied certificates as the
// exchange role.
var (
	GetCsOAuthServer    = Call[Identity, []AuthServer]{"skype/oauth-server/get"}
	NewCsOAuthServer    = Call[AuthServerSettings, AuthServer]{"skype/oauth-server/new"}
	SetCsOAuthServer    = Call[AuthServerSettings, Changed]{"skype/oauth-server/set"}
	RemoveCsOAuthServer = Call[Identity, Changed]{"skype/oauth-server/remove"}

	GetCsDeniedCertificate    = Call[Identity, []DeniedCertificate]{"skype/denied-certificate/get"}
	AddCsDeniedCertificate    = Call[DeniedCertificate, Changed]{"skype/denied-certificate/add"}
	RemoveCsDeniedCertificate = Call[Identity, Changed]{"skype/denied-certificate/remove"}
)

// PartnerApplication is whom a role trusts to call it, on either side.
type PartnerApplication struct {
	Name                  string     `json:"name"`
	ApplicationIdentifier string     `json:"applicationIdentifier"`
	Realm                 string     `json:"realm"`
	IssuerIdentifier      string     `json:"issuerIdentifier,omitempty"`
	AuthMetadataURL       string     `json:"authMetadataUrl,omitempty"`
	TrustLevel            string     `json:"trustLevel"`
	Enabled               bool       `json:"enabled"`
	UseAuthServer         bool       `json:"useAuthServer"`
	AcceptSID             bool       `json:"acceptSecurityIdentifierInformation"`
	LinkedAccount         string     `json:"linkedAccount,omitempty"`
	AccountType           string     `json:"accountType,omitempty"`
	ActAsPermissions      []string   `json:"actAsPermissions,omitempty"`
	AppOnlyPermissions    []string   `json:"appOnlyPermissions,omitempty"`
	AllowedUsers          []string   `json:"allowedUsers,omitempty"` // empty means all of the organisation
	Certificates          [][]byte   `json:"certificates,omitempty"` // DER, in the order of the document
	RefreshedAt           *time.Time `json:"refreshedAt,omitempty"`
	LastError             string     `json:"lastError,omitempty"`
	Warnings              []string   `json:"warnings,omitempty"`
	Created               time.Time  `json:"created,omitzero"`
	Changed               time.Time  `json:"changed,omitzero"`
}

// PartnerApplicationSettings makes or changes a partner application. A nil
// field keeps what is there.
type PartnerApplicationSettings struct {
	Identity              string   `json:"identity"`
	Name                  *string  `json:"name,omitempty"` // a new name
	AuthMetadataURL       *string  `json:"authMetadataUrl,omitempty"`
	ApplicationIdentifier *string  `json:"applicationIdentifier,omitempty"`
	Realm                 *string  `json:"realm,omitempty"`
	IssuerIdentifier      *string  `json:"issuerIdentifier,omitempty"`
	Certificates          [][]byte `json:"certificates,omitempty"` // DER
	TrustLevel            *string  `json:"trustLevel,omitempty"`   // Full, Application, User
	Enabled               *bool    `json:"enabled,omitempty"`
	UseAuthServer         *bool    `json:"useAuthServer,omitempty"`
	AcceptSID             *bool    `json:"acceptSecurityIdentifierInformation,omitempty"`
	LinkedAccount         *string  `json:"linkedAccount,omitempty"`
	AccountType           *string  `json:"accountType,omitempty"`
	RefreshAuthMetadata   bool     `json:"refreshAuthMetadata,omitempty"`
	// The lists are replaced as a whole; null keeps them.
	ActAsPermissions   *[]string `json:"actAsPermissions,omitempty"`
	AppOnlyPermissions *[]string `json:"appOnlyPermissions,omitempty"`
	AllowedUsers       *[]string `json:"allowedUsers,omitempty"` // accounts, by id, UPN, SMTP or SIP address
}

// AuthServer issues tokens that a role takes from the partner applications
// that are set to use it.
type AuthServer struct {
	Name                   string     `json:"name"`
	IssuerIdentifier       string     `json:"issuerIdentifier"`
	Realm                  string     `json:"realm"`
	AuthMetadataURL        string     `json:"authMetadataUrl"`
	TokenIssuingEndpoint   string     `json:"tokenIssuingEndpoint,omitempty"`
	AuthorizationEndpoint  string     `json:"authorizationEndpoint,omitempty"` // where an administrator wants clients to go
	Type                   string     `json:"type,omitempty"`
	Enabled                bool       `json:"enabled"`
	AcceptSID              bool       `json:"acceptSecurityIdentifierInformation"`
	IsDefaultAuthorization bool       `json:"isDefaultAuthorizationEndpoint"`
	DomainNames            []string   `json:"domainNames,omitempty"`
	Certificates           [][]byte   `json:"certificates,omitempty"` // DER
	RefreshedAt            *time.Time `json:"refreshedAt,omitempty"`
	LastError              string     `json:"lastError,omitempty"`
	Warnings               []string   `json:"warnings,omitempty"`
	Created                time.Time  `json:"created,omitzero"`
	Changed                time.Time  `json:"changed,omitzero"`
}

// AuthServerSettings makes or changes an auth server. A nil field keeps what
// is there.
type AuthServerSettings struct {
	Identity        string  `json:"identity"`
	Name            *string `json:"name,omitempty"` // a new name
	AuthMetadataURL *string `json:"authMetadataUrl,omitempty"`
	// Realm is for a new server whose document serves every tenant.
	Realm                  string    `json:"realm,omitempty"`
	Type                   *string   `json:"type,omitempty"`
	Enabled                *bool     `json:"enabled,omitempty"`
	AcceptSID              *bool     `json:"acceptSecurityIdentifierInformation,omitempty"`
	AuthorizationEndpoint  *string   `json:"authorizationEndpoint,omitempty"`
	IsDefaultAuthorization *bool     `json:"isDefaultAuthorizationEndpoint,omitempty"`
	DomainNames            *[]string `json:"domainNames,omitempty"`
	RefreshAuthMetadata    bool      `json:"refreshAuthMetadata,omitempty"`
}

// DeniedCertificate is a certificate whose signatures are refused, whoever
// publishes it.
type DeniedCertificate struct {
	Thumbprint string    `json:"thumbprint"`
	Reason     string    `json:"reason,omitempty"`
	DeniedBy   string    `json:"deniedBy,omitempty"` // filled in by the node
	Since      time.Time `json:"since,omitzero"`     // likewise
}
