package partner

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/matchseal/matchseal/internal/problem"
)

// Schedule says how often metadata documents are read again and what happens
// when they cannot be. A zero field takes the default.
type Schedule struct {
	Interval      time.Duration  // between two good reads, unless the server wants it sooner; 1 h
	Jitter        float64        // share of Interval by which reads are spread either way; 0.1
	WarnAfter     time.Duration  // age of a document that is worth a warning; 24 h
	DistrustAfter time.Duration  // age at which its keys no longer count; 30 days
	Random        func() float64 // in [0, 1); math/rand
}

const (
	firstRetry = time.Minute
	lastRetry  = time.Hour
	// lookAgain bounds how long Run sleeps: another node may have added a
	// record, which no wake-up of this process tells.
	lookAgain = time.Minute
	// soonest bounds the wishes of servers: no document is read again sooner,
	// nor later than Schedule.Interval, so that nobody makes himself trusted for
	// longer by asking to be left alone.
	soonest = 10 * time.Minute
	// claimFor is how long an attempt belongs to the node that took it.
	claimFor = 2 * time.Minute
	// atOnce bounds the fetches that run at the same time.
	atOnce = 4
)

func (c Schedule) withDefaults() Schedule {
	if c.Interval <= 0 {
		c.Interval = time.Hour
	}
	if c.Jitter <= 0 || c.Jitter >= 1 {
		c.Jitter = 0.1
	}
	if c.WarnAfter <= 0 {
		c.WarnAfter = 24 * time.Hour
	}
	if c.DistrustAfter <= 0 {
		c.DistrustAfter = 30 * 24 * time.Hour
	}
	if c.Random == nil {
		c.Random = rand.Float64
	}
	return c
}

// afterSuccess is when a document that was read at now is read again. hint is
// what its server wishes; zero when it wishes nothing.
func (c Schedule) afterSuccess(now time.Time, hint time.Duration) time.Time {
	wait := c.Interval
	if hint > 0 {
		wait = min(c.Interval, max(hint, soonest))
	}
	spread := 1 + c.Jitter*(2*c.Random()-1)
	return now.Add(time.Duration(float64(wait) * spread))
}

// afterFailure is when the next attempt follows the n-th failure in a row:
// after 1, 2, 4 … 60 minutes.
func (c Schedule) afterFailure(now time.Time, n int) time.Time {
	wait := lastRetry
	if n = max(n, 1); n <= 6 {
		wait = firstRetry << (n - 1)
	}
	return now.Add(min(wait, lastRetry))
}

// concern is how much the age of a document matters.
type concern int

const (
	none concern = iota
	warned
	distrusted
)

// concern judges the age of a document at now. A record without one (pinned by
// hand) has no age.
func (c Schedule) concern(d Document, now time.Time) concern {
	if d.FetchedAt.IsZero() {
		return none
	}
	switch age := now.Sub(d.FetchedAt); {
	case age >= c.DistrustAfter:
		return distrusted
	case age >= c.WarnAfter:
		return warned
	}
	return none
}

// Run reads documents again when they are due, until ctx ends. Several nodes
// may run it on one store; each attempt is made by one of them.
func (s *Store) Run(ctx context.Context) error {
	for {
		wait, err := s.refreshDue(ctx)
		if err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "refreshing partner metadata", "error", err)
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-s.wake:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// refreshDue makes the attempts that are due and returns how long nothing else
// will be.
func (s *Store) refreshDue(ctx context.Context) (time.Duration, error) {
	v, err := s.view(ctx)
	if err != nil {
		return lookAgain, err
	}
	var due []subject
	wait := lookAgain
	for _, sub := range v.subjects() {
		switch left := sub.document.NextAt.Sub(s.cfg.Now()); {
		case left <= 0:
			due = append(due, sub)
		default:
			wait = min(wait, left)
		}
	}
	if len(due) == 0 {
		return wait, nil
	}
	group := errgroup.Group{}
	group.SetLimit(atOnce)
	failed := make([]error, len(due))
	for i, sub := range due {
		group.Go(func() error {
			failed[i] = s.refreshClaimed(ctx, sub)
			return nil
		})
	}
	_ = group.Wait() // the failures are in failed: one must not stop the others
	if err := errors.Join(failed...); err != nil {
		return lookAgain, err
	}
	return 0, ctx.Err() // look at once: the outcomes have due times of their own
}

// refreshClaimed makes the attempt if no other node has taken it. A partner
// that does not answer is an outcome, which the updater stores and journals;
// an error is a failure of our own side.
func (s *Store) refreshClaimed(ctx context.Context, sub subject) error {
	claimed, err := s.claim(ctx, sub)
	if err != nil || !claimed {
		return err
	}
	_, _, err = s.attempt(ctx, sub, func(sub subject) (*Preview, error) { return s.fetch(ctx, sub, false) })
	if ctx.Err() != nil || problem.Is(err, problem.PartnerNotFound) {
		return nil // the process stops, and another attempt follows the claim; or the record is gone
	}
	return err
}
