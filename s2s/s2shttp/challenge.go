package s2shttp

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/s2s"
)

// Style is a product's spelling of challenge and diagnostics.
type Style int

// The products' styles.
const (
	Exchange Style = iota
	Skype
	SharePoint
)

// String returns the product's name.
func (s Style) String() string {
	switch s {
	case Skype:
		return "Skype"
	case SharePoint:
		return "SharePoint"
	}
	return "Exchange"
}

// Challenge is a Bearer challenge: what a server says about the tokens it
// takes. To a client it is advice from somebody who has proved nothing.
type Challenge struct {
	ClientID s2s.AppID // the server's application id; empty: missing or no GUID
	Realm    s2s.Realm // SharePoint always sends it, Exchange and Skype do not
	// TrustedIssuers are the usable entries of the list. Entries that name no
	// principal (SharePoint Online lists URLs) are left out.
	TrustedIssuers []s2s.Principal
	// IssuersOmitted: there is no list at all, which says less than an empty one.
	IssuersOmitted bool
	Error          string // "invalid_token" after a token was refused

	// Params are all parameters as read: names in lower case, values decoded.
	Params map[string]string
}

// Challenges is what the WWW-Authenticate fields of one response offer.
type Challenges struct {
	Schemes []string   // in order of appearance, known names in their usual spelling
	Bearer  *Challenge // nil if none is offered, or it cannot be used
}

// ErrChallenge says that WWW-Authenticate cannot be read, or that its Bearer
// challenge contradicts itself.
var ErrChallenge = errors.New("unusable WWW-Authenticate")

const maxIssuers = 64

// ParseChallenges reads all WWW-Authenticate fields of a response. The error
// wraps ErrChallenge; Schemes may then still tell what was offered.
func ParseChallenges(h http.Header) (Challenges, error) {
	offers, err := parseOffers(h.Values("WWW-Authenticate"))
	if err != nil {
		return Challenges{}, fmt.Errorf("%w: %w", ErrChallenge, err)
	}
	var c Challenges
	for _, o := range offers {
		c.Schemes = append(c.Schemes, o.scheme)
		if o.scheme != "Bearer" {
			continue
		}
		switch {
		case o.repeated != "":
			err = fmt.Errorf("%w: parameter %s is there twice", ErrChallenge, o.repeated)
		case c.Bearer != nil:
			err = fmt.Errorf("%w: two Bearer challenges", ErrChallenge)
		default:
			c.Bearer, err = newChallenge(o.params)
		}
		if err != nil {
			return Challenges{Schemes: c.Schemes}, err
		}
	}
	return c, nil
}

func newChallenge(params map[string]string) (*Challenge, error) {
	c := &Challenge{Params: params, Error: params["error"]}
	// What does not parse stays empty and will then equal nothing.
	c.ClientID, _ = s2s.ParseAppID(params["client_id"])
	c.Realm, _ = s2s.ParseRealm(params["realm"])
	list, listed := params["trusted_issuers"]
	c.IssuersOmitted = !listed
	if strings.Count(list, ",") >= maxIssuers {
		return nil, fmt.Errorf("%w: more than %d trusted issuers", ErrChallenge, maxIssuers)
	}
	for entry := range strings.SplitSeq(list, ",") {
		if p, ok := parseIssuer(entry); ok {
			c.TrustedIssuers = append(c.TrustedIssuers, p)
		}
	}
	return c, nil
}

// parseIssuer reads one entry of trusted_issuers; a host part is dropped.
func parseIssuer(entry string) (s2s.Principal, bool) {
	entry = strings.Trim(entry, " \t")
	at := strings.LastIndexByte(entry, '@')
	if at < 0 {
		return s2s.Principal{}, false
	}
	id, _, _ := strings.Cut(entry[:at], "/")
	p, err := s2s.ParsePrincipal(id + entry[at:])
	return p, err == nil
}

// tokenTypes are the kinds of token Exchange says it takes: act-as and app-only.
const tokenTypes = "app_asserted_user_v1 service_asserted_app_v1"

// Header writes the challenge as the product does: order, spacing and which
// parameters there are. Params is not used.
func (c Challenge) Header(style Style) string {
	names := make([]string, len(c.TrustedIssuers))
	for i, p := range c.TrustedIssuers {
		names[i] = p.String()
	}
	slices.Sort(names)
	client := quoted("client_id", string(c.ClientID))
	issuers := quoted("trusted_issuers", strings.Join(names, ","))
	var params []string
	sep := ", "
	switch style {
	case Skype:
		params = []string{issuers, client}
	case SharePoint:
		// Clients take the 36 characters behind `Bearer realm="`.
		params, sep = []string{quoted("realm", string(c.Realm)), client, issuers}, ","
	default:
		params = []string{client, issuers, quoted("token_types", tokenTypes)}
	}
	if c.IssuersOmitted {
		params = slices.DeleteFunc(params, func(p string) bool { return p == issuers })
	}
	if c.Error != "" {
		params = append(params, quoted("error", c.Error))
	}
	return "Bearer " + strings.Join(params, sep)
}

func quoted(name, value string) string {
	return name + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
}
