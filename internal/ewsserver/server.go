package ewsserver

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/access"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/mailbox"
	"github.com/matchseal/matchseal/internal/problem"
)

// Users finds the user that an ExchangeImpersonation header names.
// *directory.Directory is one.
type Users interface {
	Find(context.Context, directory.Query) ([]directory.User, error)
}

// Config is what the server needs. Mailboxes, Directory and Now are required.
type Config struct {
	Mailboxes *mailbox.Store
	Directory Users
	// Version is announced in every response; the zero value is DefaultVersion.
	Version ews.ServerVersion
	// Name is the host name for the headers that say which server answered.
	Name string
	Now  func() time.Time
	Log  *slog.Logger // nil drops it
	// Observe is told of every request after it was answered, for metrics;
	// nil drops it.
	Observe func(Observation)
	// Concurrent is how many requests are served at once; above it the answer
	// is ErrorServerBusy with BackOff (default one second). 0 means no limit.
	Concurrent int
	BackOff    time.Duration
	// Memory bounds the bodies of all requests together, unpacked, in bytes;
	// a request that does not fit is answered with ErrorServerBusy. 0 means
	// 256 MiB.
	Memory int64
	// Limits bound a request; see package ews for the defaults.
	Limits ews.Limits
	// MaxAnswer is how many bytes of content one GetItem answer holds; the
	// item that crosses it is the last one to be sent. Default 94 MiB.
	MaxAnswer int
}

// DefaultVersion is announced when Config.Version is zero: Exchange 2016, in
// the form from which every known client draws the right conclusions.
var DefaultVersion = ews.ServerVersion{Major: 15, Minor: 1, MajorBuild: 2507, MinorBuild: 6, Version: "V2017_07_11"}

// Observation is one request as metrics see it.
type Observation struct {
	Operation string // as the client wrote it only when it is a known one, else ""
	Status    int    // HTTP
	// Code is the first error among the response messages, the code of the
	// fault, or NoError.
	Code          ews.ResponseCode
	Parts, Failed int // response messages, and those of class Error
	Took          time.Duration
}

// defaultRequestSize bounds a request where Config.Limits does not. A message
// of MaxItemSize fits in as base64.
const defaultRequestSize = mailbox.MaxItemSize/3*4 + 1<<20

type server struct {
	Config
	slots  chan struct{} // nil: no limit
	bodies *semaphore.Weighted
}

