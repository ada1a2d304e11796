package adminserver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/skype"
	"github.com/matchseal/matchseal/internal/telemetry"
)

// Config is what every node gives its management face.
type Config struct {
	Directory *directory.Directory
	Roles     []string // the node's roles, told to a client at log-on
	Now       func() time.Time
	Log       *slog.Logger
	// Lifetime of a session, default 8 h.
	Lifetime time.Duration
}

// Server holds the calls and the sessions. Make it with New, add areas with
// their Mount functions, and serve Local and Remote.
type Server struct {
	cfg      Config
	sessions *sessions
	calls    map[string]handler
	// organisations are those of the roles that are mounted.
	organisations []string
}

// handler is one call with its types taken off.
type handler func(ctx context.Context, op Operator, body []byte) (any, error)

// New returns a server that knows the session and directory calls.
func New(cfg Config) *Server {
	if cfg.Lifetime <= 0 {
		cfg.Lifetime = 8 * time.Hour
	}
	s := &Server{cfg: cfg, sessions: newSessions(cfg), calls: map[string]handler{}}
	handle(s, adminapi.Who, anybody, func(_ context.Context, op Operator, _ adminapi.Empty) (adminapi.Session, error) {
		return s.sessions.describe(op), nil
	})
	handle(s, adminapi.LogOff, anybody, func(_ context.Context, op Operator, _ adminapi.Empty) (adminapi.Changed, error) {
		s.sessions.end(op)
		return adminapi.Changed{}, nil
	})
	s.mountDirectory()
	return s
}

// handle registers a call.
func handle[Req, Resp any](s *Server, call adminapi.Call[Req, Resp], may right, do func(context.Context, Operator, Req) (Resp, error)) {
	if _, taken := s.calls[call.Name]; taken {
		panic("management call registered twice: " + call.Name)
	}
	s.calls[call.Name] = func(ctx context.Context, op Operator, body []byte) (any, error) {
		if err := may(op); err != nil {
			return nil, err
		}
		req, err := decode[Req](body)
		if err != nil {
			return nil, problem.Wrap(err, problem.ManageRequest, "reading the request of %s", call.Name)
		}
		return do(ctx, op, req)
	}
}

// decode reads one JSON object. A field that is not known here is refused
// rather than left out, because it was meant to change something; nothing at
// all is an empty request.
func decode[Req any](body []byte) (Req, error) {
	var req Req
	if len(bytes.TrimSpace(body)) == 0 {
		return req, nil
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&req); err != nil {
		return req, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return req, errors.New("something follows the JSON object")
	}
	return req, nil
}

// Local serves the socket file, where no password is asked for.
func (s *Server) Local() http.Handler { return s.handler(true) }

// Remote serves the TLS listener.
func (s *Server) Remote() http.Handler { return s.handler(false) }

func (s *Server) handler(local bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := telemetry.NewRequestID()
		ctx := telemetry.WithRequestID(r.Context(), id)
		answer, err := s.serve(w, r.WithContext(ctx), local)
		if err != nil {
			s.fail(w, id, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		if err := json.NewEncoder(w).Encode(answer); err != nil {
			s.cfg.Log.Debug("management answer not written", "request", id, "error", err)
		}
	})
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, local bool) (any, error) {
	name, ok := strings.CutPrefix(r.URL.Path, adminapi.Prefix)
	if !ok || r.Method != http.MethodPost {
		return nil, problem.New(problem.ManageUnknownCall, "management calls are POST requests below %s", adminapi.Prefix)
	}
	switch name {
	case adminapi.LogOn.Name:
		return s.logOn(w, r, local)
	case adminapi.FirstOperator.Name:
		return s.firstOperator(w, r, local)
	}
	// Strangers are told so before anything they send is read.
	op, err := s.operator(r)
	if err != nil {
		return nil, err
	}
	call, ok := s.calls[name]
	if !ok {
		return nil, problem.New(problem.ManageUnknownCall, "this node knows no call %q; it runs %s", name, strings.Join(s.cfg.Roles, ", "))
	}
	body, err := readBody(w, r, adminapi.MaxBody)
	if err != nil {
		return nil, err
	}
	start := s.cfg.Now()
	answer, err := call(r.Context(), op, body)
	log := s.cfg.Log.With("call", name, "operator", op.Account.Name, "took", s.cfg.Now().Sub(start), "request", telemetry.RequestID(r.Context()))
	if err != nil {
		// The operator gets a sentence; what lay below stands here only.
		log.Warn("management call failed", "code", problem.CodeOf(err), "error", err)
		return nil, err
	}
	log.Info("management call")
	return answer, nil
}

