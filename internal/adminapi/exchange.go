package adminapi

import "time"

// The calls of the exchange role, in the order in which an administrator
// meets them.
var (
	GetAuthConfig = Call[Empty, AuthConfig]{"exchange/auth-config/get"}
	SetAuthConfig = Call[SetAuthConfigRequest, Changed]{"exchange/auth-config/set"}

	GetExchangeCertificate = Call[Identity, []Certificate]{"exchange/certificate/get"}
	NewExchangeCertificate = Call[NewCertificateRequest, Certificate]{"exchange/certificate/new"}

	GetPartnerApplication    = Call[Identity, []PartnerApplication]{"exchange/partner-application/get"}
	NewPartnerApplication    = Call[PartnerApplicationSettings, PartnerApplication]{"exchange/partner-application/new"}
	SetPartnerApplication    = Call[PartnerApplicationSettings, Changed]{"exchange/partner-application/set"}
	RemovePartnerApplication = Call[Identity, Changed]{"exchange/partner-application/remove"}

	// ConfigureEnterprisePartnerApplication is what the script of that name
	// does: account, role assignments and partner application in one go
	// (003-06).
	ConfigureEnterprisePartnerApplication = Call[ConfigureEnterpriseRequest, ConfigureEnterpriseResult]{"exchange/enterprise-partner-application/configure"}

	GetClientAccessServer = Call[Identity, []ClientAccessServer]{"exchange/client-access-server/get"}
	SetClientAccessServer = Call[ClientAccessServerSettings, Changed]{"exchange/client-access-server/set"}

	GetVirtualDirectory = Call[Identity, []VirtualDirectory]{"exchange/virtual-directory/get"}
	SetVirtualDirectory = Call[VirtualDirectorySettings, Changed]{"exchange/virtual-directory/set"}

	GetManagementRoleAssignment    = Call[RoleAssignmentFilter, []RoleAssignment]{"exchange/role-assignment/get"}
	NewManagementRoleAssignment    = Call[NewRoleAssignmentRequest, RoleAssignment]{"exchange/role-assignment/new"}
	RemoveManagementRoleAssignment = Call[Identity, Changed]{"exchange/role-assignment/remove"}

	GetMailbox    = Call[Identity, []Mailbox]{"exchange/mailbox/get"}
	EnableMailbox = Call[Identity, Mailbox]{"exchange/mailbox/enable"}

	// TestOAuthConnectivity calls a partner's resource for a user with an
	// act-as token, the other direction of the Skype side's storage test.
	TestOAuthConnectivity = Call[TestOAuthRequest, TestResult]{"exchange/oauth-connectivity/test"}

	GetExchangeEvents   = Call[EventFilter, []Event]{"exchange/event/get"}
	GetExchangeAccesses = Call[EventFilter, []Access]{"exchange/access/get"}
)

// Identity names an object, or several by a pattern with * and ?. Empty means
// all where that makes sense. Lists that can be long take a Page.
type Identity struct {
	Identity string `json:"identity,omitempty"`
	Page
}

// Changed is the answer of a call that changes something.
type Changed struct {
	Warnings []string `json:"warnings,omitempty"`
}

// AuthConfig is the organisation-wide signing configuration of Exchange.
type AuthConfig struct {
	CurrentCertificateThumbprint  string     `json:"currentCertificateThumbprint,omitempty"`
	PreviousCertificateThumbprint string     `json:"previousCertificateThumbprint,omitempty"`
	NextCertificateThumbprint     string     `json:"nextCertificateThumbprint,omitempty"`
	NextCertificateEffectiveDate  *time.Time `json:"nextCertificateEffectiveDate,omitempty"`
	ServiceName                   string     `json:"serviceName"`
	Realm                         string     `json:"realm"`
	DefaultRealm                  string     `json:"defaultRealm"` // in force while Realm is empty
}

// SetAuthConfigRequest changes it; the fields of one parameter set at a time,
// as with the cmdlet.
type SetAuthConfigRequest struct {
	CertificateThumbprint       string     `json:"certificateThumbprint,omitempty"`
	NewCertificateThumbprint    string     `json:"newCertificateThumbprint,omitempty"`
	NewCertificateEffectiveDate *time.Time `json:"newCertificateEffectiveDate,omitempty"`
	PublishCertificate          bool       `json:"publishCertificate,omitempty"`
	ClearPreviousCertificate    bool       `json:"clearPreviousCertificate,omitempty"`
	Realm                       *string    `json:"realm,omitempty"`
	ServiceName                 *string    `json:"serviceName,omitempty"`
	Force                       bool       `json:"force,omitempty"`
}

// Certificate is one signing certificate in a role's store, without its key.
type Certificate struct {
	Thumbprint           string    `json:"thumbprint"`
	Subject              string    `json:"subject"`
	Issuer               string    `json:"issuer"`
	FriendlyName         string    `json:"friendlyName,omitempty"`
	Services             []string  `json:"services,omitempty"`
	CertificateDomains   []string  `json:"certificateDomains,omitempty"`
	NotBefore            time.Time `json:"notBefore"`
	NotAfter             time.Time `json:"notAfter"`
	PublicKeySize        int       `json:"publicKeySize"`
	HasPrivateKey        bool      `json:"hasPrivateKey"`
	PrivateKeyExportable bool      `json:"privateKeyExportable"`
	Use                  []string  `json:"use,omitempty"` // current, next, previous
	Raw                  []byte    `json:"raw"`           // DER
}

