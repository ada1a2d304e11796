package adminserver

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/matchseal/matchseal/internal/access"
	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
)

const (
	// maxSessions bounds what is remembered; the oldest goes first.
	maxSessions = 1000
	// maxLogOn bounds what a stranger may send, in bytes.
	maxLogOn = 4 << 10
	// remembered is how many sources and accounts are told apart.
	remembered = 10_000
)

// sessions are the operators' log-ons, kept in memory only: a restart logs
// everybody off.
type sessions struct {
	cfg Config
	// failed counts failed log-ons per source and per account. Both have ten
	// failures at once, and one more every ten seconds.
	failed *access.Failures
	// familiar holds sources and accounts that came with the right password:
	// strangers cannot lock an operator out.
	familiar *lru.Cache[string, struct{}]
	// trying has a place for each password that is looked at.
	trying chan struct{}

	mu    sync.Mutex
	byKey map[string]Operator
}

func newSessions(cfg Config) *sessions {
	// Both fail for a size below 1 only.
	failed, _ := access.NewFailures(access.Budget{Burst: 10, Every: 10 * time.Second}, remembered, cfg.Now)
	familiar, _ := lru.New[string, struct{}](remembered)
	return &sessions{cfg: cfg, failed: failed, familiar: familiar, trying: make(chan struct{}, 4), byKey: map[string]Operator{}}
}

// logOn opens a session. Over the socket file the account is believed, from
// elsewhere the password decides, and failures are slowed down.
func (s *Server) logOn(w http.ResponseWriter, r *http.Request, local bool) (any, error) {
	body, err := readBody(w, r, maxLogOn)
	if err != nil {
		return nil, err
	}
	req, err := decode[adminapi.LogOnRequest](body)
	if err != nil {
		return nil, problem.Wrap(err, problem.ManageRequest, "reading the log-on")
	}
	var on directory.LogOn
	if local {
		on, err = s.cfg.Directory.LogOnAs(r.Context(), req.Account)
	} else {
		on, err = s.sessions.password(r.Context(), access.SourceOf(r), req)
	}
	if err != nil {
		return nil, s.refuseLogOn(r, req.Account, local, err)
	}
	op := s.sessions.open(on, local)
	s.cfg.Log.Info("operator logged on", "operator", op.Account.Name, "local", local, "remote", r.RemoteAddr, "groups", op.Groups)
	session := s.sessions.describe(op)
	session.Token = op.key
	return session, nil
}

// refuseLogOn says why to who holds the socket file, and one constant reason
// to everybody else, whatever was wrong.
func (s *Server) refuseLogOn(r *http.Request, account string, local bool, err error) error {
	if local {
		return problem.Wrap(err, problem.ManageLogOn, "the operator %q", account)
	}
	s.cfg.Log.Warn("operator log-on refused", "account", account, "remote", r.RemoteAddr, "error", err)
	switch f := problem.Of(err); f.Code {
	case problem.DirectoryLogOn:
		return problem.New(problem.ManageLogOn, "account or password is not right")
	case problem.ManageTooMany:
		return f
	default: // our own trouble; a stranger learns no details
		return problem.New(f.Code, "")
	}
}

// password checks one, unless its source or account has failed too often.
// That is looked at twice: first so that those who have take no place, then
// again because others may have failed while this one waited.
func (s *sessions) password(ctx context.Context, source string, req adminapi.LogOnRequest) (directory.LogOn, error) {
	login, account := s.login(ctx, req.Account), accountKey(req.Account)
	if err := s.limited(source, account); err != nil {
		return directory.LogOn{}, err
	}
	select {
	case s.trying <- struct{}{}:
		defer func() { <-s.trying }()
	case <-ctx.Done():
		return directory.LogOn{}, ctx.Err()
	}
	if err := s.limited(source, account); err != nil {
		return directory.LogOn{}, err
	}
	on, err := s.cfg.Directory.LogOn(ctx, login, req.Password)
	switch {
	case err == nil:
		s.familiar.Add(source+" "+account, struct{}{})
	case problem.Is(err, problem.DirectoryLogOn):
		s.failed.Add(source)
		s.failed.Add(account)
	}
	return on, err
}

// login gives the form in which the directory takes an account together with a
// password: a bare name, as operators type it, is not unique in a forest.
func (s *sessions) login(ctx context.Context, typed string) string {
	if strings.ContainsAny(typed, `@\`) {
		return typed
	}
	u, err := s.cfg.Directory.Resolve(ctx, typed)
	if err != nil {
		return typed // the directory refuses it, as it refuses a wrong password
	}
	return string(u.UPN)
}

// maxKey bounds what is remembered of a name, in bytes. No account's is longer.
const maxKey = 64

// accountKey is under what the failures of an account are counted: its name
// without the domain, whatever the form. It comes from the text alone. If the
// directory were asked, who has used up one spelling would learn from another
// one whether the account exists.
func accountKey(typed string) string {
	name := strings.ToLower(strings.TrimSpace(typed))
	if _, after, ok := strings.Cut(name, `\`); ok {
		name = after
	}
	name, _, _ = strings.Cut(name, "@")
	return "account " + name[:min(len(name), maxKey)]
}

func (s *sessions) limited(source, account string) error {
	wait := s.failed.Wait(source)
	if !s.familiar.Contains(source + " " + account) {
		wait = max(wait, s.failed.Wait(account))
	}
	if wait <= 0 {
		return nil
	}
	return problem.New(problem.ManageTooMany, "try again in %s", wait.Round(time.Second))
}

func (s *sessions) open(on directory.LogOn, local bool) Operator {
	op := Operator{Account: on.User, Groups: on.Groups, Expires: s.cfg.Now().Add(s.cfg.Lifetime), local: local, key: rand.Text()}
	s.keep(op)
	return op
}

func (s *sessions) keep(op Operator) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.cfg.Now()
	var oldest string
	for k, o := range s.byKey {
		if !o.Expires.After(now) {
			delete(s.byKey, k)
			continue
		}
		if oldest == "" || o.Expires.Before(s.byKey[oldest].Expires) {
			oldest = k
		}
	}
	if len(s.byKey) >= maxSessions {
		delete(s.byKey, oldest)
	}
	s.byKey[op.key] = op
}

func (s *sessions) end(op Operator) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byKey, op.key)
}

// operator finds the session of an Authorization header.
func (s *sessions) operator(header string) (Operator, error) {
	key, ok := strings.CutPrefix(header, "Session ")
	if !ok {
		return Operator{}, problem.New(problem.ManageSession, "log on first: the call carries no session")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	op, ok := s.byKey[key]
	if !ok || !op.Expires.After(s.cfg.Now()) {
		return Operator{}, problem.New(problem.ManageSession, "the session has ended; log on again")
	}
	return op, nil
}

func (s *sessions) describe(op Operator) adminapi.Session {
	return adminapi.Session{Account: op.Account.Name, Groups: op.Groups, Expires: op.Expires, Roles: s.cfg.Roles}
}
