package cmdlet

import (
	"context"
	"crypto"
	"crypto/x509"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/config"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/keyring"
	postboxes "github.com/matchseal/matchseal/internal/mailbox"
	"github.com/matchseal/matchseal/internal/meetings"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/profile"
	"github.com/matchseal/matchseal/internal/rbac"
	"github.com/matchseal/matchseal/internal/settings"
	"github.com/matchseal/matchseal/internal/storagesvc"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

// Every test starts a node of its own. What takes the time then is not what is
// tested: bringing tables into three databases, and making RSA keys. So nodes
// begin here with tables and keys that were made once. Nothing depends on it:
// what is missing in a database is made when its node opens.

// began is when these things were made: before any test's own time.
var began = sync.OnceValue(func() time.Time { return time.Now().Truncate(time.Second) })

// masterKey is the text of the file with the key under which every node here
// keeps its private keys.
var masterKey = sync.OnceValue(func() string { return strings.Repeat("A", 43) + "=\n" }) // 32 bytes of zero

var directoryTables = storetest.NewTemplate(func(ctx context.Context, db *store.DB) error {
	_, err := directory.New(ctx, db, began)
	return err
})

// Roles that have begun, with their first signing certificate.
var (
	litwareExchange = storetest.NewTemplate(begun(profile.Exchange, "exch.litware.test", "litware.test"))
	litwareSkype    = storetest.NewTemplate(begun(profile.Skype, "pool.litware.test", "litware.test"))
	seedsExchange   = storetest.NewTemplate(begun(profile.Exchange, seedExchange, "jdskype.net"))
	seedsSkype      = storetest.NewTemplate(begun(profile.Skype, seedPool, "jdskype.net"))
)

// begin puts what was made before where the configuration wants it.
func begin(t testing.TB, cfg config.Config, exchange, skype *storetest.Template) {
	t.Helper()
	if err := os.WriteFile(cfg.KeyFile, []byte(masterKey()), 0o600); err != nil {
		t.Fatal(err)
	}
	for dsn, template := range map[string]*storetest.Template{
		cfg.Directory.DSN: directoryTables, cfg.Roles[0].Database: exchange, cfg.Roles[1].Database: skype,
	} {
		template.Write(t, strings.TrimPrefix(dsn, "sqlite:"))
	}
}

// begun fills the database of a role as a node does that opens it first.
func begun(role profile.Role, fqdn, domain string) func(context.Context, *store.DB) error {
	return func(ctx context.Context, db *store.DB) error {
		if err := openEverything(ctx, db); err != nil {
			return err
		}
		p, err := profile.Of(role)
		if err != nil {
			return err
		}
		subject := p.CertificateSubject
		if subject == "" {
			subject = domain
		}
		box, err := certs.BoxFromText(masterKey())
		if err != nil {
			return err
		}
		ring, err := keyring.New(db, box, began, keyring.Policy{})
		if err != nil {
			return err
		}
		_, err = ring.Begin(ctx, keyring.Request{
			Subject: "cn=" + subject, DomainNames: []string{fqdn},
			Options: keyring.Options{FriendlyName: subject, Services: p.CertificateServices(), Exportable: true},
		})
		return err
	}
}

// openEverything has all that roles keep bring its tables.
func openEverything(ctx context.Context, db *store.DB) error {
	if _, err := settings.New(db, began); err != nil {
		return err
	}
	j, err := journal.New(db, began)
	if err != nil {
		return err
	}
	if _, err := rbac.New(db, began); err != nil {
		return err
	}
	if _, err := postboxes.New(db, began); err != nil {
		return err
	}
	if _, err := meetings.New(db, "https://pool.litware.test/meet", began); err != nil {
		return err
	}
	own := func(context.Context) (s2s.Principal, error) { return s2s.Principal{}, nil }
	if _, err := partner.New(partner.Config{DB: db, Journal: j, Now: began, Own: own}); err != nil {
		return err
	}
	_, err = storagesvc.New(ctx, storagesvc.Config{
		DB: db, Journal: j, Now: began, HTTP: http.DefaultClient, Log: slog.New(slog.DiscardHandler),
		Endpoint: func(context.Context) (storagesvc.Endpoint, error) { return storagesvc.Endpoint{}, nil },
	})
	return err
}

// shown is a TLS certificate with its key.
type shown struct {
	chain []*x509.Certificate
	key   crypto.Signer
}

// litware is the authority of every node of litware.test, and issued what it
// issued for their roles.
var litware = sync.OnceValues(func() (*certs.CA, error) { return certs.NewCA("Litware CA", began(), "litware.test") })

// The roles' keys are RSA keys, as Windows' authorities issue them.
var (
	exchangeTLS = sync.OnceValues(func() (shown, error) { return issued("exch.litware.test", "autodiscover.litware.test") })
	skypeTLS    = sync.OnceValues(func() (shown, error) { return issued("pool.litware.test") })
)

func issued(hosts ...string) (shown, error) {
	ca, err := litware()
	if err != nil {
		return shown{}, err
	}
	chain, key, err := ca.Issue(certs.TLSRequest{Names: hosts, Bits: certs.DefaultBits}.ValidFrom(began()))
	return shown{chain, key}, err
}
