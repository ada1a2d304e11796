package renewal

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/matchseal/matchseal/internal/certs"
	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/partner"
	"github.com/matchseal/matchseal/internal/profile"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/internal/telemetry"
	"github.com/matchseal/matchseal/s2s"
)

// Mode says what is done about a signing certificate that nears its end.
type Mode string

const (
	Off      Mode = "off"      // its end is announced
	Announce Mode = "announce" // and how and when a successor should take over
	Do       Mode = "do"       // a successor is made and staged
)

// Ahead is how long before the end of a signing certificate its successor is
// due, unless Config says otherwise. It is far more than a rollover takes, so
// that what goes wrong with it can still be mended.
const Ahead = 60 * day

// Config is what a Keeper needs. Fields without a note are required.
type Config struct {
	DB       *store.DB
	Journal  *journal.Journal
	Keyring  *keyring.Keyring
	Partners *partner.Store
	Role     profile.Role
	Node     string // its name, for events; may be empty
	Now      func() time.Time

	Mode   Mode           // empty means Announce
	Ahead  time.Duration  // zero means the constant
	Policy keyring.Policy // that of Keyring

	Shown       func() []Shown      // TLS certificates of this node's listeners; may be nil
	Authorities []*x509.Certificate // of the boot file
	HandOver    string              // folder for the certificates that somebody carries; empty for none
	Metrics     *telemetry.Metrics  // may be nil
	Log         *slog.Logger        // what fails in the background; nil drops it

	// Make makes a successor and its key; nil means certs.NewSelfSigned.
	Make func(certs.SelfSigned) (*x509.Certificate, *rsa.PrivateKey, error)
}

// Keeper keeps the certificates of one role. Several nodes may each have one on
// the same store.
type Keeper struct {
	cfg   Config
	gauge gauge
	// own are the certificates of the slots, which never change.
	own map[s2s.Thumbprint]*x509.Certificate
	put func([]handed) error // into the folder of the hand-over
}

// New brings the tables up to date and returns the Keeper. It starts nothing:
// Run does.
func New(cfg Config) (*Keeper, error) {
	if err := cfg.DB.Migrate(context.Background(), "renewal", migrations); err != nil {
		return nil, fmt.Errorf("preparing the tables of certificate renewal: %w", err)
	}
	if cfg.Mode == "" {
		cfg.Mode = Announce
	}
	if cfg.Ahead == 0 {
		cfg.Ahead = Ahead
	}
	if cfg.Shown == nil {
		cfg.Shown = func() []Shown { return nil }
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Make == nil {
		cfg.Make = certs.NewSelfSigned
	}
	k := &Keeper{cfg: cfg, gauge: newGauge(cfg.Metrics)}
	k.put = k.write
	return k, nil
}

// lookAgain bounds how long Run sleeps: another node, or a cmdlet, may have
// staged a certificate, and a partner may have published one, which nothing
// tells this loop.
const lookAgain = time.Minute

// Run looks whenever something is due, until ctx ends. The folder of the
// hand-over may be on a file share that hangs, which keeps nothing else waiting.
func (k *Keeper) Run(ctx context.Context) error {
	written := make(chan struct{})
	looked := make(chan struct{}, 1)
	go func() {
		defer close(written)
		k.handOverAfter(ctx, looked)
	}()
	last := ""
	for {
		due, err := k.Look(ctx)
		last = k.complain(ctx, "keeping the certificates", last, err)
		select {
		case looked <- struct{}{}:
		default: // it has not yet come to what was seen before
		}
		wait := lookAgain
		if err == nil && !due.IsZero() {
			wait = min(wait, max(0, due.Sub(k.cfg.Now())))
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			k.leave(written)
			return nil
		case <-timer.C:
		}
	}
}

// complain logs err unless it is what was logged last, and returns what is.
func (k *Keeper) complain(ctx context.Context, what, last string, err error) string {
	if err == nil || ctx.Err() != nil {
		return ""
	}
	if text := err.Error(); text != last {
		k.cfg.Log.ErrorContext(ctx, what, "error", err)
		return text
	}
	return last
}

// Look writes down what time has done, renews and announces what is due now,
// and returns when something will be due next; the zero time stands for never.
// What other nodes and cmdlets change may make something due earlier. A Keeper
// looks once at a time.
func (k *Keeper) Look(ctx context.Context) (due time.Time, err error) {
	facts, err := k.facts(ctx)
	if err != nil {
		return time.Time{}, err
	}
	now := k.cfg.Now()
	var failed error
	for range mostSteps {
		var tried bool
		if tried, failed = k.renew(ctx, facts, now); !tried {
			break
		}
		if facts, err = k.facts(ctx); err != nil {
			return time.Time{}, err
		}
		if failed != nil {
			break
		}
	}
	all := facts.Unrelieved(now)
	k.gauge.set(all, now)
	said, err := k.announce(ctx, facts, all, now, failed)
	err = errors.Join(err, k.tellRenewal(ctx, facts, now, failed, said))
	return k.due(facts, all, now), errors.Join(failed, err)
}

// mostSteps is how many steps renewal takes at one moment: a successor that is
// current at once, and the one that made way for it behind it.
const mostSteps = 3

// due is when time itself will change something.
func (k *Keeper) due(f Facts, all []Certificate, now time.Time) (first time.Time) {
	at := func(t time.Time) {
		if t.After(now) && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	if next := f.Slots.Next; next != nil {
		at(next.From)
	}
	if previous := f.Slots.Previous; previous != nil {
		at(previous.Until)
	}
	for _, slot := range f.Slots.Leaving {
		at(slot.Until)
	}
	if current := f.Slots.Current; current != nil {
		at(current.NotAfter.Add(-k.cfg.Ahead))
	}
	for _, c := range all {
		at(nextMark(c.NotAfter, now))
	}
	return first
}
