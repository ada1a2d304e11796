package s2shttp

import (
	"net/http"

	"github.com/matchseal/matchseal/s2s"
)

// Challenge is a Bearer challenge.
type Challenge struct {
	ClientID       s2s.AppID
	Realm          s2s.Realm
	TrustedIssuers []s2s.Principal
}

// Challenges is what WWW-Authenticate offers.
type Challenges struct {
	Schemes []string
	Bearer  *Challenge
}

// ParseChallenges reads the WWW-Authenticate fields.
func ParseChallenges(h http.Header) (Challenges, error) { return Challenges{}, nil }

// Header writes the challenge.
func (c Challenge) Header(style Style) string { return "" }
