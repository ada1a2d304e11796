package access

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2shttp"
)

// Reasons of refusals that the verifier of tokens knows nothing of.
const (
	reasonOAuthOff = "oauth.disabled"
	reasonPassword = "password.refused"
	reasonLimit    = "rate.limited"
	reasonForm     = "basic.form"
)

// The longest login and password that are looked at, in bytes.
const (
	maxLogin    = 320
	maxPassword = 256
)

// visit is one request at the door.
type visit struct {
	door     *Door
	endpoint Endpoint
	id       string
	source   string
	began    time.Time
}

// admit returns the caller, or has written the answer that keeps the request
// out.
func (v *visit) admit(w http.ResponseWriter, r *http.Request) (Caller, bool) {
	if r.Context().Err() != nil {
		return Caller{}, false // nobody waits for an answer any more
	}
	methods, err := v.door.cfg.Methods(r.Context(), v.endpoint.Name)
	if err != nil {
		v.unable(w, r, fmt.Errorf("reading which authentication methods %s takes: %w", v.endpoint.Name, err))
		return Caller{}, false
	}
	token := presentsToken(r)
	if token && v.limited(w, r, v.door.tokens.Wait(v.source), journal.Access{Kind: string(Bearer)}) {
		return Caller{}, false
	}
	if !methods.OAuth {
		if token {
			v.recordNowAndThen(r, journal.Access{Kind: string(Bearer), Reason: reasonOAuthOff})
		}
		return v.basic(w, r, methods, func() { v.challengeBasic(w, methods) })
	}
	return v.bearer(w, r, methods)
}

// credentials looks at the Authorization header: its scheme in lower case, and
// whether anything follows it.
func credentials(r *http.Request) (scheme string, given bool) {
	fields := r.Header.Values("Authorization")
	if len(fields) != 1 {
		return "", false // several contradict each other
	}
	parts := strings.Fields(fields[0])
	if len(parts) == 0 {
		return "", false
	}
	return strings.ToLower(parts[0]), len(parts) > 1
}

// presentsToken reports whether the request will be judged as one with a token:
// so is one whose Authorization fields contradict each other.
func presentsToken(r *http.Request) bool {
	scheme, given := credentials(r)
	return scheme == "bearer" && given || len(r.Header.Values("Authorization")) > 1
}

// bearer lets s2shttp.Guard judge the request. A request without a token of
// its own falls through to Basic.
func (v *visit) bearer(w http.ResponseWriter, r *http.Request, methods Methods) (Caller, bool) {
	verifier, err := v.door.cfg.Verifier(r.Context())
	if err != nil {
		v.unable(w, r, fmt.Errorf("reading who this server is: %w", err))
		return Caller{}, false
	}
	guard := &s2shttp.Guard{
		Verifier: &verifier, Style: v.door.cfg.Style, Fqdn: v.door.cfg.Fqdn, Issuers: v.door.cfg.Issuers,
		RequestID:  func(*http.Request) string { return v.id },
		OnDecision: v.refused,
	}
	if methods.Basic {
		guard.OtherSchemes = []string{v.basicScheme()}
	}
	decision, handled := guard.Authenticate(w, r)
	switch {
	case handled:
		return Caller{}, false
	case decision == nil:
		return v.basic(w, r, methods, func() { guard.Challenge(w, r, nil) })
	}
	caller, ref := v.application(r.Context(), decision)
	entry := v.entry(decision)
	if ref == nil {
		entry.Accepted = true
		if err := v.door.cfg.Audit.Access(r.Context(), v.complete(entry)); err != nil {
			ref = &s2s.Refusal{Step: "V25", Reason: s2s.Internal, Err: errors.Join(s2s.ErrTemporary, err)}
		}
	}
	if ref != nil {
		entry.Accepted, entry.Step, entry.Reason, entry.Code = false, ref.Step, string(ref.Reason), int(ref.Code())
		v.explain(r.Context(), ref)
		v.record(r, entry)
		guard.Challenge(w, r, ref)
		return Caller{}, false
	}
	v.observe(entry)
	return caller, true
}

// application turns an accepted token into a caller: V24, and the records of
// user and account that handlers work with.
func (v *visit) application(ctx context.Context, d *s2s.Decision) (Caller, *s2s.Refusal) {
	caller := Caller{
		Kind: AppOnly, Partner: d.Partner, Application: d.Application, RequestID: v.id, Expires: d.Expires,
	}
	allowed := v.endpoint.AppOnly
	if d.Kind == s2s.ActAsUser {
		caller.Kind, allowed = ActAs, v.endpoint.ActAs
	}
	if !allowed {
		return caller, &s2s.Refusal{Step: "V24", Reason: s2s.RightsNone, Err: fmt.Errorf("%s takes no %s calls", v.endpoint.Name, d.Kind)}
	}
	if v.door.cfg.Rights != nil {
		rights, err := v.door.cfg.Rights(ctx, v.endpoint, d)
		switch {
		case errors.Is(err, ErrNoRights):
			return caller, &s2s.Refusal{Step: "V24", Reason: s2s.RightsNone, Err: err}
		case err != nil:
			return caller, &s2s.Refusal{Step: "V24", Reason: s2s.Internal, Err: temporary(err)}
		}
		caller.Account, caller.Roles = rights.Account, rights.Roles
	}
	if d.User != nil {
		user, err := v.door.cfg.Directory.User(ctx, d.User.ID)
		if err != nil {
			return caller, &s2s.Refusal{Step: "V23", Reason: s2s.Internal, Err: temporary(err)}
		}
		caller.User = user
	}
	return caller, nil
}

