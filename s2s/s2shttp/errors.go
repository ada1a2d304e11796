package s2shttp

import (
	"errors"
	"fmt"
	"strings"

	"github.com/matchseal/matchseal/s2s"
)

// What can keep Transport from calling. They come inside a *TargetError;
// compare with errors.Is.
var (
	// ErrNotHTTPS: the URL is not https. Tokens travel over TLS only.
	ErrNotHTTPS = errors.New("tokens are sent over https only")
	// ErrNoPartner: no configured partner for this host.
	ErrNoPartner = errors.New("no partner configured for host")
	// ErrRedirected: a redirect led to another host. Make a new request there
	// if configuration allows it.
	ErrRedirected = errors.New("redirected to another host")
	// ErrNotOffered: the target answers 401 without a usable Bearer challenge.
	ErrNotOffered = errors.New("target does not offer server-to-server OAuth")
	// ErrOtherResource: the challenge is that of another application than the
	// one configured for this host.
	ErrOtherResource = errors.New("challenge names another resource")
	// ErrOtherRealm: the partner has no fixed realm, and the challenge's is
	// not among those the operator listed.
	ErrOtherRealm = errors.New("challenge names a realm that is not configured")
	// ErrNotTrusted: the target's trusted_issuers lacks us.
	ErrNotTrusted = errors.New("target does not trust us")
	// ErrNoAddress: the user of an act-as call has neither UPN nor SMTP address.
	ErrNoAddress = errors.New("user has neither UPN nor SMTP address")
)

// TargetError says why no request or no token was sent.
type TargetError struct {
	Err    error  // one of the errors above
	Host   string // host[:port] of the request
	Detail string // what was found, and what an administrator does about it
}

func (e *TargetError) Error() string {
	text := fmt.Sprintf("%s: %v", e.Host, e.Err)
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	return text
}

func (e *TargetError) Unwrap() error { return e.Err }

// Denied is a token that the target refused.
type Denied struct {
	Host        string
	Status      int         // 401
	Diagnostics Diagnostics // zero when the target says nothing
	RequestID   string      // the target's request-id: what its operator looks for
}

func (d *Denied) Error() string {
	text := fmt.Sprintf("%s: the token was refused with status %d", d.Host, d.Status)
	if d.Diagnostics.Code != 0 {
		text += " (" + d.Diagnostics.String() + ")"
	}
	if d.RequestID != "" {
		text += ", request-id " + d.RequestID
	}
	return text
}

// notTrusted prints both sides and names the command that adds us at the target.
func notTrusted(host string, target Target, self s2s.Principal, listed []s2s.Principal) error {
	names := make([]string, len(listed))
	for i, p := range listed {
		names[i] = p.String()
	}
	list := "nobody"
	if len(names) > 0 {
		list = strings.Join(names, ", ")
	}
	return &TargetError{Err: ErrNotTrusted, Host: host, Detail: fmt.Sprintf(
		"we are %s, it trusts %s; %s", self, list, addUs(target.App, self.App))}
}

func addUs(target, self s2s.AppID) string {
	path := "our metadata document"
	switch self {
	case s2s.ExchangeApp:
		path = "https://<autodiscover host>/autodiscover/metadata/json/1"
	case s2s.SkypeApp:
		path = "https://<pool>/metadata/json/1"
	case s2s.SharePointApp:
		path = "https://<web application>/_layouts/15/metadata/json/1"
	}
	switch target {
	case s2s.ExchangeApp:
		kind := "Lync"
		if self == s2s.SharePointApp {
			kind = "SharePoint"
		}
		return fmt.Sprintf("on the Exchange server run Configure-EnterprisePartnerApplication.ps1 -AuthMetadataUrl %s -ApplicationType %s", path, kind)
	case s2s.SkypeApp:
		identity := "Exchange"
		if self == s2s.SharePointApp {
			identity = "SharePoint"
		}
		return fmt.Sprintf("on the Skype for Business server run New-CsPartnerApplication -Identity %s -ApplicationTrustLevel Full -MetadataUrl %s", identity, path)
	case s2s.SharePointApp:
		return fmt.Sprintf("on the SharePoint server run New-SPTrustedSecurityTokenIssuer -MetadataEndpoint %s", path)
	}
	return "register " + path + " at the target"
}
