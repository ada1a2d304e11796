package telemetry

import (
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ServerConfig of the middleware of a listener.
type ServerConfig struct {
	Metrics *Metrics // nil counts nothing
	Log     *slog.Logger
	Now     func() time.Time
	// Route names the route of a request for the metrics, from a small set;
	// nil means the pattern of the ServeMux that the request met, if any.
	Route func(*http.Request) string
}

// Middleware wraps the handler of a listener: each request gets an id (see
// RequestID), is counted and timed, and leaves a line in the access log. A
// handler that panics is logged with its stack and answered with 500.
func Middleware(c ServerConfig) func(http.Handler) http.Handler {
	s := &server{
		ServerConfig: c,
		requests:     c.Metrics.Counter("matchseal_http_requests_total", "Requests answered.", "route", "method", "code"),
		duration:     c.Metrics.Histogram("matchseal_http_request_seconds", "Time from the request's head to the answer's end.", Seconds(), "route"),
		inFlight:     c.Metrics.Gauge("matchseal_http_requests_in_flight", "Requests being answered now."),
		panics:       c.Metrics.Counter("matchseal_http_panics_total", "Requests whose handler panicked."),
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serve(next, w, r) })
	}
}

type server struct {
	ServerConfig
	requests, panics Counter
	duration         Histogram
	inFlight         Gauge
}

func (s *server) serve(next http.Handler, w http.ResponseWriter, r *http.Request) {
	start := s.Now()
	if RequestID(r.Context()) == "" {
		r = r.WithContext(WithRequestID(r.Context(), NewRequestID()))
	}
	recorder := &recorder{ResponseWriter: w}
	s.inFlight.Add(1)
	defer func() {
		s.inFlight.Add(-1)
		crash := recover()
		if crash != nil && crash != http.ErrAbortHandler {
			s.crashed(recorder, r, crash)
		}
		s.finished(recorder, r, s.Now().Sub(start), crash != nil)
		if crash == http.ErrAbortHandler {
			panic(crash) // net/http cuts the connection
		}
	}()
	next.ServeHTTP(recorder, r)
}

func (s *server) crashed(w *recorder, r *http.Request, crash any) {
	s.panics.Inc()
	s.Log.ErrorContext(r.Context(), "a handler panicked", "panic", crash, "stack", string(debug.Stack()))
	if w.status == 0 {
		http.Error(w, "Internal Server Error. Request id: "+RequestID(r.Context()), http.StatusInternalServerError)
	}
}

func (s *server) finished(w *recorder, r *http.Request, took time.Duration, aborted bool) {
	status := w.status
	if status == 0 && !aborted {
		status = http.StatusOK // what net/http sends for a handler that wrote nothing
	}
	route := s.route(r)
	s.requests.Inc(route, method(r), strconv.Itoa(status))
	s.duration.Observe(took.Seconds(), route)
	// The query is left out: it is where secrets and personal data end up.
	s.Log.InfoContext(r.Context(), "answered", "method", clip(r.Method), "path", clip(r.URL.Path), "host", clip(r.Host),
		"remote", r.RemoteAddr, "status", status, "bytes", w.bytes, "seconds", took.Seconds(), "agent", clip(r.UserAgent()))
}

// clip bounds what a peer can write into one line of the log with one field.
func clip(s string) string {
	const most = 512 // bytes
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

func (s *server) route(r *http.Request) string {
	if s.Route != nil {
		return s.Route(r)
	}
	if r.Pattern != "" {
		return r.Pattern
	}
	return "other"
}

// method keeps what a peer invents out of the metrics.
func method(r *http.Request) string {
	known := []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions}
	if slices.Contains(known, r.Method) {
		return r.Method
	}
	return "other"
}

// recorder remembers what was answered. It keeps the optional powers of the
// ResponseWriter below it through Unwrap, and Flush for those who ask directly.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && status >= http.StatusOK { // 1xx are not the answer
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

func (w *recorder) Flush() {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	_ = http.NewResponseController(w.ResponseWriter).Flush()
}

func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
