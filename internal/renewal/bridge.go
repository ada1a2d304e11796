package renewal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/s2s"
)

// bridge is a plan that begins with the staging of one certificate and ends with
// that of another: the first fills the gap before the second, for which there
// is no slot meanwhile.
type bridge struct {
	Bridge, Later s2s.Thumbprint
	Effective     time.Time // of Later
}

// bridge is the plan that is under way, or nil.
func (k *Keeper) bridge(ctx context.Context) (*bridge, error) {
	if k.cfg.Mode != Do {
		return nil, nil
	}
	var first, later string
	var effective int64
	err := k.cfg.DB.QueryRowContext(ctx, sqlBridge).Scan(&first, &later, &effective)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	b := &bridge{Effective: store.Time(effective)}
	if err == nil {
		b.Bridge, err = s2s.ParseThumbprint(first)
	}
	if err == nil {
		b.Later, err = s2s.ParseThumbprint(later)
	}
	if err != nil {
		return nil, fmt.Errorf("reading which certificate is to be staged again: %w", store.Explain(err))
	}
	return b, nil
}

// stageAgain stages the certificate that made way when the one it made way for
// is current. What somebody decided meanwhile ends the plan.
func (k *Keeper) stageAgain(ctx context.Context, f Facts, now time.Time) (tried bool, err error) {
	b, s := f.Bridge, f.Slots
	switch {
	case b == nil || s.Next != nil && s.Next.Thumbprint == b.Bridge:
		return false, nil
	case s.Next != nil || s.Current == nil || s.Current.Thumbprint != b.Bridge:
		_, err := k.cfg.DB.ExecContext(ctx, sqlDropBridge, b.Bridge.String())
		return false, store.Explain(err)
	}
	x := keyring.Succession{Of: b.Bridge, Again: b.Later, Effective: b.Effective}
	if !s.Holds(b.Later) {
		// Nobody looked for long, and its publication was over: partners get
		// notice of it as of a new one.
		if notice := k.cfg.Policy.Takeover(now, now.Add(lifetime), 0); x.Effective.Before(notice) {
			x.Effective = notice
		}
	}
	x.Record = k.andDrop(b, k.again(f, x, now))
	_, err = k.cfg.Keyring.Succeed(ctx, x)
	if lost(err) {
		_, err = k.first(ctx, k.notAgain(f, b, err, now), sqlDropBridge, b.Bridge.String())
	}
	return true, problem.Wrap(err, problem.RenewalFailed, "staging the certificate %s again", b.Later)
}

// lost says that a certificate can not be staged, now or later.
func lost(err error) bool {
	switch problem.CodeOf(err) {
	case problem.KeyringNotFound, problem.KeyringReused, problem.KeyringTooShort, problem.KeyringNotYetValid,
		problem.KeyringUnreadable, problem.KeyringNoPrivateKey, problem.KeyringWeak, problem.KeyringPending:
		return true
	}
	return false
}

// andDrop writes e down and ends the plan.
func (k *Keeper) andDrop(b *bridge, e journal.Event) func(context.Context, *sql.Tx) error {
	return func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, sqlDropBridge, b.Bridge.String()); err != nil {
			return err
		}
		return k.cfg.Journal.LogIn(ctx, tx, e)
	}
}

// andBridge writes e down and notes the plan that begins with the step.
func (k *Keeper) andBridge(b bridge, e journal.Event) func(context.Context, *sql.Tx) error {
	return func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, sqlSetBridge, b.Bridge.String(), b.Later.String(), store.Micros(b.Effective)); err != nil {
			return err
		}
		return k.cfg.Journal.LogIn(ctx, tx, e)
	}
}

// bridged is what the journal says of a successor that was staged before one
// that comes too late, or in its place.
func (k *Keeper) bridged(f Facts, x step, now time.Time) journal.Event {
	e := f.renewed(problem.RenewalBridged, now)
	next := f.Slots.Next
	t := s2s.ThumbprintOf(x.Certificate)
	e.Text = fmt.Sprintf("The signing certificate %s got the successor %s, which becomes current on %s, because the staged certificate %s %s.",
		x.Of, t, moment(x.Effective), next.Thumbprint, x.why)
	after := "it is out of use; make and stage another one if its subject or authority matters"
	if !x.broken {
		after = fmt.Sprintf("it stays published, and is staged again for %s when the new one is current", moment(next.From))
	}
	details := []string{
		"kind", string(Signing), "subject", subject(x.Certificate), "ends", moment(x.Certificate.NotAfter),
		"before it", fmt.Sprintf("%s, which ends %s", x.Of, moment(f.Slots.Current.NotAfter)),
		"the one that was staged", after,
	}
	e.Detail = lines(append(details, k.carry(f)...)...)
	return e
}

// again is what the journal says of a certificate that is staged again.
func (k *Keeper) again(f Facts, x keyring.Succession, now time.Time) journal.Event {
	e := f.renewed(problem.RenewalAgain, now)
	e.Level = journal.Information // who needs it by hand got it when it was staged first
	e.Text = fmt.Sprintf("The signing certificate %s is staged again and becomes current on %s; until then %s signs.", x.Again, moment(x.Effective), x.Of)
	e.Detail = lines("kind", string(Signing))
	return e
}

// notAgain is what the journal says of one that cannot be.
func (k *Keeper) notAgain(f Facts, b *bridge, why error, now time.Time) journal.Event {
	e := f.renewed(problem.RenewalNotAgain, now)
	e.Level = journal.Warning
	e.Text = fmt.Sprintf("The signing certificate %s, which was to become current on %s, can not be staged again. The certificate %s goes on signing.", b.Later, moment(b.Effective), b.Bridge)
	e.Detail = lines("kind", string(Signing), "because", why.Error(), "see", string(problem.RenewalNotAgain))
	return e
}
