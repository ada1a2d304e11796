package node

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/problem"
)

// A peer that asks for much and reads nothing is cut off.
func TestNobodyHoldsAnAnswerForEver(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	endless := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		chunk := []byte(strings.Repeat("x", 64<<10))
		for {
			if _, err := w.Write(chunk); err != nil {
				ended <- err
				return
			}
		}
	})
	s := newServer("test", l, endless, slog.New(slog.DiscardHandler))
	if d := s.http.WriteTimeout; d <= s.http.ReadTimeout || d > 10*time.Minute {
		t.Errorf("an answer may take %v", d)
	}
	if s.http.HTTP2 == nil || s.http.HTTP2.MaxConcurrentStreams == 0 || s.http.HTTP2.WriteByteTimeout == 0 {
		t.Errorf("HTTP/2 has the limits %+v", s.http.HTTP2)
	}
	s.http.WriteTimeout = 100 * time.Millisecond
	go func() { _ = s.serve() }()
	defer s.http.Close()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the handler ended with %v", err)
		}
	case <-time.After(30 * time.Second):
		t.Error("the handler still writes to somebody who does not read")
	}
}

func TestSocketFile(t *testing.T) {
	dir, err := os.MkdirTemp("", "sock") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "admin.sock")
	l, err := listenSocket(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
	t.Run("one that answers stays", func(t *testing.T) {
		go func() {
			if c, err := l.Accept(); err == nil {
				c.Close()
			}
		}()
		if _, err := listenSocket(path); !problem.Is(err, problem.NodeAddressInUse) {
			t.Errorf("a second node: %v", err)
		}
	})
	t.Run("one left by a crash is replaced", func(t *testing.T) {
		l.(*net.UnixListener).SetUnlinkOnClose(false)
		l.Close()
		again, err := listenSocket(path)
		if err != nil {
			t.Fatal(err)
		}
		again.Close()
	})
	t.Run("a file of another kind is not", func(t *testing.T) {
		database := filepath.Join(dir, "exchange.db")
		if err := os.WriteFile(database, []byte("mail"), 0o600); err != nil {
			t.Fatal(err)
		}
		if l, err := listenSocket(database); !problem.Is(err, problem.NodeSocketFile) {
			t.Errorf("listens on %v, %v", l, err)
		}
		link := filepath.Join(dir, "link")
		if err := os.Symlink(database, link); err != nil {
			t.Fatal(err)
		}
		if l, err := listenSocket(link); !problem.Is(err, problem.NodeSocketFile) {
			t.Errorf("listens on %v, %v", l, err)
		}
		if data, err := os.ReadFile(database); err != nil || string(data) != "mail" {
			t.Errorf("the database holds %q, %v", data, err)
		}
	})
}

// testTLS is a certificate for name and the authority to trust.
func testTLS(t *testing.T, name string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	ca, err := certs.NewCA("test", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	chain, key, err := ca.Issue(certs.TLSRequest{Names: []string{name}}.ValidFrom(time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	return certs.TLS(chain, key), ca.Pool()
}

// TLS 1.2 is the least, and nothing is answered without TLS.
func TestListenersSpeakTLS(t *testing.T) {
	const name = "mail.litware.test"
	cert, pool := testTLS(t, name)
	files := &tlsFiles{}
	files.shown.Store(&cert)
	l, err := listenTLS("127.0.0.1:0", files)
	if err != nil {
		t.Fatal(err)
	}
	s := newServer("test", l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) }), slog.New(slog.DiscardHandler))
	go func() { _ = s.serve() }()
	defer s.http.Close()
	client := func(least, most uint16) *http.Client {
		return &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
			ForceAttemptHTTP2: true, DisableKeepAlives: true,
			TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: name, MinVersion: least, MaxVersion: most},
		}}
	}
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		resp, err := client(version, version).Get("https://" + l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || string(body) != "HTTP/2.0" {
			t.Errorf("%s: %q, %v", tls.VersionName(version), body, err)
		}
	}
	if _, err := client(tls.VersionTLS10, tls.VersionTLS11).Get("https://" + l.Addr().String()); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if answer, _ := io.ReadAll(conn); strings.Contains(string(answer), "HTTP/1.1 200") || strings.Contains(string(answer), "HTTP/1.1\n") {
		t.Errorf("plain HTTP gets %q", answer)
	}
}
