package wirevectors

// Assertions is assertions.json: requests to a token server.
type Assertions struct {
	TokenServer TokenServer
	Requests    []AssertionRequest
}

// TokenServer describes the server that the requests go to.
type TokenServer struct {
	Principal           string
	Host                string
	Tenant              string
	SkewSeconds         int
	MaxAssertionSeconds int
	ServicePrincipals   []ServicePrincipal
}

// ServicePrincipal is an application registered at the token server.
type ServicePrincipal struct {
	ApplicationID        string
	Keys                 []string // names of Tokens.Keys
	Names                []string // hosts for which tokens may be asked
	TrustedForDelegation bool
}

// AssertionRequest is one form post and the expected answer.
type AssertionRequest struct {
	Name      string
	GrantType string `json:"grant_type"`
	Assertion string
	Resource  string
	Clock     Clock
	Expect    string // "accept" or "reject"
	Status    int
	Error     string
	Why       string
}

// Accept reports whether the server must issue a token.
func (r AssertionRequest) Accept() bool { return r.Expect == "accept" }

// LoadAssertions returns assertions.json.
func LoadAssertions() (*Assertions, error) { return load[Assertions]("assertions.json") }

// Metadata is metadata.json: documents and what a reader makes of them.
type Metadata struct {
	Clock     Clock
	MaxBytes  int
	MaxKeys   int
	Documents []MetadataDocument
}

// MetadataDocument is one case; [File] returns the document itself.
type MetadataDocument struct {
	File          string
	As            string // "partner", "authserver" or "partner-of-exchange"
	Pinned        string // identity stored earlier; empty: first import
	Expect        string
	Issuer        string
	Keys          []string // names of Tokens.Keys, in order
	TokenEndpoint string
	Why           string
}

// Accept reports whether a reader must accept the document.
func (d MetadataDocument) Accept() bool { return d.Expect == "accept" }

// LoadMetadata returns metadata.json.
func LoadMetadata() (*Metadata, error) { return load[Metadata]("metadata.json") }

// Challenge is one set of WWW-Authenticate fields and its parse.
type Challenge struct {
	Name           string
	Headers        []string          // the field values in order
	Schemes        []string          // in order of appearance, canonical spelling; nil: unreadable
	Bearer         map[string]string // decoded parameters; nil: no usable Bearer challenge
	TrustedIssuers []IssuerEntry     // the entries that can be used
	Why            string
}

// IssuerEntry is one usable entry of trusted_issuers.
type IssuerEntry struct{ ID, Realm string }

// LoadChallenges returns challenges.json.
func LoadChallenges() ([]Challenge, error) {
	suite, err := load[struct{ Challenges []Challenge }]("challenges.json")
	if err != nil {
		return nil, err
	}
	return suite.Challenges, nil
}
