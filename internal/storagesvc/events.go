package storagesvc

import (
	"context"
	"sync"
	"time"

	"github.com/matchseal/matchseal/internal/journal"
	"github.com/matchseal/matchseal/internal/problem"
)

// Event ids of the Storage Service and their texts (001-02, 001-13, 001-26).
const (
	eventConfigured   = 32048
	eventAutodiscover = 32053
	eventOAuth        = 32054
)

// sameEventEvery is how often a failure that goes on is logged again.
const sameEventEvery = 5 * time.Minute

// events writes the event log without drowning it: a failure is logged when
// it begins and then every few minutes, a success when a failure has ended
// and once after the start.
type events struct {
	journal *journal.Journal
	now     func() time.Time

	mu     sync.Mutex
	last   int // id of the last event, 0 for none
	detail string
	at     time.Time
}

// failed logs the event that belongs to a failure, if one does.
func (e *events) failed(ctx context.Context, err error) error {
	f := problem.Of(err)
	id := f.Entry().Event
	if id == 0 {
		return nil
	}
	text := "Storage Service had an EWS Autodiscovery failure."
	if id == eventOAuth {
		text = "Storage Service had an OAuth authentication failure."
	}
	detail := err.Error()
	var d interface{ EventDetail() string }
	if asDetailed(err, &d) {
		detail = d.EventDetail()
	}
	if !e.due(id, detail, false) {
		return nil
	}
	return e.log(ctx, id, journal.Error, text, detail)
}

// succeeded logs 32048 when a failure has ended, or always when asked to.
func (e *events) succeeded(ctx context.Context, always bool) error {
	if !e.due(eventConfigured, "", always) {
		return nil
	}
	return e.log(ctx, eventConfigured, journal.Information, "OAuth was properly configured for Storage Service.", "CsOAuthConfiguration validly configured")
}

func (e *events) due(id int, detail string, always bool) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.now()
	stale := id != eventConfigured && now.Sub(e.at) >= sameEventEvery
	if !always && !stale && e.last == id && e.detail == detail {
		return false
	}
	e.last, e.detail, e.at = id, detail, now
	return true
}

func (e *events) log(ctx context.Context, id int, level journal.Level, text, detail string) error {
	return e.journal.Log(context.WithoutCancel(ctx), journal.Event{
		ID: id, Level: level, Log: "Lync Server", Source: "LS Storage Service", Text: text, Detail: detail, Time: e.now(),
	})
}
