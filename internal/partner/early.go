package partner

import (
	"context"
	"fmt"
	"time"

	"github.com/matchseal/matchseal/s2s"
)

const (
	// earlyEvery is how often an unknown key may cause a fetch, per issuer.
	// Whoever sends tokens with invented keys gets this much and no more; in
	// between, an issuer's unknown keys are known to be unknown.
	earlyEvery = time.Minute
	// earlyBudget bounds how long requests wait for such a fetch.
	earlyBudget = 5 * time.Second
)

// Refetch implements s2s.Trust: a token of a registered issuer names a key that
// nobody here has seen, which is how the first token after an unannounced
// change of key looks. All requests in want of the same issuer wait for one
// fetch.
func (s *Store) Refetch(ctx context.Context, p s2s.Principal) (s2s.Issuer, error) {
	// The first caller's goroutine does the work for the others, so its own
	// end must not end theirs.
	ctx = context.WithoutCancel(ctx)
	_, err, _ := s.early.Do(p.String(), func() (any, error) { return nil, s.fetchEarly(ctx, p) })
	if err != nil {
		return s2s.Issuer{}, err
	}
	return s.Issuer(ctx, p)
}

// fetchEarly reads the documents behind p, within the budget. It fails when
// there is no such document, when the last early fetch was too recent, or when
// no document could be read.
func (s *Store) fetchEarly(ctx context.Context, p s2s.Principal) error {
	v, err := s.view(ctx)
	if err != nil {
		return temporary(err)
	}
	subjects := v.earlySubjects(p)
	if len(subjects) == 0 {
		return fmt.Errorf("issuer %s has no metadata document to look at: %w", p, s2s.ErrNotRegistered)
	}
	if !s.mayFetchEarly(p) {
		return fmt.Errorf("the metadata of %s was looked at less than %s ago: %w", p, earlyEvery, s2s.ErrNotRegistered)
	}
	budget, cancel := context.WithTimeout(ctx, earlyBudget)
	defer cancel()
	var failure error
	for _, sub := range subjects {
		_, failed, err := s.attempt(ctx, sub, func(sub subject) (*Preview, error) { return s.fetch(budget, sub, false) })
		if err != nil {
			return temporary(err)
		}
		if failed != nil {
			failure = failed
		}
	}
	if failure != nil {
		// The attempt itself is stored and journaled; to the caller it means
		// that there is nothing new.
		return fmt.Errorf("looking for a new key of %s: %w", p, failure)
	}
	return nil
}

// earlySubjects are the enabled records behind issuer p that have a document.
func (v *view) earlySubjects(p s2s.Principal) []subject {
	var all []subject
	for _, a := range v.selfIssuing(p) {
		if a.Enabled && a.MetadataURL != "" {
			all = append(all, a.subject())
		}
	}
	for _, a := range v.servers {
		if a.Enabled && p == (s2s.Principal{App: a.App, Realm: a.Realm}) {
			all = append(all, a.subject())
		}
	}
	return all
}

// mayFetchEarly takes the one early fetch that p has in earlyEvery.
func (s *Store) mayFetchEarly(p s2s.Principal) bool {
	s.earlyMu.Lock()
	defer s.earlyMu.Unlock()
	now := s.cfg.Now()
	if last, ok := s.earlyAt[p]; ok && now.Sub(last) < earlyEvery && !now.Before(last) {
		return false
	}
	s.earlyAt[p] = now
	return true
}
