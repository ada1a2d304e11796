package access

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/telemetry"
	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2shttp"
)

// RequestIDHeader carries the request's id in every answer; the audit and the
// log know what happened under the same id.
const RequestIDHeader = "request-id"

// Directory is where users and passwords are. *directory.Directory is one.
type Directory interface {
	User(ctx context.Context, id string) (directory.User, error)
	Verify(ctx context.Context, login, password string) (directory.User, error)
}

// Audit takes the record of a credential. *journal.Journal is one.
type Audit interface {
	Access(ctx context.Context, a journal.Access) error
}

// Endpoint is a protected resource.
type Endpoint struct {
	// Name is what audit and virtual directory settings call it: "EWS",
	// "Autodiscover", "UCWA".
	Name string
	// AppOnly and ActAs say which kinds of application call it takes.
	AppOnly, ActAs bool
}

// Methods are the schemes an endpoint takes just now.
type Methods struct{ OAuth, Basic bool }

// Rights are what an accepted token gives its bearer at this role.
type Rights struct {
	Account directory.User // the application's linked account, if there are such
	Roles   []string
}

// ErrNoRights is what Config.Rights returns for an application that has none;
// the peer is told 2000008.
var ErrNoRights = errors.New("the application has no rights here")

// Config is what a Door needs. Verifier, Issuers, Directory, Audit, Methods and
// Now are required.
type Config struct {
	// Verifier, Issuers and Methods are asked for every request, so that a
	// change of settings needs no restart.
	Verifier func(context.Context) (s2s.Verifier, error)
	Issuers  func(context.Context) ([]s2s.Principal, error) // for the challenge
	Methods  func(ctx context.Context, endpoint string) (Methods, error)

	// Rights is check V24: what the application may do here, or ErrNoRights.
	// Another error is a failure of our own. Nil lets every accepted
	// application in, with no roles: a role without linked accounts.
	Rights func(context.Context, Endpoint, *s2s.Decision) (Rights, error)

	// Roles are the management roles of a user who logged on with a password;
	// nil means none.
	Roles     func(ctx context.Context, userID string) ([]string, error)
	Directory Directory
	Audit     Audit
	Style     s2shttp.Style
	Fqdn      string // of this server, for challenges and diagnostics
	Now       func() time.Time
	Limits    RateLimit
	// Observe is told of every credential, for metrics; nil drops it.
	Observe func(Observation)
	Log     *slog.Logger // nil drops it
}

// Observation is one credential as metrics see it.
type Observation struct {
	Endpoint string
	Kind     Kind // what it was, or Bearer while that is not known
	Accepted bool
	Code     s2s.Code // of a refused token, else 0
	Reason   string   // of a refusal
	Took     time.Duration
}

// Bearer is the kind of a token that was refused before its kind was known.
const Bearer Kind = "bearer"

// passwordsAtOnce bounds the passwords that are checked at the same time, and
// with it how far attempts sent all at once can overdraw a budget. It is well
// above what the directory works on at a time, so that nobody waits here for
// long.
const passwordsAtOnce = 16

// Door guards endpoints. It is safe for concurrent use.
type Door struct {
	cfg       Config
	log       *slog.Logger
	tokens    *Failures
	sources   *Failures
	accounts  *Failures
	familiar  *lru.Cache[string, struct{}]  // source and account that came with the right password
	told      *lru.Cache[string, time.Time] // what was recorded of a source that can cause it without end
	passwords chan struct{}
}

// New returns a door. It starts nothing.
func New(cfg Config) (*Door, error) {
	limits := cfg.Limits.withDefaults()
	d := &Door{cfg: cfg, log: cfg.Log, passwords: make(chan struct{}, passwordsAtOnce)}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	for _, f := range []struct {
		into   **Failures
		budget Budget
	}{{&d.tokens, limits.Tokens}, {&d.sources, limits.Sources}, {&d.accounts, limits.Accounts}} {
		var err error
		if *f.into, err = NewFailures(f.budget, limits.Remembered, cfg.Now); err != nil {
			return nil, fmt.Errorf("remembering failed attempts: %w", err)
		}
	}
	var err error
	if d.familiar, err = lru.New[string, struct{}](limits.Remembered); err != nil {
		return nil, fmt.Errorf("remembering log-ons: %w", err)
	}
	if d.told, err = lru.New[string, time.Time](limits.Remembered); err != nil {
		return nil, fmt.Errorf("remembering what was recorded: %w", err)
	}
	return d, nil
}

// Guard puts the door in front of an endpoint. The handler runs for callers
// only, and finds its Caller with CallerFrom.
func (d *Door) Guard(e Endpoint) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			id := telemetry.RequestID(r.Context())
			if id == "" {
				id = telemetry.NewRequestID()
				r = r.WithContext(telemetry.WithRequestID(r.Context(), id))
			}
			w.Header().Set(RequestIDHeader, id)
			v := &visit{door: d, endpoint: e, id: id, source: SourceOf(r), began: d.cfg.Now()}
			if caller, ok := v.admit(w, r); ok {
				next.ServeHTTP(w, r.WithContext(WithCaller(r.Context(), caller)))
			}
		})
	}
}
