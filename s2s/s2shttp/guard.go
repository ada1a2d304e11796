package s2shttp

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/matchseal/matchseal/s2s"
)

// Guard authenticates HTTP requests by S2S tokens. It is configuration only;
// its methods are safe for concurrent use. TLS is the listener's business.
type Guard struct {
	Verifier *s2s.Verifier
	Style    Style
	Fqdn     string    // this server's name: source in Skype's diagnostics, X-MS-Server-Fqdn
	Realm    s2s.Realm // own realm, for SharePoint's challenge

	// Issuers lists whom the challenge names as trusted: enabled self-issuing
	// partners and auth servers. Our own principal is left out in any case.
	Issuers func(context.Context) ([]s2s.Principal, error)
	// OtherSchemes are offered beside Bearer, each in a field of its own, for
	// example `Basic realm="mail.contoso.com"`.
	OtherSchemes []string

	// OnDecision hears of every token that was judged, for audit and log
	// (V25): either the decision or the refusal is set. It also hears of a
	// challenge that failed because Issuers did.
	OnDecision func(r *http.Request, d *s2s.Decision, ref *s2s.Refusal)
	// RequestID names the request in the response of a refusal, so that an
	// operator finds the true reason in the log.
	RequestID func(*http.Request) string
}

// Authenticate judges the request's token. There are three outcomes:
//
//   - a decision: the token is accepted;
//   - handled: the response is written, 401, 500 or 503;
//   - neither: the request carries no Bearer credentials. The caller may try
//     another scheme, and ends with [Guard.Challenge] if that fails.
//
// Tokens in query strings, forms, cookies or other headers do not exist for it.
func (g *Guard) Authenticate(w http.ResponseWriter, r *http.Request) (d *s2s.Decision, handled bool) {
	fields := r.Header.Values("Authorization")
	if len(fields) == 0 {
		return nil, false
	}
	if len(fields) > 1 {
		ref := &s2s.Refusal{Step: "V0", Reason: s2s.AuthorizationRepeated}
		g.report(r, nil, ref)
		g.Challenge(w, r, ref)
		return nil, true
	}
	token, isBearer := bearer(fields[0])
	if !isBearer {
		return nil, false
	}
	if token == "" { // discovery ([MS-XOAUTH] 4.6)
		g.Challenge(w, r, nil)
		return nil, true
	}
	d, err := g.Verifier.Verify(r.Context(), token)
	if err != nil {
		ref := err.(*s2s.Refusal)
		g.report(r, nil, ref)
		g.Challenge(w, r, ref)
		return nil, true
	}
	g.report(r, d, nil)
	return d, false
}

// bearer splits the Authorization field; the token is empty in discovery.
func bearer(field string) (token string, ok bool) {
	const scheme = "Bearer"
	field = strings.Trim(field, " \t")
	if len(field) < len(scheme) || !strings.EqualFold(field[:len(scheme)], scheme) {
		return "", false
	}
	rest := field[len(scheme):]
	if rest != "" && rest[0] != ' ' && rest[0] != '\t' {
		return "", false
	}
	return strings.Trim(rest, " \t"), true
}

// Challenge ends the request: 401 with all schemes on offer. With a refusal it
// also says error="invalid_token" and writes x-ms-diagnostics; a refusal by a
// failure of our own is a 500, or a 503 with Retry-After if it will pass, and
// carries no challenge. Nothing of the token or the request is in the response.
func (g *Guard) Challenge(w http.ResponseWriter, r *http.Request, ref *s2s.Refusal) {
	h := w.Header()
	if g.RequestID != nil && h.Get("request-id") == "" {
		h.Set("request-id", g.RequestID(r))
	}
	if g.Style == Skype && g.Fqdn != "" {
		h.Set("X-MS-Server-Fqdn", g.Fqdn)
	}
	if ref != nil && ref.Code() == s2s.InternalError {
		g.fail(w, ref)
		return
	}
	c := Challenge{ClientID: g.Verifier.App, Realm: g.Realm}
	var err error
	if c.TrustedIssuers, err = g.issuers(r.Context()); err != nil {
		ref := &s2s.Refusal{Step: "challenge", Reason: s2s.Internal, Err: err}
		g.report(r, nil, ref)
		g.fail(w, ref)
		return
	}
	if ref != nil {
		c.Error = "invalid_token"
		h.Set(DiagnosticsHeader, diagnosticsOf(ref, g.Fqdn).Header(g.Style))
	}
	h.Add("WWW-Authenticate", c.Header(g.Style))
	for _, scheme := range g.OtherSchemes {
		h.Add("WWW-Authenticate", scheme)
	}
	g.end(w, http.StatusUnauthorized, ref)
}

// issuers returns the list without ourselves: nobody outside may speak in our
// name, so it would only mislead.
func (g *Guard) issuers(ctx context.Context) ([]s2s.Principal, error) {
	if g.Issuers == nil {
		return nil, nil
	}
	all, err := g.Issuers(ctx)
	return slices.DeleteFunc(slices.Clone(all), func(p s2s.Principal) bool {
		_, ours := g.Verifier.Realms[p.Realm]
		return ours && p.App == g.Verifier.App
	}), err
}

func (g *Guard) fail(w http.ResponseWriter, ref *s2s.Refusal) {
	w.Header().Set(DiagnosticsHeader, diagnosticsOf(ref, g.Fqdn).Header(g.Style))
	status := http.StatusInternalServerError
	if ref.Temporary() {
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "10") // seconds
	}
	g.end(w, status, ref)
}

// end writes the status and, as SharePoint does, the refusal as JSON.
func (g *Guard) end(w http.ResponseWriter, status int, ref *s2s.Refusal) {
	if g.Style != SharePoint || ref == nil {
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	// A peer that hangs up now has its status already.
	_ = json.NewEncoder(w).Encode(struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}{ref.Category(), ref.PublicText()})
}

func (g *Guard) report(r *http.Request, d *s2s.Decision, ref *s2s.Refusal) {
	if g.OnDecision != nil {
		g.OnDecision(r, d, ref)
	}
}

type decisionKey struct{}

// Wrap lets only authenticated requests through; [DecisionFrom] tells the
// handler who calls.
func (g *Guard) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d, handled := g.Authenticate(w, r)
		switch {
		case handled:
		case d == nil:
			g.Challenge(w, r, nil)
		default:
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), decisionKey{}, d)))
		}
	})
}

// DecisionFrom returns the decision about the request of this context, for
// handlers behind [Guard.Wrap].
func DecisionFrom(ctx context.Context) (*s2s.Decision, bool) {
	d, ok := ctx.Value(decisionKey{}).(*s2s.Decision)
	return d, ok
}
