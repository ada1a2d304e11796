package s2s

import (
	"crypto/sha1"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"
)

// Thumbprint is the SHA-1 over a certificate's DER form. It selects a
// certificate and carries no trust: SHA-1 is what the protocol names keys by.
type Thumbprint [sha1.Size]byte

// ThumbprintOf computes the thumbprint of a certificate.
func ThumbprintOf(cert *x509.Certificate) Thumbprint { return sha1.Sum(cert.Raw) }

// ParseThumbprint reads 40 hexadecimal digits in any case. Spaces, colons,
// hyphens and invisible characters are skipped: certificate dialogs put a
// left-to-right mark (U+200E) in front of what they let people copy.
func ParseThumbprint(s string) (Thumbprint, error) {
	var t Thumbprint
	if len(s) > 256 {
		return t, fmt.Errorf("s2s: %s is not a thumbprint: too long", clip(s))
	}
	digits := strings.Map(func(r rune) rune {
		if r == ':' || r == '-' || unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s)
	raw, err := hex.DecodeString(digits)
	if err != nil || len(raw) != len(t) {
		return t, fmt.Errorf("s2s: %s is not a thumbprint: it takes 40 hexadecimal digits, found %d characters", clip(s), len(digits))
	}
	return Thumbprint(raw), nil
}

// ParseX5T reads the base64url form of a token header or metadata document.
// Padding is tolerated, because some clients send it.
func ParseX5T(s string) (Thumbprint, error) {
	if t, ok := x5t(s); ok {
		return t, nil
	}
	return Thumbprint{}, fmt.Errorf("s2s: %s is not an x5t: it takes 20 bytes in base64url", clip(s))
}

func x5t(s string) (t Thumbprint, ok bool) {
	s = strings.TrimRight(s, "=")
	if base64Len(len(s)) != len(t) {
		return t, false
	}
	return t, decodeBase64URL(t[:], s)
}

// String returns 40 upper-case hexadecimal digits, as certificate tools print it.
func (t Thumbprint) String() string { return strings.ToUpper(hex.EncodeToString(t[:])) }

// X5T returns the unpadded base64url form.
func (t Thumbprint) X5T() string { return base64.RawURLEncoding.EncodeToString(t[:]) }

// MarshalText writes what String returns.
func (t Thumbprint) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText is [ParseThumbprint].
func (t *Thumbprint) UnmarshalText(text []byte) (err error) {
	*t, err = ParseThumbprint(string(text))
	return err
}
