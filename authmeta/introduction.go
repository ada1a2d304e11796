package authmeta

import (
	"context"
	"net/http"
	"strings"

	"github.com/matchseal/matchseal/s2s"
)

// maxAgent bounds a User-Agent that is written or looked at: a principal has
// 290 characters at most.
const maxAgent = 400

// Introduction is the User-Agent by which a reader says who it is, such as
//
//	matchseal/0.1.0 (00000004-0000-0ff1-ce00-000000000000@litware.test)
//
// version may be empty. It holds nothing that the reader's own document does
// not say to everybody, and it proves nothing: anybody can write it. Without a
// principal that fits into a header it names the program alone.
func Introduction(version string, p s2s.Principal) string {
	agent := "matchseal"
	if version != "" && !strings.ContainsFunc(version, outsideToken) {
		agent += "/" + version
	}
	introduced := agent + " (" + p.String() + ")"
	if who, ok := Introduced(introduced); ok && who == p {
		return introduced
	}
	return agent
}

// Introduced reads who a User-Agent says it is. It takes the first comment, of
// whatever program, and nothing but id@realm in it. What it returns is a claim.
func Introduced(agent string) (s2s.Principal, bool) {
	if len(agent) > maxAgent {
		return s2s.Principal{}, false
	}
	_, rest, ok := strings.Cut(agent, "(")
	if !ok {
		return s2s.Principal{}, false
	}
	comment, _, ok := strings.Cut(rest, ")")
	// A realm may hold these characters, but a comment gives them a meaning.
	if !ok || strings.ContainsAny(comment, `(\`) {
		return s2s.Principal{}, false
	}
	p, err := s2s.ParsePrincipal(comment)
	return p, err == nil
}

// outsideToken says which characters a version cannot have in a User-Agent.
func outsideToken(r rune) bool {
	return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && !strings.ContainsRune(".-_+", r)
}

// introduce lets the request say what the Fetcher is told to say, as far as a
// header can carry it.
func (f Fetcher) introduce(ctx context.Context, r *http.Request) {
	if f.Agent == nil {
		return
	}
	agent := f.Agent(ctx)
	if agent == "" || len(agent) > maxAgent || strings.ContainsFunc(agent, func(c rune) bool { return c < ' ' || c > '~' }) {
		return
	}
	r.Header.Set("User-Agent", agent)
}
