package node

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/matchseal/matchseal/internal/access"
	"github.com/matchseal/matchseal/internal/adminapi"
	"github.com/matchseal/matchseal/internal/adminserver"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/problem"
)

// openManagement binds the socket file and, where configured, the management
// address. Probes are anonymous and say nothing but yes or no; metrics and
// calls want an operator.
func (n *Node) openManagement() error {
	if path := n.cfg.Management.Socket; path != "" {
		l, err := listenSocket(path)
		if err != nil {
			return fmt.Errorf("opening the management socket: %w", err)
		}
		n.serve("management socket", l, n.management(n.admin.Local(), n.metrics.Handler()))
	}
	address := n.cfg.Management.Listen
	if address == "" {
		return nil
	}
	if n.cfg.Management.TLSCert == "" {
		return problem.New(problem.NodeManagementTLS, "management.listen is %s", address)
	}
	files, err := openTLSFiles(&tlsFiles{
		cert: n.cfg.Management.TLSCert, key: n.cfg.Management.TLSKey, where: "The listeners of the management interface of the node " + n.cfg.Node,
		box: n.box, now: n.now, tell: logEvent(n.log),
	})
	if err != nil {
		return fmt.Errorf("loading the management TLS certificate: %w", err)
	}
	n.manages = files
	n.loops = append(n.loops, loop{"files of the management TLS certificate", files.run})
	l, err := listenTLS(address, files)
	if err != nil {
		return err
	}
	guard, err := n.operatorsOnly()
	if err != nil {
		return err
	}
	n.serve("management", l, n.management(n.admin.Remote(), guard(n.metrics.Handler())))
	return nil
}

func (n *Node) serve(name string, l net.Listener, h http.Handler) {
	n.servers = append(n.servers, newServer(name, l, secured(h), n.log))
	n.closers = append(n.closers, func() error { l.Close(); return nil })
}

func (n *Node) management(calls, metrics http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle(adminapi.Prefix, calls)
	mux.Handle("GET /metrics", metrics)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { writeLine(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := n.Ready(r.Context()); err != nil {
			n.log.Warn("not ready", "error", err)
			writeLine(w, http.StatusServiceUnavailable, "not ready: "+string(problem.CodeOf(err)))
			return
		}
		writeLine(w, http.StatusOK, "ready")
	})
	return mux
}

// operatorsOnly is the door of the metrics: it wants the password of somebody
// who may read the management calls too, as collectors of metrics send it, for
// metrics name partners and certificates. It is a door like that of a role,
// because it could be used to guess passwords like one.
func (n *Node) operatorsOnly() (func(http.Handler) http.Handler, error) {
	door, err := access.New(access.Config{
		Methods:   func(context.Context, string) (access.Methods, error) { return access.Methods{Basic: true}, nil },
		Directory: n.directory, Audit: logAudit{n.log}, Fqdn: "matchseal", Now: n.now, Log: n.log,
	})
	if err != nil {
		return nil, fmt.Errorf("making the door of the metrics: %w", err)
	}
	guard := door.Guard(access.Endpoint{Name: "Metrics"})
	return func(next http.Handler) http.Handler { return guard(n.readersOnly(next)) }, nil
}

// readersOnly lets those through who may read the management calls of every role
// here, by the groups they are in now: the metrics of all roles are one page.
func (n *Node) readersOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caller, _ := access.CallerFrom(r.Context())
		groups, err := n.directory.MemberOf(r.Context(), caller.User.ID)
		if err != nil {
			n.log.Error("looking up who asks for the metrics", "error", err)
			writeLine(w, http.StatusServiceUnavailable, "the directory cannot be read now")
			return
		}
		for _, role := range n.roles {
			if err := adminserver.MayRead(caller.User, groups, role.organisation()); err != nil {
				n.log.Info("the metrics are refused", "account", caller.User.Name, "role", role.name, "error", err)
				writeLine(w, http.StatusForbidden, "the metrics are for those who administer this node's organisation")
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// logAudit is the audit of what belongs to no role and so to no journal.
type logAudit struct{ log *slog.Logger }

// Access implements access.Audit. Collectors come every few seconds, so those
// who were let in are told of at debug level.
func (a logAudit) Access(ctx context.Context, e journal.Access) error {
	level := slog.LevelInfo
	if e.Accepted {
		level = slog.LevelDebug
	}
	a.log.Log(ctx, level, "log-on", "endpoint", e.Endpoint, "remote", e.Remote, "account", e.User, "accepted", e.Accepted, "reason", e.Reason)
	return nil
}

// Ready says whether every role could serve a request now, or what is in the
// way.
func (n *Node) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if _, err := n.directory.Groups(ctx, ""); err != nil {
		return fmt.Errorf("directory: %w", err)
	}
	for _, r := range n.roles {
		if err := r.ready(ctx); err != nil {
			return fmt.Errorf("%s role: %w", r.name, err)
		}
	}
	return nil
}
