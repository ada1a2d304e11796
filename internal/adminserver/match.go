package adminserver

import (
	"strings"

	"github.com/matchseal/matchseal/internal/settings"
)

// isLiteral tells a name from a pattern and from "all": a name that matches
// nothing is an error, a pattern that matches nothing is an empty list.
func isLiteral(identity string) bool {
	return identity != "" && !strings.ContainsAny(identity, "*?")
}

// matches reports whether one of the values matches the identity.
func matches(identity string, values ...string) bool {
	if identity == "" {
		return true
	}
	identity = strings.TrimPrefix(strings.ToLower(identity), "sip:")
	for _, v := range values {
		if settings.Match(identity, v) {
			return true
		}
	}
	return false
}
