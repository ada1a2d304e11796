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

// maxFailing bounds the memory of who has a failure of his own.
const maxFailing = 10_000

// events writes the event log without drowning it: a failure is logged when
// it begins and not with every attempt, a success when a failure has ended
// and once after the start.
type events struct {
	journal *journal.Journal
	now     func() time.Time

	mu sync.Mutex
	// failing holds the event that was logged for each thing that fails, by
	// failure.about.
	failing map[string]int
	// proved: the path has worked since it last failed for everybody.
	proved bool
	// changed is when the last event was logged. An attempt that began
	// earlier tells of a world that is gone.
	changed time.Time
}

func newEvents(j *journal.Journal, now func() time.Time) *events {
	return &events{journal: j, now: now, failing: map[string]int{}}
}

// failed logs the event of a failed attempt, if it has one and that is news.
// Somebody who asked by hand (Test) always gets an event.
func (e *events) failed(ctx context.Context, began time.Time, err error, asked bool) error {
	var f *failure
	if !errors.As(err, &f) || f.event == "" {
		return nil
	}
	entry := f.Entry()
	text := "Storage Service had an EWS Autodiscovery failure."
	if entry.Event == eventOAuth {
		text = "Storage Service had an OAuth authentication failure."
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if !asked && (began.Before(e.changed) || e.failing[f.about] == entry.Event) {
		return nil
	}
	detail := f.event + "\nCause: " + entry.Cause + "\nResolution: " + entry.Remedy
	if err := e.log(ctx, entry.Event, journal.Error, text, detail); err != nil {
		return err
	}
	if len(e.failing) >= maxFailing {
		clear(e.failing)
	}
	e.failing[f.about] = entry.Event
	if f.about == "" {
		e.proved = false
	} else {
		delete(e.failing, "") // an attempt that got this far has passed what all share
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
	path := !e.proved && !m.cached
	healed = path || e.failing[host] != 0
	if !asked && (!healed && e.failing[user] == 0 || began.Before(e.changed)) {
		return false, nil
	}
	err = e.log(ctx, eventConfigured, journal.Information, "OAuth was properly configured for Storage Service.", "CsOAuthConfiguration validly configured")
	if err != nil {
		return false, err
	}
	delete(e.failing, host)
	delete(e.failing, user)
	if path {
		e.proved = true
		delete(e.failing, "")
	}
	return healed, nil
}

// log is called with the lock held, so that the order in the log is that of
// the changes.
func (e *events) log(ctx context.Context, id int, level journal.Level, text, detail string) error {
	e.changed = e.now()
	return e.journal.Log(context.WithoutCancel(ctx), journal.Event{
		ID: id, Level: level, Log: "Lync Server", Source: "LS Storage Service", Text: text, Detail: detail, Time: e.changed,
	})
}
