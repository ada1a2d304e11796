package adminapi

import "time"

// The calls of the skype role.
var (
	GetCsOAuthConfiguration = Call[Empty, OAuthConfiguration]{"skype/oauth-configuration/get"}
	SetCsOAuthConfiguration = Call[OAuthConfigurationSettings, Changed]{"skype/oauth-configuration/set"}

	GetCsPartnerApplication    = Call[Identity, []PartnerApplication]{"skype/partner-application/get"}
	NewCsPartnerApplication    = Call[PartnerApplicationSettings, PartnerApplication]{"skype/partner-application/new"}
	SetCsPartnerApplication    = Call[PartnerApplicationSettings, Changed]{"skype/partner-application/set"}
	RemoveCsPartnerApplication = Call[Identity, Changed]{"skype/partner-application/remove"}

	GetCsCertificate     = Call[Identity, []Certificate]{"skype/certificate/get"}
	RequestCsCertificate = Call[NewCertificateRequest, Certificate]{"skype/certificate/request"}
	SetCsCertificate     = Call[SetCsCertificateRequest, Changed]{"skype/certificate/set"}

	GetCsUser     = Call[Identity, []SipUser]{"skype/user/get"}
	EnableCsUser  = Call[EnableCsUserRequest, SipUser]{"skype/user/enable"}
	DisableCsUser = Call[Identity, Changed]{"skype/user/disable"}

	// TestCsExStorageConnectivity is the proof of the whole path: one item
	// written into one mailbox (004-10).
	TestCsExStorageConnectivity = Call[StorageTestRequest, TestResult]{"skype/storage/test"}
	// TestCsExStorageNotification writes an item and waits until it is seen.
	TestCsExStorageNotification = Call[StorageTestRequest, TestResult]{"skype/storage/test-notification"}

	StoreConversation  = Call[Conversation, StoredConversation]{"skype/storage/store"}
	GetStorageStatus   = Call[Empty, StorageStatus]{"skype/storage/status"}
	GetDeadLetters     = Call[Identity, []DeadLetter]{"skype/storage/dead-letter/get"}
	RequeueDeadLetters = Call[Identity, Requeued]{"skype/storage/dead-letter/requeue"}
	MintActAsToken     = Call[MintRequest, MintedToken]{"skype/token/mint"}
	GetSkypeEvents     = Call[EventFilter, []Event]{"skype/event/get"}
	GetSkypeAccesses   = Call[EventFilter, []Access]{"skype/access/get"}
)

// OAuthConfiguration is the skype role's one global set of OAuth settings.
type OAuthConfiguration struct {
	Realm                                  string `json:"realm"`
	DefaultRealm                           string `json:"defaultRealm"` // in force while Realm is empty
	ServiceName                            string `json:"serviceName"`
	ClientAuthorizationOAuthServerIdentity string `json:"clientAuthorizationOAuthServerIdentity,omitempty"`
	ExchangeAutodiscoverURL                string `json:"exchangeAutodiscoverUrl,omitempty"`
	ExchangeAutodiscoverAllowedDomains     string `json:"exchangeAutodiscoverAllowedDomains,omitempty"`
	ClientAdalAuthOverride                 string `json:"clientAdalAuthOverride"`
	AlternateAudienceURL                   string `json:"alternateAudienceUrl,omitempty"`
	AdditionalAudienceURLs                 string `json:"additionalAudienceUrls,omitempty"`
}

// OAuthConfigurationSettings changes it; a nil field keeps what is there, an
// empty one clears it.
type OAuthConfigurationSettings struct {
	Realm                                  *string `json:"realm,omitempty"`
	ServiceName                            *string `json:"serviceName,omitempty"`
	ClientAuthorizationOAuthServerIdentity *string `json:"clientAuthorizationOAuthServerIdentity,omitempty"`
	ExchangeAutodiscoverURL                *string `json:"exchangeAutodiscoverUrl,omitempty"`
	ExchangeAutodiscoverAllowedDomains     *string `json:"exchangeAutodiscoverAllowedDomains,omitempty"`
	ClientAdalAuthOverride                 *string `json:"clientAdalAuthOverride,omitempty"`
	AlternateAudienceURL                   *string `json:"alternateAudienceUrl,omitempty"`
	AdditionalAudienceURLs                 *string `json:"additionalAudienceUrls,omitempty"`
}

