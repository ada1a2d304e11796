package meetingserver

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/matchseal/matchseal/internal/access"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/meetings"
	"github.com/matchseal/matchseal/internal/problem"
)

// Root is the path below which everything is.
const Root = "/ucwa/oauth/v1/applications"

// maxBody bounds a request, in bytes.
const maxBody = 64 << 10

// Config is what the face needs; all but Log is required.
type Config struct {
	Meetings *meetings.Store
	// SIPEnabled reports whether the skype role has enabled the user.
	SIPEnabled func(ctx context.Context, u directory.User) (bool, error)
	Log        *slog.Logger // nil drops it
}

// Server answers requests that passed access.Door.
type Server struct {
	cfg Config
	log *slog.Logger
}

// New returns the face.
func New(cfg Config) *Server {
	s := &Server{cfg: cfg, log: cfg.Log}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	return s
}

// call is one request with what is known about it.
type call struct {
	*http.Request
	w      http.ResponseWriter
	caller access.Caller
	user   directory.User
	app    string // id in the path
	id     string // of the meeting in the path
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	caller, ok := access.CallerFrom(r.Context())
	if !ok {
		s.fail(w, r, caller, fmt.Errorf("a request came past the door"))
		return
	}
	c := &call{Request: r, w: w, caller: caller}
	if err := s.answer(c); err != nil {
		s.fail(w, r, caller, err)
	}
}

// answer finds the resource and the method; it returns what went wrong before
// anything was written.
func (s *Server) answer(c *call) error {
	handlers, ok := s.route(c)
	if !ok {
		return notFound("the resource does not exist")
	}
	method := c.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	handle, ok := handlers[method]
	if !ok {
		return methodNotAllowed(handlers)
	}
	if c.caller.Kind == access.AppOnly || c.caller.User.ID == "" {
		return problem.New(problem.MeetingsNoUser, "the request is for %s itself, not for a user", c.caller.Principal())
	}
	c.user = c.caller.User
	enabled, err := s.cfg.SIPEnabled(c.Context(), c.user)
	switch {
	case err != nil:
		return fmt.Errorf("finding out whether %s is enabled for SIP: %w", c.user.UPN, err)
	case !enabled || c.user.SIP == "":
		return problem.New(problem.MeetingsNoSIP, "%s is not enabled for SIP", c.user.UPN)
	}
	if c.app != "" && c.app != applicationID(c.caller) {
		return applicationNotFound()
	}
	return handle(c)
}

type handlers map[string]func(*call) error

// route takes the path apart.
func (s *Server) route(c *call) (handlers, bool) {
	path := strings.TrimSuffix(c.URL.Path, "/")
	if len(path) < len(Root) || !strings.EqualFold(path[:len(Root)], Root) {
		return nil, false
	}
	if path = path[len(Root):]; path == "" {
		return handlers{http.MethodPost: s.createApplication}, true
	}
	parts := strings.Split(path, "/")[1:]
	if path[0] != '/' || parts[0] == "" {
		return nil, false
	}
	c.app = parts[0]
	if len(parts) == 1 {
		return handlers{http.MethodGet: s.getApplication, http.MethodDelete: s.deleteApplication}, true
	}
	if !strings.EqualFold(parts[1], "onlineMeetings") {
		return nil, false
	}
	if len(parts) == 2 {
		return handlers{http.MethodGet: s.getLinks}, true
	}
	if !strings.EqualFold(parts[2], "myOnlineMeetings") {
		return nil, false
	}
	switch len(parts) {
	case 3:
		return handlers{http.MethodGet: s.list, http.MethodPost: s.create}, true
	case 4:
		c.id = strings.ToUpper(parts[3])
		return handlers{http.MethodGet: s.get, http.MethodPut: s.update, http.MethodDelete: s.delete}, parts[3] != ""
	}
	return nil, false
}

// applicationID names a partner acting for a user. It is no secret and gives
// no right: whose meetings are meant comes from the token alone.
func applicationID(c access.Caller) string {
	sum := sha256.Sum256([]byte(c.Application.String() + "\n" + c.User.ID))
	return strconv.FormatUint(binary.BigEndian.Uint64(sum[:])%900_000_000_000+100_000_000_000, 10)
}

func applicationPath(c *call) string { return Root + "/" + applicationID(c.caller) }

func meetingsPath(c *call) string { return applicationPath(c) + "/onlineMeetings/myOnlineMeetings" }

func meetingPath(c *call, id string) string { return meetingsPath(c) + "/" + url.PathEscape(id) }
