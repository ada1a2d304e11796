package storagesvc

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/riverqueue/river"

	"github.com/matchseal/matchseal/ews"
	"github.com/matchseal/matchseal/internal/problem"
	"github.com/matchseal/matchseal/internal/store"
)

// work makes one attempt at a delivery and decides what follows.
func (s *Service) work(ctx context.Context, job *river.Job[deliverArgs]) error {
	d, err := s.read(ctx, job.Args.DeliveryID)
	if err != nil || d == nil {
		return err
	}
	// The queue counts an attempt before it is made, so an earlier process
	// that was killed in the middle shows here; a delivery's own count
	// outlives its job.
	first := job.Attempt == 1 && d.Attempts == 0
	began := s.cfg.Now()
	m, itemID, err := s.attempt(ctx, d, first)
	if errors.Is(ctx.Err(), context.Canceled) && err != nil {
		return s.brokenOff(ctx, d, err)
	}
	s.report(ctx, began, m, err, false)
	if err == nil {
		return s.ledger.write(ctx, sqlDelivered, d.ID, legible(itemID), store.Micros(s.cfg.Now()))
	}
	return s.postpone(ctx, d, err)
}

// read reads a delivery with its conversation; nil means that there is
// nothing left to do.
func (s *Service) read(ctx context.Context, id string) (*Delivery, error) {
	var d Delivery
	var body string
	err := d.scan(s.cfg.DB.QueryRowContext(ctx, sqlDelivery, id), &body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(body), &d.conversation)
	}
	if err != nil {
		return nil, fmt.Errorf("reading delivery %s: %w", id, store.Explain(err))
	}
	if d.State == stateDelivered || d.State == stateDead {
		return nil, nil
	}
	return &d, nil
}

// attempt brings the item into the mailbox, unless an earlier attempt has.
// Delivery is at-least-once, so this is where exactly-once is made.
func (s *Service) attempt(ctx context.Context, d *Delivery, first bool) (m *mailbox, itemID string, err error) {
	u, err := s.cfg.User(ctx, d.SIP)
	if err != nil {
		return nil, "", err
	}
	if m, err = s.exchange.locate(ctx, u, true, nil); err != nil {
		return nil, "", err
	}
	if !first {
		found, err := s.exchange.find(ctx, m, ews.ConversationHistory, d.ID)
		if err != nil {
			return nil, "", err
		}
		if len(found) > 1 {
			// A server finished an attempt long after it was given up.
			if err := s.exchange.remove(ctx, m, found[1:]...); err != nil {
				return nil, "", err
			}
		}
		if len(found) > 0 {
			return m, found[0].ID, nil
		}
	}
	id, err := s.exchange.create(ctx, m, ews.ConversationHistory, d.conversation.item(d.SIP, d.ID))
	return m, id.ID, err
}

// report tells the event log how an attempt or a test ended, and lets waiting
// deliveries go when that is good news for them.
func (s *Service) report(ctx context.Context, began time.Time, m *mailbox, err error, asked bool) {
	var healed bool
	var failed error
	if err != nil {
		failed = s.events.failed(ctx, began, err, asked)
	} else {
		healed, failed = s.events.succeeded(ctx, began, m, asked)
	}
	if healed {
		failed = errors.Join(failed, s.queue.hurry(ctx, s.cfg.Now()))
	}
	if failed != nil {
		s.cfg.Log.Error("reporting the outcome of a delivery", "error", failed)
	}
}

// postpone decides by the catalogue's retry class what becomes of a delivery
// that failed: another attempt after a pause, or a dead letter.
func (s *Service) postpone(ctx context.Context, d *Delivery, cause error) error {
	code, detail, now := problem.CodeOf(cause), legible(cause.Error()), s.cfg.Now()
	end := isFinal(cause)
	if !end && now.Sub(d.Created) > s.cfg.GiveUpAfter {
		end, detail = true, legible(fmt.Sprintf("given up after %s: %s", s.cfg.GiveUpAfter, detail))
	}
	level := slog.LevelDebug // how it goes on is in the delivery's row
	if end || d.Attempts == 0 {
		level = slog.LevelWarn
	}
	s.cfg.Log.Log(ctx, level, "storage delivery failed", "delivery", d.ID, "conversation", d.ConversationID, "user", d.SIP,
		"attempt", d.Attempts+1, "code", code, "final", end, "error", detail)
	if end {
		if err := s.ledger.write(ctx, sqlDead, d.ID, string(code), detail, store.Micros(now)); err != nil {
			return err
		}
		return river.JobCancel(errors.New(detail))
	}
	if err := s.ledger.write(ctx, sqlRetrying, d.ID, string(code), detail, store.Micros(now)); err != nil {
		return err
	}
	// A snoozed job keeps no list of errors, which three days of an outage
	// would make long; the delivery's row says what failed last.
	return river.JobSnooze(s.pause(d.Attempts+1, cause))
}

// isFinal reports whether another attempt could only fail again. What is not
// of this area, such as a database out of reach, is trouble of our own and
// never ends a delivery.
func isFinal(cause error) bool {
	e := problem.Of(cause).Entry()
	return e.Code.Area() == "storage" && e.Retry == problem.Never
}

// pause is how long to wait after so many failed attempts: as long as the
// server asks for, and at least until a request that was cut off has ended at
// the server, so that the next attempt sees what it did. A server that was too
// slow is given as long again.
func (s *Service) pause(failures int, cause error) time.Duration {
	pause := max(s.cfg.tempo.pause(failures), min(ews.BackOff(cause), longestPause))
	switch problem.CodeOf(cause) {
	case problem.StorageUnclear:
		pause = max(pause, s.cfg.tempo.settle)
	case problem.StorageNoAnswer:
		pause = max(pause, s.cfg.Timeout)
	}
	return pause
}

// brokenOff notes that an attempt was ended by a stop of the service, which
// says nothing about Exchange.
func (s *Service) brokenOff(ctx context.Context, d *Delivery, cause error) error {
	if err := s.ledger.write(ctx, sqlRetrying, d.ID, string(problem.StorageUnclear), legible("the service was stopped: "+cause.Error()), store.Micros(s.cfg.Now())); err != nil {
		return err
	}
	return river.JobSnooze(s.cfg.tempo.settle)
}

// legible makes a text that came from elsewhere fit for a row: short, valid
// UTF-8 and without the NUL that PostgreSQL refuses.
func legible(s string) string {
	const most = 2000
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
