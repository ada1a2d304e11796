package s2s

import (
	"fmt"
	"strconv"
	"strings"
)

// AppID names a server product or another application: a GUID in canonical
// form, that is lower-case hexadecimal digits grouped 8-4-4-4-12, no braces.
type AppID string

// The applications every deployment knows ([MS-XOAUTH] and the products'
// documentation).
const (
	ExchangeApp    AppID = "00000002-0000-0ff1-ce00-000000000000"
	SharePointApp  AppID = "00000003-0000-0ff1-ce00-000000000000"
	SkypeApp       AppID = "00000004-0000-0ff1-ce00-000000000000" // Lync and Skype for Business
	TokenServerApp AppID = "00000001-0000-0000-c000-000000000000" // Azure ACS, "microsoft.sts"
)

// Realm names an issuing organisation: a domain name or a GUID, ASCII lower
// case, 1 to 253 printable characters without "@", "/", ",", quotes or space.
type Realm string

// AnyRealm is legal in challenges and in the metadata of multi-tenant
// services only; it never matches anything in a token.
const AnyRealm Realm = "*"

// Principal is an application in a realm. With a Host it is an audience: that
// application's service endpoint at this host[:port].
//
//	00000004-0000-0ff1-ce00-000000000000@contoso.com
//	00000002-0000-0ff1-ce00-000000000000/mail.contoso.com@contoso.com
type Principal struct {
	App   AppID
	Host  string // lower case, without port 443; empty for pid@realm
	Realm Realm
}

// ParseAppID reads a GUID in any letter case. The error says what is wrong
// with the form and, where it can, what was meant.
func ParseAppID(s string) (AppID, error) {
	if id, ok := appID(s); ok {
		return id, nil
	}
	return "", fmt.Errorf("s2s: %s is not an application id: %s", clip(s), explainAppID(s))
}

// Name returns the product's name for the well-known applications, otherwise "".
func (a AppID) Name() string {
	switch a {
	case ExchangeApp:
		return "Exchange"
	case SharePointApp:
		return "SharePoint"
	case SkypeApp:
		return "Skype for Business"
	case TokenServerApp:
		return "token server"
	}
	return ""
}

// String returns the canonical GUID.
func (a AppID) String() string { return string(a) }

// MarshalText writes the canonical GUID; the zero value is empty text.
func (a AppID) MarshalText() ([]byte, error) { return []byte(a), nil }

// UnmarshalText is [ParseAppID]; empty text is the zero value.
func (a *AppID) UnmarshalText(text []byte) (err error) {
	*a = ""
	if len(text) > 0 {
		*a, err = ParseAppID(string(text))
	}
	return err
}

// ParseRealm reads a realm in any letter case. "*" parses to [AnyRealm].
func ParseRealm(s string) (Realm, error) {
	if r, ok := realm(s); ok {
		return r, nil
	}
	return "", fmt.Errorf("s2s: %s is not a realm: a realm is a domain name or a GUID, at most 253 printable ASCII characters without @ / , quotes or space", clip(s))
}

// String returns the canonical realm.
func (r Realm) String() string { return string(r) }

// MarshalText writes the realm; the zero value is empty text.
func (r Realm) MarshalText() ([]byte, error) { return []byte(r), nil }

// UnmarshalText is [ParseRealm]; empty text is the zero value.
func (r *Realm) UnmarshalText(text []byte) (err error) {
	*r = ""
	if len(text) > 0 {
		*r, err = ParseRealm(string(text))
	}
	return err
}

// ParsePrincipal reads pid@realm; a host part is an error.
func ParsePrincipal(s string) (Principal, error) {
	if p, ok := principal(s); ok {
		return p, nil
	}
	id, rest, at := strings.Cut(s, "@")
	switch {
	case !at:
		return Principal{}, fmt.Errorf("s2s: %s is not a principal: it has no @; write id@realm", clip(s))
	case strings.Contains(rest, "@"):
		return Principal{}, fmt.Errorf("s2s: %s is not a principal: it has more than one @", clip(s))
	case strings.Contains(id, "/"):
		return Principal{}, fmt.Errorf("s2s: %s is not a principal: it has a host part; an issuer is id@realm without a host", clip(s))
	}
	if _, err := ParseAppID(id); err != nil {
		return Principal{}, err
	}
	_, err := ParseRealm(rest)
	return Principal{}, err
}

// ParseAudience reads pid/host[:port]@realm; the host part is required. Port
// 443 is dropped.
func ParseAudience(s string) (Principal, error) {
	p, ok := audience(s)
	if ok && isHostPort(p.Host) {
		return p, nil
	}
	if p, err := ParsePrincipal(s); err == nil {
		return Principal{}, fmt.Errorf("s2s: %s is not an audience: the host is missing; write %s/host@%s", clip(s), p.App, p.Realm)
	}
	return Principal{}, fmt.Errorf("s2s: %s is not an audience: write id/host@realm, for example %s/mail.example.com@example.com", clip(s), ExchangeApp)
}

