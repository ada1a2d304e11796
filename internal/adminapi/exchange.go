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

	GetAuthServer    = Call[Identity, []AuthServer]{"exchange/auth-server/get"}
	NewAuthServer    = Call[AuthServerSettings, AuthServer]{"exchange/auth-server/new"}
	SetAuthServer    = Call[AuthServerSettings, Changed]{"exchange/auth-server/set"}
	RemoveAuthServer = Call[Identity, Changed]{"exchange/auth-server/remove"}

	// The certificates whose signatures the role refuses, whoever publishes
	// them.
	GetDeniedCertificate    = Call[Identity, []DeniedCertificate]{"exchange/denied-certificate/get"}
	AddDeniedCertificate    = Call[DeniedCertificate, Changed]{"exchange/denied-certificate/add"}
	RemoveDeniedCertificate = Call[Identity, Changed]{"exchange/denied-certificate/remove"}

	// ConfigureEnterprisePartnerApplication is what the script of that name
	// does: account, role assignments and partner application in one go
	// (003-06).
	ConfigureEnterprisePartnerApplication = Call[ConfigureEnterpriseRequest, ConfigureEnterpriseResult]{"exchange/enterprise-partner-application/configure"}

	GetExchangeServer = Call[Identity, []ExchangeServer]{"exchange/server/get"}

	GetClientAccessServer = Call[Identity, []ClientAccessServer]{"exchange/client-access-server/get"}
	SetClientAccessServer = Call[ClientAccessServerSettings, Changed]{"exchange/client-access-server/set"}

	GetVirtualDirectory = Call[Identity, []VirtualDirectory]{"exchange/virtual-directory/get"}
	SetVirtualDirectory = Call[VirtualDirectorySettings, Changed]{"exchange/virtual-directory/set"}

	GetManagementRoleAssignment    = Call[RoleAssignmentFilter, []RoleAssignment]{"exchange/role-assignment/get"}
	NewManagementRoleAssignment    = Call[NewRoleAssignmentRequest, RoleAssignment]{"exchange/role-assignment/new"}
	RemoveManagementRoleAssignment = Call[Identity, Changed]{"exchange/role-assignment/remove"}

	NewMailUser = Call[MailUserSettings, MailUser]{"exchange/mail-user/new"}
	SetMailUser = Call[MailUserSettings, Changed]{"exchange/mail-user/set"}

	// GetExchangeUser is GetUser with what the exchange role knows besides.
	GetExchangeUser = Call[Identity, []ExchangeUser]{"exchange/user/get"}

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

// Certificate is one certificate without its key: of the role's store of
// signing certificates, the one its web services show, or the placeholder of a
// request.
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

	Server       string   `json:"server,omitempty"` // FQDN of the server it lies on
	SerialNumber string   `json:"serialNumber,omitempty"`
	SelfSigned   bool     `json:"selfSigned,omitempty"`
	RootCAType   string   `json:"rootCAType,omitempty"` // None, ThirdParty, Registry, Unknown
	Status       string   `json:"status,omitempty"`     // Valid, DateInvalid, Untrusted, PendingRequest
	WebServices  bool     `json:"webServices,omitempty"`
	Warnings     []string `json:"warnings,omitempty"`
}

// NewCertificateRequest makes a self-signed signing certificate.
type NewCertificateRequest struct {
	SubjectName          string   `json:"subjectName,omitempty"` // "cn=…"
	SubjectMore          string   `json:"subjectMore,omitempty"` // "o=…,c=…", behind the name that the server gives when SubjectName is empty
	FriendlyName         string   `json:"friendlyName,omitempty"`
	DomainNames          []string `json:"domainNames,omitempty"`
	KeySize              int      `json:"keySize,omitempty"`
	Services             []string `json:"services,omitempty"`
	PrivateKeyExportable bool     `json:"privateKeyExportable,omitempty"`
	// Include adds names that only the server knows to DomainNames: ServerFQDN,
	// ServerNetBIOSName, AcceptedDomains (on Skype the SIP domains),
	// AutoDiscover.
	Include []string `json:"include,omitempty"`
}

// ConfigureEnterpriseRequest holds the script's parameters: a metadata URL, or
// the id of an application whose tokens come from an auth server.
type ConfigureEnterpriseRequest struct {
	AuthMetadataURL       string `json:"authMetadataUrl,omitempty"`
	ApplicationType       string `json:"applicationType"` // Lync or SharePoint
	ApplicationIdentifier string `json:"applicationIdentifier,omitempty"`
	Realm                 string `json:"realm,omitempty"`
}

