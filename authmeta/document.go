package authmeta

import (
	"crypto/x509"
	"time"

	"github.com/matchseal/matchseal/s2s"
)

// Product is the kind of server whose spelling a document has.
type Product string

const (
	Exchange    Product = "Exchange"
	Skype       Product = "Skype" // Lync and Skype for Business
	SharePoint  Product = "SharePoint"
	TokenServer Product = "TokenServer" // Azure ACS, "microsoft.sts"
)

// Path is where the product serves its document. A token server puts a tenant
// in front of it.
func (p Product) Path() string {
	switch p {
	case Exchange:
		return "/autodiscover/metadata/json/1"
	case SharePoint:
		return "/_layouts/15/metadata/json/1"
	}
	return "/metadata/json/1"
}

// URL is the address of the document of a product at a host[:port]: the
// Autodiscover host of Exchange, the pool's host of Skype for Business.
func (p Product) URL(host string) string { return "https://" + host + p.Path() }

// App is the application id under which the product is known.
func (p Product) App() s2s.AppID {
	switch p {
	case Exchange:
		return s2s.ExchangeApp
	case Skype:
		return s2s.SkypeApp
	case SharePoint:
		return s2s.SharePointApp
	}
	return s2s.TokenServerApp
}

func productOf(app s2s.AppID) (Product, bool) {
	for _, p := range []Product{Exchange, Skype, SharePoint, TokenServer} {
		if p.App() == app {
			return p, true
		}
	}
	return "", false
}

// The limits of a document.
const (
	MaxBytes = 256 << 10
	MaxKeys  = 20
	MinBits  = 2048 // of an RSA key
)

// Document is a metadata document, read or to be written.
type Document struct {
	// ID, Version and Name are absent in the form of Skype. When written, an
	// empty ID becomes one that changes exactly when the content does.
	ID, Version, Name string
	// Issuer is the identity the document is about.
	Issuer s2s.Principal
	// Keys are in the order of the document: the one that signs now first.
	Keys             []Key
	Endpoints        []Endpoint
	AllowedAudiences []string
	// Product is guessed from the spelling when a document is read.
	Product Product
	// Warnings say what was skipped or corrected when the document was read.
	Warnings []string
	// Refresh is how soon readers are asked to read it again, in [RefreshHeader]
	// beside it; zero asks for nothing. Of one that was read, see Fetched.
	Refresh time.Duration
}

// Key is a certificate whose private key signs tokens.
type Key struct {
	Certificate *x509.Certificate
	Thumbprint  s2s.Thumbprint
	Usage       string // "signing"
}

// Endpoint is a URL with its purpose, for example {…, "OAuth2", "issuance"}.
type Endpoint struct {
	Location string `json:"location"`
	Protocol string `json:"protocol"`
	Usage    string `json:"usage"`
}

// The words of the documents.
const (
	usageSigning  = "signing"
	usageIssuance = "issuance"
	usageMetadata = "metadata"
	typeX509      = "x509Certificate"
	protocolOAuth = "OAuth2"
)

// New makes the document a product publishes about itself. The location is
// its own metadata URL or, for a token server, the URL at which tokens are
// issued; Skype has none. Certificates come in the order in which they are to
// be published; those expired at now are left out.
func New(p Product, issuer s2s.Principal, location string, now time.Time, certs ...*x509.Certificate) Document {
	d := Document{Product: p, Issuer: issuer}
	for _, cert := range certs {
		if !now.After(cert.NotAfter) {
			d.Keys = append(d.Keys, Key{Certificate: cert, Thumbprint: s2s.ThumbprintOf(cert), Usage: usageSigning})
		}
	}
	if p == Skype {
		return d
	}
	d.Version, d.Name = "1.0", string(p)
	d.AllowedAudiences = []string{issuer.String()}
	usage := usageMetadata
	if p == TokenServer {
		usage = usageIssuance
	}
	d.Endpoints = []Endpoint{{Location: location, Protocol: protocolOAuth, Usage: usage}}
	return d
}

// TokenEndpoint is the URL at which a token server issues tokens, or "".
func (d Document) TokenEndpoint() string {
	for _, e := range d.Endpoints {
		if e.issuesTokens() && e.secure() {
			return e.Location
		}
	}
	return ""
}
