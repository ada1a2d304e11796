package node

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/s2s"
)

// tlsFiles is the TLS certificate of listeners as it stands in its two files.
// They are looked at now and then, so that what an authority renewed is shown
// without a restart; connections that are open keep what they began with. Files
// that cannot be used change nothing: what was shown is shown on.
type tlsFiles struct {
	cert, key string
	where     string // the listeners, in words
	box       *certs.Box
	now       func() time.Time
	tell      func(context.Context, journal.Event)

	shown atomic.Pointer[tls.Certificate]
	// The loop's own: the files as they were read last, and as they were when
	// they were told to be of no use.
	read, refused [2]stamp
}

// stamp tells a file from what it was before.
type stamp struct {
	changed time.Time
	size    int64
}

// lookEvery is how often the files are looked at.
const lookEvery = 30 * time.Second

// Events of a listener's certificate. The second is that of its row.
const (
	eventTLSRead   = 4340
	eventTLSUnread = 4341
)

// openTLSFiles reads the files for the first time, when they have to be good.
func openTLSFiles(f *tlsFiles) (*tlsFiles, error) {
	f.read = f.stamps()
	cert, err := certs.LoadTLS(f.cert, f.key, f.box)
	if err != nil {
		return nil, err
	}
	f.shown.Store(&cert)
	return f, nil
}

// current is what is shown now.
func (f *tlsFiles) current() *tls.Certificate { return f.shown.Load() }

// config is that of listeners which show the certificate of the moment.
func (f *tlsFiles) config() *tls.Config {
	return &tls.Config{
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return f.current(), nil },
		MinVersion:     tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
	}
}

// run looks at the files until ctx ends.
func (f *tlsFiles) run(ctx context.Context) error {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			f.look(ctx)
		}
	}
}

// look shows what the files hold if they have changed and are fit. Of files
// that are not it tells once for each change: a pair that is being replaced may
// be seen half-way.
func (f *tlsFiles) look(ctx context.Context) {
	stamps := f.stamps()
	if stamps == f.read {
		return
	}
	cert, err := certs.LoadTLS(f.cert, f.key, f.box)
	if err == nil {
		err = f.fit(&cert)
	}
	old := f.current()
	if err != nil {
		// They are read again next time: what is not valid yet will be.
		if f.refused != stamps {
			f.refused = stamps
			f.tell(ctx, f.unread(err, old))
		}
		return
	}
	f.read, f.refused = stamps, [2]stamp{}
	if !sameChain(&cert, old) {
		f.shown.Store(&cert)
		f.tell(ctx, f.news(&cert, old))
	}
}

// fit says why a renewed certificate should not take the place of one that is
// valid now.
func (f *tlsFiles) fit(renewed *tls.Certificate) error {
	now, old := f.now(), f.current().Leaf
	switch {
	case now.After(old.NotAfter):
		return nil // it cannot become worse
	case now.After(renewed.Leaf.NotAfter):
		return problem.New(problem.TLSExpired, "the certificate in %s ended %s", f.cert, renewed.Leaf.NotAfter.UTC().Format(time.DateOnly))
	case now.Before(renewed.Leaf.NotBefore):
		return problem.New(problem.TLSNotYetValid, "the certificate in %s is valid from %s only", f.cert, renewed.Leaf.NotBefore.UTC().Format(time.RFC3339))
	}
	return nil
}

func (f *tlsFiles) stamps() (all [2]stamp) {
	for i, name := range []string{f.cert, f.key} {
		if info, err := os.Stat(name); err == nil {
			all[i] = stamp{info.ModTime(), info.Size()}
		}
	}
	return all
}

func sameChain(a, b *tls.Certificate) bool {
	return slices.EqualFunc(a.Certificate, b.Certificate, bytes.Equal)
}

func (f *tlsFiles) news(cert, old *tls.Certificate) journal.Event {
	return journal.Event{
		ID: eventTLSRead, Level: journal.Information, Log: "Application", Source: "matchseal Certificates", Time: f.now(),
		Text:   fmt.Sprintf("%s show a new TLS certificate.", f.where),
		Detail: fmt.Sprintf("%s\nbefore it: %s\nfile: %s", told(cert), told(old), f.cert),
	}
}

func (f *tlsFiles) unread(err error, old *tls.Certificate) journal.Event {
	failure := problem.Of(err)
	return journal.Event{
		ID: eventTLSUnread, Level: journal.Error, Log: "Application", Source: "matchseal Certificates", Time: f.now(),
		Text:   fmt.Sprintf("The files of the TLS certificate have changed and cannot be used. %s go on showing the one from before.", f.where),
		Detail: fmt.Sprintf("error: %v\nshown: %s\nfiles: %s, %s\nremedy: %s\nsee: %s", err, told(old), f.cert, f.key, failure.Entry().Remedy, failure.Code),
	}
}

// told names a certificate in an event.
func told(c *tls.Certificate) string {
	return fmt.Sprintf("%s, %s, ends %s", s2s.ThumbprintOf(c.Leaf), c.Leaf.Subject, c.Leaf.NotAfter.UTC().Format("2006-01-02 15:04 UTC"))
}

// logEvent tells of an event of the node, which has no journal.
func logEvent(log *slog.Logger) func(context.Context, journal.Event) {
	return func(ctx context.Context, e journal.Event) {
		level := slog.LevelInfo
		if e.Level != journal.Information {
			level = slog.LevelError
		}
		log.Log(ctx, level, e.Text, "event", e.ID, "detail", e.Detail)
	}
}