// String returns pid@realm, or pid/host@realm when there is a host.
func (p Principal) String() string {
	switch {
	case p == Principal{}:
		return ""
	case p.Host == "":
		return string(p.App) + "@" + string(p.Realm)
	}
	return string(p.App) + "/" + p.Host + "@" + string(p.Realm)
}

// MarshalText writes what String returns.
func (p Principal) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads a principal or, when there is a "/", an audience. Empty
// text is the zero value.
func (p *Principal) UnmarshalText(text []byte) (err error) {
	s := string(text)
	switch {
	case s == "":
		*p = Principal{}
	case strings.Contains(s, "/"):
		*p, err = ParseAudience(s)
	default:
		*p, err = ParsePrincipal(s)
	}
	return err
}

// The unexported readers below serve the verifier: they allocate only to fold
// upper case away and explain nothing.

func appID(s string) (AppID, bool) {
	if len(s) != 36 {
		return "", false
	}
	for i := range len(s) {
		hyphen := i == 8 || i == 13 || i == 18 || i == 23
		if hyphen && s[i] != '-' || !hyphen && !isHex(s[i]) {
			return "", false
		}
	}
	return AppID(lowerText(s)), true
}

func realm(s string) (Realm, bool) {
	if s == "" || len(s) > 253 || !plain(s) || strings.ContainsAny(s, `@/,"'`) {
		return "", false
	}
	return Realm(lowerText(s)), true
}

func principal(s string) (Principal, bool) {
	id, rest, _ := strings.Cut(s, "@")
	app, okApp := appID(id)
	rlm, okRealm := realm(rest)
	return Principal{App: app, Realm: rlm}, okApp && okRealm
}

// audience splits at the first "/" and the last "@". Everything between them
// is the host, whatever it holds: a host that is not configured is refused by
// comparison, so it needs no grammar of its own here.
func audience(s string) (Principal, bool) {
	slash, at := strings.IndexByte(s, '/'), strings.LastIndexByte(s, '@')
	if slash < 0 || at <= slash {
		return Principal{}, false
	}
	app, okApp := appID(s[:slash])
	host, okHost := canonicalHost(s[slash+1 : at])
	rlm, okRealm := realm(s[at+1:])
	return Principal{App: app, Host: host, Realm: rlm}, okApp && okHost && okRealm
}

// canonicalHost folds case and drops port 443.
func canonicalHost(s string) (string, bool) {
	host := strings.TrimSuffix(s, ":443")
	if host == "" || !plain(host) {
		return "", false
	}
	return lowerText(host), true
}

// isHostPort checks a canonical host[:port] as far as an audience can tell: no
// separators of other texts, and one port at most.
func isHostPort(s string) bool {
	host, port := s, "0"
	if colon := strings.LastIndexByte(s, ':'); colon > strings.LastIndexByte(s, ']') {
		host, port = s[:colon], s[colon+1:]
	}
	n, err := strconv.ParseUint(port, 10, 16)
	ipv6 := strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]")
	return host != "" && (ipv6 || !strings.Contains(host, ":")) && !strings.ContainsAny(host, `@/,"'\`) &&
		err == nil && strconv.FormatUint(n, 10) == port && n != 443
}

// plain reports whether s is printable ASCII without space.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// lowerText folds ASCII; most text is lower case already and is not copied.
func lowerText(s string) string {
	for i := range len(s) {
		if 'A' <= s[i] && s[i] <= 'Z' {
			return strings.ToLower(s)
		}
	}
	return s
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// explainAppID says what keeps s from being a GUID. Printed guides have shown
// the well-known ids with a digit missing in one group, so a group that is too
// short is filled up and compared with them.
func explainAppID(s string) string {
	groups := strings.Split(s, "-")
	switch {
	case s == "":
		return "it is empty"
	case strings.ContainsAny(s, "{}()"):
		return "write the GUID without braces"
	case len(s) > 64 || len(groups) != 5:
		return "a GUID has five groups of 8-4-4-4-12 hexadecimal digits"
	}
	ordinal := [5]string{"first", "second", "third", "fourth", "fifth"}
	wanted := [5]int{8, 4, 4, 4, 12}
	var wrong []string
	for i, g := range groups {
		for j := range len(g) {
			if !isHex(g[j]) {
				return fmt.Sprintf("its %s group holds %q, which is no hexadecimal digit", ordinal[i], g[j])
			}
		}
		if len(g) != wanted[i] {
			wrong = append(wrong, fmt.Sprintf("its %s group has %d digits instead of %d", ordinal[i], len(g), wanted[i]))
		}
		if len(g) < wanted[i] {
			groups[i] = strings.Repeat("0", wanted[i]-len(g)) + g
		}
	}
	why := strings.Join(wrong, " and ")
	if id, ok := appID(strings.Join(groups, "-")); ok && id.Name() != "" {
		why += fmt.Sprintf("; the application id of %s is %s", id.Name(), id)
	}
	return why
}

// clip quotes foreign text for an error message and keeps it short.
func clip(s string) string {
	if len(s) > 120 {
		return fmt.Sprintf("%q…", s[:120])
	}
	return fmt.Sprintf("%q", s)
}
