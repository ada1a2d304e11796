package wirevectors

// Tokens is tokens.json: access tokens and the world they are presented in.
type Tokens struct {
	MaxLifetimeSeconds int
	SkewSeconds        int
	MaxTokenBytes      int
	MinRSABits         int

	Receivers   map[string]Receiver
	Keys        map[string]KeyRef
	Partners    map[string]Partner
	AuthServers map[string]AuthServer
	Users       map[string]User
	Tokens      []Token
}

// Receiver is a server that tokens are presented to.
type Receiver struct {
	Principal string            // its application id
	Hosts     []string          // names under which it is published
	Realms    map[string]string // own realms, and the organisation of each
}

// KeyRef says where a key's certificate is; see [LoadKey].
type KeyRef struct {
	X5T         string
	Certificate string // path of the PEM file
}

// Partner is a registered partner application.
type Partner struct {
	ApplicationID       string
	IssuerID            string // empty when it uses an auth server
	Realm               string
	Organisation        string
	Enabled             bool
	TrustLevel          string // Full, Application, User
	AcceptSID           bool
	OmitsDelegationFlag bool
	UseAuthServer       bool
	Keys                []string // names of Tokens.Keys
	KeysAfterRefetch    []string // what its metadata URL holds now; nil: not reachable
	WithdrawnKeys       []string
	DeniedKeys          []string
}

// AuthServer is a registered token server.
type AuthServer struct {
	IssuerID     string
	Realm        string
	Organisation string
	Enabled      bool
	Keys         []string
}

// User is a directory user.
type User struct {
	Organisation        string
	Enabled, Protected  bool
	SID, UPN, SMTP, SIP string
}

// Token is one case.
type Token struct {
	Name    string
	Token   string // verbatim; read from File where it is too long for the JSON
	File    string
	Context Context
	Expect  string // "accept" or "reject"
	Why     string

	Kind    string // of an accepted token: "app-only" or "act-as"
	Partner string // name of the partner record
	User    string // name of the user, for act-as

	Code     int // of a refused token: public
	Category string
	Step     string // internal
	Reason   string
}

// Accept reports whether the token must be accepted.
func (t Token) Accept() bool { return t.Expect == "accept" }

// Context names what exists for one case.
type Context struct {
	Receiver    string
	Clock       Clock
	Partners    []string
	AuthServers []string
	Users       []string
}

// LoadTokens returns tokens.json, every case with its token filled in.
func LoadTokens() (*Tokens, error) {
	suite, err := load[Tokens]("tokens.json")
	if err != nil {
		return nil, err
	}
	for i := range suite.Tokens {
		if t := &suite.Tokens[i]; t.File != "" {
			text, err := files.ReadFile(t.File)
			if err != nil {
				return nil, err
			}
			t.Token = string(text)
		}
	}
	return suite, nil
}
