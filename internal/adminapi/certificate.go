package adminapi

import "time"

// The calls about certificates beyond showing, making and assigning them.
var (
	ImportExchangeCertificate     = Call[ImportCertificateRequest, Certificate]{"exchange/certificate/import"}
	ExportExchangeCertificate     = Call[ExportCertificateRequest, ExportedCertificate]{"exchange/certificate/export"}
	RemoveExchangeCertificate     = Call[Identity, Changed]{"exchange/certificate/remove"}
	EnableExchangeCertificate     = Call[EnableCertificateRequest, Changed]{"exchange/certificate/enable"}
	NewExchangeCertificateRequest = Call[NewCertificateRequest, CertificateRequest]{"exchange/certificate-request/new"}

	// GetCsCertificateUse says which certificate serves which use now.
	GetCsCertificateUse         = Call[Empty, []CertificateUse]{"skype/certificate-use/get"}
	RemoveCsCertificateUse      = Call[RemoveCertificateUseRequest, Changed]{"skype/certificate-use/remove"}
	ImportCsCertificate         = Call[ImportCertificateRequest, Certificate]{"skype/certificate/import"}
	NewCsCertificateRequest     = Call[NewCertificateRequest, CertificateRequest]{"skype/certificate-request/new"}
	GetCsCertificateRequests    = Call[Empty, []CertificateRequest]{"skype/certificate-request/get"}
	RemoveCsCertificateRequests = Call[RemoveCertificateRequestsRequest, Changed]{"skype/certificate-request/remove"}
)

// ImportCertificateRequest brings a certificate's file: a PFX with its key, or
// a certificate or bundle without. One that answers a pending request gets the
// key of the request.
type ImportCertificateRequest struct {
	Data                 []byte `json:"data"`
	Password             string `json:"password,omitempty"`
	FriendlyName         string `json:"friendlyName,omitempty"`
	PrivateKeyExportable bool   `json:"privateKeyExportable,omitempty"`
}

// Encryptions of an exported key, in the words of Export-PfxCertificate.
const (
	AES256    = "AES256_SHA256"
	TripleDES = "TripleDES_SHA1" // for Windows before Server 2019
)

// ExportCertificateRequest asks for a certificate with its key, or for a
// pending request. The password encrypts the key and may be left out where
// there is none.
type ExportCertificateRequest struct {
	Thumbprint string `json:"thumbprint"`
	Password   string `json:"password,omitempty"`
	Encryption string `json:"encryption,omitempty"` // AES256 when empty
}

// ExportedCertificate is a certificate on its way to another server.
type ExportedCertificate struct {
	Kind string `json:"kind"` // pfx, certificate or request
	Data []byte `json:"data"` // PFX or DER
}

// EnableCertificateRequest adds services to those a certificate is for.
type EnableCertificateRequest struct {
	Thumbprint string   `json:"thumbprint"`
	Services   []string `json:"services"`
	Force      bool     `json:"force,omitempty"`
}

// CertificateRequest is a request that waits for an authority's answer.
type CertificateRequest struct {
	Number      int         `json:"number"`
	Created     time.Time   `json:"created"`
	Placeholder Certificate `json:"placeholder"` // its thumbprint is the handle
	Request     []byte      `json:"request"`     // PKCS#10, DER
}

// Uses of certificates on the skype side that this server knows.
const (
	UseDefault             = "Default"
	UseWebServicesInternal = "WebServicesInternal"
	UseWebServicesExternal = "WebServicesExternal"
	UseOAuthTokenIssuer    = "OAuthTokenIssuer"
)

// CertificateUse is a certificate in one of its uses. A staged certificate is
// one of its own, whose effective date has not come.
type CertificateUse struct {
	Use                string      `json:"use"`
	Scope              string      `json:"scope"` // Global or Local
	Certificate        Certificate `json:"certificate"`
	EffectiveDate      *time.Time  `json:"effectiveDate,omitempty"`
	UpdateTime         *time.Time  `json:"updateTime,omitempty"`
	PreviousThumbprint string      `json:"previousThumbprint,omitempty"`
}

// RemoveCertificateUseRequest takes the certificate of a use away from it; the
// certificate stays in the store.
type RemoveCertificateUseRequest struct {
	Types    []string `json:"types"`
	Previous bool     `json:"previous,omitempty"` // the one before, which is still published
	Force    bool     `json:"force,omitempty"`
}

// RemoveCertificateRequestsRequest names a pending request; 0 means all.
type RemoveCertificateRequestsRequest struct {
	Number int `json:"number,omitempty"`
}
