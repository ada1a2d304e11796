package cmdlet

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/matchseal/matchseal/authmeta"
	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/config"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/s2s"
	"github.com/matchseal/matchseal/s2s/s2stest"
)

const (
	skypeMetadata    = "https://pool.litware.test/metadata/json/1"
	exchangeMetadata = "https://autodiscover.litware.test/autodiscover/metadata/json/1"
	stsMetadata      = "https://sts.litware.test/litware.test/metadata/json/1"
)

// pair is a node of both roles that reach each other, with users, and beside
// it a token server and a server nobody vouches for.
type pair struct {
	*running
	ex, sfb *admin
}

func startPair(t *testing.T) pair {
	t.Helper()
	exchange, skype, sts, stranger := listen(t), listen(t), listen(t), listen(t)
	connect := map[string]string{
		"exch.litware.test:443": exchange.Addr().String(), "autodiscover.litware.test:443": exchange.Addr().String(),
		"pool.litware.test:443": skype.Addr().String(), "sts.litware.test:443": sts.Addr().String(), "stranger.litware.test:443": stranger.Addr().String(),
		"closed.litware.test:443": "127.0.0.1:1",
	}
	r := startNode(t, func(c *config.Config) {
		c.Outbound.Connect, c.Outbound.Resolver = connect, "127.0.0.1:9"
		c.Roles[0].Listen, c.Roles[1].Listen = []string{exchange.Addr().String()}, []string{skype.Addr().String()}
		// The places were only held.
		exchange.Close()
		skype.Close()
	})
	token := s2stest.NewTokenServer("litware.test", "sts.litware.test")
	doc := authmeta.New(authmeta.TokenServer, token.Principal, "https://sts.litware.test/", r.clock.Now(), token.Certificate)
	r.serve(sts, r.ca, "sts.litware.test", authmeta.Handler(func(context.Context) (authmeta.Document, error) { return doc, nil }, authmeta.TokenServer))
	somebody, err := certs.NewCA("Somebody's CA", r.clock.Now())
	r.must(err)
	r.serve(stranger, somebody, "stranger.litware.test", http.NotFoundHandler())
	r.people("kenmyer", "pilar")
	return pair{r, r.sit("exchange"), r.sit("skype")}
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// serve answers over TLS with a certificate of the authority.
func (r *running) serve(l net.Listener, ca *certs.CA, name string, h http.Handler) {
	r.t.Helper()
	chain, key, err := ca.Issue(certs.TLSRequest{Names: []string{name}}.ValidFrom(r.clock.Now()))
	r.must(err)
	s := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = s.Serve(tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{certs.TLS(chain, key)}}))
	}()
	r.t.Cleanup(func() { s.Close(); <-ended })
}

// people makes accounts with all addresses.
func (r *running) people(names ...string) {
	r.t.Helper()
	dir, err := directory.Open(r.t.Context(), "sqlite:"+filepath.Join(r.dir, "directory.db"), r.clock.Now)
	r.must(err)
	for _, name := range names {
		address := name + "@litware.test"
		_, err := dir.AddUser(r.t.Context(), directory.User{
			Name: name, UPN: directory.UPN(address), SMTP: directory.SMTP(address), SIP: directory.SIP(address), Organisation: "litware.test", Enabled: true,
		})
		r.must(err)
	}
	r.must(dir.Close())
}

// wantIn looks for lines in what was printed, blanks at their ends aside.
func wantIn(t *testing.T, printed string, lines ...string) {
	t.Helper()
	var all []string
	for line := range strings.Lines(printed) {
		all = append(all, strings.TrimRight(line, " \r\n"))
	}
	text := "\n" + strings.Join(all, "\n") + "\n"
	for _, want := range lines {
		if !strings.Contains(text, "\n"+want+"\n") {
			t.Errorf("the line %q is not in\n%s", want, printed)
		}
	}
}

// flat is an error as one line, so that it can be compared wherever it was
// wrapped.
func flat(printed string) string { return strings.Join(strings.Fields(printed), " ") }

func wantText(t *testing.T, printed string, texts ...string) {
	t.Helper()
	for _, want := range texts {
		if !strings.Contains(flat(printed), want) {
			t.Errorf("%q is not in\n%s", want, printed)
		}
	}
}

const skypeID = string(s2s.SkypeApp)