// NewCertificateRequest makes a self-signed signing certificate.
type NewCertificateRequest struct {
	SubjectName          string   `json:"subjectName,omitempty"` // "cn=…"
	FriendlyName         string   `json:"friendlyName,omitempty"`
	DomainNames          []string `json:"domainNames,omitempty"`
	KeySize              int      `json:"keySize,omitempty"`
	Services             []string `json:"services,omitempty"`
	PrivateKeyExportable bool     `json:"privateKeyExportable,omitempty"`
}

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
	Certificates          [][]byte   `json:"certificates,omitempty"` // DER, in the order of the document
	RefreshedAt           *time.Time `json:"refreshedAt,omitempty"`
	LastError             string     `json:"lastError,omitempty"`
	Warnings              []string   `json:"warnings,omitempty"`
}

// PartnerApplicationSettings makes or changes a partner application. A nil
// field keeps what is there.
type PartnerApplicationSettings struct {
	Identity              string   `json:"identity"`
	AuthMetadataURL       *string  `json:"authMetadataUrl,omitempty"`
	ApplicationIdentifier *string  `json:"applicationIdentifier,omitempty"`
	Realm                 *string  `json:"realm,omitempty"`
	Certificates          [][]byte `json:"certificates,omitempty"` // DER
	TrustLevel            *string  `json:"trustLevel,omitempty"`   // Full, Application, User
	Enabled               *bool    `json:"enabled,omitempty"`
	UseAuthServer         *bool    `json:"useAuthServer,omitempty"`
	AcceptSID             *bool    `json:"acceptSecurityIdentifierInformation,omitempty"`
	LinkedAccount         *string  `json:"linkedAccount,omitempty"`
	RefreshAuthMetadata   bool     `json:"refreshAuthMetadata,omitempty"`
}

// ConfigureEnterpriseRequest holds the script's parameters.
type ConfigureEnterpriseRequest struct {
	AuthMetadataURL string `json:"authMetadataUrl"`
	ApplicationType string `json:"applicationType"` // Lync or SharePoint
}

// ConfigureEnterpriseResult says what the script did, line by line as it
// prints it.
type ConfigureEnterpriseResult struct {
	Lines              []string           `json:"lines"`
	PartnerApplication PartnerApplication `json:"partnerApplication"`
	Account            string             `json:"account"`
}

// ClientAccessServer is the server's entry for clients; its internal URI is
// what the service connection point publishes (003-11).
type ClientAccessServer struct {
	Name                           string `json:"name"`
	Fqdn                           string `json:"fqdn"`
	AutoDiscoverServiceInternalURI string `json:"autoDiscoverServiceInternalUri"`
	AutoDiscoverServiceCN          string `json:"autoDiscoverServiceCN"`
}

// ClientAccessServerSettings changes it.
type ClientAccessServerSettings struct {
	Identity                       string  `json:"identity"`
	AutoDiscoverServiceInternalURI *string `json:"autoDiscoverServiceInternalUri,omitempty"`
}

// VirtualDirectory is a web service of the exchange role and what it accepts.
type VirtualDirectory struct {
	Name                string `json:"name"` // EWS, Autodiscover
	Server              string `json:"server"`
	OAuthAuthentication bool   `json:"oAuthAuthentication"` // off by default (004-13)
	BasicAuthentication bool   `json:"basicAuthentication"`
	InternalURL         string `json:"internalUrl,omitempty"`
	ExternalURL         string `json:"externalUrl,omitempty"`
}

// VirtualDirectorySettings changes it.
type VirtualDirectorySettings struct {
	Identity            string  `json:"identity"`
	OAuthAuthentication *bool   `json:"oAuthAuthentication,omitempty"`
	BasicAuthentication *bool   `json:"basicAuthentication,omitempty"`
	InternalURL         *string `json:"internalUrl,omitempty"`
	ExternalURL         *string `json:"externalUrl,omitempty"`
}

// RoleAssignment gives a management role to an account.
type RoleAssignment struct {
	Name         string `json:"name"`
	Role         string `json:"role"`
	RoleAssignee string `json:"roleAssignee"`
}

// RoleAssignmentFilter picks assignments.
type RoleAssignmentFilter struct {
	Identity     string `json:"identity,omitempty"`
	RoleAssignee string `json:"roleAssignee,omitempty"`
	Role         string `json:"role,omitempty"`
}

// NewRoleAssignmentRequest makes one.
type NewRoleAssignmentRequest struct {
	Name string `json:"name,omitempty"`
	Role string `json:"role"`
	User string `json:"user"`
}

// Mailbox says that a directory user has a mailbox here.
type Mailbox struct {
	Name               string `json:"name"`
	PrimarySMTPAddress string `json:"primarySmtpAddress"`
	UserPrincipalName  string `json:"userPrincipalName"`
	Items              int    `json:"items"`
}

// TestOAuthRequest is the question of Test-OAuthConnectivity.
type TestOAuthRequest struct {
	TargetURI string `json:"targetUri"` // https URL of the partner's server
	Mailbox   string `json:"mailbox"`   // for whom
}

// TestResult is what a connectivity test did, and whether it passed.
type TestResult struct {
	Passed bool     `json:"passed"`
	Lines  []string `json:"lines"` // verbose trace, line by line
	ItemID string   `json:"itemId,omitempty"`
}
