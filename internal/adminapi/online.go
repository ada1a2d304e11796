package adminapi

import "time"

// The calls of the cloud directory.
var (
	GetTenant           = Call[Empty, Tenant]{"online/tenant/get"}
	GetServicePrincipal = Call[ServicePrincipalFilter, []ServicePrincipal]{"online/service-principal/get"}
	SetServicePrincipal = Call[ServicePrincipalSettings, Changed]{"online/service-principal/set"}

	NewServicePrincipalCredential    = Call[NewCredentialRequest, Changed]{"online/service-principal-credential/new"}
	RemoveServicePrincipalCredential = Call[RemoveCredentialsRequest, Changed]{"online/service-principal-credential/remove"}
)

// Tenant is the organisation in the cloud.
type Tenant struct {
	ID          string   `json:"id"`
	DisplayName string   `json:"displayName"`
	Domains     []string `json:"domains"`
	MetadataURL string   `json:"metadataUrl"` // of its token server
}

// ServicePrincipalFilter names one service principal by one of the first
// three; Search finds those with the text in the display name. Empty means
// all.
type ServicePrincipalFilter struct {
	AppPrincipalID       string `json:"appPrincipalId,omitempty"`
	ObjectID             string `json:"objectId,omitempty"`
	ServicePrincipalName string `json:"servicePrincipalName,omitempty"`
	Search               string `json:"search,omitempty"`
}

// ServicePrincipal is an application as the tenant knows it.
type ServicePrincipal struct {
	AppPrincipalID        string       `json:"appPrincipalId"`
	ObjectID              string       `json:"objectId"`
	DisplayName           string       `json:"displayName"`
	ServicePrincipalNames []string     `json:"servicePrincipalNames"`
	Addresses             []string     `json:"addresses,omitempty"`
	AccountEnabled        bool         `json:"accountEnabled"`
	TrustedForDelegation  bool         `json:"trustedForDelegation"`
	Credentials           []Credential `json:"credentials,omitempty"`
}

// Credential is a certificate that a service principal proves itself with.
type Credential struct {
	KeyID      string    `json:"keyId"`
	KeyGroupID string    `json:"keyGroupId"`
	Type       string    `json:"type"`
	Usage      string    `json:"usage"`
	StartDate  time.Time `json:"startDate"`
	EndDate    time.Time `json:"endDate"`
	Value      []byte    `json:"value"` // DER
}

// ServicePrincipalSettings changes a service principal; nil keeps what is
// there.
type ServicePrincipalSettings struct {
	ServicePrincipalFilter
	DisplayName           *string  `json:"displayName,omitempty"`
	ServicePrincipalNames []string `json:"servicePrincipalNames,omitempty"`
	Addresses             []string `json:"addresses,omitempty"`
	AccountEnabled        *bool    `json:"accountEnabled,omitempty"`
}

// NewCredentialRequest registers a certificate.
type NewCredentialRequest struct {
	ServicePrincipalFilter
	Type      string     `json:"type"`
	Usage     string     `json:"usage"`
	Value     []byte     `json:"value"` // DER
	StartDate *time.Time `json:"startDate,omitempty"`
	EndDate   *time.Time `json:"endDate,omitempty"`
}

// RemoveCredentialsRequest takes keys away.
type RemoveCredentialsRequest struct {
	ServicePrincipalFilter
	KeyIDs []string `json:"keyIds"`
}
