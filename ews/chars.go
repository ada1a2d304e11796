package ews

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// isLegal reports whether XML 1.0 allows a character at all.
func isLegal(r rune) bool {
	switch {
	case r < 0x20:
		return r == '\t' || r == '\n' || r == '\r'
	case 0xD800 <= r && r <= 0xDFFF, r == 0xFFFE, r == 0xFFFF:
		return false
	}
	return r <= utf8.MaxRune
}

// isClean reports whether character data stands for itself: no carriage
// returns to normalise and no characters to drop.
func isClean(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= 0x20 && c != 0xEF, c == '\t', c == '\n':
		case c == 0xEF: // the first byte of U+F000…U+FFFF
			if i+2 < len(s) && s[i+1] == 0xBF && s[i+2] >= 0xBE {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// appendLegal appends valid UTF-8 with line ends normalised and without the
// characters XML does not allow. They are dropped rather than refused because
// Exchange itself sends them in subjects and bodies.
func appendLegal(b []byte, s string) []byte {
	if isClean(s) {
		return append(b, s...)
	}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '\r':
			if !strings.HasPrefix(s[i+1:], "\n") {
				b = append(b, '\n')
			}
		case isLegal(r):
			b = append(b, s[i:i+n]...)
		}
		i += n
	}
	return b
}

// unescape appends character data with its references replaced.
func unescape(b []byte, s string) ([]byte, *SyntaxError) {
	for {
		plain, rest, found := strings.Cut(s, "&")
		b = appendLegal(b, plain)
		if !found {
			return b, nil
		}
		// The longest reference that means anything is &#x10FFFF; but zeros
		// may lead.
		name, _, ended := strings.Cut(rest[:min(len(rest), 32)], ";")
		if !ended {
			return nil, malformed("A reference does not end: write &amp; for an ampersand")
		}
		r, ok := reference(name)
		if !ok {
			return nil, malformed("The reference &%s; is not known", name)
		}
		if isLegal(r) {
			b = utf8.AppendRune(b, r)
		}
		s = rest[len(name)+1:]
	}
}

func reference(name string) (rune, bool) {
	switch name {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	digits, base := strings.TrimPrefix(name, "#"), 10
	if digits == name || digits == "" {
		return 0, false
	}
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > utf8.MaxRune {
		return 0, false
	}
	return rune(n), true
}
