package s2s

import (
	"encoding/base64"
	"strings"
)

// decodeBase64URL reads unpadded base64url so that every value has exactly
// one spelling: unused bits must be zero, and nothing is skipped.
func decodeBase64URL(s string) ([]byte, bool) {
	// The library's decoder skips line breaks even when strict.
	if strings.ContainsAny(s, "\r\n") {
		return nil, false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	return b, err == nil
}
