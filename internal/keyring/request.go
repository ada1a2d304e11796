package keyring

import (
	"cmp"
	"crypto/x509/pkix"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/problem"
)

// Request describes a self-signed certificate to make.
type Request struct {
	// Subject is an X.500 name such as "cn=Microsoft Exchange Server Auth
	// Certificate", which is also the default.
	Subject     string
	DomainNames []string // subject alternative names
	Bits        int      // of the RSA key: 1024, 2048 (default) or 4096
	// Lifetime of the certificate, five years unless given.
	Lifetime time.Duration
	Options
}

const (
	standardLifetime = 5 * 365 * 24 * time.Hour
	maxLifetime      = 30 * 365 * 24 * time.Hour
	// backDating lets a server whose clock is behind use the certificate too.
	backDating     = 5 * time.Minute
	maxDomainNames = 64
	maxSubject     = 1024
)

func (r Request) selfSigned(now time.Time) (certs.SelfSigned, error) {
	subject, err := ParseSubject(cmp.Or(r.Subject, "cn="+certs.AuthCertificateName))
	if err != nil {
		return certs.SelfSigned{}, err
	}
	switch r.Bits {
	case 0, 1024, 2048, 4096:
	default:
		return certs.SelfSigned{}, problem.New(problem.KeyringRequest, "a key has 1024, 2048 or 4096 bits, not %d", r.Bits)
	}
	if r.Lifetime < 0 || r.Lifetime > maxLifetime {
		return certs.SelfSigned{}, problem.New(problem.KeyringRequest, "a certificate cannot be valid for %v", r.Lifetime)
	}
	if len(r.DomainNames) > maxDomainNames {
		return certs.SelfSigned{}, problem.New(problem.KeyringRequest, "%d domain names are too many for one certificate", len(r.DomainNames))
	}
	for _, name := range r.DomainNames {
		if name == "" || len(name) > 253 || strings.ContainsFunc(name, func(r rune) bool { return !isAlphanumeric(r) && !strings.ContainsRune("-._*", r) }) {
			return certs.SelfSigned{}, problem.New(problem.KeyringRequest, "%.80q is not a domain name", name)
		}
	}
	return certs.SelfSigned{
		Subject:   subject,
		DNSNames:  r.DomainNames,
		Bits:      r.Bits,
		NotBefore: now.Add(-backDating).Truncate(time.Second),
		NotAfter:  now.Add(cmp.Or(r.Lifetime, standardLifetime)).Truncate(time.Second),
	}, nil
}

// ParseSubject reads an X.500 name as the cmdlets take it: type=value pairs
// separated by commas, types in any letter case, a comma inside a value
// written as \, (RFC 4514). It knows CN, O, OU, L, S or ST, and C, and needs a
// CN. Errors have the code keyring.request.
func ParseSubject(s string) (pkix.Name, error) {
	var name pkix.Name
	if len(s) > maxSubject || !utf8.ValidString(s) {
		return name, problem.New(problem.KeyringRequest, "a subject is text of at most %d bytes", maxSubject)
	}
	for _, pair := range splitUnescaped(s) {
		kind, value, ok := strings.Cut(pair, "=")
		kind, value = strings.ToUpper(strings.Trim(kind, " ")), unescape(strings.Trim(value, " "))
		if !ok || value == "" || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' }) {
			return pkix.Name{}, problem.New(problem.KeyringRequest, `%.80q in the subject is not of the form type=value; write for example "cn=%s"`, pair, certs.AuthCertificateName)
		}
		switch kind {
		case "CN":
			if name.CommonName != "" {
				return pkix.Name{}, problem.New(problem.KeyringRequest, "the subject has more than one CN")
			}
			name.CommonName = value
		case "O":
			name.Organization = append(name.Organization, value)
		case "OU":
			name.OrganizationalUnit = append(name.OrganizationalUnit, value)
		case "L":
			name.Locality = append(name.Locality, value)
		case "S", "ST":
			name.Province = append(name.Province, value)
		case "C":
			name.Country = append(name.Country, value)
		default:
			return pkix.Name{}, problem.New(problem.KeyringRequest, "the subject has %.20q; use CN, O, OU, L, S and C", kind)
		}
	}
	if name.CommonName == "" {
		return pkix.Name{}, problem.New(problem.KeyringRequest, `the subject has no CN; write for example "cn=%s"`, certs.AuthCertificateName)
	}
	return name, nil
}

// splitUnescaped cuts at every comma that has no backslash before it.
func splitUnescaped(s string) []string {
	var parts []string
	start, escaped := 0, false
	for i := range len(s) {
		switch {
		case escaped:
			escaped = false
		case s[i] == '\\':
			escaped = true
		case s[i] == ',':
			parts = append(parts, s[start:i])
			start = i + 1
		}
	}
	return append(parts, s[start:])
}

// unescape removes the backslashes before the characters they protect.
func unescape(s string) string {
	var out strings.Builder
	escaped := false
	for _, r := range s {
		if r == '\\' && !escaped {
			escaped = true
			continue
		}
		escaped = false
		out.WriteRune(r)
	}
	return out.String()
}
