package telemetry

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
)

// hidden stands where a secret was.
const hidden = "[hidden]"

// A rule replaces what a pattern finds. cue is a text, in lower case, without
// which the pattern cannot match; it keeps the masking of ordinary text cheap.
type rule struct {
	cue     string
	pattern *regexp.Regexp
	replace func(match string) string
}

var rules = []rule{
	// A compact JWS or JWE: base64url of a JSON object, a dot, and more.
	{"eyj", regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{2,}(?:\.[A-Za-z0-9_-]*)*`), whole},
	// PEM, also inside a quoted string and also when its end is missing.
	{"private key", regexp.MustCompile(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)`), whole},
	{"bearer", regexp.MustCompile(`(?i)\bbearer\s+[A-Za-z0-9._~+/=-]{20,}`), afterSpace},
	{"basic", regexp.MustCompile(`(?i)\bbasic\s+[A-Za-z0-9+/]{4,}={0,2}`), basicCredentials},
	{"://", regexp.MustCompile(`(://[^\s/:@?#]*):[^\s@]+@`), password},
	{"=", regexp.MustCompile(`(?i)\b(password|passwd|pwd|secret|client_secret|client_assertion|assertion|access_token|refresh_token)=[^\s&;"']+`), afterEquals},
}

// Mask replaces the secrets it recognises in s, wherever they stand: tokens,
// private keys in PEM, credentials of the Bearer and Basic schemes, passwords in
// URLs and in name=value pairs.
func Mask(s string) string {
	lower := strings.ToLower(s)
	for _, r := range rules {
		if strings.Contains(lower, r.cue) {
			s = r.pattern.ReplaceAllStringFunc(s, r.replace)
		}
	}
	return s
}

func whole(string) string { return hidden }

func afterSpace(match string) string {
	scheme, _, _ := strings.Cut(match, " ")
	return strings.TrimSpace(scheme) + " " + hidden
}

func afterEquals(match string) string {
	name, _, _ := strings.Cut(match, "=")
	return name + "=" + hidden
}

func password(match string) string {
	before, _, _ := strings.Cut(strings.TrimPrefix(match, "://"), ":")
	return "://" + before + ":" + hidden + "@"
}

// basicCredentials leaves "basic authentication" alone: only what decodes to
// name:password is a credential.
func basicCredentials(match string) string {
	fields := strings.Fields(match)
	decoded, err := base64.StdEncoding.DecodeString(fields[1])
	if err != nil || !strings.Contains(string(decoded), ":") {
		return match
	}
	return fields[0] + " " + hidden
}

// isSecretName reports whether the value of an attribute, a header or a field
// of this name is hidden whatever it is. Spelling does not count: ClientSecret,
// client_secret and client-secret are one name.
func isSecretName(name string) bool {
	name = strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r == '.' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToLower(name))
	return slices.Contains([]string{"authorization", "proxyauthorization", "cookie", "setcookie",
		"assertion", "clientassertion", "keymaterial", "signingkey", "masterkey"}, name) ||
		slices.ContainsFunc([]string{"token", "password", "passwd", "pwd", "passphrase", "secret", "privatekey"},
			func(end string) bool { return strings.HasSuffix(name, end) })
}
