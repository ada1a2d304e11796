package directory

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/matchseal/matchseal/internal/problem"
)

// UPN is a user principal name, user@domain, the name a user logs on with.
type UPN string

// SMTP is an e-mail address, user@domain.
type SMTP string

// SIP is a SIP address, user@domain, without "sip:".
type SIP string

// Sizes of an address ([RFC 5321] 4.5.3.1; DNS for the domain).
const (
	maxLocal   = 64
	maxDomain  = 253
	maxLabel   = 63
	maxAddress = maxLocal + 1 + maxDomain
)

// ParseUPN reads a user principal name. The error, with the code
// directory.address, says what is wrong with s and, where it can, what was
// meant.
func ParseUPN(s string) (UPN, error) {
	a, err := parseAddress(s, "a user principal name")
	return UPN(a), err
}

// ParseSMTP reads an e-mail address, with or without "mailto:" or "smtp:" in
// front. Errors are those of ParseUPN.
func ParseSMTP(s string) (SMTP, error) {
	a, err := parseAddress(s, "an e-mail address", "mailto:", "smtp:")
	return SMTP(a), err
}

// ParseSIP reads a SIP address, with or without "sip:" in front. Errors are
// those of ParseUPN.
func ParseSIP(s string) (SIP, error) {
	a, err := parseAddress(s, "a SIP address", "sip:")
	return SIP(a), err
}

// String returns the address as it was written.
func (a UPN) String() string  { return string(a) }
func (a SMTP) String() string { return string(a) }

// String returns the address without "sip:".
func (a SIP) String() string { return string(a) }

// URI returns the address with "sip:", or "" for none.
func (a SIP) URI() string {
	if a == "" {
		return ""
	}
	return "sip:" + string(a)
}

// Domain returns what follows the @.
func (a UPN) Domain() string  { return domainOf(string(a)) }
func (a SMTP) Domain() string { return domainOf(string(a)) }
func (a SIP) Domain() string  { return domainOf(string(a)) }

// Equal compares after folding ASCII letters.
func (a UPN) Equal(b UPN) bool   { return fold(string(a)) == fold(string(b)) }
func (a SMTP) Equal(b SMTP) bool { return fold(string(a)) == fold(string(b)) }
func (a SIP) Equal(b SIP) bool   { return fold(string(a)) == fold(string(b)) }

// MarshalText writes the address; the zero value is empty text.
func (a UPN) MarshalText() ([]byte, error)  { return []byte(a), nil }
func (a SMTP) MarshalText() ([]byte, error) { return []byte(a), nil }
func (a SIP) MarshalText() ([]byte, error)  { return []byte(a), nil }

// UnmarshalText is [ParseUPN]; empty text is the zero value.
func (a *UPN) UnmarshalText(text []byte) error { return unmarshal(a, text, ParseUPN) }

// UnmarshalText is [ParseSMTP]; empty text is the zero value.
func (a *SMTP) UnmarshalText(text []byte) error { return unmarshal(a, text, ParseSMTP) }

// UnmarshalText is [ParseSIP]; empty text is the zero value.
func (a *SIP) UnmarshalText(text []byte) error { return unmarshal(a, text, ParseSIP) }

func unmarshal[A ~string](a *A, text []byte, parse func(string) (A, error)) (err error) {
	*a = ""
	if len(text) > 0 {
		*a, err = parse(string(text))
	}
	return err
}

// fold makes two spellings of one name equal. Only ASCII letters have two
// spellings here: folding more would let two different names meet.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}, s)
}

func domainOf(address string) string {
	_, domain, _ := strings.Cut(address, "@")
	return domain
}

// parseAddress reads user@domain. what names the kind of address for the
// error, with its article.
func parseAddress(s, what string, prefixes ...string) (string, error) {
	if len(s) > 2*maxAddress {
		return "", problem.New(problem.DirectoryAddress, "%d bytes are too long for %s", len(s), what)
	}
	address := strings.Trim(s, " \t\r\n")
	for _, prefix := range prefixes {
		if len(address) >= len(prefix) && fold(address[:len(prefix)]) == prefix {
			address = strings.TrimLeft(address[len(prefix):], " ")
			break
		}
	}
	if why := explainAddress(address); why != "" {
		return "", problem.New(problem.DirectoryAddress, "%q is not %s: %s", s, what, why)
	}
	return address, nil
}

