package renewal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/keyring"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
)

// Kinds of faults that the journal tells of once while they last. Those of one
// node end with its name: another node may be well.
const (
	faultRenewal    = "renewal"
	faultUnassigned = "unassigned"
	faultHandOver   = "hand-over"
)

func (k *Keeper) here(kind string) string { return kind + " on " + k.cfg.Node }

// tellRenewal has the journal say once why the role is without somebody who
// signs, or will be, although renewal is on. said says that an announcement told
// of failed just now.
func (k *Keeper) tellRenewal(ctx context.Context, f Facts, now time.Time, failed error, said bool) error {
	if k.cfg.Mode != Do {
		return nil
	}
	told, err := k.faults(ctx)
	if err != nil {
		return err
	}
	unassigned := f.Slots.Begun && f.Slots.Current == nil
	switch {
	case unassigned && told[faultUnassigned] == "":
		_, err = k.first(ctx, k.unassigned(f, now), sqlFault, faultUnassigned, "unassigned", store.Micros(now))
	case !unassigned && told[faultUnassigned] != "":
		_, err = k.cfg.DB.ExecContext(ctx, sqlCured, faultUnassigned)
	}
	kind := k.here(faultRenewal)
	if failed == nil {
		if told[kind] != "" {
			_, cured := k.cfg.DB.ExecContext(ctx, sqlCured, kind)
			err = errors.Join(err, cured)
		}
		return store.Explain(err)
	}
	if what := faultOf(f.Slots, failed); what != "" && told[kind] != what {
		if said {
			_, noted := k.cfg.DB.ExecContext(ctx, sqlFault, kind, what, store.Micros(now))
			return errors.Join(err, store.Explain(noted))
		}
		_, noted := k.first(ctx, k.failed(f, failed, now), sqlFault, kind, what, store.Micros(now))
		err = errors.Join(err, noted)
	}
	return err
}

// faultOf tells faults of renewal apart; empty for what passes by itself, or
// could not be written down anyway.
func faultOf(s keyring.State, err error) string {
	code := problem.CodeOf(cause(err))
	passes := code == problem.KeyringBusy || strings.HasPrefix(string(code), "store.") || errors.Is(err, context.Canceled)
	if passes || s.Current == nil {
		return ""
	}
	return fmt.Sprintf("%s of %s", code, s.Current.Thumbprint)
}

// cause is what is below the general word that the renewal failed.
func cause(err error) error {
	if problem.CodeOf(err) == problem.RenewalFailed {
		if below := errors.Unwrap(err); below != nil {
			return below
		}
	}
	return err
}

func (k *Keeper) faults(ctx context.Context) (map[string]string, error) {
	rows, err := k.cfg.DB.QueryContext(ctx, sqlFaults)
	if err != nil {
		return nil, fmt.Errorf("reading which faults were told of: %w", store.Explain(err))
	}
	defer rows.Close()
	told := map[string]string{}
	for rows.Next() {
		var kind, what string
		if err := rows.Scan(&kind, &what); err != nil {
			return nil, fmt.Errorf("reading which faults were told of: %w", store.Explain(err))
		}
		told[kind] = what
	}
	return told, store.Explain(rows.Err())
}

// failed is what the journal says of a renewal that did not work.
func (k *Keeper) failed(f Facts, err error, now time.Time) journal.Event {
	e := eventOf(problem.RenewalFailed, now)
	e.Level = journal.Error
	e.Text = fmt.Sprintf("The signing certificate %s could not be renewed by itself%s: %v.", f.Slots.Current.Thumbprint, k.onNode(), cause(err))
	c := Certificate{Use: Current, NotAfter: f.Slots.Current.NotAfter}
	details := []string{"kind", string(Signing), "ends", moment(c.NotAfter)}
	if next := f.Slots.Next; next != nil {
		details = append(details, "staged", fmt.Sprintf("%s, for %s", next.Thumbprint, moment(next.From)))
	}
	e.Detail = lines(append(details, "remedy", row(problem.CodeOf(cause(err))).Remedy, "or by hand", k.renewByHand(c, !now.Before(c.NotAfter)), "see", string(problem.RenewalFailed))...)
	return e
}

// unassigned is what the journal says of a role without a current certificate.
func (k *Keeper) unassigned(f Facts, now time.Time) journal.Event {
	e := eventOf(problem.RenewalUnassigned, now)
	e.Level = journal.Error
	e.Text = fmt.Sprintf("The %s role has no signing certificate: somebody took it away, so it signs nothing, and renewal does not give it another one.", k.cfg.Role)
	details := []string{"kind", string(Signing)}
	if next := f.Slots.Next; next != nil {
		details = append(details, "staged", fmt.Sprintf("%s, which becomes current on %s", next.Thumbprint, moment(next.From)))
	}
	e.Detail = lines(append(details, "remedy", k.assign(), "see", string(problem.RenewalUnassigned))...)
	return e
}

// onNode names the node in a sentence, when it has a name.
func (k *Keeper) onNode() string {
	if k.cfg.Node == "" {
		return ""
	}
	return " on the node " + k.cfg.Node
}
