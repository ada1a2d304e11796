package adminserver

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/directory"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/mailbox"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/rbac"
	"github.com/matchseal/matchseal/internal/settings"
	"github.com/matchseal/matchseal/internal/storagesvc"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/store/storetest"
	"github.com/matchseal/matchseal/s2s"
)

// tables are the databases of a world before anything is in them. Nothing
// depends on them: whatever is missing there is made when a world opens.
var (
	directoryTables = storetest.NewTemplate(func(ctx context.Context, db *store.DB) error {
		_, err := directory.New(ctx, db, time.Now)
		return err
	})
	roleTables = storetest.NewTemplate(openEverything)
)

// openEverything has all that a role of a world keeps bring its tables.
func openEverything(ctx context.Context, db *store.DB) error {
	if _, err := settings.New(db, time.Now); err != nil {
		return err
	}
	j, err := journal.New(db, time.Now)
	if err != nil {
		return err
	}
	box, err := certs.NewBox(make([]byte, 32))
	if err != nil {
		return err
	}
	if _, err := keyring.New(db, box, time.Now, keyring.Policy{}); err != nil {
		return err
	}
	if _, err := rbac.New(db, time.Now); err != nil {
		return err
	}
	if _, err := mailbox.New(db, time.Now); err != nil {
		return err
	}
	if _, err := partner.New(partner.Config{DB: db, Journal: j, Now: time.Now, Own: nobody}); err != nil {
		return err
	}
	_, err = storagesvc.New(ctx, storagesvc.Config{
		DB: db, Journal: j, Now: time.Now, HTTP: http.DefaultClient, Log: slog.New(slog.DiscardHandler),
		Endpoint: func(context.Context) (storagesvc.Endpoint, error) { return storagesvc.Endpoint{}, nil },
	})
	return err
}

func nobody(context.Context) (s2s.Principal, error) { return s2s.Principal{}, nil }
