package keyring

import "time"

// Policy holds the times of a rollover. A zero field has its default.
type Policy struct {
	// Lead is the notice a next certificate should get; staging with less
	// needs a confirmation. Default 48 h.
	Lead time.Duration
	// Refresh is how often partners read the metadata again. Default 1 h.
	Refresh time.Duration
	// TokenLife is the longest life of a token this role writes. Default 24 h.
	TokenLife time.Duration
	// Skew is how far the clocks of nodes and partners may differ. Default
	// 300 s.
	Skew time.Duration
	// Serve is how long a document with the next certificate has to have been
	// served before the certificate signs: the time documents may be cached.
	// Default 300 s.
	Serve time.Duration
	// Remaining is how long a staged certificate has to stay valid after it
	// takes over. Default 30 days.
	Remaining time.Duration
	// Withdraw is how long a staged certificate that was replaced by another
	// stays published. Default 1 h.
	Withdraw time.Duration

	slowest Slowest // partner; zero when nothing is known of any
}

func (p Policy) withDefaults() Policy {
	for _, d := range []struct {
		field    *time.Duration
		standard time.Duration
	}{
		{&p.Lead, 48 * time.Hour},
		{&p.Refresh, time.Hour},
		{&p.TokenLife, 24 * time.Hour},
		{&p.Skew, 300 * time.Second},
		{&p.Serve, 300 * time.Second},
		{&p.Remaining, 30 * 24 * time.Hour},
		{&p.Withdraw, time.Hour},
	} {
		if *d.field == 0 {
			*d.field = d.standard
		}
	}
	return p
}

// overlap is how long a certificate stays published after it has been
// replaced: it may sign for Serve more, its last token lives for TokenLife,
// clocks differ, and a partner needs two refreshes to be sure of the new one.
func (p Policy) overlap() time.Duration {
	return p.Serve + p.TokenLife + p.Skew + 2*p.Refresh
}

// known is how long a certificate has to have been published until every
// partner can be taken to know it.
func (p Policy) known() time.Duration { return 2 * p.Refresh }
