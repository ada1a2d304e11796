package object

import (
	"encoding/hex"
	"strings"
)

// String is the GUID in lower case, 8-4-4-4-12, without braces.
func (g GUID) String() string {
	h := hex.EncodeToString(g[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// ParseGUID reads a GUID in the forms N, D, B and P: with or without hyphens,
// in braces or parentheses. Anything else is an *Error with the ID
// FormatException.
func ParseGUID(s string) (GUID, error) {
	wrong := failure("FormatException", notSpecified,
		"Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).")
	s = strings.TrimSpace(s)
	if len(s) == 38 && (s[0] == '{' && s[37] == '}' || s[0] == '(' && s[37] == ')') {
		s = s[1:37]
		if !strings.Contains(s, "-") {
			return GUID{}, wrong
		}
	}
	if len(s) == 36 && s[8] == '-' && s[13] == '-' && s[18] == '-' && s[23] == '-' {
		s = s[:8] + s[9:13] + s[14:18] + s[19:23] + s[24:]
	}
	var g GUID
	if len(s) != 32 {
		return g, wrong
	}
	if _, err := hex.Decode(g[:], []byte(s)); err != nil {
		return GUID{}, wrong
	}
	return g, nil
}

// formatGUID is guid.ToString(format).
func formatGUID(g GUID, format string) (string, error) {
	s := g.String()
	switch strings.ToUpper(format) {
	case "", "D":
		return s, nil
	case "N":
		return strings.ReplaceAll(s, "-", ""), nil
	case "B":
		return "{" + s + "}", nil
	case "P":
		return "(" + s + ")", nil
	}
	return "", failure("FormatException", notSpecified,
		"Format String can be only \"D\", \"d\", \"N\", \"n\", \"P\", \"p\", \"B\", \"b\", \"X\" or \"x\".")
}
