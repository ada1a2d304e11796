package authmeta

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/matchseal/matchseal/s2s"
)

// ParseOptions says what the reader knows and expects.
type ParseOptions struct {
	// Now is the time by which certificates are judged; zero means time.Now.
	Now time.Time
	// AuthServer asks for a token server's document: it must name an https
	// endpoint at which tokens are issued.
	AuthServer bool
	// Application is the application asked for; empty means any.
	Application s2s.AppID
	// Pinned is the identity stored when the partner was added. A document of
	// another identity is refused. Zero means first import.
	Pinned s2s.Principal
	// Own is the reader itself; a document about it is refused.
	Own s2s.Principal
	// StatedRealm is the realm an administrator asked for. It stands in for
	// "*", the realm of a multi-tenant service; any other must equal it.
	StatedRealm s2s.Realm
}

// Parse reads a document of any product. It is tolerant in spelling and
// strict in everything a decision rests on; what it skipped is in Warnings.
// Its error is always a *[ParseError].
func Parse(data []byte, o ParseOptions) (*Document, error) {
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	root, err := readObject(data)
	if err != nil {
		return nil, err
	}
	d := &Document{}
	if d.Issuer, err = identity(root); err != nil {
		return nil, err
	}
	if d.Issuer, err = o.checkIdentity(d.Issuer); err != nil {
		return nil, err
	}
	if err := d.readKeys(root, o.Now); err != nil {
		return nil, err
	}
	d.readRest(root)
	if o.AuthServer && d.TokenEndpoint() == "" {
		return nil, noTokenEndpoint(d.Endpoints)
	}
	return d, nil
}

// identity takes the principal from issuer or, without one, from serviceName
// and realm. Those that are present must agree.
func identity(root node) (s2s.Principal, error) {
	issuer, okIssuer := root.str("issuer")
	service, okService := root.str("serviceName")
	realm, okRealm := root.str("realm")
	if !okIssuer || !okService || !okRealm {
		return s2s.Principal{}, &ParseError{BadIdentity, "issuer, serviceName or realm is not a text", whole}
	}
	if issuer == "" {
		if service == "" || realm == "" {
			return s2s.Principal{}, &ParseError{NoIdentity, "it names nobody: issuer is missing, and serviceName or realm as well", whole}
		}
		issuer = service + "@" + realm
	}
	p, err := s2s.ParsePrincipal(issuer)
	if err != nil {
		return s2s.Principal{}, &ParseError{BadIdentity, "issuer: " + plain(err), "an issuer is <application id>@<realm>, for example " + string(s2s.SkypeApp) + "@contoso.com"}
	}
	if service != "" && !strings.EqualFold(service, string(p.App)) {
		return s2s.Principal{}, &ParseError{Conflict, fmt.Sprintf("issuer names the application %s, serviceName %s", p.App, quote(service)), whole}
	}
	if realm != "" && !strings.EqualFold(realm, string(p.Realm)) {
		return s2s.Principal{}, &ParseError{Conflict, fmt.Sprintf("issuer names the realm %s, realm says %s", p.Realm, quote(realm)), whole}
	}
	return p, nil
}

// whole is the remedy when a document contradicts itself.
const whole = "have the server's administrator look at the document; it was not made by one of the products, or was changed on the way"

