package storagesvc

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/matchseal/matchseal/internal/journal"
)

// Events of the Storage Service (001-02, 001-13, 001-26).
const (
	eventConfigured   = 32048
	eventAutodiscover = 32053
	eventOAuth        = 32054
)

// everybody is what a failure is about that all deliveries share.
const everybody = ""

// maxKnown bounds the memory of who has had a failure of his own.
const maxKnown = 10_000

// events writes the event log without drowning it: a failure is logged when
// it begins and not with every attempt, a success when a failure has ended
// and once after the start.
type events struct {
	journal *journal.Journal
	now     func() time.Time

	mu sync.Mutex
	// last is the event that was logged last for everybody, for an EWS host
	// or for a user, by failure.about.
	last map[string]logged
}

// logged is an event in the log. An attempt that began before it tells of a
// world that is gone.
type logged struct {
	id int // 0: none that still holds
	at time.Time
}

func newEvents(j *journal.Journal, now func() time.Time) *events {
	return &events{journal: j, now: now, last: map[string]logged{}}
}

// failed logs the event of a failed attempt, if it has one and that is news.
// Somebody who asked by hand (Test) always gets an event.
func (e *events) failed(ctx context.Context, began time.Time, err error, asked bool) error {
	var f *failure
	if !errors.As(err, &f) || f.event == "" || f.Entry().Event == 0 {
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	entry, last := f.Entry(), e.last[f.about]
	if !asked && (last.id == entry.Event || began.Before(last.at)) {
		return nil
	}
	text := "Storage Service had an EWS Autodiscovery failure."
	if entry.Event == eventOAuth {
		text = "Storage Service had an OAuth authentication failure."
	}
	detail := f.event + "\nCause: " + entry.Cause + "\nResolution: " + entry.Remedy
	if err := e.log(ctx, entry.Event, journal.Error, text, detail, f.about); err != nil {
		return err
	}
	if shared := e.last[everybody]; f.about != everybody && shared.id != eventConfigured {
		// An attempt that got this far has passed what all share.
		e.last[everybody] = logged{at: shared.at}
	}
	return nil
}

// succeeded logs 32048 when it is news that an item reached the mailbox.
// healed tells that it is news for others too. A mailbox that was found in the
// cache proves nothing about Autodiscover.
func (e *events) succeeded(ctx context.Context, began time.Time, m *mailbox, asked bool) (healed bool, err error) {
	host, user := hostOf(m.url), string(m.user.SMTP)
	e.mu.Lock()
	defer e.mu.Unlock()
	news := func(about string) bool {
		last, known := e.last[about]
		return (known || about == everybody) && last.id != eventConfigured && !began.Before(last.at)
	}
	var of []string
	if !m.cached && (asked || news(everybody)) {
		of = append(of, everybody)
	}
	for _, about := range []string{host, user} {
		if news(about) {
			of = append(of, about)
		}
	}
	if len(of) == 0 && !asked {
		return false, nil
	}
	healed = news(host) || !m.cached && news(everybody)
	return healed, e.log(ctx, eventConfigured, journal.Information, "OAuth was properly configured for Storage Service.", "CsOAuthConfiguration validly configured", of...)
}

// log is called with the lock held, so that the order in the log is that of
// the changes.
func (e *events) log(ctx context.Context, id int, level journal.Level, text, detail string, about ...string) error {
	now := e.now()
	err := e.journal.Log(context.WithoutCancel(ctx), journal.Event{
		ID: id, Level: level, Log: "Lync Server", Source: "LS Storage Service", Text: text, Detail: detail, Time: now,
	})
	if err != nil {
		return err
	}
	if len(e.last) >= maxKnown {
		shared := e.last[everybody]
		clear(e.last)
		e.last[everybody] = shared
	}
	for _, a := range about {
		e.last[a] = logged{id, now}
	}
	return nil
}
