package node

import (
	"context"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/journal"
)

// renewable is a pair of files that an authority renews.
type renewable struct {
	*tlsFiles
	ca     *certs.CA
	clock  time.Time
	events []journal.Event
}

func newRenewable(t *testing.T) *renewable {
	t.Helper()
	r := &renewable{clock: time.Now()}
	var err error
	if r.ca, err = certs.NewCA("test", r.clock); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	f := &tlsFiles{cert: filepath.Join(dir, "tls.pem"), key: filepath.Join(dir, "tls.key"), where: "The listeners of the test",
		now: func() time.Time { return r.clock }, tell: func(_ context.Context, e journal.Event) { r.events = append(r.events, e) }}
	chain, key := r.issue(t, r.clock.Add(-time.Hour), r.clock.AddDate(0, 3, 0))
	r.write(t, f, chain, key)
	if r.tlsFiles, err = openTLSFiles(f); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *renewable) issue(t *testing.T, from, to time.Time) ([]*x509.Certificate, crypto.Signer) {
	t.Helper()
	chain, key, err := r.ca.Issue(certs.TLSRequest{Names: []string{"mail.litware.test"}, NotBefore: from, NotAfter: to})
	if err != nil {
		t.Fatal(err)
	}
	return chain, key
}

// write puts files in place of those that are there; either may be nil.
func (r *renewable) write(t *testing.T, f *tlsFiles, chain []*x509.Certificate, key crypto.Signer) {
	t.Helper()
	if chain != nil {
		_ = os.Remove(f.cert)
		if err := certs.WriteCertificatesPEM(f.cert, chain...); err != nil {
			t.Fatal(err)
		}
	}
	if key != nil {
		_ = os.Remove(f.key)
		if err := certs.WriteKeyPEM(f.key, key); err != nil {
			t.Fatal(err)
		}
	}
}

// wants looks once and compares what is shown and what was told since.
func (r *renewable) wants(t *testing.T, what string, shown *x509.Certificate, told ...int) {
	t.Helper()
	r.events = nil
	r.look(t.Context())
	if !r.current().Leaf.Equal(shown) {
		t.Errorf("%s: it shows a certificate until %s, want the one until %s", what, r.current().Leaf.NotAfter, shown.NotAfter)
	}
	if len(r.events) != len(told) || len(told) == 1 && r.events[0].ID != told[0] {
		t.Errorf("%s: the events are %+v, want %v", what, r.events, told)
	}
}

func TestRenewedFilesAreShownWithoutARestart(t *testing.T) {
	r := newRenewable(t)
	first := r.current().Leaf
	r.wants(t, "nothing changed", first)

	chain, key := r.issue(t, r.clock.Add(-time.Hour), r.clock.AddDate(0, 6, 0))
	r.write(t, r.tlsFiles, chain, nil)
	r.wants(t, "only the certificate is there yet", first, eventTLSUnread)
	if e := r.events[0]; !strings.Contains(e.Detail, "certs.mismatch") || !strings.Contains(e.Text, "from before") {
		t.Errorf("it is told as %+v", e)
	}
	r.wants(t, "it is told once", first)
	r.write(t, r.tlsFiles, nil, key)
	r.wants(t, "both are there", chain[0], eventTLSRead)
	r.wants(t, "and that is it", chain[0])

	if err := os.WriteFile(r.cert, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.wants(t, "a broken file", chain[0], eventTLSUnread)
	if err := os.Remove(r.cert); err != nil {
		t.Fatal(err)
	}
	r.wants(t, "no file", chain[0], eventTLSUnread)
	r.write(t, r.tlsFiles, chain, nil)
	r.wants(t, "the same is back", chain[0])
}

func TestRenewedFilesHaveToBeValidNow(t *testing.T) {
	r := newRenewable(t)
	first := r.current().Leaf
	old, key := r.issue(t, r.clock.AddDate(0, -2, 0), r.clock.Add(-time.Minute))
	r.write(t, r.tlsFiles, old, key)
	r.wants(t, "one that has ended", first, eventTLSUnread)

	next, key := r.issue(t, r.clock.Add(time.Hour), r.clock.AddDate(0, 9, 0))
	r.write(t, r.tlsFiles, next, key)
	r.wants(t, "one for later", first, eventTLSUnread)
	r.clock = r.clock.Add(2 * time.Hour)
	r.wants(t, "its time has come", next[0], eventTLSRead)

	r.clock = r.clock.AddDate(1, 0, 0)
	old, key = r.issue(t, r.clock.AddDate(0, -2, 0), r.clock.Add(-time.Minute))
	r.write(t, r.tlsFiles, old, key)
	r.wants(t, "when nothing valid is shown", old[0], eventTLSRead)
}

// Whoever is connected goes on; who comes afterwards meets the new certificate.
func TestARenewalBreaksNoConnection(t *testing.T) {
	r := newRenewable(t)
	l, err := listenTLS("127.0.0.1:0", r.tlsFiles)
	if err != nil {
		t.Fatal(err)
	}
	s := newServer("test", l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }), slog.New(slog.DiscardHandler))
	go func() { _ = s.serve() }()
	defer s.http.Close()
	connected := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: r.ca.Pool(), ServerName: "mail.litware.test"},
	}}
	met := func(c *http.Client) *x509.Certificate {
		t.Helper()
		resp, err := c.Get("https://" + l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		return resp.TLS.PeerCertificates[0]
	}
	before := met(connected)
	chain, key := r.issue(t, r.clock.Add(-time.Hour), r.clock.AddDate(0, 6, 0))
	r.write(t, r.tlsFiles, chain, key)
	r.wants(t, "renewed", chain[0], eventTLSRead)
	if got := met(connected); !got.Equal(before) {
		t.Error("an open connection was not used on")
	}
	if got := met(&http.Client{Transport: connected.Transport.(*http.Transport).Clone()}); !got.Equal(chain[0]) {
		t.Error("a new connection meets the old certificate")
	}
}

func TestFilesAreLookedAtAgainAndAgain(t *testing.T) {
	r := newRenewable(t)
	chain, key := r.issue(t, r.clock.Add(-time.Hour), r.clock.AddDate(0, 6, 0))
	r.write(t, r.tlsFiles, chain, key)
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- r.run(ctx) }()
		time.Sleep(lookEvery + time.Second)
		synctest.Wait()
		if !r.current().Leaf.Equal(chain[0]) {
			t.Error("the renewed certificate is not shown after half a minute")
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