// SetCsCertificateRequest assigns a certificate of the store to token
// issuing, at once or, with Roll, at EffectiveDate. The thumbprint of the
// Default certificate is one too (000-22).
type SetCsCertificateRequest struct {
	Thumbprint    string     `json:"thumbprint"`
	Types         []string   `json:"types,omitempty"` // OAuthTokenIssuer when empty
	EffectiveDate *time.Time `json:"effectiveDate,omitempty"`
	Roll          bool       `json:"roll,omitempty"`
	Force         bool       `json:"force,omitempty"`
}

// SipUser is a directory user as the skype role sees it.
type SipUser struct {
	Identity      string `json:"identity"`
	DisplayName   string `json:"displayName"`
	SipAddress    string `json:"sipAddress"` // with sip:
	RegistrarPool string `json:"registrarPool"`
	Enabled       bool   `json:"enabled"`
	UPN           string `json:"userPrincipalName"`
	SMTP          string `json:"windowsEmailAddress,omitempty"`
	SID           string `json:"sid"`

	SamAccountName    string `json:"samAccountName,omitempty"`
	GUID              string `json:"guid,omitempty"`
	DistinguishedName string `json:"distinguishedName,omitempty"`
}

// EnableCsUserRequest enables a directory user for SIP. Without an address and
// a type the user keeps his SIP address or gets his e-mail address.
type EnableCsUserRequest struct {
	Identity      string `json:"identity"`
	SipAddress    string `json:"sipAddress,omitempty"`
	RegistrarPool string `json:"registrarPool"`
	// SipAddressType derives the address: FirstLastName, EmailAddress,
	// UserPrincipalName, SAMAccountName or None. The first and the fourth want
	// SipDomain.
	SipAddressType string `json:"sipAddressType,omitempty"`
	SipDomain      string `json:"sipDomain,omitempty"`
}

// StorageTestRequest holds the parameters of Test-CsExStorageConnectivity.
type StorageTestRequest struct {
	SipURI     string `json:"sipUri"`
	Folder     string `json:"folder,omitempty"` // ConversationHistory (default), Inbox, Dumpster
	DeleteItem bool   `json:"deleteItem,omitempty"`
	UseCache   bool   `json:"useCache,omitempty"`
	Binding    string `json:"binding,omitempty"` // NetNamedPipe (default) or NetTCP
	// Host is the front end whose Storage Service is asked; empty or localhost
	// is the node itself, the only one that can be.
	Host string `json:"host,omitempty"`
}

// Conversation is one segment of an instant-message conversation on its way
// into the mailboxes of those who took part.
type Conversation struct {
	// ID names the segment for ever: storing the same id again changes
	// nothing. Empty lets the service choose one.
	ID           string        `json:"id,omitempty"`
	Subject      string        `json:"subject,omitempty"`
	Started      time.Time     `json:"started"`
	Participants []Participant `json:"participants"`
	Messages     []ChatMessage `json:"messages"`
}

// Participant took part in a conversation.
type Participant struct {
	SIP  string `json:"sip"`
	Name string `json:"name,omitempty"`
}

// ChatMessage is one thing somebody said.
type ChatMessage struct {
	From string    `json:"from"` // SIP address of a participant
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// StoredConversation says which mailboxes will get an item.
type StoredConversation struct {
	ID        string   `json:"id"`
	Mailboxes []string `json:"mailboxes"` // SIP addresses
	Skipped   []string `json:"skipped,omitempty"`
	Duplicate bool     `json:"duplicate,omitempty"`
}

// StorageStatus counts what the Storage Service has.
type StorageStatus struct {
	Conversations int `json:"conversations"`
	Waiting       int `json:"waiting"`
	Running       int `json:"running"`
	Retrying      int `json:"retrying"`
	Delivered     int `json:"delivered"`
	Dead          int `json:"dead"`
}

// DeadLetter is a delivery that was given up.
type DeadLetter struct {
	ID             string    `json:"id"`
	ConversationID string    `json:"conversationId"`
	SIP            string    `json:"sip"`
	Code           string    `json:"code"`
	Detail         string    `json:"detail"`
	Attempts       int       `json:"attempts"`
	At             time.Time `json:"at"`
}

// Requeued counts the dead letters put back.
type Requeued struct {
	Count int `json:"count"`
}

// MintRequest asks for an act-as token for a client under test.
type MintRequest struct {
	User string `json:"user"`           // SIP, SMTP or UPN
	URL  string `json:"url"`            // the resource it is for; its host must be a partner's
	Life string `json:"life,omitempty"` // Go duration, 5m to 24h, default 1h
}

// MintedToken is a credential: it is printed once and kept nowhere.
type MintedToken struct {
	Token   string    `json:"token"`
	Expires time.Time `json:"expires"`
}