// ConfigureEnterpriseResult says what the script did, line by line as it
// prints it.
type ConfigureEnterpriseResult struct {
	Lines              []string           `json:"lines"`
	PartnerApplication PartnerApplication `json:"partnerApplication"`
	Account            string             `json:"account"`
}

// ExchangeServer is a server of the exchange role.
type ExchangeServer struct {
	Name    string `json:"name"`
	Fqdn    string `json:"fqdn"`
	Domain  string `json:"domain"`
	Version string `json:"version"` // as its web services tell it: "15.1.2507.6"
}

// ClientAccessServer is the server's entry for clients; its internal URI is
// what the service connection point publishes (003-11).
type ClientAccessServer struct {
	Name                           string `json:"name"`
	Fqdn                           string `json:"fqdn"`
	AutoDiscoverServiceInternalURI string `json:"autoDiscoverServiceInternalUri"`
	AutoDiscoverServiceCN          string `json:"autoDiscoverServiceCN"`
	// AutoDiscoverSiteScope are the sites it is meant for; it decides nothing.
	AutoDiscoverSiteScope []string  `json:"autoDiscoverSiteScope,omitempty"`
	Changed               time.Time `json:"changed,omitzero"`
}

// ClientAccessServerSettings changes it.
type ClientAccessServerSettings struct {
	Identity                       string  `json:"identity"`
	AutoDiscoverServiceInternalURI *string `json:"autoDiscoverServiceInternalUri,omitempty"`
	// AutoDiscoverSiteScope replaces the whole list; null keeps it.
	AutoDiscoverSiteScope *[]string `json:"autoDiscoverSiteScope,omitempty"`
}

// VirtualDirectory is a web service of the exchange role and what it accepts.
type VirtualDirectory struct {
	Name                string    `json:"name"` // EWS, Autodiscover
	Server              string    `json:"server"`
	OAuthAuthentication bool      `json:"oAuthAuthentication"` // off by default (004-13)
	BasicAuthentication bool      `json:"basicAuthentication"`
	InternalURL         string    `json:"internalUrl,omitempty"`
	ExternalURL         string    `json:"externalUrl,omitempty"`
	Changed             time.Time `json:"changed,omitzero"`
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
	// Account is where the assignee lies; empty when it has left the directory.
	Account string    `json:"account,omitempty"`
	Created time.Time `json:"created,omitzero"`
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
	// Items are counted for a mailbox that is named, not for a list of them.
	Items       int       `json:"items"`
	DisplayName string    `json:"displayName,omitempty"`
	SIP         string    `json:"sip,omitempty"`
	Path        string    `json:"path,omitempty"` // where the account lies
	Container   string    `json:"container,omitempty"`
	Server      string    `json:"server,omitempty"`
	Created     time.Time `json:"created,omitzero"`
	Changed     time.Time `json:"changed,omitzero"` // the account
}

// ExchangeUser is an account and what mail it gets.
type ExchangeUser struct {
	User
	RecipientType        string `json:"recipientType"`        // User, MailUser, UserMailbox
	RecipientTypeDetails string `json:"recipientTypeDetails"` // LinkedUser, DisabledUser, …
}

// MailUser is an account with an address elsewhere and no mailbox here.
type MailUser struct {
	Name            string `json:"name"`
	Path            string `json:"path"`
	SMTP            string `json:"smtp"`
	ExternalAddress string `json:"externalAddress"`
}

// MailUserSettings makes or changes a mail user. A nil field keeps what is
// there.
type MailUserSettings struct {
	Identity        string  `json:"identity"` // the name, of a new one
	Name            *string `json:"name,omitempty"`
	ExternalAddress *string `json:"externalAddress,omitempty"`
	UPN             string  `json:"userPrincipalName,omitempty"` // of a new one
	Password        string  `json:"password,omitempty"`          // of a new one; without it the account stays disabled
	SamAccountName  string  `json:"samAccountName,omitempty"`    // of a new one
	DisplayName     *string `json:"displayName,omitempty"`
	// Hidden keeps it out of address lists, of which there are none here.
	Hidden *bool `json:"hiddenFromAddressListsEnabled,omitempty"`
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