// operator is who makes the request. A switched-off operator is out at once;
// groups count from the log-on.
func (s *Server) operator(r *http.Request) (Operator, error) {
	op, err := s.sessions.operator(r.Header.Get("Authorization"))
	if err != nil {
		return op, err
	}
	u, err := s.cfg.Directory.User(r.Context(), op.Account.ID)
	switch {
	case problem.Is(err, problem.DirectoryUnknown), err == nil && !u.Enabled:
		s.sessions.end(op)
		return op, problem.New(problem.ManageSession, "the account %s is disabled or gone", op.Account.Name)
	case err != nil:
		s.cfg.Log.Error("an operator could not be looked up", "operator", op.Account.Name, "request", telemetry.RequestID(r.Context()), "error", err)
		return op, err
	}
	op.Account = u
	return op, nil
}

func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var tooBig *http.MaxBytesError
	if errors.As(err, &tooBig) {
		return nil, problem.New(problem.ManageRequest, "the request is larger than %d bytes", tooBig.Limit)
	}
	return body, problem.Wrap(err, problem.ManageRequest, "reading the request")
}

// fail writes a failure as an adminapi.Fault. Operators are this server's own
// people, so they get the details.
func (s *Server) fail(w http.ResponseWriter, id string, err error) {
	f := problem.Of(err)
	e := f.Entry()
	fault := adminapi.Fault{
		Code: f.Code, Title: e.Title, Detail: detail(f, err), Cause: e.Cause, Remedy: e.Remedy,
		Cmdlet: e.Cmdlet, CmdletText: f.CmdletWords(), RequestID: id,
	}
	var traced interface{ Trace() []string }
	if errors.As(err, &traced) {
		fault.Trace = traced.Trace()
	}
	var unbound *bindingError
	if errors.As(err, &unbound) {
		fault.Record = &unbound.record
	}
	var asks *keyring.Confirmation
	var unsure *skype.Unconfirmed
	switch {
	case errors.As(err, &asks):
		fault.Question = asks.Question
	case errors.As(err, &unsure):
		fault.Question = unsure.Question
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(e.HTTPStatus)
	if err := json.NewEncoder(w).Encode(fault); err != nil {
		s.cfg.Log.Debug("management failure not written", "request", id, "error", err)
	}
}

// detail is what happened, told once. What the wire did has a sentence of its
// own; a failure that is told in the products' words has the reason below it.
func detail(f *problem.Failure, err error) string {
	switch area := f.Code.Area(); {
	case f.Detail != "" && (area == "tls" || area == "net"):
		return f.Detail
	case f.Detail == "" && f.Err != nil && f.CmdletText != "":
		return f.Err.Error()
	}
	return err.Error()
}

func notFound(what, identity string) error {
	return problem.New(problem.ManageNotFound, "there is no %s %q", what, identity)
}

func required(value, parameter string) error {
	if value != "" {
		return nil
	}
	return problem.New(problem.ManageParameter, "the parameter %s is missing", parameter)
}

// parameter says which parameter a value was refused for. The public packages
// begin their errors with their own name, which tells an administrator nothing.
func parameter(err error, name string) error {
	if err == nil {
		return nil
	}
	if words, ok := strings.CutPrefix(err.Error(), "s2s: "); ok {
		return problem.New(problem.ManageParameter, "parameter %s: %s", name, words)
	}
	return problem.Wrap(err, problem.ManageParameter, "parameter %s", name)
}
