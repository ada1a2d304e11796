package node

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/matchseal/matchseal/internal/problem"
)

// server is one listener with what answers on it.
type server struct {
	name     string
	listener net.Listener
	http     *http.Server
}

func (s *server) serve() error {
	if err := s.http.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("listener %s: %w", s.name, err)
	}
	return nil
}

func (s *server) shutdown(ctx context.Context) {
	if s.http.Shutdown(ctx) != nil {
		s.http.Close()
	}
}

// newServer sets the limits that every listener has. Handlers bound bodies.
//
// A peer that sends slowly and one that does not take its answer hold memory
// alike; over HTTP/2 the second needs nothing for it but a closed window. The
// answer's limit counts from the request's head, so it leaves room for the
// longest body and the longest test behind it.
func newServer(name string, l net.Listener, h http.Handler, logger *slog.Logger) *server {
	return &server{name: name, listener: l, http: &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       2 * time.Minute,
		WriteTimeout:      4 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: 100,
			SendPingTimeout:      time.Minute, // a peer that vanished is noticed
			WriteByteTimeout:     30 * time.Second,
		},
		ErrorLog: log.New(handshakes{logger}, "", 0),
	}}
}

// handshakes keeps the chatter of net/http about broken handshakes at debug
// level: scanners and half-open connections are no failure of this node. A
// handler's panic, which comes the same way, is one.
type handshakes struct{ log *slog.Logger }

func (h handshakes) Write(p []byte) (int, error) {
	level, said := slog.LevelDebug, strings.TrimSpace(string(p))
	if strings.Contains(said, "panic serving") {
		level = slog.LevelError
	}
	h.log.Log(context.Background(), level, "listener", "said", said)
	return len(p), nil
}

// listenTLS binds an address with the certificate of the files.
func listenTLS(address string, files *tlsFiles) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, explainListen(address, err)
	}
	return tls.NewListener(l, files.config()), nil
}

func explainListen(address string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return problem.Wrap(err, problem.NodeAddressInUse, "%s", address)
	case errors.Is(err, syscall.EACCES):
		return problem.Wrap(err, problem.NodeAddressDenied, "%s", address)
	}
	return fmt.Errorf("listening on %s: %w", address, err)
}

// listenSocket binds a socket file that only this account can open. A file
// left behind by a crash is replaced; one that somebody answers on is not.
func listenSocket(path string) (net.Listener, error) {
	if len(path) > 100 {
		return nil, problem.New(problem.NodeSocketPath, "the path %s has %d characters", path, len(path))
	}
	if c, err := net.DialTimeout("unix", path, time.Second); err == nil {
		c.Close()
		return nil, problem.New(problem.NodeAddressInUse, "%s", path)
	}
	if err := removeSocket(path); err != nil {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, explainListen(path, err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("protecting the socket file: %w", err), l.Close())
	}
	return l, nil
}

// removeSocket removes what a crash left behind. A file of another kind is not
// ours: a path that was mistyped must not cost anybody a database.
func removeSocket(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("looking at the old socket file: %w", err)
	case info.Mode().Type() != os.ModeSocket:
		return problem.New(problem.NodeSocketFile, "%s is there already and is no socket file", path)
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("removing the old socket file: %w", err)
	}
	return nil
}

// writeLine answers a probe.
func writeLine(w http.ResponseWriter, status int, line string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, line+"\n")
}
