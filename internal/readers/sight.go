package readers

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/matchseal/matchseal/internal/store"
	"github.com/matchseal/matchseal/s2s"
)

// Sight is who has read the document, as far as one can see.
type Sight struct {
	Partners []Seen
	// Others are readers that match no partner, the latest first.
	Others []Reader
}

// Seen is a partner, and those who read under its principal.
type Seen struct {
	Partner
	Readers []Reader // the latest first; none when nobody did
	// From is since when a reading of the partner would have been noticed.
	From time.Time
}

// Sight returns what is known now: what was written by all nodes, and what this
// one has not written yet.
func (s *Store) Sight(ctx context.Context) (Sight, error) {
	partners, err := s.cfg.Partners(ctx)
	if err != nil {
		return Sight{}, err
	}
	var begun int64
	if err := s.cfg.DB.QueryRowContext(ctx, sqlBegun).Scan(&begun); err != nil {
		return Sight{}, fmt.Errorf("reading who read the metadata document: %w", store.Explain(err))
	}
	stored, err := load(ctx, s.cfg.DB)
	if err != nil {
		return Sight{}, fmt.Errorf("reading who read the metadata document: %w", err)
	}
	s.mu.Lock()
	fresh := maps.Clone(s.fresh)
	s.mu.Unlock()
	now := s.cfg.Now()
	return sight(kept(joined(stored, fresh), principals(partners), now), partners, latest(store.Time(begun), now.Add(-forgetAfter))), nil
}

func sight(all []Reader, partners []Partner, from time.Time) Sight {
	slices.SortFunc(all, func(a, b Reader) int { return b.Last.Compare(a.Last) })
	var out Sight
	by := map[s2s.Principal][]Reader{}
	registered := principals(partners)
	for _, r := range all {
		if registered[r.Principal] {
			by[r.Principal] = append(by[r.Principal], r)
		} else {
			out.Others = append(out.Others, r)
		}
	}
	for _, p := range partners {
		out.Partners = append(out.Partners, Seen{Partner: p, Readers: by[p.Principal], From: latest(from, p.Since)})
	}
	return out
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Slowest is the reader of a partner that goes longest without reading. ok is
// false when no habit of any is known.
func (s Sight) Slowest() (name string, slowest Reader, ok bool) {
	for _, p := range s.Partners {
		for _, r := range p.Readers {
			if r.Interval() > slowest.Interval() {
				name, slowest, ok = p.Name, r, true
			}
		}
	}
	return name, slowest, ok
}
