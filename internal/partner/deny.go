package partner

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/s2s"
)

// Denial is one entry of the deny list.
type Denial struct {
	Thumbprint s2s.Thumbprint
	Reason     string
	By         string
	Since      time.Time
}

// maxDenied bounds the deny list, which every verification carries.
const maxDenied = 10_000

// Deny refuses every token signed with this certificate from the next request
// on, whoever publishes it. Denying twice changes nothing.
func (s *Store) Deny(ctx context.Context, by string, t s2s.Thumbprint, reason string) error {
	before := false
	err := s.write(ctx, func(ctx context.Context, q store.Querier, v *view) error {
		if before = slices.ContainsFunc(v.denied, func(d Denial) bool { return d.Thumbprint == t }); before {
			return nil
		}
		if len(v.denied) >= maxDenied {
			return problem.New(problem.PartnerInvalid, "the deny list is full (%d certificates)", maxDenied)
		}
		_, err := q.ExecContext(ctx, sqlInsertDenied, t.String(), reason, by, store.Micros(s.cfg.Now()))
		return err
	})
	if err != nil {
		return fmt.Errorf("denying certificate %s: %w", t, err)
	}
	if before {
		return nil
	}
	s.note(ctx, journal.Event{
		ID: EventDenied, Level: journal.Warning,
		Text:   fmt.Sprintf("The certificate %s was put on the deny list.", t),
		Detail: lines("by", by, "reason", reason),
	})
	return nil
}

// Allow takes a certificate off the deny list; it makes nobody trusted.
// A certificate that is not on it is partner.not-found.
func (s *Store) Allow(ctx context.Context, by string, t s2s.Thumbprint) error {
	err := s.write(ctx, func(ctx context.Context, q store.Querier, _ *view) error {
		result, err := q.ExecContext(ctx, sqlDeleteDenied, t.String())
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n > 0 {
			return err
		}
		return notFound("denied certificate", t.String())
	})
	if err != nil {
		return fmt.Errorf("taking certificate %s off the deny list: %w", t, err)
	}
	s.note(ctx, journal.Event{
		ID: EventAllowed, Level: journal.Information,
		Text:   fmt.Sprintf("The certificate %s was taken off the deny list.", t),
		Detail: lines("by", by),
	})
	return nil
}

// Denied returns the deny list, oldest first.
func (s *Store) Denied(ctx context.Context) ([]Denial, error) {
	v, err := s.view(ctx)
	if err != nil {
		return nil, err
	}
	return append([]Denial(nil), v.denied...), nil
}

func loadDenied(ctx context.Context, q store.Querier) ([]Denial, error) {
	var all []Denial
	err := each(ctx, q, "the deny list", sqlDenied, func(scan func(...any) error) error {
		var d Denial
		var thumbprint string
		var since int64
		if err := scan(&thumbprint, &d.Reason, &d.By, &since); err != nil {
			return err
		}
		var err error
		if d.Thumbprint, err = s2s.ParseThumbprint(thumbprint); err != nil {
			return problem.Wrap(err, problem.StoreCorrupt, "an entry of the deny list cannot be read")
		}
		d.Since = store.Time(since)
		all = append(all, d)
		return nil
	})
	return all, err
}