// checkIdentity compares the identity with what the reader knows, and fills
// in the stated realm.
func (o ParseOptions) checkIdentity(p s2s.Principal) (s2s.Principal, error) {
	if o.Application != "" && p.App != o.Application {
		return p, &ParseError{WrongProduct, fmt.Sprintf("it is the document of %s, not of %s", describe(p.App), describe(o.Application)),
			"check the URL: each side is given the URL of the other"}
	}
	switch {
	case p.Realm == s2s.AnyRealm && o.StatedRealm == "":
		return p, &ParseError{WildcardRealm, `its realm is "*": it speaks for every organisation at once`, "state the realm to register"}
	case p.Realm == s2s.AnyRealm:
		p.Realm = o.StatedRealm
	case strings.Contains(string(p.Realm), "*"):
		return p, &ParseError{BadIdentity, fmt.Sprintf("its realm %s holds a *", quote(string(p.Realm))), "a realm is a domain name or a GUID"}
	case o.StatedRealm != "" && p.Realm != o.StatedRealm:
		return p, &ParseError{WrongRealm, fmt.Sprintf("its realm is %s, not %s", p.Realm, o.StatedRealm),
			"check which realm the other side uses: Get-CsOAuthConfiguration | fl Realm, or Get-AuthConfig | fl Realm"}
	}
	if p == o.Own {
		return p, &ParseError{OwnIdentity, "it is this server's own document", "enter the URL of the other server: each side is given the URL of the other"}
	}
	if o.Pinned != (s2s.Principal{}) && p != o.Pinned {
		return p, &ParseError{IdentityChanged, fmt.Sprintf("it is about %s, while %s is registered", p, o.Pinned),
			"if the other side was really renamed, remove the partner application and add it again"}
	}
	return p, nil
}

// readRest takes over what no decision rests on, and guesses the product.
func (d *Document) readRest(root node) {
	d.ID, _ = root.str("id")
	d.Version, _ = root.str("version")
	d.Name, _ = root.str("name")
	if list, _ := root.get("allowedAudiences"); len(list.items) <= MaxKeys {
		for _, item := range list.items {
			if item.kind == text {
				d.AllowedAudiences = append(d.AllowedAudiences, item.text)
			}
		}
	}
	list, _ := root.get("endpoints")
	if len(list.items) > MaxKeys {
		d.warn("endpoints: %d entries, only the first %d are read", len(list.items), MaxKeys)
		list.items = list.items[:MaxKeys]
	}
	for _, item := range list.items {
		d.Endpoints = append(d.Endpoints, readEndpoint(item))
	}
	d.Product = guess(root, d.Issuer.App)
}

func readEndpoint(n node) (e Endpoint) {
	e.Location, _ = n.str("location")
	e.Protocol, _ = n.str("protocol")
	e.Usage, _ = n.str("usage")
	return e
}

// guess tells the product by what only one of them writes. The form of
// SharePoint and the token server is that of Exchange, so there the
// application decides.
func guess(root node, app s2s.AppID) Product {
	if app == s2s.TokenServerApp || app == s2s.SharePointApp {
		p, _ := productOf(app)
		return p
	}
	if root.spelled("id") || root.spelled("version") || root.spelled("name") {
		return Exchange
	}
	return Skype
}

func (e Endpoint) issuesTokens() bool {
	return strings.EqualFold(e.Protocol, protocolOAuth) && strings.EqualFold(e.Usage, usageIssuance)
}

func (e Endpoint) secure() bool {
	u, err := url.Parse(e.Location)
	return err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil
}

func noTokenEndpoint(endpoints []Endpoint) error {
	for _, e := range endpoints {
		if e.issuesTokens() {
			return &ParseError{NoTokenEndpoint, fmt.Sprintf("its token endpoint %s is not an https URL", quote(e.Location)), "tokens are asked for over https only; correct the token server's address"}
		}
	}
	return &ParseError{NoTokenEndpoint, "it names no endpoint that issues tokens (protocol OAuth2, usage issuance)",
		"this is not a token server's document; a partner application is added with another command"}
}

// describe names an application for people.
func describe(app s2s.AppID) string {
	if name := app.Name(); name != "" {
		return name
	}
	return "the application " + string(app)
}

// plain takes the package prefix off an error of s2s.
func plain(err error) string { return strings.TrimPrefix(err.Error(), "s2s: ") }

func (d *Document) warn(format string, args ...any) {
	d.Warnings = append(d.Warnings, fmt.Sprintf(format, args...))
}