// refused is told by the guard of every token it judged; those it refused end
// here.
func (v *visit) refused(r *http.Request, _ *s2s.Decision, ref *s2s.Refusal) {
	if ref == nil || ref.Reason == s2s.Internal && r.Context().Err() != nil {
		return // accepted, or nothing was found out because the peer hung up
	}
	if counts(ref) {
		v.door.tokens.Add(v.source)
	}
	v.explain(r.Context(), ref)
	v.record(r, claimed(r, ref))
}

// basic checks a password, if there is one; nobody and somebody refused get
// the challenge.
func (v *visit) basic(w http.ResponseWriter, r *http.Request, methods Methods, challenge func()) (Caller, bool) {
	if scheme, _ := credentials(r); !methods.Basic || scheme != "basic" {
		challenge()
		return Caller{}, false
	}
	login, password, ok := r.BasicAuth()
	if !ok || len(login) > maxLogin || len(password) > maxPassword {
		if v.limited(w, r, v.door.sources.Wait(v.source), journal.Access{Kind: string(Basic)}) {
			return Caller{}, false
		}
		v.door.sources.Add(v.source)
		v.record(r, journal.Access{Kind: string(Basic), Reason: reasonForm})
		challenge()
		return Caller{}, false
	}
	return v.password(w, r, login, password, challenge)
}

// password checks one, unless its source or account has failed too often. That
// is looked at twice: first so that those who have take no place in the queue,
// then again because others may have failed while this one waited.
func (v *visit) password(w http.ResponseWriter, r *http.Request, login, password string, challenge func()) (Caller, bool) {
	account := strings.ToLower(login)
	pair := v.source + " " + account
	entry := journal.Access{Kind: string(Basic), User: login}
	wait := func() time.Duration {
		if v.door.familiar.Contains(pair) { // strangers can not lock this user out
			return v.door.sources.Wait(v.source)
		}
		return max(v.door.sources.Wait(v.source), v.door.accounts.Wait(account))
	}
	if v.limited(w, r, wait(), entry) {
		return Caller{}, false
	}
	select {
	case v.door.passwords <- struct{}{}:
		defer func() { <-v.door.passwords }()
	case <-r.Context().Done():
		return Caller{}, false
	}
	if v.limited(w, r, wait(), entry) {
		return Caller{}, false
	}
	user, err := v.door.cfg.Directory.Verify(r.Context(), login, password)
	if problem.Is(err, problem.DirectoryLogOn) {
		v.door.sources.Add(v.source)
		v.door.accounts.Add(account)
		entry.Reason = reasonPassword
		v.door.log.InfoContext(r.Context(), "log-on refused", "endpoint", v.endpoint.Name, "error", err) // the true reason
		v.record(r, entry)
		challenge()
		return Caller{}, false
	}
	if err != nil {
		v.unable(w, r, fmt.Errorf("checking a password: %w", err))
		return Caller{}, false
	}
	v.door.familiar.Add(pair, struct{}{})
	return v.user(w, r, user)
}

// user lets a user in who gave the right password.
func (v *visit) user(w http.ResponseWriter, r *http.Request, user directory.User) (Caller, bool) {
	caller := Caller{Kind: Basic, User: user, RequestID: v.id}
	if v.door.cfg.Roles != nil {
		roles, err := v.door.cfg.Roles(r.Context(), user.ID)
		if err != nil {
			v.unable(w, r, fmt.Errorf("reading the roles of %s: %w", user.UPN, err))
			return Caller{}, false
		}
		caller.Roles = roles
	}
	entry := journal.Access{Kind: string(Basic), User: string(user.UPN), Accepted: true}
	if err := v.door.cfg.Audit.Access(r.Context(), v.complete(entry)); err != nil {
		v.unable(w, r, fmt.Errorf("writing the audit: %w", err))
		return Caller{}, false
	}
	v.observe(entry)
	return caller, true
}

// limited answers for a source or account that has used up its failures.
func (v *visit) limited(w http.ResponseWriter, r *http.Request, wait time.Duration, entry journal.Access) bool {
	if wait <= 0 {
		return false
	}
	entry.Reason = reasonLimit
	v.recordNowAndThen(r, entry)
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	http.Error(w, "Too many failed attempts. Try again later.", http.StatusTooManyRequests)
	return true
}

// challengeBasic is the 401 of an endpoint that takes no tokens (004-13).
func (v *visit) challengeBasic(w http.ResponseWriter, methods Methods) {
	if methods.Basic {
		w.Header().Set("WWW-Authenticate", v.basicScheme())
	}
	w.WriteHeader(http.StatusUnauthorized)
}

func (v *visit) basicScheme() string { return fmt.Sprintf("Basic realm=%q", v.door.cfg.Fqdn) }

// unable answers when something of our own is missing.
func (v *visit) unable(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil {
		return // the peer hung up, which is no failure of ours
	}
	v.door.log.ErrorContext(r.Context(), "authentication is not possible", "endpoint", v.endpoint.Name, "error", err)
	status := http.StatusInternalServerError
	if passing(err) {
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", retryAfter)
	}
	http.Error(w, "The request could not be authenticated because of an internal error.", status)
}

// retryAfter is in seconds: how soon a peer should come back after a passing
// failure of ours.
const retryAfter = "10"

// passing reports whether a failure of ours is known to end by itself.
func passing(err error) bool {
	f := problem.Of(err)
	return f.Code != problem.Internal && f.Entry().Retry == problem.Later
}

// temporary marks an error that will pass, for s2shttp to answer 503.
func temporary(err error) error {
	if passing(err) {
		return errors.Join(s2s.ErrTemporary, err)
	}
	return err
}