// explainAddress says what keeps s from being user@domain, or "".
func explainAddress(s string) string {
	if s == "" {
		return "it is empty"
	}
	if why := explainRunes(s); why != "" {
		return why
	}
	local, domain, at := strings.Cut(s, "@")
	switch {
	case strings.ContainsAny(s, "<>"):
		return "write the address alone, without a name and without < >"
	case strings.Contains(s, `"`), s[0] == '\'', s[len(s)-1] == '\'': // o'brien@… is a name like others
		return "it holds a quotation mark; write it without quotes"
	case strings.Contains(s, " "):
		return "it holds a space"
	case !at:
		return fmt.Sprintf("it has no domain; write %s@<domain>", s)
	case strings.Contains(domain, "@"):
		return "it has more than one @"
	case local == "":
		return "it has no user before the @"
	case domain == "":
		return fmt.Sprintf("it has no domain after the @; write %s@<domain>", local)
	case strings.Contains(local, ":"):
		scheme, rest, _ := strings.Cut(local, ":")
		return fmt.Sprintf("%q does not belong in front of it; write %s@%s", scheme+":", rest, domain)
	case strings.ContainsAny(domain, ";?:/"):
		end := strings.IndexAny(domain, ";?:/")
		return fmt.Sprintf("it ends with the domain; write %s@%s", local, domain[:end])
	}
	if why := explainLocal(local); why != "" {
		return why
	}
	return explainDomain(domain)
}

// explainRunes names the first character outside printable ASCII: addresses
// are copied from web pages and documents, which put look-alikes into them.
func explainRunes(s string) string {
	for _, r := range s {
		switch {
		case r == unicode.ReplacementChar:
			return "it is not valid UTF-8 text"
		case r >= ' ' && r <= '~':
			continue
		case strings.ContainsRune("\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u00ab\u00bb", r):
			return fmt.Sprintf("it holds the curly quotation mark %c (U+%04X); write it without quotes", r, r)
		case r == '\u00a0' || r == '\u202f' || r == '\u2007':
			return fmt.Sprintf("it holds a no-break space (U+%04X), which looks like a space; delete it", r)
		case r >= '\u2010' && r <= '\u2015' || r == '\u2212':
			return fmt.Sprintf("it holds the dash %c (U+%04X); write an ASCII hyphen -", r, r)
		case r == '\uff20' || r == '\ufe6b':
			return fmt.Sprintf("it holds the character %c (U+%04X), which only looks like @", r, r)
		case unicode.In(r, unicode.Cf, unicode.Cc, unicode.Zs, unicode.Zl, unicode.Zp):
			return fmt.Sprintf("it holds the invisible character U+%04X; type the address by hand", r)
		default:
			return fmt.Sprintf("it holds %q (U+%04X); only ASCII is supported, a domain with other letters is written in its xn-- form", r, r)
		}
	}
	return ""
}

// explainLocal holds the user part to the dot-atom of RFC 5322 3.2.3.
func explainLocal(s string) string {
	if len(s) > maxLocal {
		return fmt.Sprintf("the part before the @ has %d characters; at most %d are allowed", len(s), maxLocal)
	}
	for i := range len(s) {
		if !isLetterOrDigit(s[i]) && !strings.Contains(".!#$%&'*+-/=?^_`{|}~", s[i:i+1]) {
			return fmt.Sprintf("the part before the @ holds %q", s[i])
		}
	}
	if s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return "a dot stands at the beginning, at the end or beside another dot before the @"
	}
	return ""
}

func explainDomain(s string) string {
	if len(s) > maxDomain {
		return fmt.Sprintf("the domain has %d characters; at most %d are allowed", len(s), maxDomain)
	}
	for label := range strings.SplitSeq(s, ".") {
		switch {
		case label == "":
			return "a dot stands at the beginning, at the end or beside another dot of the domain"
		case len(label) > maxLabel:
			return fmt.Sprintf("a part of the domain has %d characters; at most %d are allowed", len(label), maxLabel)
		case label[0] == '-' || label[len(label)-1] == '-':
			return fmt.Sprintf("the part %q of the domain begins or ends with a hyphen", label)
		}
		for i := range len(label) {
			if !isLetterOrDigit(label[i]) && label[i] != '-' {
				return fmt.Sprintf("the domain holds %q", label[i])
			}
		}
	}
	return ""
}

func isLetterOrDigit(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
