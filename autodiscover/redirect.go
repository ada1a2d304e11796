package autodiscover

import (
	"net/http"
	"net/url"
	"strings"
)

// Consent decides whether a redirect to another host may be followed. A
// redirect to the same host is not asked about, and one to anything but https
// is refused without asking.
type Consent func(from, to *url.URL) bool

// AllowDomains gives consent for hosts that match one of the patterns, each of
// which may itself be a list separated by semicolons or commas, as in
// "*.litware.test;*.outlook.com". A pattern is a host name, or "*." and a
// domain, which matches every host below that domain but not the domain itself.
func AllowDomains(patterns ...string) Consent {
	var allowed []string
	for _, list := range patterns {
		for _, p := range strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(";, \t", r) }) {
			allowed = append(allowed, strings.ToLower(strings.TrimSuffix(p, ".")))
		}
	}
	return func(_, to *url.URL) bool {
		host := strings.ToLower(strings.TrimSuffix(to.Hostname(), "."))
		for _, p := range allowed {
			if suffix, wild := strings.CutPrefix(p, "*."); wild && strings.HasSuffix(host, "."+suffix) || host == p {
				return true
			}
		}
		return false
	}
}

// Hop is one redirect that was followed.
type Hop struct {
	Why  string // "HTTP 302", "RedirectUrl" or "RedirectAddress"
	From string // URL or address
	To   string
}

func (h Hop) String() string { return h.Why + " from " + h.From + " to " + h.To }

// sameHost compares host and port, giving https its default port.
func sameHost(a, b *url.URL) bool {
	full := func(u *url.URL) string {
		host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
		if p := u.Port(); p != "" && p != "443" {
			return host + ":" + p
		}
		return host
	}
	return full(a) == full(b)
}

// mayFollow says why a redirect is refused, or "" when it may be followed.
func (consent Consent) mayFollow(from, to *url.URL) string {
	switch {
	case to.Scheme != "https":
		return "the redirect leads to " + to.Redacted() + ", which is not https"
	case to.User != nil:
		return "the redirect to " + to.Redacted() + " carries a user name"
	case sameHost(from, to):
		return ""
	case consent == nil:
		return "the redirect leads to another host, " + to.Hostname() + ", and no other host is allowed"
	case !consent(from, to):
		return "the redirect leads to " + to.Hostname() + ", which is not among the allowed domains"
	}
	return ""
}

// isRedirect reports whether an HTTP status moves the request elsewhere.
func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// manual returns a client that reports redirects instead of following them:
// net/http would turn a redirected POST into a GET, and asks nobody.
func manual(c *http.Client) *http.Client {
	if c == nil {
		c = http.DefaultClient
	}
	own := *c
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}