// New returns the handler. It starts nothing. It serves any path; what stands
// before it must have put an access.Caller into the context.
func New(c Config) http.Handler {
	if c.Version == (ews.ServerVersion{}) {
		c.Version = DefaultVersion
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.BackOff <= 0 {
		c.BackOff = time.Second
	}
	if c.Limits.Bytes <= 0 {
		c.Limits.Bytes = defaultRequestSize
	}
	if c.MaxAnswer <= 0 {
		c.MaxAnswer = 2 * mailbox.MaxItemSize
	}
	if c.Memory <= 0 {
		c.Memory = defaultMemory
	}
	s := &server{Config: c, bodies: semaphore.NewWeighted(c.Memory)}
	if c.Concurrent > 0 {
		s.slots = make(chan struct{}, c.Concurrent)
	}
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	caller, known := access.CallerFrom(r.Context())
	s.setHeaders(w.Header(), r, caller)
	switch {
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		servePage(w)
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", "GET, HEAD, POST")
		http.Error(w, "405 Method Not Allowed", http.StatusMethodNotAllowed)
	default:
		e := &exchange{server: s, w: w, r: r, caller: caller, begun: s.Now()}
		if !known {
			e.refuse(&ews.Request{}, problem.New(problem.EWSNobody, "no caller in the context"))
			return
		}
		e.serve()
	}
}

// exchange is one request and its answer.
type exchange struct {
	*server
	w      http.ResponseWriter
	r      *http.Request
	caller access.Caller
	begun  time.Time
}

func (e *exchange) serve() {
	body, fault := e.openBody()
	if fault != nil {
		e.fault(&ews.Request{}, fault)
		return
	}
	bounded := &budgeted{body: body, budget: e.bodies}
	defer bounded.release()
	request, err := ews.DecodeRequest(bounded, e.Limits)
	if err != nil {
		fault := asFault(err)
		if bounded.short {
			fault = e.busy()
		}
		e.fault(request, fault)
		return
	}
	// A slot is for work: who sends slowly keeps nobody else from it.
	if !e.enter() {
		e.fault(request, e.busy())
		return
	}
	defer e.leave()
	version := e.schema(request)
	ses, err := e.open(e.r.Context(), request)
	if err != nil {
		e.refuse(request, err)
		return
	}
	answer := ses.dispatch(e.r.Context(), request)
	var buf bytes.Buffer
	if err := ews.EncodeResponse(&buf, e.Version, version, answer); err != nil {
		e.refuse(request, err)
		return
	}
	e.send(http.StatusOK, buf.Bytes())
	e.report(request, ses, http.StatusOK, ses.code)
}

// schema is the version the client asked for. Clients that negotiate by HTTP
// header write no RequestServerVersion.
func (e *exchange) schema(request *ews.Request) ews.Version {
	if request.Header.Version == "" && e.r.Header.Get("X-EWS-TargetVersion") != "" {
		return ews.Exchange2013SP1
	}
	return request.Header.Version
}

func (e *exchange) enter() bool {
	if e.slots == nil {
		return true
	}
	select {
	case e.slots <- struct{}{}:
		return true
	default:
		return false
	}
}

func (e *exchange) leave() {
	if e.slots != nil {
		<-e.slots
	}
}

// refuse answers with a fault for a failure of the whole request.
func (e *exchange) refuse(request *ews.Request, err error) {
	m := e.message(e.r.Context(), err)
	e.fault(request, &ews.Fault{Code: m.Code, Text: m.Text, Details: m.Details})
}

func (e *exchange) fault(request *ews.Request, fault *ews.Fault) {
	var buf bytes.Buffer
	if err := ews.EncodeFault(&buf, fault); err != nil {
		e.Log.ErrorContext(e.r.Context(), "ews: a fault could not be written", "error", err)
	}
	e.send(fault.HTTPStatus(), buf.Bytes())
	e.report(request, &session{}, fault.HTTPStatus(), fault.Code)
}

// report tells log and metrics of a request. Neither sees what was in it.
func (e *exchange) report(request *ews.Request, ses *session, status int, code ews.ResponseCode) {
	if code == "" {
		code = ews.NoError
	}
	operation := request.Operation
	if _, unknown := request.Body.(*ews.UnknownRequest); unknown || request.Body == nil {
		operation = ""
	}
	took := e.Now().Sub(e.begun)
	if e.Observe != nil {
		e.Observe(Observation{operation, status, code, ses.parts, ses.failed, took})
	}
	attrs := []slog.Attr{
		slog.String("operation", clip(request.Operation)),
		slog.String("caller", string(e.caller.Kind)),
		slog.String("user", string(e.caller.User.UPN)),
		slog.String("mailbox", ses.mailbox.SMTP),
		slog.Int("status", status),
		slog.String("code", string(code)),
		slog.Int("parts", ses.parts),
		slog.Int("failed", ses.failed),
		slog.Duration("took", took),
		slog.String("request_id", e.w.Header().Get(access.RequestIDHeader)),
	}
	if e.caller.Kind != access.Basic {
		attrs = append(attrs,
			slog.String("application", e.caller.Application.String()),
			slog.String("partner", e.caller.Partner),
			slog.String("account", e.caller.Account.Name))
	}
	if id := clientRequestID(e.r); id != "" {
		attrs = append(attrs, slog.String("client_request_id", id))
	}
	e.Log.LogAttrs(e.r.Context(), slog.LevelInfo, "ews", attrs...)
}
