package renewal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/profile"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/s2s"
)

// roll writes down what time has done to the slots and returns them, and has the
// journal tell of every certificate that became current, whoever or whatever
// made it so.
//
// What was told is read before the state: a state that is read after it is at
// least as new, so a node that lags behind never tells of an old certificate.
func (k *Keeper) roll(ctx context.Context) (keyring.State, error) {
	version, told, err := k.told(ctx)
	if err != nil {
		return keyring.State{}, err
	}
	s, _, err := k.cfg.Keyring.Roll(ctx)
	if err != nil {
		return s, err
	}
	if version == 0 {
		// A role that was just made: its first certificate is no news.
		_, err := k.cfg.DB.ExecContext(ctx, sqlFirstTold, thumbprintOf(s.Current))
		return s, store.Explain(err)
	}
	if s.Current == nil || s.Current.Thumbprint.String() == told {
		return s, nil
	}
	return s, k.tell(ctx, version, since(s, told), k.cfg.Now())
}

// tell has the journal say that certificates became current, unless somebody
// has said anything since the version.
func (k *Keeper) tell(ctx context.Context, version int64, became []s2s.Thumbprint, now time.Time) error {
	return k.cfg.DB.InTx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, sqlTell, version, became[len(became)-1].String())
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return err // another node was faster
		}
		for _, t := range became {
			e := becameCurrent(k.cfg.Role, t)
			e.Time = now
			if err := k.cfg.Journal.LogIn(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	})
}

func (k *Keeper) told(ctx context.Context) (version int64, thumbprint string, err error) {
	err = k.cfg.DB.QueryRowContext(ctx, sqlTold).Scan(&version, &thumbprint)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, "", nil
	}
	if err != nil {
		return 0, "", fmt.Errorf("reading which certificate was told to be current: %w", store.Explain(err))
	}
	return version, thumbprint, nil
}

func thumbprintOf(slot *keyring.Slot) string {
	if slot == nil {
		return ""
	}
	return slot.Thumbprint.String()
}

// since lists the certificates that became current after the one that was told,
// also those that were replaced before anybody looked.
func since(s keyring.State, told string) []s2s.Thumbprint {
	var all []s2s.Thumbprint
	if i := slices.IndexFunc(s.Retired, func(t s2s.Thumbprint) bool { return t.String() == told }); i >= 0 {
		all = append(all, s.Retired[i+1:]...)
	}
	return append(all, s.Current.Thumbprint)
}

// Events of a rollover. The first is Exchange's own.
const (
	EventAuthCertificate   = 2014
	EventIssuerCertificate = 4320 // the same of another role
)

// becameCurrent is what the journal says of a new current certificate; on
// Exchange in the product's words.
func becameCurrent(r profile.Role, t s2s.Thumbprint) journal.Event {
	e := journal.Event{ID: EventIssuerCertificate, Level: journal.Information, Log: eventLog, Source: EventSource}
	switch r {
	case profile.Exchange:
		e.ID, e.Source = EventAuthCertificate, "MSExchange AuthAdmin"
		e.Text = fmt.Sprintf("The current signing certificate for Exchange has been updated to certificate with thumbprint %s.", t)
	case profile.Skype:
		e.Text = fmt.Sprintf("The current OAuthTokenIssuer certificate has been updated to certificate with thumbprint %s.", t)
	default:
		e.Text = fmt.Sprintf("The current token signing certificate has been updated to certificate with thumbprint %s.", t)
	}
	return e
}
