package autodiscoverserver

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/matchseal/matchseal/autodiscover"
	"github.com/matchseal/matchseal/internal/access"
	"github.com/matchseal/matchseal/internal/rbac"
)

// New returns the handler for the paths that Owns names.
func New(c Config) (http.Handler, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if c.Version == (autodiscover.ServerVersion{}) {
		c.Version = autodiscover.ServerVersion{Major: 15, Minor: 1, MajorBuild: 2507, MinorBuild: 6, Name: "Exchange2016"}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	s := &server{Config: c}
	s.soap = c.Guard(s.allowed(s.serveSOAP))
	s.pox = c.Guard(s.allowed(s.servePOX))
	return s, nil
}

// Owns reports whether a request path belongs to this face.
func Owns(path string) bool {
	return strings.HasPrefix(strings.ToLower(path), "/autodiscover/autodiscover.")
}

type server struct {
	Config
	soap, pox http.Handler // behind the guard
}

// ServeHTTP implements http.Handler.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.announce(w, r)
	const federation = autodiscover.PathSOAP + "/wssecurity"
	path := strings.ToLower(strings.TrimRight(r.URL.Path, "/"))
	switch {
	case path == autodiscover.PathSOAP:
		s.soap.ServeHTTP(w, r)
	case path == autodiscover.PathPOX:
		s.pox.ServeHTTP(w, r)
	case path == autodiscover.PathJSON, strings.HasPrefix(path, autodiscover.PathJSON+"/v1.0/"):
		s.serveJSON(w, r)
	case path == federation, path == federation+"/symmetrickey", path == federation+"/x509cert":
		http.Error(w, "WS-Security is not offered here. Use /autodiscover/autodiscover.svc with Bearer or Basic authentication.", http.StatusNotImplemented)
	default:
		http.Error(w, "There is nothing here. Autodiscover is at /autodiscover/autodiscover.svc (SOAP) and /autodiscover/autodiscover.xml (POX).", http.StatusNotFound)
	}
}

// announce says on every reply, a 401 of the guard included, what is offered.
// Clients probe without credentials and give a host up that does not say it.
func (s *server) announce(w http.ResponseWriter, r *http.Request) {
	oauth, err := s.OAuth(r.Context())
	if err != nil {
		s.failed(r, "reading whether the virtual directory accepts OAuth", err)
	}
	autodiscover.Endpoints{SOAP: true, OAuth: oauth && err == nil}.Announce(w.Header())
}

// allowed passes on callers that the guard has identified and that may use
// Autodiscover. Whoever may, may ask for every address of the organisation.
func (s *server) allowed(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caller, ok := access.CallerFrom(r.Context())
		switch {
		case !ok:
			s.failed(r, "looking for the caller", errors.New("the guard let a request through without saying whose it is"))
			http.Error(w, "The caller is unknown.", http.StatusInternalServerError)
		case !caller.May(string(rbac.Autodiscover)):
			http.Error(w, "The account of this application has no role that allows Autodiscover.", http.StatusForbidden)
		default:
			next(w, r)
		}
	})
}

// failed logs what a peer only learns as an internal error.
func (s *server) failed(r *http.Request, doing string, err error) {
	caller, _ := access.CallerFrom(r.Context()) // before the guard there is none
	s.Log.ErrorContext(r.Context(), "autodiscover failed", "doing", doing, "err", err, "path", r.URL.Path, "request", caller.RequestID)
}

// send writes a whole reply.
func send(w http.ResponseWriter, status int, contentType string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "private, no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client has gone: nobody is left to tell
}

// methodNotAllowed refuses a method and names those that are served.
func methodNotAllowed(w http.ResponseWriter, allow string) {
	w.Header().Set("Allow", allow)
	http.Error(w, "Only "+allow+" are served here.", http.StatusMethodNotAllowed)
}

// body reads a request body up to the limit of the protocol.
func body(w http.ResponseWriter, r *http.Request) (data []byte, tooLarge bool, err error) {
	data, err = io.ReadAll(http.MaxBytesReader(w, r.Body, autodiscover.MaxRequest))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return nil, true, nil
	}
	return data, false, err
}
