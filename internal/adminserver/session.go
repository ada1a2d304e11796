package adminserver

import (
	"crypto/rand"
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/problem"
)

// maxSessions bounds what is remembered; the oldest goes first.
const maxSessions = 1000

// sessions are the operators' log-ons, kept in memory only: a restart logs
// everybody off.
type sessions struct {
	cfg Config

	mu     sync.Mutex
	byKey  map[string]Operator
	failed map[string]*rate.Limiter // failed log-ons per remote address
}

func newSessions(cfg Config) *sessions {
	return &sessions{cfg: cfg, byKey: map[string]Operator{}, failed: map[string]*rate.Limiter{}}
}

// logOn opens a session. Over the socket file the account is believed, from
// elsewhere the password decides, and failures are slowed down per source.
func (s *Server) logOn(r *http.Request, body []byte, local bool) (any, error) {
	var req adminapi.LogOnRequest
	if err := json.Unmarshal(body, &req); err != nil {
		return nil, problem.Wrap(err, problem.ManageRequest, "reading the log-on")
	}
	op, err := s.sessions.open(r, req, local)
	if err != nil {
		s.cfg.Log.Warn("operator log-on refused", "account", req.Account, "remote", r.RemoteAddr, "error", err)
		// One outward reason, whatever was wrong.
		return nil, problem.New(problem.ManageLogOn, "the operator %q could not log on", req.Account)
	}
	key := rand.Text()
	s.sessions.keep(key, op)
	s.cfg.Log.Info("operator logged on", "operator", op.Account.Name, "local", local, "groups", op.Groups)
	session := s.sessions.describe(op)
	session.Token = key
	return session, nil
}

func (s *sessions) open(r *http.Request, req adminapi.LogOnRequest, local bool) (Operator, error) {
	if local {
		on, err := s.cfg.Directory.LogOnAs(r.Context(), req.Account)
		return s.operatorOf(on), err
	}
	source, _, _ := net.SplitHostPort(r.RemoteAddr)
	if !s.mayTry(source) {
		return Operator{}, problem.New(problem.ManageLogOn, "too many failed log-ons from %s", source)
	}
	on, err := s.cfg.Directory.LogOn(r.Context(), req.Account, req.Password)
	if err != nil {
		s.countFailure(source)
	}
	return s.operatorOf(on), err
}

func (s *sessions) operatorOf(on directory.LogOn) Operator {
	return Operator{Account: on.User, Groups: on.Groups, Expires: s.cfg.Now().Add(s.cfg.Lifetime)}
}

// mayTry allows a source ten failures at once and one more every ten seconds.
func (s *sessions) mayTry(source string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, ok := s.failed[source]
	return !ok || l.TokensAt(s.cfg.Now()) >= 1
}

func (s *sessions) countFailure(source string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.failed) >= maxSessions {
		clear(s.failed)
	}
	l, ok := s.failed[source]
	if !ok {
		l = rate.NewLimiter(rate.Every(10*time.Second), 10)
		s.failed[source] = l
	}
	l.AllowN(s.cfg.Now(), 1)
}

func (s *sessions) keep(key string, op Operator) {
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
	s.byKey[key] = op
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
