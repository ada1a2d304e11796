package storagesvc

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// sameEvery is how often the queue may repeat itself in the log.
const sameEvery = time.Minute

// quietLogger keeps River's housekeeping out of the operator's log: only
// warnings pass, and the same one once a minute. A queue that polls a database
// out of reach would otherwise say so ten times a second.
func quietLogger(l *slog.Logger, now func() time.Time) *slog.Logger {
	return slog.New(quiet{l.Handler(), &said{now: now, last: map[string]time.Time{}}})
}

type quiet struct {
	slog.Handler
	said *said
}

// said remembers when each message was last let through. Messages are River's
// own constants, so there are few.
type said struct {
	now  func() time.Time
	mu   sync.Mutex
	last map[string]time.Time
}

func (s *said) lately(message string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if last, ok := s.last[message]; ok && now.Sub(last) < sameEvery {
		return true
	}
	s.last[message] = now
	return false
}

// Enabled implements slog.Handler.
func (q quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && q.Handler.Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (q quiet) Handle(ctx context.Context, r slog.Record) error {
	if q.said.lately(r.Message) {
		return nil
	}
	return q.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (q quiet) WithAttrs(a []slog.Attr) slog.Handler { return quiet{q.Handler.WithAttrs(a), q.said} }

// WithGroup implements slog.Handler.
func (q quiet) WithGroup(name string) slog.Handler { return quiet{q.Handler.WithGroup(name), q.said} }
